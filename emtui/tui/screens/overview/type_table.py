"""The table of types, and the day or hour that is selected in the history of one of them."""

from __future__ import annotations

from textual.geometry import Size

from emtui.display_text.session_wording import TimeContext
from emtui.monitor.type_histories import TypeHistory
from emtui.tui.formatting.session_columns import ListColumn
from emtui.tui.screens.overview.type_columns import type_cells, type_columns
from emtui.tui.theme import FAINT
from emtui.tui.widgets.column_list import ColumnList
from emtui.tui.widgets.virtual_list import StyledSpans


class TypeTable(ColumnList[TypeHistory]):
    """One row per type, as high as it needs to be; the style sheet limits it."""

    selected_day: int | None = None
    """The selected day in the history of the type under the cursor, 0 for the oldest."""

    def columns_for(self, width: int) -> tuple[ListColumn[TypeHistory], ...]:
        """The columns for a table this wide, in cells."""
        return type_columns(width)

    def cursor_cells(self, width: int) -> int:
        """Tint sign and type of the selected row."""
        return min(2 + type_cells(width), width)

    def show(self, items: tuple[TypeHistory, ...], clock: TimeContext) -> None:
        """Show these types; the cursor stays on its type."""
        names = [row.name for row in items]
        if self.selected_item and self.selected_item.name in names:
            self.cursor = names.index(self.selected_item.name)
        if len(items) != self.count:
            self.refresh(layout=True)
        super().show(items, clock)

    def select_day(self, day: int | None) -> None:
        """Set off this day in the row under the cursor."""
        if day != self.selected_day:
            self.selected_day = day
            self.refresh_row(self.cursor)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """Return the lines of heading and types."""
        return self.HEADING_LINES + max(self.count, 1)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Format one type; one without runs, or with an acknowledged alert, is faint."""
        day = self.selected_day if row == self.cursor else None
        mark, *cells = self.render_item(row, type_columns(width, day))
        if self.items[row].status is not None and not self.items[row].is_acknowledged:
            return [mark, *cells]
        return [mark, *((text, FAINT) for text, _ in cells)]
