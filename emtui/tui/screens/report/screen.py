"""Handing over: the reports, and below them the selected one as whoever receives it will see it.

Enter copies a text to the clipboard, or writes the bundle into a new file. An Enter that comes before
the report does counts as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.em.background_thread import run_in_thread
from emtui.local import output_file
from emtui.monitor.assessment import Assessment
from emtui.tui.commands import CommandScope, bindings_for
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import refresh_list
from emtui.tui.screens.report.report_job import BUNDLE, PLAIN_TICKET, SHIFT, TICKET, Report, ReportJob
from emtui.tui.screens.report.report_list import ReportList
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.virtual_list import VirtualList

_WORKERS = ("report", "write")
"""Groups of what Esc stops."""


class ReportScreen(BaseScreen):
    """The reports of one job."""

    SCOPE: ClassVar[CommandScope] = CommandScope.REPORT
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.REPORT)
    AUTO_FOCUS = "ReportList"

    def __init__(self, ctx: AppContext, job: ReportJob) -> None:
        super().__init__(ctx)
        self._job = job
        self._job.on_report_ready = self._handle_report_ready
        self._has_begun = False
        self._pending_handover: tuple[Report, Callable[[], object]] | None = None
        """What to do as soon as this report is there."""

    def compose_body(self) -> Iterable[Widget]:
        """What they are about, the reports, a preview of the selected one."""
        yield StatusLine(id="title")
        preview = TextView("")
        preview.can_focus = False
        yield ReportList(self._job.reports, preview)
        yield preview

    @property
    def _list(self) -> ReportList:
        return self.query_one(ReportList)

    @property
    def _preview(self) -> TextView:
        return self.query_one(TextView)

    # --- preparing ------------------------------------------------------------------

    @work(group="report", description="prepare the reports")
    async def _prepare(self, assessment: Assessment) -> None:
        await self._job.prepare(assessment, self.ctx.list_state.health)

    def _handle_report_ready(self, report: Report) -> None:
        """It can be read, and handed over if somebody waits for it."""
        if not self.is_ready:
            return
        self._show_selected()
        if self._pending_handover and self._pending_handover[0] is report:
            hand_over, self._pending_handover = self._pending_handover[1], None
            hand_over()

    def _run_when_ready(self, report: Report, hand_over: Callable[[], object]) -> None:
        """Do it now, or as soon as the report is there; only the last wish counts."""
        if report in self._job.texts:
            hand_over()
        else:
            self._pending_handover = (report, hand_over)
            self.say("As soon as it is there. Esc stops.")

    # --- showing --------------------------------------------------------------------

    def show_body(self) -> None:
        """The selected report; the job begins as soon as the list is assessed."""
        if self.ctx.assessment and not self._has_begun:
            self._has_begun = True
            self._prepare(self.ctx.assessment)
        self._show_selected()

    def _show_selected(self) -> None:
        """What the reports are about, and the selected one as far as it is there."""
        self.query_one("#title", StatusLine).show([("Hand over", BOLD), (f"  {self._subject_text()}", PLAIN)])
        self._preview.show_text(self._job.texts.get(self._list.selected) or self._placeholder_text())
        self.show_header()
        self.show_footer()

    def _subject_text(self) -> str:
        run = self._job.run
        if run is None:
            return ""
        start_text = f"  {text_format.format_date_time(run.started, self.zone)}" if run.started else ""
        return f"{run.type or run.name or run.id} {run.outcome if run.is_complete else ''}{start_text}"

    def _placeholder_text(self) -> str:
        if self._job.is_stopped:
            return "It was stopped before this was there: q goes back, and H begins anew."
        return f"asking {self.ctx.logon_service.server_name} for what is missing, Esc stops"

    def as_of(self) -> datetime | None:
        """When the list was complete that the reports are based on, whatever has come since."""
        return self._job.origin.as_of if self._job.origin else self.ctx.list_state.as_of

    def position(self) -> str:
        """How far one has read; a sentence has the whole line."""
        return "" if self._message else self._preview.position

    def hints(self) -> list[tuple[str, str]]:
        """What can be done with the selected report: a bundle is a file, and no more than that."""
        if self._list.selected is not BUNDLE:
            return super().hints()
        return [
            (key, "write it" if key == "Enter" else word)
            for key, word in super().hints()
            if key not in {"w", "v"}
        ]

    def on_virtual_list_cursor_moved(self, event: VirtualList.CursorMoved) -> None:
        """Another report is selected, or a page of it was turned."""
        if event.sender is self._preview:
            self.show_footer()
        else:
            self._show_selected()

    # --- handing over -----------------------------------------------------------------

    def action_export(self) -> None:
        """Copy the selected text; write the bundle."""
        if self._list.selected is BUNDLE:
            self.action_save()
        else:
            self.action_copy()

    def action_copy(self) -> None:
        """Copy the selected text, as soon as it is there."""
        report = self._list.selected
        if report is BUNDLE:
            self.say("A bundle is a file: Enter writes it.")
        else:
            self._run_when_ready(report, lambda: self.ctx.exporter.copy(self._job.texts[report]))

    def action_save(self) -> None:
        """Write the selected report into a new file, as soon as it is there."""
        report = self._list.selected
        self._run_when_ready(report, lambda: self._write(report))

    @work(group="write", exclusive=True, description="write a report")
    async def _write(self, report: Report) -> None:
        self.say("Writing.")
        stem = self._job.file_stem(report)
        try:
            content = await self._job.build_content(report)
            folders = await run_in_thread(
                partial(output_file.output_folders, include_state_folder=self.ctx.options.remember)
            )
            output = await run_in_thread(
                partial(output_file.write_output_file, content, stem, report.suffix, folders)
            )
        except output_file.OutputFileNotWrittenError as problem:
            self.say(str(problem))
            return
        self.problem = (
            f"It is not where you stand: {output.fallback_reason}." if output.fallback_reason else ""
        )
        self.say(f"Written: {output_file.format_path(output.path)}, {text_format.format_size(len(content))}.")

    def plain_text(self) -> Callable[[], str] | None:
        """The selected report."""
        text = self._job.texts.get(self._list.selected)
        return (lambda: text) if text else None

    # --- selecting --------------------------------------------------------------------

    def _select(self, report: Report) -> None:
        if not self._list.select(report):
            self.say("There is no run here: only the shift summary.")

    def action_ticket(self) -> None:
        """The ticket in Markdown."""
        self._select(TICKET)

    def action_plain_ticket(self) -> None:
        """The ticket in plain text."""
        self._select(PLAIN_TICKET)

    def action_shift_summary(self) -> None:
        """The summary of the shift."""
        self._select(SHIFT)

    def action_bundle(self) -> None:
        """The bundle."""
        self._select(BUNDLE)

    def action_report(self) -> None:
        """It is open already."""
        self.say("Enter copies it or writes the bundle, w writes a file, q goes back.")

    # --- requesting, stopping, undoing --------------------------------------------------

    def action_refresh(self) -> None:
        """Request the list now; the reports stay as they are."""
        refresh_list(self)

    @property
    def is_busy(self) -> bool:
        """Whether something is still being prepared or written."""
        return any(worker.group in _WORKERS and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Stop preparing or writing; false if neither is going on."""
        if not self.is_busy:
            return False
        self._pending_handover, self._job.is_stopped = None, True
        for group in _WORKERS:
            self.workers.cancel_group(self, group)
        self.say("Stopped.")
        self._show_selected()
        return True
