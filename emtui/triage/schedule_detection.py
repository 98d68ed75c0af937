"""How regularly a type runs, when its next run is due, and which due runs have not begun.

The interval is measured from start to start. Whether a run is due at some time is asked of
the weeks before: a type that rests at night or over the weekend is not late then. While a type
does not run at all, it is asked of the time before that. A type without a rhythm gives none,
and nothing is ever said to be late without one.

What runs every so many days keeps the time of day when the clocks change, unless its starts
before and after a change show that it keeps its interval. Other intervals do not move.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, pairwise
from typing import NamedTuple

from emtui.triage.runs_by_type import TypeRuns, start_time

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

MAX_SAMPLE_SIZE = 200
"""How many intervals a rhythm is measured on."""
MIN_SAMPLE_SIZE = 5
"""Fewer intervals are no rhythm; three weekly ones are, if they are exact."""
MAX_RELATIVE_DEVIATION = 0.3
"""How far from the interval, or a multiple of it, a start may be, in intervals."""
MIN_MULTIPLE_SHARE, MIN_SINGLE_SHARE = 0.85, 0.6
"""The share of starts that must be near a multiple of the interval, and near one interval."""
MAX_SLOTS = 5_000
"""Missed runs are counted up to here: fifty days of quarter hours."""
_MAX_INTERVALS_AHEAD = 500
"""So far ahead the next run is looked for."""
_MAX_STEPS_BACK = 60
"""So many days or weeks back is looked for what is usual at a time."""
MIN_INTERVAL, MAX_INTERVAL = timedelta(seconds=5), 53 * WEEK
"""What comes more often or more than a year apart has no rhythm, and never leads beyond the calendar."""

_RARE_INTERVAL = timedelta(days=6)
_MIN_RARE_SAMPLE_SIZE = 3
_CLOCK_CHANGE = HOUR
_ROUND_UNITS = (DAY / 2, HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE, timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class RunSchedule:
    """The interval between the starts of a type, how far they stray, and how many intervals that rests on.

    `grace_period` is how much after its time a run must be before it is called late. In `zone` the time of day
    is kept, in UTC the interval.
    """

    interval: timedelta
    spread: timedelta
    sample_size: int
    starts: Sequence[datetime] = field(repr=False, compare=False)
    zone: tzinfo = field(default=UTC, repr=False, compare=False)

    @property
    def tolerance(self) -> timedelta:
        """How much later than due a start may well be."""
        return max(2 * self.spread, MINUTE)

    @property
    def grace_period(self) -> timedelta:
        """The same, with the hour by which the clocks change for what runs every two hours or less often."""
        return max(self.tolerance, self.interval / 10) + (
            _CLOCK_CHANGE if self.interval >= 2 * HOUR else timedelta()
        )

    def is_expected(self, time: datetime, idle_periods: IdlePeriods = ()) -> bool | None:
        """Whether a run would begin about then, going by the same time of the weeks before.

        Unknown where the list does not reach so far back, or where those weeks, or an hour more or
        less, do not agree.
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
        """For each step back that the list covers, whether a run began about then; unknown if it may have."""
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
        """When runs were due later than `since`, up to `until`, if the newest began at `last`."""
        first_number = max((since - last_start) // self.interval, 1)
        wall_clock = self._wall_clock_of(last_start)
        for number in range(first_number, max((until - last_start) // self.interval, 0) + 2):
            slot = self._slot_at(last_start, wall_clock, number)
            if since < slot <= until:
                yield slot

    def start_after(self, start: datetime, number: int) -> datetime:
        """When a run is due that comes so many intervals after this start."""
        return self._slot_at(start, self._wall_clock_of(start), number)

    def crosses_clock_change(self, last_start: datetime, slot: datetime) -> bool:
        """Whether the clocks change between the two, so that the run may be meant an hour before or after."""
        return self.zone is not UTC and _utc_offset(last_start, self.zone) != _utc_offset(slot, self.zone)

    def _slot_at(self, start: datetime, wall_clock: datetime, number: int) -> datetime:
        """Of a time that comes twice the first, and of one that is left out the one that came instead."""
        if self.zone is UTC:
            return start + number * self.interval
        return _from_wall_clock(wall_clock + number * self.interval, self.zone)

    def _wall_clock_of(self, start: datetime) -> datetime:
        """What the clock showed, or would have shown if that time had not been left out then."""
        if self.zone is UTC:
            return start
        index = bisect_left(self.starts, start)
        if index:
            previous_start = self.starts[index - 1]
            intended = (
                _wall_clock_time(previous_start, self.zone)
                + round((start - previous_start) / self.interval) * self.interval
            )
            actual = _from_wall_clock(intended, self.zone)
            if _wall_clock_time(actual, self.zone) != intended and abs(actual - start) <= _CLOCK_CHANGE:
                return intended
        return _wall_clock_time(start, self.zone)


@dataclass(frozen=True, slots=True)
class IdlePeriod:
    """A time in which nothing at all ran; without an end it goes on.

    `missed` runs of `types` were due in it, or `at_least` so many; `rests_on` intervals say so.
    """

    since: datetime
    until: datetime | None
    missed_count: int
    types: tuple[str, ...]
    sample_size: int
    is_minimum: bool = False

    def explains(self, due_time: datetime, interval: timedelta) -> bool:
        """Whether it explains that a run due then did not begin.

        What runs every few hours may start to count anew after it; what runs daily has its hour.
        """
        if due_time < self.since:
            return False
        return self.until is None or due_time <= self.until + (
            interval + HOUR if interval <= DAY / 4 else HOUR
        )


IdlePeriods = Sequence[IdlePeriod]


@dataclass(frozen=True, slots=True)
class DueRuns:
    """When the next run is due, or since when it is and how many in a row have not begun.

    `since` is set only for what is late; `next` is unknown where no run is expected for a week. `at_least`
    says that more may have been due. With `is_uncertain` runs may have been due and have not begun: the list does
    not reach back far enough to tell.
    """

    next_start: datetime | None
    overdue_since: datetime | None = None
    overdue_count: int = 0
    sample_size: int = 0
    is_minimum: bool = False
    is_uncertain: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether runs were due and have not begun."""
        return self.overdue_since is not None


def _wall_clock_time(time: datetime, zone: tzinfo) -> datetime:
    """What a clock of this zone shows then."""
    return time.astimezone(zone).replace(tzinfo=None, fold=0)


def _from_wall_clock(wall_clock: datetime, zone: tzinfo) -> datetime:
    """When a clock of this zone first shows this; if that time is left out, when it would have shown it."""
    return wall_clock.replace(tzinfo=zone).astimezone(UTC)


def _utc_offset(time: datetime, zone: tzinfo) -> timedelta | None:
    return time.astimezone(zone).utcoffset()


def detect_schedule(runs: TypeRuns, zone: tzinfo = UTC) -> RunSchedule | None:
    """How regularly these runs begin, newest first; none if they do not. `zone` is the server's."""
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
    """Whether starts before and after the clocks changed show that these did not move with them."""
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
    """The schedule that was probably meant: a round interval within one part in a hundred."""
    for unit in _ROUND_UNITS:
        rounded = round(interval / unit) * unit
        if rounded and abs(rounded - interval) <= interval / 100:
            return rounded
    return interval


def find_due_runs(
    runs: TypeRuns, schedule: RunSchedule | None, now: datetime, idle_periods: IdlePeriods = ()
) -> DueRuns | None:
    """What is due after the newest of these runs; none while it runs, and none without a rhythm.

    A start later than `now` means that a clock was put back: nothing is late then. While nothing at all
    runs, each type that was due meanwhile is late.
    """
    newest = runs[0]
    if schedule is None or newest.is_running:
        return None
    last_start = start_time(newest)
    past_idle_periods = [idle_period for idle_period in idle_periods if idle_period.until is not None]
    is_idle = any(
        idle_period.until is None and newest.type in idle_period.types for idle_period in idle_periods
    )
    slots = (
        slot
        for slot in islice(
            schedule.slots(last_start, max(last_start, newest.ended or last_start), now), MAX_SLOTS
        )
        if not any(idle_period.explains(slot, schedule.interval) for idle_period in past_idle_periods)
    )
    missed_runs = count_missed_runs(schedule, slots, idle_periods)
    first_due = missed_runs.first_due
    if first_due and (is_idle or now - first_due > schedule.grace_period):
        is_minimum = missed_runs.is_minimum or (now - last_start) // schedule.interval > MAX_SLOTS
        return DueRuns(first_due, first_due, missed_runs.run_count, schedule.sample_size, is_minimum)
    if missed_runs.first_uncertain and now - missed_runs.first_uncertain > schedule.grace_period:
        return DueRuns(None, sample_size=schedule.sample_size, is_uncertain=True)
    return DueRuns(
        first_due or _next_expected(schedule, last_start, now, idle_periods), sample_size=schedule.sample_size
    )


class MissedRuns(NamedTuple):
    """How many runs were due, and when the first was; of `unknown` and maybe later ones it is not known."""

    first_due: datetime | None
    run_count: int
    is_minimum: bool
    first_uncertain: datetime | None = None


def count_missed_runs(
    schedule: RunSchedule, slots: Iterable[datetime], idle_periods: IdlePeriods = ()
) -> MissedRuns:
    """At how many of these times a run was expected."""
    first_due, run_count, first_uncertain = None, 0, None
    for slot in slots:
        is_expected = schedule.is_expected(slot, idle_periods)
        if is_expected:
            first_due, run_count = first_due or slot, run_count + 1
        elif is_expected is None:
            first_uncertain = first_uncertain or slot
    return MissedRuns(first_due, run_count, first_uncertain is not None, first_uncertain)


def _next_expected(
    schedule: RunSchedule, last_start: datetime, now: datetime, idle_periods: IdlePeriods
) -> datetime | None:
    """The first time after now at which a run is expected."""
    upcoming_slots = schedule.slots(
        last_start,
        max(now, last_start),
        max(now, last_start) + min(WEEK + 2 * schedule.interval, _MAX_INTERVALS_AHEAD * schedule.interval),
    )
    for index, slot in enumerate(upcoming_slots):
        if schedule.is_expected(slot, idle_periods) or (index == 0 and not _is_covered(schedule, slot)):
            return slot
    return None


def _is_covered(schedule: RunSchedule, time: datetime) -> bool:
    return schedule.starts[0] <= time - WEEK - HOUR
