"""Sort in chunks, so that other threads can run: one large sort would block the interpreter.

Chunks are sorted, then merged in pairs; each merge is one pass, since Python's sort detects sorted runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from emtui.chunked_work import Steps, run_to_end

CHUNK_SIZE = 4096
"""Items sorted at once: one or two milliseconds."""


T = TypeVar("T")


def sort_in_chunks(items: Iterable[T], key: Callable[[T], Any], *, reverse: bool = False) -> list[T]:
    """The same as `sorted`, also stable."""
    return run_to_end(sort_steps(items, key, reverse=reverse))


def sort_steps(items: Iterable[T], key: Callable[[T], Any], *, reverse: bool = False) -> Steps[list[T]]:
    """The same in steps of a few milliseconds at most."""
    all_items = list(items)
    runs: list[list[T]] = []
    for start in range(0, len(all_items), CHUNK_SIZE):
        runs.append(sorted(all_items[start : start + CHUNK_SIZE], key=key, reverse=reverse))
        yield
    while len(runs) > 1:
        merged: list[list[T]] = []
        for start in range(0, len(runs) - 1, 2):
            merged_pair = yield from _merge(runs[start], runs[start + 1], key, reverse=reverse)
            merged.append(merged_pair)
        runs = merged + runs[len(merged) * 2 :]
    return runs[0] if runs else []


def _merge(first: list[T], second: list[T], key: Callable[[T], Any], *, reverse: bool) -> Steps[list[T]]:
    """Merge two sorted lists: each block of the first with the items of the second before the next block."""
    merged: list[T] = []
    second_start = 0
    for start in range(0, len(first), CHUNK_SIZE):
        end = len(second)
        if start + CHUNK_SIZE < len(first):
            end = _end_before(key(first[start + CHUNK_SIZE]), second, second_start, key, reverse=reverse)
        merged += sorted(
            first[start : start + CHUNK_SIZE] + second[second_start:end], key=key, reverse=reverse
        )
        second_start = end
        yield
    return merged


def _end_before(pivot: object, items: list[T], low: int, key: Callable[[T], Any], *, reverse: bool) -> int:
    """The index after the last of these sorted items that comes before the pivot."""
    high = len(items)
    while low < high:
        middle = (low + high) // 2
        value: Any = key(items[middle])
        if value > pivot if reverse else value < pivot:
            low = middle + 1
        else:
            high = middle
    return low
