"""A comparison for the eye: equal stretches in one line each, and the ways from difference to difference.

Rows are told by their place in the comparison.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from emtui.triage.log_diff import ALIKE, Comparison, Kind, Row

AROUND = 3
"""So many equal lines stay beside a difference."""
WORTH = 10
"""Fewer lines are not folded: that would hide more than it shows."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one kind that make no difference: from the `first` on, up to the one before `after`."""

    first: int
    after: int
    kind: Kind

    @property
    def count(self) -> int:
        """How many they are."""
        return self.after - self.first


Line = int | Stretch
"""A row, or several in one line."""


def unfolded(comparison: Comparison) -> tuple[Line, ...]:
    """Every row in a line of its own."""
    return tuple(range(len(comparison.rows)))


def folded(comparison: Comparison, around: int = AROUND) -> tuple[Line, ...]:
    """What is different or slower and what stands around it; everything, if nothing is."""
    if comparison.first is None:
        return unfolded(comparison)
    return tuple(_folded(comparison.rows, around))


def _folded(rows: Sequence[Row], around: int) -> Iterator[Line]:
    first = 0
    for kind, group in groupby(rows, key=lambda row: None if row.slower else row.kind):
        after = first + sum(1 for _ in group)
        begin = first + around if first else first
        end = after - around if after < len(rows) else after
        if kind in ALIKE and end - begin >= WORTH:
            yield from range(first, begin)
            yield Stretch(begin, end, Kind(kind))
            yield from range(end, after)
        else:
            yield from range(first, after)
        first = after


def first_of(line: Line) -> int:
    """The row that a line shows, or the first of them."""
    return line if isinstance(line, int) else line.first


def line_of(lines: Sequence[Line], row: int) -> int:
    """The line that a row stands in."""
    return max(bisect_right(lines, row, key=first_of) - 1, 0)


def beside(places: Sequence[int], here: int, step: int) -> int:
    """The next of some places in rising order (with a `step` of -1 the one before), round the end."""
    number = bisect_right(places, here) if step > 0 else bisect_left(places, here) - 1
    return places[number % len(places)]


def next_difference(rows: Sequence[Row], here: int, step: int) -> int | None:
    """Where the next lines in a row that are different begin (with a `step` of -1 the previous ones)."""
    return next((place for place in _from(rows, here, step) if _begins(rows, place)), None)


def next_slower(rows: Sequence[Row], here: int, step: int) -> int | None:
    """The next (or previous) step that took much longer."""
    return next((place for place in _from(rows, here, step) if rows[place].slower), None)


def _from(rows: Sequence[Row], here: int, step: int) -> range:
    return range(here + step, len(rows) if step > 0 else -1, step)


def _begins(rows: Sequence[Row], place: int) -> bool:
    different = rows[place].kind not in ALIKE
    return different and (place == 0 or rows[place - 1].kind in ALIKE)
