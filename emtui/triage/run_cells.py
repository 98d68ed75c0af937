"""Runs counted per cell of time: the numbers behind strips, cards and timelines.

A cell is a half-open period; a run counts in the cell in which it started, once. Pure: runs, times and a
zone in, numbers out. Times are aware and in UTC, edges in ascending order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from emtui.em.model import DISTANT_PAST, Outcome, Session

OUTCOMES_WORST_FIRST = (
    Outcome.FAILED,
    Outcome.WARNING,
    Outcome.UNKNOWN,
    Outcome.CANCELED,
    Outcome.RUNNING,
    Outcome.SUCCESS,
)
_DAY = timedelta(days=1)
_DISTANT_FUTURE = datetime.max.replace(tzinfo=UTC)
_NO_COUNTS: Mapping[Outcome, int] = {}


@dataclass(frozen=True, slots=True)
class RunCell:
    """The runs that started from `start` on and before `end`, by outcome.

    `missed_count` runs were due and did not start. `is_known` is false if the list does not cover all of
    the period, or has a run of it without details; such runs count as `Outcome.UNKNOWN`.
    `running_count` is the number of runs that started before and are still running; only the last cell of
    a strip has it.
    """

    start: datetime
    end: datetime
    outcome_counts: Mapping[Outcome, int] = field(default_factory=dict)
    missed_count: int = 0
    is_known: bool = True
    running_count: int = 0

    @property
    def worst(self) -> Outcome | None:
        """The worst outcome of its runs, and of those that are still running; `None` without any."""
        counts = self.outcome_counts
        for outcome in OUTCOMES_WORST_FIRST:
            if counts.get(outcome) or (self.running_count and outcome is Outcome.RUNNING):
                return outcome
        return None

    @property
    def total(self) -> int:
        """The number of runs that started in it."""
        return sum(self.outcome_counts.values())

    @property
    def is_bad(self) -> bool:
        """Whether a run in it failed, warned, was canceled, has an unknown outcome, or is missing."""
        return self.missed_count > 0 or self.worst not in {None, Outcome.RUNNING, Outcome.SUCCESS}


def even_edges(end: datetime, cell: timedelta, count: int) -> tuple[datetime, ...]:
    """The `count` + 1 edges of cells of the same length, the last of which ends at `end`."""
    return tuple(end - number * cell for number in range(count, -1, -1))


def day_edges(now: datetime, zone: tzinfo, count: int) -> tuple[datetime, ...]:
    """The midnights of this zone around the last `count` days; the last one is the coming midnight.

    A day has 23 or 25 hours when the clocks change. A midnight that is skipped is the moment of the change,
    of a repeated one it is the first.
    """
    today = now.astimezone(zone).date()
    return tuple(
        datetime.combine(today + (1 - number) * _DAY, time.min, zone).astimezone(UTC)
        for number in range(count, -1, -1)
    )


def count_cells(
    runs: Sequence[Session],
    edges: Sequence[datetime],
    missed: Iterable[datetime] = (),
    known_since: datetime | None = None,
    known_until: datetime | None = None,
) -> tuple[RunCell, ...]:
    """Count runs, newest first and those without a start last, in the cells between these edges.

    `missed` are the times at which a run was due and did not start. The list covers the time from
    `known_since` to `known_until`; `None` if there is no such limit.
    """
    first_rows = [first_row_before(runs, edge) for edge in edges]
    missed_times = sorted(missed)
    missed_positions = [bisect_left(missed_times, edge) for edge in edges]
    cells = []
    for index, (start, end) in enumerate(pairwise(edges)):
        first, stop = first_rows[index + 1], first_rows[index]
        counts = _count_outcomes(runs[first:stop]) if first < stop else _NO_COUNTS
        is_covered = (known_since is None or known_since <= start) and (
            known_until is None or end <= known_until
        )
        cells.append(
            RunCell(
                start,
                end,
                counts,
                missed_positions[index + 1] - missed_positions[index],
                is_covered
                and not (Outcome.UNKNOWN in counts and any(not run.is_complete for run in runs[first:stop])),
                count_running(runs[stop:]) if index == len(edges) - 2 else 0,
            )
        )
    return tuple(cells)


def find_runs_between(runs: Sequence[Session], start: datetime, end: datetime) -> Sequence[Session]:
    """The runs of a list, newest first, that started from `start` on and before `end`."""
    return runs[first_row_before(runs, end) : first_row_before(runs, start)]


def count_running(runs: Collection[Session]) -> int:
    """The number of these runs that are still running."""
    return sum(1 for run in runs if run.outcome is Outcome.RUNNING and run.is_complete)


def first_row_before(runs: Sequence[Session], moment: datetime) -> int:
    """The position of the first run, newest first, that started before this moment."""
    return bisect_right(runs, _DISTANT_FUTURE - moment, key=_reversed_start)


def _reversed_start(run: Session) -> timedelta:
    return _DISTANT_FUTURE - (run.started or DISTANT_PAST)


def _count_outcomes(runs: Iterable[Session]) -> Counter[Outcome]:
    return Counter(run.outcome if run.is_complete else Outcome.UNKNOWN for run in runs)
