"""Overdue runs: which runs were due and have not started, and when the next one is due.

A run is overdue once it is later than `RunSchedule.grace_period` after the time at which it was expected.
A past idle period explains the runs that are missing in it. A type without a schedule is never overdue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from emtui.em.model import DISTANT_PAST, Session
from emtui.triage.runs_by_type import TypeRuns, start_time
from emtui.triage.schedule_detection import HOUR, WEEK, IdlePeriods, RunSchedule

MAX_SLOTS = 5_000
"""Maximum number of missed runs that are counted: fifty days of one every 15 minutes."""
_MAX_INTERVALS_AHEAD = 500
"""Maximum number of intervals ahead in the search for the next run."""


@dataclass(frozen=True, slots=True)
class DueRuns:
    """When the next run is due, or since when runs are overdue, and how many.

    `overdue_since` is set only for overdue types; `next_start` is `None` if no run is expected for a week.
    `is_minimum`: more runs may be overdue. `is_uncertain`: runs may be overdue, but the list does not go back
    far enough to tell.
    """

    next_start: datetime | None
    overdue_since: datetime | None = None
    overdue_count: int = 0
    sample_size: int = 0
    is_minimum: bool = False
    is_uncertain: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether runs were due and have not started."""
        return self.overdue_since is not None


def find_due_runs(
    runs: TypeRuns, schedule: RunSchedule | None, now: datetime, idle_periods: IdlePeriods = ()
) -> DueRuns | None:
    """The runs due after the newest of these; `None` while it is running, and without a schedule.

    A start later than `now` means that a clock was put back: nothing is overdue then. In an idle period,
    each type that was due in it is overdue.
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
        for slot in slots_after(newest, schedule, now)
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


def slots_after(
    run: Session, schedule: RunSchedule, until: datetime, since: datetime = DISTANT_PAST
) -> Iterator[datetime]:
    """When runs are due after the end of this one and after `since`, up to `until`; at most `MAX_SLOTS`."""
    start = start_time(run)
    return islice(schedule.slots(start, max(start, run.ended or start, since), until), MAX_SLOTS)


class MissedRuns(NamedTuple):
    """The number of runs that were due, and the first of them; from `first_uncertain` on it may be more."""

    first_due: datetime | None
    run_count: int
    is_minimum: bool
    first_uncertain: datetime | None = None


def count_missed_runs(
    schedule: RunSchedule, slots: Iterable[datetime], idle_periods: IdlePeriods = ()
) -> MissedRuns:
    """Count the slots at which a run was expected."""
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
    """The first slot after `now` at which a run is expected."""
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
