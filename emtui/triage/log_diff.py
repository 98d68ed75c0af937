"""What is different between the events of two runs.

Lines are paired by their masked text (`log_alignment`), so that numbers and times make no difference and
hosts do. Lines that are in both logs but not in the same order have moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from emtui.em.model import Event
from emtui.triage.baseline import UNUSUAL
from emtui.triage.log_alignment import EACH, GoOn, Pair, aligned, always, ask, moved
from emtui.triage.message_fingerprint import masked
from emtui.triage.step_timing import SHOWN, steps

Line = tuple["Kind", int | None, int | None]


class Kind(StrEnum):
    """What became of a line."""

    SAME = "same"
    MOVED = "moved"
    NEW = "new"
    MISSING = "missing"
    AHEAD = "ahead"


ALIKE = frozenset({Kind.SAME, Kind.AHEAD})
"""What makes no difference: a line that both have, and one that a run has not come to yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: its place in this log and in the other, where it has one.

    `lasted` is how long its step took here, `lasted_then` how long in the other log.
    """

    kind: Kind
    here: int | None
    there: int | None
    lasted: timedelta | None = None
    lasted_then: timedelta | None = None

    @property
    def slower(self) -> bool:
        """Whether its step took much longer here: half as much again, and five seconds more."""
        if self.lasted is None or self.lasted_then is None:
            return False
        return self.lasted - self.lasted_then >= SHOWN and self.lasted >= self.lasted_then * UNUSUAL


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every line of both logs once, in the order of this log; missing ones where they stood.

    `slower` counts the steps that took much longer, of the `timed` ones whose length is known in both.
    `first` is the first row whose line is different; if none is, the first whose step took much longer.
    """

    rows: tuple[Row, ...]
    counts: Counter[Kind]
    timed: int
    slower: int
    first: int | None

    @classmethod
    def of(cls, rows: tuple[Row, ...]) -> Comparison:
        """Counted once, by whoever compares: nobody who draws them waits for that."""
        timed = sum(1 for row in rows if row.lasted is not None and row.lasted_then is not None)
        slower = [place for place, row in enumerate(rows) if row.slower]
        lines = (place for place, row in enumerate(rows) if row.kind not in ALIKE)
        first = next(chain(lines, slower), None)
        return cls(rows, Counter(row.kind for row in rows), timed, len(slower), first)


def compare(
    here: Sequence[Event], there: Sequence[Event], go_on: GoOn = always, until: datetime | None = None
) -> Comparison:
    """One log against another, as a rule the last good run's. Raises `Stopped` if `go_on` says no.

    `until` is now for a run that goes on.
    """
    mine, theirs = _keys(here, go_on), _keys(there, go_on)
    pairs = sorted(aligned(mine, theirs, go_on))
    elsewhere = moved(mine, theirs, pairs)
    lasted = [step.lasted for step in steps(here, until)]
    lasted_then = [step.lasted for step in steps(there)]

    def row(kind: Kind, one: int | None, other: int | None) -> Row:
        spans = (lasted[one] if one is not None else None, lasted_then[other] if other is not None else None)
        return Row(kind, one, other, *spans)

    ends = len(mine), len(theirs)
    lines = _merged(ends, pairs, elsewhere, goes_on=until is not None)
    return Comparison.of(tuple(row(*line) for line in lines))


def _keys(events: Sequence[Event], go_on: GoOn) -> list[str]:
    keys = []
    for place, event in enumerate(events):
        if place % EACH == 0:
            ask(go_on)
        keys.append(masked(event.message or ""))
    return keys


def _merged(ends: Pair, pairs: Sequence[Pair], elsewhere: dict[int, int], *, goes_on: bool) -> Iterable[Line]:
    gone = set(elsewhere.values())
    here = there = 0
    for place, other in [*pairs, ends]:
        left = [missing for missing in range(there, other) if missing not in gone]
        added: list[Line] = [
            (Kind.NEW, new, None) if new not in elsewhere else (Kind.MOVED, new, elsewhere[new])
            for new in range(here, place)
        ]
        if place < ends[0]:
            yield from ((Kind.MISSING, None, missing) for missing in left)
            yield from added
            yield Kind.SAME, place, other
        elif goes_on:
            yield from added
            yield from ((Kind.AHEAD, None, missing) for missing in left)
        else:
            yield from ((Kind.MISSING, None, missing) for missing in left)
            yield from added
        here, there = place + 1, other + 1
