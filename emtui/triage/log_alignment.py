"""Which lines of two logs are the same one: pairs of places, for any two sequences of keys.

First keys that both hold once each are anchors; between them what begins and ends alike is paired,
and so on, a few times over; what is left is paired in the order of its repetitions. The result need
not be the smallest difference: it takes about as long as reading both, whatever they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EACH = 500
"""After so many lines it is asked whether to go on."""
_DEEPEST = 8

Pair = tuple[int, int]
GoOn = Callable[[], bool]


class Stopped(Exception):
    """Nobody wants the comparison any more."""


def always() -> bool:
    """Whoever asks waits to the end."""
    return True


def ask(go_on: GoOn) -> None:
    """Raise `Stopped` if nobody waits any more."""
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


def aligned(mine: Sequence[str], theirs: Sequence[str], go_on: GoOn) -> Iterable[Pair]:
    """Pairs of equal lines that rise in both logs. Raises `Stopped`."""
    blocks = [_Block(0, len(mine), 0, len(theirs), 0)]
    since = 0
    while blocks:
        block, ends = _trimmed(mine, theirs, blocks.pop())
        yield from ends
        since += len(ends) + block.last - block.first + block.other_last - block.other_first + 1
        if since >= EACH:
            since = 0
            ask(go_on)
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


def moved(mine: Sequence[str], theirs: Sequence[str], pairs: Sequence[Pair]) -> dict[int, int]:
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
