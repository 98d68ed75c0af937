"""Report screen: the reports, and a preview of the selected one, beside them on a wide terminal.

The preview is rendered for reading; what is copied, saved and paged is the report itself, such as Markdown.
Enter copies a text to the clipboard, or saves the bundle to a new file. Pressed before the report is ready,
it takes effect when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from emtui import text_format
from emtui.em.background_thread import run_in_thread
from emtui.keys.tui_commands import CommandScope
from emtui.local import output_file
from emtui.monitor.assessment import Assessment
from emtui.tui.context import AppContext
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import refresh_list
from emtui.tui.screens.report.report_job import BUNDLE, PLAIN_TICKET, SHIFT, TICKET, Report, ReportJob
from emtui.tui.screens.report.report_list import ReportList
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.divider import Divider
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.styled_lines import StyledLine
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

WIDE_WIDTH = 120
"""Width from which the preview is beside the reports."""

_WORKERS = ("report", "save")
"""Worker groups that Esc cancels."""


class ReportScreen(BaseScreen):
    """The reports of one job."""

    SCOPE: ClassVar[CommandScope] = CommandScope.REPORT
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.REPORT)
    AUTO_FOCUS = "ReportList"

    def __init__(self, ctx: AppContext, job: ReportJob) -> None:
        super().__init__(ctx)
        self._job = job
        self._job.on_report_ready = self._handle_report_ready
        self._has_started = False
        self._pending_export: tuple[Report, Callable[[], object]] | None = None
        """A report and what to do with it when it is ready."""

    def compose_body(self) -> Iterable[Widget]:
        """Title, reports, preview."""
        yield TitleRule(id="title")
        preview = TextView("")
        preview.can_focus = False
        preview.add_class("-below-rule")
        with Container(id="report"):
            with Vertical(id="choices"):
                yield ReportList(self._job.reports, preview)
                yield Paragraph(3, id="description")
            yield Divider()
            yield TitleRule(id="preview-title")
            yield preview

    def on_resize(self) -> None:
        """Put the preview beside the reports if there is room."""
        self.set_class(self.size.width >= WIDE_WIDTH, "-wide")
        super().on_resize()

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
        """Show the report if it is selected, and run the pending export."""
        if not self.is_ready:
            return
        self._show_selected()
        if self._pending_export and self._pending_export[0] is report:
            export, self._pending_export = self._pending_export[1], None
            export()

    def _run_when_ready(self, report: Report, export: Callable[[], object]) -> None:
        """Export now, or when the report is ready; a later call replaces a pending one."""
        if report in self._job.texts:
            export()
        else:
            self._pending_export = (report, export)
            self.say("Preparing … (Esc: cancel)")

    # --- showing --------------------------------------------------------------------

    def show_body(self) -> None:
        """Show the selected report; start the job when the list is assessed."""
        if self.ctx.assessment and not self._has_started:
            self._has_started = True
            self._prepare(self.ctx.assessment)
        self._show_selected()

    def _show_selected(self) -> None:
        """Show the title and the selected report, or its placeholder."""
        report = self._list.selected
        self._preview.show_styled(
            self._job.previews.get(report) or (StyledLine(((self._placeholder_text(), PLAIN),)),)
        )
        self.query_one("#description", Paragraph).show(report.description)
        self._show_titles()
        self.show_header()
        self.show_footer()

    def _show_titles(self) -> None:
        """Show the run and the selected report; the position in the preview is in the nearest title."""
        shown_lines = self._preview.position if self._list.selected in self._job.previews else ""
        position: StyledSpans = [(shown_lines, PLAIN)] if shown_lines else []
        title: StyledSpans = [("Report", BOLD), *self._subject_spans()]
        self.query_one("#title", TitleRule).show(title, position if self.has_class("-wide") else [])
        self.query_one("#preview-title", TitleRule).show([(self._list.selected.name, BOLD)], position)

    def _subject_spans(self) -> StyledSpans:
        run = self._job.run
        if run is None:
            return []
        spans: StyledSpans = [(f"  {run.type or run.name or run.id}", BOLD)]
        if run.is_complete:
            outcome_text = f"  {OUTCOME_GLYPHS[run.outcome]} {run.outcome}"
            spans.append((outcome_text, OUTCOME_STYLES[run.outcome]))
        if run.started:
            spans.append((f"  {text_format.format_date_time(run.started, self.zone)}", PLAIN))
        return spans

    def _placeholder_text(self) -> str:
        if self._job.is_stopped:
            keymap = self.ctx.keymap
            close, report = keymap.label("close", self.SCOPE), keymap.label("report", self.SCOPE)
            return f"Canceled. Press {close}, then {report} to start again."
        return f"Loading data from {self.ctx.logon_service.server_name} … (Esc: cancel)"

    def as_of(self) -> datetime | None:
        """When the list that the reports are based on was received."""
        return self._job.origin.as_of if self._job.origin else self.ctx.list_state.as_of

    def hints(self) -> list[tuple[str, str]]:
        """Footer for the selected report; a bundle can only be saved."""
        if self._list.selected is not BUNDLE:
            return super().hints()
        words = {"copy": "save", "save": "", "pager": ""}
        return [(key, words.get(word, word)) for key, word in super().hints() if words.get(word, word)]

    def on_virtual_list_cursor_moved(self, event: VirtualList.CursorMoved) -> None:
        """Show another report, or the position in the preview."""
        if event.sender is self._preview:
            self._show_titles()
        else:
            self._show_selected()

    # --- export -----------------------------------------------------------------------

    def action_export(self) -> None:
        """Copy the selected text, or save the bundle."""
        if self._list.selected is BUNDLE:
            self.action_save()
        else:
            self.action_copy()

    def action_copy(self) -> None:
        """Copy the selected text when it is ready."""
        report = self._list.selected
        if report is BUNDLE:
            self.say("A bundle cannot be copied. Enter: save it.")
        else:
            self._run_when_ready(report, lambda: self.ctx.exporter.copy(self._job.texts[report]))

    def action_save(self) -> None:
        """Save the selected report to a new file when it is ready."""
        report = self._list.selected
        self._run_when_ready(report, lambda: self._save(report))

    @work(group="save", exclusive=True, description="save a report")
    async def _save(self, report: Report) -> None:
        self.say("Saving …")
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
            f"Not saved in the current directory: {output.fallback_reason}." if output.fallback_reason else ""
        )
        self.say(f"Saved: {output_file.format_path(output.path)}, {text_format.format_size(len(content))}.")

    def plain_text(self) -> Callable[[], str] | None:
        """The selected report."""
        text = self._job.texts.get(self._list.selected)
        return (lambda: text) if text else None

    # --- selecting --------------------------------------------------------------------

    def _select(self, report: Report) -> None:
        if not self._list.select(report):
            self.say("No run selected: only the shift summary is available.")

    def action_ticket(self) -> None:
        """Select the ticket in Markdown."""
        self._select(TICKET)

    def action_plain_ticket(self) -> None:
        """Select the ticket in plain text."""
        self._select(PLAIN_TICKET)

    def action_shift_summary(self) -> None:
        """Select the shift summary."""
        self._select(SHIFT)

    def action_bundle(self) -> None:
        """Select the bundle."""
        self._select(BUNDLE)

    def action_report(self) -> None:
        """Name the keys: the screen is open already."""
        save, back = self.key_hint("save", "save to a file"), self.key_hint("close", "back")
        self.say(f"Enter: copy the text or save the bundle, {save}, {back}.")

    # --- requests and canceling ---------------------------------------------------------

    def action_refresh(self) -> None:
        """Refresh the list; the reports stay unchanged."""
        refresh_list(self)

    @property
    def is_busy(self) -> bool:
        """Whether a report is being prepared or saved."""
        return any(worker.group in _WORKERS and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Cancel preparing or saving; false if neither is running."""
        if not self.is_busy:
            return False
        self._pending_export, self._job.is_stopped = None, True
        for group in _WORKERS:
            self.workers.cancel_group(self, group)
        self.say("Canceled.")
        self._show_selected()
        return True
