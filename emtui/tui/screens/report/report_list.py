"""Widget: the reports to choose from, one line each."""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.tui.screens.report.report_job import Report
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, PLAIN
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

_NAME_CELLS = 20
_LABEL_CELLS = 5 + _NAME_CELLS
"""Cells of the cursor, the key and the name."""
MAX_NAMES_WIDTH = 32
"""Width up to which only the names are shown."""


class ReportList(VirtualList):
    """Reports with their keys. Paging keys scroll the preview."""

    def __init__(self, reports: Sequence[Report], preview: TextView) -> None:
        super().__init__(id="reports")
        self._reports = tuple(reports)
        self._preview = preview
        self.count = len(self._reports)
        self.styles.height = self.count

    @property
    def selected(self) -> Report:
        """The report under the cursor."""
        return self._reports[self.cursor]

    def select(self, report: Report) -> bool:
        """Put the cursor on this report; false if it is not listed."""
        if report in self._reports:
            self.move_to(self._reports.index(report))
        return report in self._reports

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Key, name and description."""
        report = self._reports[row]
        description = text_format.truncate(report.description, max(width - _LABEL_CELLS, 0))
        return [
            (f"{CURSOR_MARK} " if row == self.cursor else "  ", ACCENT_STYLE),
            (f"{report.key}  ", ACCENT_STYLE),
            (f"{report.name:<{_NAME_CELLS}}", BOLD),
            ("" if width <= MAX_NAMES_WIDTH else description, PLAIN),
        ]

    def cursor_cells(self, width: int) -> int:
        """Key and name; the description keeps its ground."""
        return min(_LABEL_CELLS, width)

    def action_page_down(self) -> None:
        """Scroll the preview a page down."""
        self._preview.action_page_down()

    def action_page_up(self) -> None:
        """Scroll the preview a page up."""
        self._preview.action_page_up()

    def action_half_down(self) -> None:
        """Scroll the preview half a page down."""
        self._preview.action_half_down()

    def action_half_up(self) -> None:
        """Scroll the preview half a page up."""
        self._preview.action_half_up()

    def action_top(self) -> None:
        """Scroll to the top of the preview."""
        self._preview.action_top()

    def action_bottom(self) -> None:
        """Scroll to the bottom of the preview."""
        self._preview.action_bottom()
