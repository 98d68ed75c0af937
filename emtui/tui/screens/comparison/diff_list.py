"""The lines of a difference, with equal stretches folded; the cursor stays on its line as a log grows."""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip

from emtui.triage.diff_hunks import Line, Stretch, first_of, folded, line_of, unfolded
from emtui.triage.diff_text import Difference, matching
from emtui.triage.log_diff import Comparison, Row
from emtui.tui.formatting.search_matches import Matches
from emtui.tui.screens.comparison.diff_columns import heading, row_pieces, stretch_pieces
from emtui.tui.theme import CURSOR, HEADING, PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList, strip_of


class DiffList(VirtualList):
    """Every line of two logs once."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found: Difference | None = None
        self.folds = True
        """Whether equal lines far from a difference stand in one."""
        self.search_text = ""
        """What is searched for, and marked in the lines."""
        self._matched: tuple[Difference | None, Matches] = (None, Matches())
        self._lines: tuple[Line, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of the comparison, also those that are folded."""
        return self.found.comparison.rows if self.found else ()

    @property
    def selected(self) -> Line | None:
        """What is under the cursor."""
        return self._lines[self.cursor] if self._lines else None

    @property
    def here(self) -> int:
        """The row under the cursor; of several in one line the first."""
        return first_of(self._lines[self.cursor]) if self._lines else 0

    def show(self, found: Difference | None) -> None:
        """Draw another one, with the cursor on its first divergence; of the same two runs, where it stood."""
        before, line, far = self.found, self.cursor - self.top, self.here
        self.found = found
        if found is None:
            self._lines = ()
            self.replace_rows(0, 0, 0)
            return
        kept = _again(before, far, found) if before else None
        row = _begin(found.comparison) if kept is None else kept
        self._lay_out(row, line if kept is not None else self.window // 3)

    def fold(self, folds: bool) -> None:
        """Fold equal lines, or show each; the cursor stays where it is."""
        self.folds = folds
        self._lay_out(self.here, self.cursor - self.top)

    def _lay_out(self, row: int, line: int) -> None:
        """The lines anew, with the cursor on this row, on this line of the window."""
        if self.found:
            self._lines = (folded if self.folds else unfolded)(self.found.comparison)
            cursor = line_of(self._lines, row)
            self.replace_rows(len(self._lines), cursor, cursor - line)

    def go_to_row(self, row: int) -> None:
        """Put the cursor on the line that this row stands in."""
        self.move_to(line_of(self._lines, row))

    @property
    def matches(self) -> Matches:
        """The rows that hold what is searched for, those that are folded too; looked for once."""
        found, text = self.found, self.search_text
        if self._matched[0] is not found or self._matched[1].text != text:
            self._matched = found, Matches(text, matching(found, text) if found else ())
        return self._matched[1]

    @property
    def which_match(self) -> str:
        """`2 of 3`, for the match under the cursor; empty if there is none, or it is folded."""
        here = self.selected
        return self.matches.which(here) if isinstance(here, int) else ""

    def search(self, text: str) -> None:
        """Mark what holds this text, and go to the first match from here."""
        if text != self.search_text:
            self.search_text = text
            if text and not self.which_match:
                self.next_match(1)
            self.refresh()

    def next_match(self, step: int) -> str:
        """To the next (or previous) match, round the end, this one at last; what is to be said of that.

        From a folded line it may be any of those that the line holds, the first one, too.
        """
        here = self.here - 1 if step > 0 and isinstance(self.selected, Stretch) else self.here
        row, remark = self.matches.next(here, step)
        if row is not None:
            self.show_row(row)
        return remark

    def show_row(self, row: int) -> None:
        """Put the cursor on this row, and show each line if it is folded."""
        if isinstance(self._lines[line_of(self._lines, row)], Stretch):
            self.fold(folds=False)
        self.go_to_row(row)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        return strip_of([(" ", PLAIN), (heading(self.found, width), HEADING)], width)

    def render_row(self, place: int, width: int) -> Pieces:
        """One line."""
        line = self._lines[place]
        mark: Pieces = [(CURSOR if place == self.cursor else " ", PLAIN)]
        if self.found is None:
            return mark
        if isinstance(line, Stretch):
            return mark + stretch_pieces(line, width)
        return mark + row_pieces(self.found, self.rows[line], width, self.search_text)


def _begin(comparison: Comparison) -> int:
    """The first divergence; without one the last line that a run has come to, or the first of all."""
    if comparison.first is not None:
        return comparison.first
    come = [place for place, row in enumerate(comparison.rows) if row.here is not None]
    return come[-1] if come and len(come) < len(comparison.rows) else 0


def _again(before: Difference, place: int, found: Difference) -> int | None:
    """Where a row of the difference before stands now: by its place in this log, else in the other one."""
    rows = before.comparison.rows
    if place >= len(rows) or before.there.uid != found.there.uid:
        return None
    here, there = rows[place].here, rows[place].there
    return next(
        (
            at
            for at, row in enumerate(found.comparison.rows)
            if (row.here == here if here is not None else row.there == there)
        ),
        None,
    )
