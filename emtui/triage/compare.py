"""What is different between the events of two runs.

Lines are paired by their masked text, so that numbers and times make no difference and hosts do.
First lines that both logs hold once each are anchors; between them what begins and ends alike is
paired, and so on, a few times over; what is left is paired in the order of its repetitions. Lines that
are in both logs but not in the same order have moved. The result need not be the smallest:
it takes about as long as reading both logs, whatever they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from emtui.em.model import Event
from emtui.triage.baseline import UNUSUAL
from emtui.triage.masks import masked
from emtui.triage.steps import SHOWN, steps

EACH = 500
"""After so many lines it is asked whether to go on."""
_DEEPEST = 8

Pair = tuple[int, int]
Line = tuple["Kind", int | None, int | None]
GoOn = Callable[[], bool]


class Stopped(Exception):
    """Nobody wants the comparison any more."""


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


def _always() -> bool:
    return True


def compare(
    here: Sequence[Event], there: Sequence[Event], go_on: GoOn = _always, until: datetime | None = None
) -> Comparison:
    """One log against another, as a rule the last good run's. Raises `Stopped` if `go_on` says no.

    `until` is now for a run that goes on.
    """
    mine, theirs = _keys(here, go_on), _keys(there, go_on)
    pairs = sorted(_aligned(mine, theirs, go_on))
    moved = _moved(mine, theirs, pairs)
    lasted = [step.lasted for step in steps(here, until)]
    lasted_then = [step.lasted for step in steps(there)]

    def row(kind: Kind, one: int | None, other: int | None) -> Row:
        spans = (lasted[one] if one is not None else None, lasted_then[other] if other is not None else None)
        return Row(kind, one, other, *spans)

    ends = len(mine), len(theirs)
    return Comparison.of(tuple(row(*line) for line in _merged(ends, pairs, moved, goes_on=until is not None)))


def _keys(events: Sequence[Event], go_on: GoOn) -> list[str]:
    keys = []
    for place, event in enumerate(events):
        if place % EACH == 0:
            _ask(go_on)
        keys.append(masked(event.message or ""))
    return keys


def _ask(go_on: GoOn) -> None:
    if not go_on():
        raise Stopped


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of both logs that is still to be aligned."""

    first: int
    last: int
    other_first: int
    other_last: int
    depth: int


def _aligned(mine: Sequence[str], theirs: Sequence[str], go_on: GoOn) -> Iterable[Pair]:
    """Pairs of equal lines that rise in both logs."""
    blocks = [_Block(0, len(mine), 0, len(theirs), 0)]
    since = 0
    while blocks:
        block, ends = _trimmed(mine, theirs, blocks.pop())
        yield from ends
        since += len(ends) + block.last - block.first + block.other_last - block.other_first + 1
        if since >= EACH:
            since = 0
            _ask(go_on)
        if block.first == block.last or block.other_first == block.other_last:
            continue
        anchors = _anchors(mine, theirs, block) if block.depth < _DEEPEST else []
        if anchors:
            yield from anchors
            blocks += _between(block, anchors)
        else:
            yield from _in_turn(mine, theirs, block)


def _trimmed(mine: Sequence[str], theirs: Sequence[str], block: _Block) -> tuple[_Block, list[Pair]]:
    """The block without what begins and ends alike, and the pairs of that."""
    first, last, other_first, other_last = block.first, block.last, block.other_first, block.other_last
    ends: list[Pair] = []
    while first < last and other_first < other_last and mine[first] == theirs[other_first]:
        ends.append((first, other_first))
        first, other_first = first + 1, other_first + 1
    while first < last and other_first < other_last and mine[last - 1] == theirs[other_last - 1]:
        last, other_last = last - 1, other_last - 1
        ends.append((last, other_last))
    return _Block(first, last, other_first, other_last, block.depth), ends


def _anchors(mine: Sequence[str], theirs: Sequence[str], block: _Block) -> list[Pair]:
    """Lines that both sides of the block hold once, as far as they rise in both."""
    once, other_once = (
        _once(lines, first, last)
        for lines, first, last in (
            (mine, block.first, block.last),
            (theirs, block.other_first, block.other_last),
        )
    )
    return _rising([(place, other_once[key]) for key, place in once.items() if key in other_once])


def _once(lines: Sequence[str], first: int, last: int) -> dict[str, int]:
    counts = Counter(lines[first:last])
    return {lines[place]: place for place in range(first, last) if counts[lines[place]] == 1}


def _in_turn(mine: Sequence[str], theirs: Sequence[str], block: _Block) -> list[Pair]:
    """The n-th repetition of a line here with the n-th there, as far as they rise in both."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for place in range(block.other_first, block.other_last):
        waiting[theirs[place]].append(place)
    return _rising(
        [
            (place, waiting[mine[place]].popleft())
            for place in range(block.first, block.last)
            if waiting.get(mine[place])
        ]
    )


def _rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The most of these pairs, which rise in the first place, that rise in the second, too."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, (_, other) in enumerate(pairs):
        at = bisect_left(tails, other)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [other]
        ends[at : at + 1] = [place]
    found, place = [], ends[-1] if ends else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def _between(block: _Block, anchors: Sequence[Pair]) -> Iterable[_Block]:
    first, other_first = block.first, block.other_first
    for place, other in [*anchors, (block.last, block.other_last)]:
        if first < place and other_first < other:
            yield _Block(first, place, other_first, other, block.depth + 1)
        first, other_first = place + 1, other + 1


def _moved(mine: Sequence[str], theirs: Sequence[str], pairs: Sequence[Pair]) -> dict[int, int]:
    """Lines of both logs that stand elsewhere, by their place here."""
    paired, other_paired = {one for one, _ in pairs}, {other for _, other in pairs}
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for place, key in enumerate(theirs):
        if place not in other_paired:
            waiting[key].append(place)
    return {
        place: waiting[key].popleft()
        for place, key in enumerate(mine)
        if place not in paired and waiting.get(key)
    }


def _merged(ends: Pair, pairs: Sequence[Pair], moved: dict[int, int], *, goes_on: bool) -> Iterable[Line]:
    gone = set(moved.values())
    here = there = 0
    for place, other in [*pairs, ends]:
        left = [missing for missing in range(there, other) if missing not in gone]
        added: list[Line] = [
            (Kind.NEW, new, None) if new not in moved else (Kind.MOVED, new, moved[new])
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
