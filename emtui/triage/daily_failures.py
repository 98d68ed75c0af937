"""Daily failures: the failures of a type, if all of them started at the same time of day.

The day of the newest failure is compared with the days before it, as far back as each has a failure at that
time. The time of day is that of the server's zone; a failure that keeps 24 hours while the clocks change is
recognized, too. A type that only runs at that time is a streak, not a pattern: a run must have succeeded
between each two days. One failure at another time disproves the pattern.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.runs_by_type import SUCCESSFUL_OUTCOMES, TypeRuns, runs_of_type, start_time
from emtui.triage.schedule_detection import (
    DAY,
    MINUTE,
    RunSchedule,
    detect_schedule,
    from_wall_clock,
    wall_clock_time,
)
from emtui.triage.streaks import DECISIVE_OUTCOMES

MIN_DAYS = 3
"""Minimum number of days for a pattern."""
MAX_AGE = 2 * DAY
"""Maximum age of its newest failure."""
MAX_TOLERANCE = 5 * MINUTE
"""Maximum distance from the time of day of the newest failure, however irregular the schedule is."""


@dataclass(frozen=True, slots=True)
class DailyFailures:
    """Failures at the same time of day on `day_count` consecutive days, and at no other time since.

    `uids` and `starts` are newest first; a day may have several. `run_count` counts the failed, warned and
    successful runs of the type since the first of them. `deviation` is the largest distance of a start from
    the time of day. `keeps_interval`: they are multiples of 24 hours apart, and the clocks changed between.
    """

    day_count: int
    uids: tuple[Uid, ...]
    starts: tuple[datetime, ...]
    run_count: int
    deviation: timedelta
    keeps_interval: bool = False

    @property
    def first(self) -> datetime:
        """The start of the oldest of them."""
        return self.starts[-1]

    @property
    def last(self) -> datetime:
        """The start of the newest of them."""
        return self.starts[0]

    @property
    def is_same_minute(self) -> bool:
        """Whether all of them started within a minute of the time of day."""
        return self.deviation <= MINUTE


@dataclass(frozen=True, slots=True)
class _DaySlots:
    """When a run may have started to be at the same time of a day; twice if the clock shows it twice.

    `is_skipped`: the clock does not show it on that day.
    """

    times: tuple[datetime, ...]
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class _Chain:
    """Failures on consecutive days, newest first, and the largest distance from the time of day."""

    day_count: int
    failures: tuple[Session, ...]
    deviation: timedelta


def find_daily_failures(
    runs: TypeRuns, schedule: RunSchedule | None, now: datetime, zone: tzinfo = UTC
) -> DailyFailures | None:
    """The pattern of the failures of one type, newest first; `zone` is the time zone of the server."""
    failures = [run for run in runs if run.outcome is Outcome.FAILED]
    if len(failures) < MIN_DAYS or now - start_time(failures[0]) >= MAX_AGE:
        return None
    tolerance, newest = _tolerance(schedule), start_time(failures[0])
    wall_clock = wall_clock_time(newest, zone)
    by_clock, by_interval = (
        _find_chain(runs, failures, tolerance, slots_before)
        for slots_before in (
            lambda days: _wall_clock_slots(wall_clock - days * DAY, zone),
            lambda days: _DaySlots((newest - days * DAY,)),
        )
    )
    chain = by_clock if by_clock.day_count >= by_interval.day_count else by_interval
    first = start_time(chain.failures[-1])
    failure_count = sum(1 for run in failures if start_time(run) >= first)
    if chain.day_count < MIN_DAYS or failure_count > len(chain.failures):
        return None
    return DailyFailures(
        chain.day_count,
        tuple(run.uid for run in chain.failures),
        tuple(start_time(run) for run in chain.failures),
        sum(1 for run in runs if run.outcome in DECISIVE_OUTCOMES and start_time(run) >= first),
        chain.deviation,
        keeps_interval=chain is by_interval,
    )


def find_patterns(
    failures: Iterable[Session], sessions: Sequence[Session], now: datetime, zone: tzinfo = UTC
) -> dict[Uid, DailyFailures]:
    """The patterns that these failed runs of a list are part of, by run."""
    patterns: dict[Uid, DailyFailures] = {}
    for failure in failures:
        runs = runs_of_type(sessions, failure.type)
        daily = find_daily_failures(runs, detect_schedule(runs, zone), now, zone)
        if daily and failure.uid in daily.uids:
            patterns[failure.uid] = daily
    return patterns


def _tolerance(schedule: RunSchedule | None) -> timedelta:
    """The schedule's normal delay, but less than half of its interval, so that no other run is meant."""
    if schedule is None:
        return MINUTE
    return min(schedule.tolerance, MAX_TOLERANCE, schedule.interval * 0.4)


def _wall_clock_slots(wall_clock: datetime, zone: tzinfo) -> _DaySlots:
    """The moments at which a clock of this zone shows this."""
    first, second = (from_wall_clock(wall_clock.replace(fold=fold), zone) for fold in (0, 1))
    if wall_clock_time(first, zone) != wall_clock:
        return _DaySlots((first,), is_skipped=True)
    return _DaySlots((first,) if first == second else (second, first))


def _find_chain(
    runs: TypeRuns,
    failures: Sequence[Session],
    tolerance: timedelta,
    slots_before: Callable[[int], _DaySlots],
) -> _Chain:
    """The failures at `slots_before` so many days, up to the first day without one.

    A day on which the clock skips the time may have one, or none.
    """
    oldest_first = failures[::-1]
    failure_starts = [start_time(run) for run in oldest_first]
    success_starts = [start_time(run) for run in reversed(runs) if run.outcome in SUCCESSFUL_OUTCOMES]
    chain = _Chain(0, (), timedelta())
    for days in range((failure_starts[-1] - failure_starts[0]) // DAY + 3):
        day = slots_before(days)
        matches = {
            index: abs(failure_starts[index] - slot)
            for slot in day.times
            for index in range(
                bisect_left(failure_starts, slot - tolerance), bisect_right(failure_starts, slot + tolerance)
            )
        }
        found = tuple(oldest_first[index] for index in sorted(matches, reverse=True))
        if found and chain.failures:
            since, until = start_time(found[0]), start_time(chain.failures[-1])
            has_recovered = bisect_right(success_starts, since) < bisect_left(success_starts, until)
        else:
            has_recovered = bool(found)
        if has_recovered:
            chain = _Chain(
                chain.day_count + 1,
                (*chain.failures, *found),
                max(chain.deviation, *matches.values()),
            )
        elif found or not day.is_skipped:
            break
    return chain
