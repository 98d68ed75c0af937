"""The reports to choose from, a line each: few enough to be seen at once."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from emtui import words
from emtui.tui.screens.report.report_job import Report
from emtui.tui.theme import BOLD, CURSOR, PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList

_NAME_CELLS = 20
_DESCRIPTIONS = {
    Report.TICKET: ("1", "since when, where, what differs"),
    Report.PLAIN_TICKET: ("2", "the same for a mail or a chat"),
    Report.SHIFT: ("3", "the last 12 hours in few lines"),
    Report.BUNDLE: ("4", "a zip with all that is known"),
}
"""The key of each report, and what it is."""


class ReportList(VirtualList):
    """Each report with its key. Keys that turn pages are meant for the preview below it."""

    class PageTurned(Message):
        """A page of the preview is to be turned: `action` is the name of what it does then."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, reports: Sequence[Report]) -> None:
        super().__init__(id="reports")
        self._reports = tuple(reports)
        self.count = len(self._reports)
        self.styles.height = self.count

    @property
    def selected(self) -> Report:
        """The report under the cursor."""
        return self._reports[self.cursor]

    def select(self, report: Report) -> bool:
        """Put the cursor on this report; false if it is not listed."""
        if report not in self._reports:
            return False
        self.move_to(self._reports.index(report))
        return True

    def render_row(self, place: int, width: int) -> Pieces:
        """Its key, its name, what it is."""
        report = self._reports[place]
        key, description = _DESCRIPTIONS[report]
        mark = CURSOR if place == self.cursor else " "
        room = width - 6 - _NAME_CELLS
        return [
            (f"{mark} {key}  ", BOLD),
            (f"{report.value:<{_NAME_CELLS}}", BOLD),
            (words.cut(description, room), PLAIN),
        ]

    def action_page_down(self) -> None:
        """A page down in the preview."""
        self.post_message(self.PageTurned("page_down"))

    def action_page_up(self) -> None:
        """A page up in the preview."""
        self.post_message(self.PageTurned("page_up"))

    def action_half_down(self) -> None:
        """Half a page down in the preview."""
        self.post_message(self.PageTurned("half_down"))

    def action_half_up(self) -> None:
        """Half a page up in the preview."""
        self.post_message(self.PageTurned("half_up"))

    def action_top(self) -> None:
        """To the beginning of the preview."""
        self.post_message(self.PageTurned("top"))

    def action_bottom(self) -> None:
        """To the end of the preview."""
        self.post_message(self.PageTurned("bottom"))
