"""Alignment of the lines of two logs: index pairs, for any two sequences of keys.

Keys that occur once in both are anchors (as in patience diff). Equal lines at the start and end of the blocks
between them are paired, recursively; the rest is paired in order of occurrence. The diff is not guaranteed to
be minimal; the time is about linear for any input.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LINES_PER_CHECK = 500
"""Number of lines between two calls of `should_continue`."""
_MAX_DEPTH = 8

IndexPair = tuple[int, int]
ShouldContinue = Callable[[], bool]


class ComparisonStoppedError(Exception):
    """The comparison was canceled."""


def always_continue() -> bool:
    """Never cancel."""
    return True


def stop_unless(should_continue: ShouldContinue) -> None:
    """Raise `ComparisonStoppedError` if the comparison was canceled."""
    if not should_continue():
        raise ComparisonStoppedError


@dataclass(frozen=True, slots=True)
class _Block:
    """A section of both logs that is still to be aligned."""

    first: int
    last: int
    other_first: int
    other_last: int
    depth: int


def align_lines(
    own_lines: Sequence[str], other_lines: Sequence[str], should_continue: ShouldContinue
) -> Iterable[IndexPair]:
    """Pairs of equal lines, ascending in both logs. Raises `ComparisonStoppedError`."""
    blocks = [_Block(0, len(own_lines), 0, len(other_lines), 0)]
    lines_since_check = 0
    while blocks:
        block, end_pairs = _trim_equal_ends(own_lines, other_lines, blocks.pop())
        yield from end_pairs
        lines_since_check += (
            len(end_pairs) + block.last - block.first + block.other_last - block.other_first + 1
        )
        if lines_since_check >= LINES_PER_CHECK:
            lines_since_check = 0
            stop_unless(should_continue)
        if block.first == block.last or block.other_first == block.other_last:
            continue
        anchors = _find_anchors(own_lines, other_lines, block) if block.depth < _MAX_DEPTH else []
        if anchors:
            yield from anchors
            blocks += _blocks_between(block, anchors)
        else:
            yield from _pair_in_order(own_lines, other_lines, block)


def _trim_equal_ends(
    own_lines: Sequence[str], other_lines: Sequence[str], block: _Block
) -> tuple[_Block, list[IndexPair]]:
    """The block without its equal first and last lines, and the pairs of those."""
    first, last, other_first, other_last = block.first, block.last, block.other_first, block.other_last
    end_pairs: list[IndexPair] = []
    while first < last and other_first < other_last and own_lines[first] == other_lines[other_first]:
        end_pairs.append((first, other_first))
        first, other_first = first + 1, other_first + 1
    while first < last and other_first < other_last and own_lines[last - 1] == other_lines[other_last - 1]:
        last, other_last = last - 1, other_last - 1
        end_pairs.append((last, other_last))
    return _Block(first, last, other_first, other_last, block.depth), end_pairs


def _find_anchors(own_lines: Sequence[str], other_lines: Sequence[str], block: _Block) -> list[IndexPair]:
    """Lines that occur once on both sides of the block, the most that ascend in both."""
    unique_lines, other_unique_lines = (
        _unique_lines(lines, first, last)
        for lines, first, last in (
            (own_lines, block.first, block.last),
            (other_lines, block.other_first, block.other_last),
        )
    )
    return _longest_rising(
        [(index, other_unique_lines[key]) for key, index in unique_lines.items() if key in other_unique_lines]
    )


def _unique_lines(lines: Sequence[str], first: int, last: int) -> dict[str, int]:
    counts = Counter(lines[first:last])
    return {lines[index]: index for index in range(first, last) if counts[lines[index]] == 1}


def _pair_in_order(own_lines: Sequence[str], other_lines: Sequence[str], block: _Block) -> list[IndexPair]:
    """Pairs of the n-th occurrences of a line on both sides, the most that ascend in both."""
    unpaired: dict[str, deque[int]] = defaultdict(deque)
    for index in range(block.other_first, block.other_last):
        unpaired[other_lines[index]].append(index)
    return _longest_rising(
        [
            (index, unpaired[own_lines[index]].popleft())
            for index in range(block.first, block.last)
            if unpaired.get(own_lines[index])
        ]
    )


def _longest_rising(pairs: Sequence[IndexPair]) -> list[IndexPair]:
    """The longest subsequence that ascends in both indexes; the pairs ascend in the first one."""
    tails: list[int] = []
    tail_pairs: list[int] = []
    predecessors: list[int] = []
    for index, (_, other_index) in enumerate(pairs):
        tail_index = bisect_left(tails, other_index)
        predecessors.append(tail_pairs[tail_index - 1] if tail_index else -1)
        tails[tail_index : tail_index + 1] = [other_index]
        tail_pairs[tail_index : tail_index + 1] = [index]
    rising, index = [], tail_pairs[-1] if tail_pairs else -1
    while index >= 0:
        rising.append(pairs[index])
        index = predecessors[index]
    return rising[::-1]


def _blocks_between(block: _Block, anchors: Sequence[IndexPair]) -> Iterable[_Block]:
    first, other_first = block.first, block.other_first
    for index, other_index in [*anchors, (block.last, block.other_last)]:
        if first < index and other_first < other_index:
            yield _Block(first, index, other_first, other_index, block.depth + 1)
        first, other_first = index + 1, other_index + 1


def find_moved_lines(
    own_lines: Sequence[str], other_lines: Sequence[str], pairs: Sequence[IndexPair]
) -> dict[int, int]:
    """Equal lines at different places: indexes in the other log by indexes in this one."""
    paired, other_paired = {index for index, _ in pairs}, {other_index for _, other_index in pairs}
    unpaired: dict[str, deque[int]] = defaultdict(deque)
    for line_index, key in enumerate(other_lines):
        if line_index not in other_paired:
            unpaired[key].append(line_index)
    return {
        line_index: unpaired[key].popleft()
        for line_index, key in enumerate(own_lines)
        if line_index not in paired and unpaired.get(key)
    }
