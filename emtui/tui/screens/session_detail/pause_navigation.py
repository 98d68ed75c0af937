"""Navigates between the pauses of a log: the worst first, then the next or previous one, wrapping around.

Pure: takes pauses in log order, indexed from 0, and indexes of events.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta

from emtui.triage.step_timing import Wait


def worst_wait_index(waits: Sequence[Wait], worst: Wait | None) -> int:
    """Index of the worst pause, else of the longest one."""
    if worst in waits:
        return waits.index(worst)
    return max(range(len(waits)), key=lambda number: waits[number].step.duration or timedelta())


def next_wait_index(event_index: int, waits: Sequence[Wait], step: int) -> int:
    """Index of the pause after this event (with a `step` of -1 before it), wrapping around."""
    indexes = [wait.step.index for wait in waits]
    position = bisect_right(indexes, event_index) if step > 0 else bisect_left(indexes, event_index) - 1
    return position % len(indexes)


def has_wrapped(before: int, after: int, step: int) -> bool:
    """Whether moving between events with these indexes wrapped around."""
    return before != after and (after > before) != (step > 0)
