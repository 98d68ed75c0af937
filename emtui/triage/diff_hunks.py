"""Display lines of a comparison: long equal sections collapsed, and the position of each difference.

Rows are identified by their index in the comparison.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from emtui.triage.log_diff import UNCHANGED_KINDS, DiffKind, DiffRow, LogComparison

CONTEXT_LINES = 3
"""Equal lines shown before and after a difference."""
MIN_COLLAPSED_LINES = 10
"""Minimum number of lines to collapse."""


@dataclass(frozen=True, slots=True)
class CollapsedLines:
    """Unchanged rows of one kind, from `first` up to but not including `end`."""

    first: int
    end: int
    kind: DiffKind

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.end - self.first


DiffLine = int | CollapsedLines
"""The index of one row, or several collapsed rows."""


def expanded_lines(comparison: LogComparison) -> tuple[DiffLine, ...]:
    """Every row on its own line."""
    return tuple(range(len(comparison.rows)))


def collapsed_lines(comparison: LogComparison, context_lines: int = CONTEXT_LINES) -> tuple[DiffLine, ...]:
    """The different and slower rows with their context, the rest collapsed; all rows if nothing differs."""
    if comparison.first_difference is None:
        return expanded_lines(comparison)
    return tuple(_collapse(comparison.rows, context_lines))


def _collapse(rows: Sequence[DiffRow], context_lines: int) -> Iterator[DiffLine]:
    first = 0
    for kind, group in groupby(rows, key=lambda row: None if row.is_slower else row.kind):
        hunk_end = first + sum(1 for _ in group)
        collapse_start = first + context_lines if first else first
        collapse_end = hunk_end - context_lines if hunk_end < len(rows) else hunk_end
        if kind in UNCHANGED_KINDS and collapse_end - collapse_start >= MIN_COLLAPSED_LINES:
            yield from range(first, collapse_start)
            yield CollapsedLines(collapse_start, collapse_end, DiffKind(kind))
            yield from range(collapse_end, hunk_end)
        else:
            yield from range(first, hunk_end)
        first = hunk_end


def first_row_index(line: DiffLine) -> int:
    """The row on a line, or the first of its rows."""
    return line if isinstance(line, int) else line.first


def find_line_index(lines: Sequence[DiffLine], row_index: int) -> int:
    """The index of the line that contains a row."""
    return max(bisect_right(lines, row_index, key=first_row_index) - 1, 0)


def next_index(indexes: Sequence[int], current: int, step: int) -> int:
    """The next of some ascending indexes (the previous one with a `step` of -1), wrapping around."""
    position = bisect_right(indexes, current) if step > 0 else bisect_left(indexes, current) - 1
    return indexes[position % len(indexes)]


def next_difference(rows: Sequence[DiffRow], current: int, step: int) -> int | None:
    """The start of the next section of differences (of the previous one with a `step` of -1)."""
    return next(
        (index for index in _rows_from(rows, current, step) if _is_difference_start(rows, index)), None
    )


def next_slower(rows: Sequence[DiffRow], current: int, step: int) -> int | None:
    """The next (or previous) step that took much longer."""
    return next((index for index in _rows_from(rows, current, step) if rows[index].is_slower), None)


def _rows_from(rows: Sequence[DiffRow], current: int, step: int) -> range:
    return range(current + step, len(rows) if step > 0 else -1, step)


def _is_difference_start(rows: Sequence[DiffRow], index: int) -> bool:
    is_different = rows[index].kind not in UNCHANGED_KINDS
    return is_different and (index == 0 or rows[index - 1].kind in UNCHANGED_KINDS)
