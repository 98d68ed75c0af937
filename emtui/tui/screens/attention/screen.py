"""What needs attention: one line per finding, below it its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.em.model import Session
from emtui.handover.absolute_time_text import Dated
from emtui.triage.finding_text import calm
from emtui.tui.commands import Place, bindings
from emtui.tui.formatting.assessment_text import finding_text, sentences, title_line
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.search_matches import next_row
from emtui.tui.screens.acknowledge_prompt import toggle_finding
from emtui.tui.screens.attention.attention_text import attention_text, finding_line
from emtui.tui.screens.attention.finding_list import FindingList
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import refresh_list
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

ALERTS_ABOUT = {"failed": "alert about a failed run", "warned": "alert about a warning"}
"""What an alert of each kind is called."""


class AttentionScreen(BaseScreen):
    """All findings of the list, as of its newest assessment."""

    PLACE: ClassVar[Place] = Place.FINDINGS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FINDINGS)

    def body(self) -> Iterable[Widget]:
        """A title, the findings, the whole sentence with its evidence."""
        yield StatusLine(id="title")
        yield FindingList()
        yield Paragraph(2, id="tail")

    @property
    def _list(self) -> FindingList:
        return self.query_one(FindingList)

    def show_body(self) -> None:
        """Title and findings, as the list was assessed last."""
        assessment = self.ctx.assessment
        if assessment is None:
            return
        known, shown = assessment.acknowledged_findings, self._list
        if not shown.show(assessment.findings, sentences(assessment, self.zone), known):
            then = "the next one is selected" if shown.count else "none is left"
            self.say(f"The selected alert is over; {then}.")
        counted = f"  {text_format.place(known, shown.count, 'alert')} known" if known else ""
        title = title_line(f"Attention{counted}", calm(assessment.attention.calm), self.size.width)
        self.query_one("#title", StatusLine).show(*title)
        self.show_top()

    def on_virtual_list_cursor_moved(self) -> None:
        """The whole sentence under the cursor, and its evidence."""
        assessment, finding = self.ctx.assessment, self._list.selected
        text = finding_text(assessment, finding, self.zone) if assessment and finding else ""
        self.query_one(Paragraph).show(text)
        self.show_foot()

    def position(self) -> str:
        """`1 of 2 alerts`."""
        return text_format.place(self._list.cursor + 1, self._list.count, "alert") if self._list.count else ""

    def as_of(self) -> datetime | None:
        """When the list was complete."""
        return self.ctx.list_state.as_of

    def location(self, below: Location | None, /) -> Location | None:
        """What needs attention, above the list."""
        return replace(below, view="attention", is_list=False) if below else None

    @property
    def run_here(self) -> Session | None:
        """The run that the finding under the cursor is about."""
        assessment, finding = self.ctx.assessment, self._list.selected
        return assessment.run_of(finding) if assessment and finding else None

    def action_copy(self) -> None:
        """The sentence under the cursor, with its evidence."""
        assessment, finding = self.ctx.assessment, self._list.selected
        if assessment is None or finding is None:
            self.say("There is no line to copy.")
            return
        formatter = Dated(assessment.statuses.now, self.zone)
        self.ctx.exporter.copy(finding_line(finding, assessment.acknowledged, formatter))

    def plain_text(self) -> Callable[[], str] | None:
        """All sentences, and how many types are on time."""
        assessment = self.ctx.assessment
        if assessment is None:
            return None
        origin, base = self.ctx.exporter.origin(self.as_of()), calm(assessment.attention.calm)
        formatter = Dated(assessment.statuses.now, self.zone)
        return lambda: attention_text(origin, assessment.findings, base, assessment.acknowledged, formatter)

    async def action_known(self) -> None:
        """Acknowledge the finding, or no longer."""
        await toggle_finding(self, self._list.selected)

    def action_open(self) -> None:
        """Open the run that the finding is about."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session(run)

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) alert about a run that failed or has a warning."""
        run_of = self.ctx.assessment.run_of if self.ctx.assessment else None
        runs = [run_of(finding) if run_of else None for finding in self._list.findings]
        rows = [
            row
            for row, run in enumerate(runs)
            if run and (run.has_failed if kind == "failed" else run.has_warning)
        ]
        row, remark = next_row(rows, self._list.cursor, step, ALERTS_ABOUT[kind])
        if row is not None:
            self._list.move_to(row)
        self.say(remark)

    def action_ask(self) -> None:
        """Request the list now."""
        refresh_list(self)
