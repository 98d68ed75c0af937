"""The table of alerts, most severe first; acknowledged ones are faint, with `k`, at the end."""

from __future__ import annotations

from textual.geometry import Size

from emtui.display_text.session_wording import TimeContext
from emtui.triage.finding_navigation import find_finding_index
from emtui.triage.findings import Finding
from emtui.tui.formatting.session_columns import ListColumn
from emtui.tui.screens.attention.alert_columns import AlertRow, alert_columns, type_cells
from emtui.tui.theme import FAINT
from emtui.tui.widgets.column_list import ColumnList
from emtui.tui.widgets.virtual_list import StyledSpans


class AlertTable(ColumnList[AlertRow]):
    """One row per alert, as high as it needs to be; the style sheet limits it."""

    def __init__(self) -> None:
        super().__init__(id="alerts")
        self.empty_lines = ("Nothing needs attention.",)

    def columns_for(self, width: int) -> tuple[ListColumn[AlertRow], ...]:
        """Return the columns for this width in cells."""
        return alert_columns(width)

    def cursor_cells(self, width: int) -> int:
        """Tint sign and type of the selected row."""
        return min(2 + type_cells(width), width)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in their order."""
        return tuple(row.finding for row in self.items)

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        return self.selected_item.finding if self.selected_item else None

    def show_alerts(self, rows: tuple[AlertRow, ...], clock: TimeContext) -> bool:
        """Show these alerts; the cursor stays on its alert.

        False if that is gone; then the cursor stays on its line.
        """
        selected = self.selected
        index = find_finding_index([row.finding for row in rows], selected)
        if len(rows) != len(self.items):
            self.refresh(layout=True)
        self.cursor = self.cursor if index is None else index
        self.show(rows, clock)
        return selected is None or index is not None

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """Return the lines of heading and alerts."""
        return self.HEADING_LINES + max(self.count, 1 + len(self.empty_lines))

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Format one alert."""
        spans = super().render_row(row, width)
        if not self.items[row].is_acknowledged:
            return spans
        mark, *cells = spans
        return [mark, *((text, FAINT) for text, _ in cells)]
