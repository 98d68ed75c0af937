"""Navigates between the pauses of a log: the worst first, then the next or previous one, wrapping around.

Pure: takes pauses in log order, indexed from 0, and lines of the log.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta

from emtui.triage.step_timing import Wait
from emtui.tui.formatting.log_model import LogLine, WaitLine


def worst_wait_index(waits: Sequence[Wait], worst: Wait | None) -> int:
    """Index of the worst pause, else of the longest one."""
    if worst in waits:
        return waits.index(worst)
    return max(range(len(waits)), key=lambda number: waits[number].step.duration or timedelta())


def next_wait_index(line: LogLine | None, waits: Sequence[Wait], step: int) -> int:
    """Index of the pause after this line (with a `step` of -1 before it), wrapping around."""
    keys = [(wait.step.index, True) for wait in waits]
    key = _sort_key(line) if line else (0, False)
    return (bisect_right(keys, key) if step > 0 else bisect_left(keys, key) - 1) % len(keys)


def has_wrapped(before: LogLine | None, after: LogLine | None, step: int) -> bool:
    """Whether moving between these lines wrapped around."""
    if before is None or after is None or before == after:
        return False
    return (_sort_key(after) > _sort_key(before)) != (step > 0)


def _sort_key(line: LogLine) -> tuple[int, bool]:
    return line.event_index, isinstance(line, WaitLine)
