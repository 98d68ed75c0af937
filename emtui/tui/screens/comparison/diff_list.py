"""Widget: the lines of a comparison, equal ones grouped; the cursor keeps its line as a log grows."""

from __future__ import annotations

from datetime import timedelta
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
from emtui.tui.screens.comparison.diff_row import (
    collapsed_lines_spans,
    diff_columns,
    heading_text,
    longest_step,
    row_spans,
)
from emtui.tui.theme import ACCENT_STYLE, CURSOR_MARK, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, join_blanks, render_strip


class DiffList(VirtualList):
    """The lines of two logs, aligned."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.difference: RunDifference | None = None
        self._longest = timedelta()
        """The longest step of both runs."""
        self.is_grouping = True
        """Whether equal lines away from differences are grouped."""
        self.search_text = ""
        """Text whose matches are underlined."""
        self._cached_matches: tuple[RunDifference | None, SearchMatches] = (None, SearchMatches())
        self._lines: tuple[DiffLine, ...] = ()

    @property
    def rows(self) -> tuple[DiffRow, ...]:
        """All rows of the comparison, including collapsed ones."""
        return self.difference.comparison.rows if self.difference else ()

    @property
    def selected(self) -> DiffLine | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if self._lines else None

    @property
    def current_row(self) -> int:
        """The row under the cursor; of collapsed lines the first."""
        return first_row_index(self._lines[self.cursor]) if self._lines else 0

    def show(self, difference: RunDifference | None) -> None:
        """Show a comparison with the cursor on the first difference; for the same runs, it keeps its line."""
        before, screen_line, previous_row = self.difference, self.cursor - self.top, self.current_row
        self.difference = difference
        self._longest = longest_step(difference) if difference else timedelta()
        if difference is None:
            self._lines = ()
            self.replace_rows(0, 0, 0)
            return
        restored_row = _find_row_again(before, previous_row, difference) if before else None
        row = _initial_row(difference.comparison) if restored_row is None else restored_row
        self._lay_out(row, screen_line if restored_row is not None else self.window_height // 3)

    def set_grouping(self, is_grouping: bool) -> None:
        """Group equal lines, or show each; the cursor keeps its place."""
        self.is_grouping = is_grouping
        self._lay_out(self.current_row, self.cursor - self.top)

    def _lay_out(self, row: int, screen_line: int) -> None:
        """Rebuild the lines, with the cursor on this row, on this line of the screen."""
        if self.difference:
            self._lines = (collapsed_lines if self.is_grouping else expanded_lines)(
                self.difference.comparison
            )
            cursor = find_line_index(self._lines, row)
            self.replace_rows(len(self._lines), cursor, cursor - screen_line)

    def go_to_row(self, row: int) -> None:
        """Move the cursor to the line of this row."""
        self.move_to(find_line_index(self._lines, row))

    @property
    def matches(self) -> SearchMatches:
        """Matches of the search text, also in collapsed rows; cached until rows or text change."""
        difference, text = self.difference, self.search_text
        if self._cached_matches[0] is not difference or self._cached_matches[1].text != text:
            self._cached_matches = (
                difference,
                SearchMatches(text, find_matching_rows(difference, text) if difference else ()),
            )
        return self._cached_matches[1]

    @property
    def match_position(self) -> str:
        """`2 of 3`, for the match under the cursor; empty if there is none or it is collapsed."""
        selected = self.selected
        return self.matches.position_text(selected) if isinstance(selected, int) else ""

    def search(self, text: str) -> None:
        """Underline the matches of this text and go to the first one from here."""
        if text != self.search_text:
            self.search_text = text
            if text and not self.match_position:
                self.next_match(1)
            self.refresh()

    def next_match(self, step: int) -> str:
        """Move to the next (or previous) match, wrapping around; return the message to show.

        From collapsed lines, matches within them are found, too.
        """
        current = (
            self.current_row - 1
            if step > 0 and isinstance(self.selected, CollapsedLines)
            else self.current_row
        )
        row, message = self.matches.next_match(current, step)
        if row is not None:
            self.show_row(row)
        return message

    def show_row(self, row: int) -> None:
        """Move the cursor to this row; expand all lines if it is collapsed."""
        if isinstance(self._lines[find_line_index(self._lines, row)], CollapsedLines):
            self.set_grouping(is_grouping=False)
        self.go_to_row(row)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = heading_text(self.difference, width, self._longest)
        return render_strip([(f" {titles}".rstrip(), FAINT)], width)

    def cursor_cells(self, width: int) -> int:
        """Tint the sign and the offset, which costs few bytes."""
        return diff_columns(width).tinted

    def render_row(self, row: int, width: int) -> StyledSpans:
        """One line, or collapsed lines."""
        line = self._lines[row]
        cursor_mark: StyledSpans = [(CURSOR_MARK, ACCENT_STYLE) if row == self.cursor else (" ", PLAIN)]
        if self.difference is None:
            return cursor_mark
        if isinstance(line, CollapsedLines):
            return cursor_mark + collapsed_lines_spans(line, width)
        spans = row_spans(self.difference, self.rows[line], width, self._longest, self.search_text)
        return cursor_mark + join_blanks(spans, PLAIN)


def _initial_row(comparison: LogComparison) -> int:
    """The first difference; without one, the last line reached by a running run, else the first line."""
    if comparison.first_difference is not None:
        return comparison.first_difference
    reached_rows = [index for index, row in enumerate(comparison.rows) if row.index is not None]
    return reached_rows[-1] if reached_rows and len(reached_rows) < len(comparison.rows) else 0


def _find_row_again(previous: RunDifference, old_row: int, difference: RunDifference) -> int | None:
    """Find a row of the previous comparison by its index in this log, else in the other one."""
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
