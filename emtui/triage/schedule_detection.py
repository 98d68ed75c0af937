"""The schedule of a type: its interval, and the times at which a run is expected.

The interval is measured from start to start. Whether a run is expected at some time is decided by the weeks
before: a type that does not run at night or on weekends is not expected then. While a type does not run at
all, the weeks before that count. A type without a regular interval has no schedule.

Types that run every few days keep their time of day when the clocks change, unless their starts around a
change show that they keep the interval. Shorter intervals do not move.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, pairwise

from emtui.triage.runs_by_type import TypeRuns, start_time

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

MAX_SAMPLE_SIZE = 200
"""Maximum number of intervals that a schedule is based on."""
MIN_SAMPLE_SIZE = 5
"""Minimum number of intervals; three exact weekly ones are enough, too."""
MAX_RELATIVE_DEVIATION = 0.3
"""Maximum deviation of a start from a multiple of the interval, in intervals."""
MIN_MULTIPLE_SHARE, MIN_SINGLE_SHARE = 0.85, 0.6
"""The share of starts that must be near a multiple of the interval, and near one interval."""
_MAX_STEPS_BACK = 60
"""Maximum number of days or weeks back in the search for runs at the same time."""
MIN_INTERVAL, MAX_INTERVAL = timedelta(seconds=5), 53 * WEEK
"""Shorter intervals, or more than a year, are no schedule; calculations stay within the calendar."""

_RARE_INTERVAL = timedelta(days=6)
_MIN_RARE_SAMPLE_SIZE = 3
_CLOCK_CHANGE = HOUR
_ROUND_UNITS = (DAY / 2, HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE, timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class RunSchedule:
    """The interval between the starts of a type, its spread, and the number of intervals it is based on.

    `starts` are all starts, oldest first. In another `zone` than UTC the time of day is kept across clock
    changes, in UTC the interval.
    """

    interval: timedelta
    spread: timedelta
    sample_size: int
    starts: Sequence[datetime] = field(repr=False, compare=False)
    zone: tzinfo = field(default=UTC, repr=False, compare=False)

    @property
    def tolerance(self) -> timedelta:
        """Normal delay of a start."""
        return max(2 * self.spread, MINUTE)

    @property
    def grace_period(self) -> timedelta:
        """Delay from which a run is overdue; an hour more for intervals from two hours on (clock changes)."""
        return max(self.tolerance, self.interval / 10) + (
            _CLOCK_CHANGE if self.interval >= 2 * HOUR else timedelta()
        )

    def is_expected(self, time: datetime, idle_periods: IdlePeriods = ()) -> bool | None:
        """Whether a run is expected at about this time, by the same time in the weeks before.

        `None` if the list does not go back so far, or if those weeks, or an hour earlier or later, disagree.
        """
        occurrences = list(islice(self._past_occurrences(time, WEEK, idle_periods), 4))
        is_certain = 2 * occurrences.count(True) > len(occurrences)
        if not occurrences:
            if self.interval > DAY / 2:
                return None
            occurrences = list(islice(self._past_occurrences(time, DAY, idle_periods), 6))
            is_certain = len(occurrences) > 1 and all(occurrences)
        if is_certain:
            return True
        return False if occurrences and set(occurrences) == {False} else None

    def _past_occurrences(
        self, time: datetime, step: timedelta, idle_periods: IdlePeriods
    ) -> Iterator[bool | None]:
        """For each step back in the list, whether a run started at about that time; `None` if unsure."""
        start_count = bisect_right(self.starts, time)
        if not start_count:
            return
        radius = self._search_radius
        covered_until = self.starts[start_count - 1] + radius - _CLOCK_CHANGE
        first_step = max(1, -((covered_until - time) // step))
        covered_from = self.starts[0] + radius + _CLOCK_CHANGE
        for step_number in range(first_step, first_step + _MAX_STEPS_BACK):
            past_time = time - step_number * step
            if past_time < covered_from:
                return
            if not any(idle_period.explains(past_time, self.interval) for idle_period in idle_periods):
                if not self._has_start_near(past_time, radius):
                    yield False
                else:
                    shifted_times = (past_time - _CLOCK_CHANGE, past_time + _CLOCK_CHANGE)
                    yield (
                        True
                        if all(self._has_start_near(shifted_time, radius) for shifted_time in shifted_times)
                        else None
                    )

    @property
    def _search_radius(self) -> timedelta:
        return self.interval * 0.6 + self.spread

    def _has_start_near(self, time: datetime, radius: timedelta) -> bool:
        index = bisect_left(self.starts, time - radius)
        return index < len(self.starts) and self.starts[index] <= time + radius

    def slots(self, last_start: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
        """When runs are due after `since`, up to `until`, if the newest started at `last_start`."""
        first_number = max((since - last_start) // self.interval, 1)
        wall_clock = self._wall_clock_of(last_start)
        for number in range(first_number, max((until - last_start) // self.interval, 0) + 2):
            slot = self._slot_at(last_start, wall_clock, number)
            if since < slot <= until:
                yield slot

    def start_after(self, start: datetime, number: int) -> datetime:
        """When a run is due that is `number` intervals after this start."""
        return self._slot_at(start, self._wall_clock_of(start), number)

    def crosses_clock_change(self, last_start: datetime, slot: datetime) -> bool:
        """Whether the clocks change between the two, so that the run may be due an hour earlier or later."""
        return self.zone is not UTC and _utc_offset(last_start, self.zone) != _utc_offset(slot, self.zone)

    def _slot_at(self, start: datetime, wall_clock: datetime, number: int) -> datetime:
        """The time of a slot: the first if ambiguous, the one after the change if skipped."""
        if self.zone is UTC:
            return start + number * self.interval
        return from_wall_clock(wall_clock + number * self.interval, self.zone)

    def _wall_clock_of(self, start: datetime) -> datetime:
        """The local clock time of a start, or the intended one if that was skipped by a clock change."""
        if self.zone is UTC:
            return start
        index = bisect_left(self.starts, start)
        if index:
            previous_start = self.starts[index - 1]
            intended = (
                wall_clock_time(previous_start, self.zone)
                + round((start - previous_start) / self.interval) * self.interval
            )
            actual = from_wall_clock(intended, self.zone)
            if wall_clock_time(actual, self.zone) != intended and abs(actual - start) <= _CLOCK_CHANGE:
                return intended
        return wall_clock_time(start, self.zone)


@dataclass(frozen=True, slots=True)
class IdlePeriod:
    """A time in which nothing ran; ongoing if `until` is `None`.

    `missed_count` runs of `types` were due in it, or at least as many (`is_minimum`). `sample_size` is the
    number of intervals that is based on.
    """

    since: datetime
    until: datetime | None
    missed_count: int
    types: tuple[str, ...]
    sample_size: int
    is_minimum: bool = False

    def explains(self, due_time: datetime, interval: timedelta) -> bool:
        """Whether it explains that a run due at this time did not start.

        Intervals of a few hours may start anew after it; daily runs keep their hour.
        """
        if due_time < self.since:
            return False
        return self.until is None or due_time <= self.until + (
            interval + HOUR if interval <= DAY / 4 else HOUR
        )


IdlePeriods = Sequence[IdlePeriod]


def wall_clock_time(time: datetime, zone: tzinfo) -> datetime:
    """The local clock time in this zone."""
    return time.astimezone(zone).replace(tzinfo=None, fold=0)


def from_wall_clock(wall_clock: datetime, zone: tzinfo) -> datetime:
    """The first time at which a clock of this zone shows this; by the old offset if it is skipped."""
    return wall_clock.replace(tzinfo=zone).astimezone(UTC)


def _utc_offset(time: datetime, zone: tzinfo) -> timedelta | None:
    return time.astimezone(zone).utcoffset()


def detect_schedule(runs: TypeRuns, zone: tzinfo = UTC) -> RunSchedule | None:
    """The schedule of these runs, newest first; `None` if irregular. `zone` is that of the server."""
    starts = [start_time(run) for run in reversed(runs)]
    recent_starts = starts[-MAX_SAMPLE_SIZE - 1 :]
    intervals = [later - earlier for earlier, later in pairwise(recent_starts)]
    median_interval = sorted(intervals)[len(intervals) // 2] if intervals else timedelta()
    if not MIN_INTERVAL <= median_interval <= MAX_INTERVAL:
        return None
    multiples = [(interval, round(interval / median_interval)) for interval in intervals]
    near_multiples = [
        (interval, factor)
        for interval, factor in multiples
        if factor and abs(interval - factor * median_interval) <= MAX_RELATIVE_DEVIATION * median_interval
    ]
    rounded_interval = _round_interval(
        sum((interval for interval, _ in near_multiples), timedelta())
        / sum(factor for _, factor in near_multiples)
    )
    deviations = sorted(abs(interval - factor * rounded_interval) for interval, factor in near_multiples)
    schedule = RunSchedule(rounded_interval, deviations[len(deviations) * 9 // 10], len(intervals), starts)
    single_count = sum(1 for _, factor in near_multiples if factor == 1)
    if not _is_regular(schedule, len(near_multiples), single_count):
        return None
    local_schedule = replace(schedule, zone=zone)
    return (
        schedule
        if rounded_interval % DAY or _keeps_interval(local_schedule, recent_starts)
        else local_schedule
    )


def _keeps_interval(local_schedule: RunSchedule, starts: Sequence[datetime]) -> bool:
    """Whether the starts around clock changes show that this type keeps its interval."""
    offsets = [_utc_offset(start, local_schedule.zone) for start in starts]
    kept_interval_count = moved_count = 0
    for (earlier, later), (offset_before, offset_after) in zip(
        pairwise(starts), pairwise(offsets), strict=True
    ):
        number = round((later - earlier) / local_schedule.interval)
        if offset_before != offset_after and number:
            expected_by_interval, expected_by_clock = (
                earlier + number * local_schedule.interval,
                local_schedule.start_after(earlier, number),
            )
            kept_interval_count += abs(later - expected_by_interval) < abs(later - expected_by_clock)
            moved_count += abs(later - expected_by_clock) < abs(later - expected_by_interval)
    return kept_interval_count > moved_count


def _is_regular(schedule: RunSchedule, near_count: int, single_count: int) -> bool:
    if schedule.sample_size < MIN_SAMPLE_SIZE:
        is_exact = single_count == schedule.sample_size and schedule.spread <= schedule.interval / 20
        return (
            is_exact and schedule.interval >= _RARE_INTERVAL and schedule.sample_size >= _MIN_RARE_SAMPLE_SIZE
        )
    return (
        near_count >= MIN_MULTIPLE_SHARE * schedule.sample_size
        and single_count >= MIN_SINGLE_SHARE * schedule.sample_size
    )


def _round_interval(interval: timedelta) -> timedelta:
    """The interval that was probably configured: a round one within 1 %."""
    for unit in _ROUND_UNITS:
        rounded = round(interval / unit) * unit
        if rounded and abs(rounded - interval) <= interval / 100:
            return rounded
    return interval
