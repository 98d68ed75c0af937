"""Hour card: the runs of one type by day and hour, with the number of failures and the median duration.

Days and hours are those of the shown zone. When clocks go back, the column of the repeated hour holds both
(`02h` is two hours long); when they go forward, the column of the skipped hour is an empty cell without
length. Every run of a day is in exactly one column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from emtui.em.model import Outcome
from emtui.triage.baseline import duration_stats
from emtui.triage.run_cells import RunCell, count_cells, day_edges, find_runs_between
from emtui.triage.runs_by_type import TypeRuns

HOURS = 24


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: `cells` in the order of the clock, runs that started, failed ones, and the median duration.

    `median` is that of the successful runs; `None` without any.
    """

    date: date
    cells: tuple[RunCell, ...]
    failed: int
    total: int
    median: timedelta | None

    @property
    def is_bad(self) -> bool:
        """Whether a run of this day failed, warned, was canceled, has an unknown outcome, or is missing."""
        return any(cell.is_bad for cell in self.cells)


def build_hour_card(
    runs: TypeRuns,
    now: datetime,
    zone: tzinfo,
    day_count: int,
    missed: Sequence[datetime] = (),
    known_since: datetime | None = None,
    cells_per_hour: int = 1,
) -> tuple[DayRow, ...]:
    """The rows of the last `day_count` days, the oldest first and today last.

    `missed` are the times at which a run was due and did not start; the list is known from `known_since`.
    An hour is divided evenly in `cells_per_hour`.
    """
    edges = day_edges(now, zone, day_count)
    return tuple(
        _build_day(runs, hour_edges(start, end, zone, cells_per_hour), zone, missed, known_since)
        for start, end in pairwise(edges)
    )


def notable_days(rows: Sequence[DayRow]) -> tuple[DayRow, ...]:
    """The short form of a card: the days with something bad, and today."""
    return tuple(row for index, row in enumerate(rows) if row.is_bad or index == len(rows) - 1)


def hour_edges(start: datetime, end: datetime, zone: tzinfo, cells_per_hour: int = 1) -> tuple[datetime, ...]:
    """The edges of the 24 hours on the clock of the day from `start` to `end`, each divided evenly."""
    day = start.astimezone(zone).date()
    hours = [start]
    for hour in range(1, HOURS):
        clock_time = datetime.combine(day, time(hour), zone).astimezone(UTC)
        hours.append(min(max(clock_time, hours[-1]), end))
    return (*_divide([*hours, end], cells_per_hour), end)


def _divide(edges: Sequence[datetime], parts: int) -> Iterator[datetime]:
    for start, end in pairwise(edges):
        yield from (start + (end - start) * part / parts for part in range(parts))


def _build_day(
    runs: TypeRuns,
    edges: Sequence[datetime],
    zone: tzinfo,
    missed: Sequence[datetime],
    known_since: datetime | None,
) -> DayRow:
    start, end = edges[0], edges[-1]
    runs_of_day = find_runs_between(runs, start, end)
    *cells, last = count_cells(runs_of_day, edges, missed, known_since)
    cells.append(replace(last, running_count=0))
    durations = [
        run.ended - run.started
        for run in runs_of_day
        if run.outcome is Outcome.SUCCESS and run.started and run.ended and run.ended >= run.started
    ]
    stats = duration_stats(durations)
    return DayRow(
        start.astimezone(zone).date(),
        tuple(cells),
        sum(cell.outcome_counts.get(Outcome.FAILED, 0) for cell in cells),
        len(runs_of_day),
        stats.median if stats else None,
    )
