"""Comparison of the events of two runs.

Lines are paired by their masked message (`log_alignment`), so that numbers and times do not count as
differences but host names do. Lines that are in both logs in another order have moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from emtui.em.model import Event
from emtui.triage.baseline import UNUSUAL_RATIO
from emtui.triage.log_alignment import (
    LINES_PER_CHECK,
    IndexPair,
    ShouldContinue,
    align_lines,
    always_continue,
    find_moved_lines,
    stop_unless,
)
from emtui.triage.message_fingerprint import mask_message
from emtui.triage.step_timing import MIN_SHOWN_WAIT, find_steps

AlignedLine = tuple["DiffKind", int | None, int | None]


class DiffKind(StrEnum):
    """How a line compares; `PENDING` lines have not been reached by a running session."""

    SAME = "same"
    MOVED = "moved"
    NEW = "new"
    MISSING = "missing"
    PENDING = "ahead"


UNCHANGED_KINDS = frozenset({DiffKind.SAME, DiffKind.PENDING})
"""Kinds that are not differences."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One line of the comparison: its index in this log and in the other one, `None` if it is missing there.

    `duration` is that of its step in this log, `other_duration` in the other one.
    """

    kind: DiffKind
    index: int | None
    other_index: int | None
    duration: timedelta | None = None
    other_duration: timedelta | None = None

    @property
    def is_slower(self) -> bool:
        """Whether its step took much longer in this log: at least 1.5 times, and five seconds more."""
        if self.duration is None or self.other_duration is None:
            return False
        return (
            self.duration - self.other_duration >= MIN_SHOWN_WAIT
            and self.duration >= self.other_duration * UNUSUAL_RATIO
        )


@dataclass(frozen=True, slots=True)
class LogComparison:
    """Every line of both logs once, in the order of this log; missing ones at their place in the other.

    `slower_step_count` counts the much slower steps among those with a known duration in both logs,
    `timed_step_count`. `first_difference` is the first row that differs, else the first that is slower.
    """

    rows: tuple[DiffRow, ...]
    counts: Counter[DiffKind]
    timed_step_count: int
    slower_step_count: int
    first_difference: int | None

    @classmethod
    def from_rows(cls, rows: tuple[DiffRow, ...]) -> LogComparison:
        """Make a comparison with its counts, which are computed once here and not when drawing."""
        timed_step_count = sum(
            1 for row in rows if row.duration is not None and row.other_duration is not None
        )
        slower_indexes = [index for index, row in enumerate(rows) if row.is_slower]
        changed_indexes = (index for index, row in enumerate(rows) if row.kind not in UNCHANGED_KINDS)
        first_difference = next(chain(changed_indexes, slower_indexes), None)
        return cls(
            rows, Counter(row.kind for row in rows), timed_step_count, len(slower_indexes), first_difference
        )


def compare_logs(
    events: Sequence[Event],
    other_events: Sequence[Event],
    should_continue: ShouldContinue = always_continue,
    until: datetime | None = None,
) -> LogComparison:
    """Compare a log with another, usually that of the last success.

    `until` is the current time for a running session. Raises `ComparisonStoppedError`.
    """
    own_lines, other_lines = (
        _masked_lines(events, should_continue),
        _masked_lines(other_events, should_continue),
    )
    pairs = sorted(align_lines(own_lines, other_lines, should_continue))
    moved_lines = find_moved_lines(own_lines, other_lines, pairs)
    durations = [step.duration for step in find_steps(events, until)]
    other_durations = [step.duration for step in find_steps(other_events)]

    def row(kind: DiffKind, index: int | None, other_index: int | None) -> DiffRow:
        row_durations = (
            durations[index] if index is not None else None,
            other_durations[other_index] if other_index is not None else None,
        )
        return DiffRow(kind, index, other_index, *row_durations)

    line_counts = len(own_lines), len(other_lines)
    aligned_lines = _merge_lines(line_counts, pairs, moved_lines, is_running=until is not None)
    return LogComparison.from_rows(tuple(row(*aligned_line) for aligned_line in aligned_lines))


def _masked_lines(events: Sequence[Event], should_continue: ShouldContinue) -> list[str]:
    masked_messages = []
    for index, event in enumerate(events):
        if index % LINES_PER_CHECK == 0:
            stop_unless(should_continue)
        masked_messages.append(mask_message(event.message or ""))
    return masked_messages


def _merge_lines(
    line_counts: IndexPair, pairs: Sequence[IndexPair], moved_lines: dict[int, int], *, is_running: bool
) -> Iterable[AlignedLine]:
    moved_other_indexes = set(moved_lines.values())
    start = other_start = 0
    for index, other_index in [*pairs, line_counts]:
        missing_indexes = [
            missing_index
            for missing_index in range(other_start, other_index)
            if missing_index not in moved_other_indexes
        ]
        added_lines: list[AlignedLine] = [
            (DiffKind.NEW, new_index, None)
            if new_index not in moved_lines
            else (DiffKind.MOVED, new_index, moved_lines[new_index])
            for new_index in range(start, index)
        ]
        if index < line_counts[0]:
            yield from ((DiffKind.MISSING, None, missing_index) for missing_index in missing_indexes)
            yield from added_lines
            yield DiffKind.SAME, index, other_index
        elif is_running:
            yield from added_lines
            yield from ((DiffKind.PENDING, None, missing_index) for missing_index in missing_indexes)
        else:
            yield from ((DiffKind.MISSING, None, missing_index) for missing_index in missing_indexes)
            yield from added_lines
        start, other_start = index + 1, other_index + 1
