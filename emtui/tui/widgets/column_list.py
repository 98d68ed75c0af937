"""Rows of one kind of thing in columns, such as the types of the overview."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.strip import Strip

from emtui.tui.formatting.session_columns import Clock, Column, cells_of, titles_of
from emtui.tui.theme import CURSOR, HEADING, PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList, strip_of

T = TypeVar("T")


class ColumnList(VirtualList, Generic[T]):
    """One line for each thing; `columns_for` gives the columns for a width."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.things: tuple[T, ...] = ()
        self._clock: Clock | None = None

    def columns_for(self, width: int) -> tuple[Column[T], ...]:
        """The columns of a list this wide."""
        raise TypeError(f"{type(self).__name__} has no columns of its own at {width} cells")

    @property
    def selected(self) -> T | None:
        """The thing under the cursor."""
        return self.things[self.cursor] if self.things else None

    def show(self, things: tuple[T, ...], clock: Clock) -> None:
        """These from now on; the cursor stays on its line."""
        self.things, self._clock = things, clock
        self.replace_rows(len(things), self.cursor, self.top)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        return strip_of([("  ", PLAIN), (titles_of(self.columns_for(width)), HEADING)], width)

    def render_row(self, place: int, width: int) -> Pieces:
        """One of them."""
        if self._clock is None:
            return []
        mark = f"{CURSOR} " if place == self.cursor else "  "
        return [(mark, PLAIN), *cells_of(self.columns_for(width), self.things[place], self._clock)]
