"""A list of items in columns, such as the types of the overview."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.strip import Strip

from emtui.display_text.session_wording import TimeContext
from emtui.tui.formatting.session_columns import ListColumn, column_titles, render_cells
from emtui.tui.theme import ACCENT_STYLE, CURSOR_MARK, HEADING, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

T = TypeVar("T")


class ColumnList(VirtualList, Generic[T]):
    """One row per item; `columns_for` returns the columns for a width."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.items: tuple[T, ...] = ()
        self._time_context: TimeContext | None = None

    def columns_for(self, width: int) -> tuple[ListColumn[T], ...]:
        """Return the columns for this width in cells."""
        raise TypeError(f"{type(self).__name__} has no columns of its own at {width} cells")

    @property
    def selected_item(self) -> T | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.items else None

    def show(self, items: tuple[T, ...], clock: TimeContext) -> None:
        """Show these items; the cursor stays on its row."""
        self.items, self._time_context = items, clock
        self.replace_rows(len(items), self.cursor, self.top)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        return render_strip([("  ", PLAIN), (column_titles(self.columns_for(width)), HEADING)], width)

    def cursor_cells(self, width: int) -> int:
        """The mark and the first two columns."""
        first, second = self.columns_for(width)[:2]
        return min(width, 2 + first.width + second.gap + second.width)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Format one item."""
        return self.render_item(row, self.columns_for(width))

    def render_item(self, row: int, columns: tuple[ListColumn[T], ...]) -> StyledSpans:
        """Format one item in these columns, after the mark of the cursor."""
        if self._time_context is None:
            return []
        mark = f"{CURSOR_MARK} " if row == self.cursor else "  "
        return [
            (mark, ACCENT_STYLE),
            *render_cells(columns, self.items[row], self._time_context),
        ]
