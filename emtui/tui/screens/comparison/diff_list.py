"""The lines of a difference, with equal stretches folded; the cursor stays on its line as a log grows."""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip

from emtui.triage.diff_hunks import (
    CollapsedLines,
    DiffLine,
    collapsed_lines,
    expanded_lines,
    find_line_index,
    first_row_index,
)
from emtui.triage.diff_text import RunDifference, find_matching_rows
from emtui.triage.log_diff import DiffRow, LogComparison
from emtui.tui.formatting.search_matches import SearchMatches
from emtui.tui.screens.comparison.diff_columns import grouped_lines_spans, heading_text, row_spans
from emtui.tui.theme import CURSOR_MARK, HEADING, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip


class DiffList(VirtualList):
    """Every line of two logs once."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.difference: RunDifference | None = None
        self.is_grouping = True
        """Whether equal lines far from a difference stand in one."""
        self.search_text = ""
        """What is searched for, and marked in the lines."""
        self._cached_matches: tuple[RunDifference | None, SearchMatches] = (None, SearchMatches())
        self._lines: tuple[DiffLine, ...] = ()

    @property
    def rows(self) -> tuple[DiffRow, ...]:
        """All rows of the comparison, also those that are folded."""
        return self.difference.comparison.rows if self.difference else ()

    @property
    def selected(self) -> DiffLine | None:
        """What is under the cursor."""
        return self._lines[self.cursor] if self._lines else None

    @property
    def current_row(self) -> int:
        """The row under the cursor; of several in one line the first."""
        return first_row_index(self._lines[self.cursor]) if self._lines else 0

    def show(self, difference: RunDifference | None) -> None:
        """Draw another one, with the cursor on its first divergence; of the same two runs, where it stood."""
        before, screen_line, previous_row = self.difference, self.cursor - self.top, self.current_row
        self.difference = difference
        if difference is None:
            self._lines = ()
            self.replace_rows(0, 0, 0)
            return
        restored_row = _find_row_again(before, previous_row, difference) if before else None
        row = _initial_row(difference.comparison) if restored_row is None else restored_row
        self._lay_out(row, screen_line if restored_row is not None else self.window_height // 3)

    def set_grouping(self, is_grouping: bool) -> None:
        """Fold equal lines, or show each; the cursor stays where it is."""
        self.is_grouping = is_grouping
        self._lay_out(self.current_row, self.cursor - self.top)

    def _lay_out(self, row: int, screen_line: int) -> None:
        """The lines anew, with the cursor on this row, on this line of the window."""
        if self.difference:
            self._lines = (collapsed_lines if self.is_grouping else expanded_lines)(
                self.difference.comparison
            )
            cursor = find_line_index(self._lines, row)
            self.replace_rows(len(self._lines), cursor, cursor - screen_line)

    def go_to_row(self, row: int) -> None:
        """Put the cursor on the line that this row stands in."""
        self.move_to(find_line_index(self._lines, row))

    @property
    def matches(self) -> SearchMatches:
        """The rows that hold what is searched for, those that are folded too; looked for once."""
        difference, text = self.difference, self.search_text
        if self._cached_matches[0] is not difference or self._cached_matches[1].text != text:
            self._cached_matches = (
                difference,
                SearchMatches(text, find_matching_rows(difference, text) if difference else ()),
            )
        return self._cached_matches[1]

    @property
    def match_position(self) -> str:
        """`2 of 3`, for the match under the cursor; empty if there is none, or it is folded."""
        selected = self.selected
        return self.matches.position_text(selected) if isinstance(selected, int) else ""

    def search(self, text: str) -> None:
        """Mark what holds this text, and go to the first match from here."""
        if text != self.search_text:
            self.search_text = text
            if text and not self.match_position:
                self.next_match(1)
            self.refresh()

    def next_match(self, step: int) -> str:
        """To the next (or previous) match, round the end, this one at last; what is to be said of that.

        From a folded line it may be any of those that the line holds, the first one, too.
        """
        current = (
            self.current_row - 1
            if step > 0 and isinstance(self.selected, CollapsedLines)
            else self.current_row
        )
        row, remark = self.matches.next_match(current, step)
        if row is not None:
            self.show_row(row)
        return remark

    def show_row(self, row: int) -> None:
        """Put the cursor on this row, and show each line if it is folded."""
        if isinstance(self._lines[find_line_index(self._lines, row)], CollapsedLines):
            self.set_grouping(is_grouping=False)
        self.go_to_row(row)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        return render_strip([(" ", PLAIN), (heading_text(self.difference, width), HEADING)], width)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """One line."""
        line = self._lines[row]
        cursor_mark: StyledSpans = [(CURSOR_MARK if row == self.cursor else " ", PLAIN)]
        if self.difference is None:
            return cursor_mark
        if isinstance(line, CollapsedLines):
            return cursor_mark + grouped_lines_spans(line, width)
        return cursor_mark + row_spans(self.difference, self.rows[line], width, self.search_text)


def _initial_row(comparison: LogComparison) -> int:
    """The first divergence; without one the last line that a run has come to, or the first of all."""
    if comparison.first_difference is not None:
        return comparison.first_difference
    reached_rows = [index for index, row in enumerate(comparison.rows) if row.index is not None]
    return reached_rows[-1] if reached_rows and len(reached_rows) < len(comparison.rows) else 0


def _find_row_again(previous: RunDifference, old_row: int, difference: RunDifference) -> int | None:
    """Where a row of the difference before stands now: by its place in this log, else in the other one."""
    rows = previous.comparison.rows
    if old_row >= len(rows) or previous.other.uid != difference.other.uid:
        return None
    index, other_index = rows[old_row].index, rows[old_row].other_index
    return next(
        (
            new_row
            for new_row, row in enumerate(difference.comparison.rows)
            if (row.index == index if index is not None else row.other_index == other_index)
        ),
        None,
    )
