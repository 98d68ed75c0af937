"""Sorting that lets other threads go on: a sort of a hundred thousand holds the interpreter all the while.

So it is done in runs, which are then merged two by two; each merge is one pass, as
Python's sort finds the runs by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Any, TypeVar

RUN = 8192
"""How many are sorted at once: a few milliseconds."""


T = TypeVar("T")


def gently_sorted(items: Iterable[T], key: Callable[[T], Any], *, reverse: bool = False) -> list[T]:
    """The same as `sorted`, stable as it is."""
    every = list(items)
    runs = [
        sorted(every[start : start + RUN], key=key, reverse=reverse) for start in range(0, len(every), RUN)
    ]
    nothing: list[T] = []
    while len(runs) > 1:
        pairs = zip_longest(runs[::2], runs[1::2], fillvalue=nothing)
        runs = [sorted(one + two, key=key, reverse=reverse) for one, two in pairs]
    return runs[0] if runs else []
