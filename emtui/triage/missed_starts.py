"""Missed starts: the times at which a run of a type was due and none started, now and in the past.

The slots are those of `overdue_runs`, counted from the run before each gap. After the newest run they are
missed once the type is overdue; between two runs, unless the later run is nearest to the slot or started
within the grace period after it: that run was late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, pairwise

from emtui.triage.overdue_runs import DueRuns, find_due_runs, slots_after
from emtui.triage.run_cells import first_row_before
from emtui.triage.runs_by_type import MIN_PLAUSIBLE_TIME, TypeRuns, start_time
from emtui.triage.schedule_detection import IdlePeriod, IdlePeriods, RunSchedule
from emtui.triage.type_status import TypeStatuses

_MOMENT = timedelta(microseconds=1)


def find_missed_starts(
    runs: TypeRuns,
    schedule: RunSchedule | None,
    since: datetime,
    now: datetime,
    idle_periods: IdlePeriods = (),
) -> tuple[datetime, ...]:
    """The missed starts of one type from `since` up to `now`, oldest first; none without a schedule.

    Starts that were due in an idle period are missed, too, but not those that it explains after its end:
    intervals may start anew then. `DueRuns.overdue_count` is the number of those after the newest run that
    no past idle period explains.
    """
    due = find_due_runs(runs, schedule, now, idle_periods) if runs else None
    return tuple(_missed_starts(runs, schedule, due, since, now, idle_periods))


def find_missed_starts_by_type(
    type_statuses: TypeStatuses, since: datetime
) -> dict[str, tuple[datetime, ...]]:
    """The missed starts of each type that has any, from `since` up to the time of the statuses."""
    found = {
        status.type: tuple(
            _missed_starts(
                status.runs,
                status.schedule,
                status.due,
                since,
                type_statuses.now,
                type_statuses.idle_periods,
            )
        )
        for status in type_statuses.statuses
    }
    return {session_type: missed for session_type, missed in found.items() if missed}


def _missed_starts(
    runs: TypeRuns,
    schedule: RunSchedule | None,
    due: DueRuns | None,
    since: datetime,
    now: datetime,
    idle_periods: IdlePeriods,
) -> Iterator[datetime]:
    if schedule is None or not runs:
        return
    just_before = max(since, MIN_PLAUSIBLE_TIME) - _MOMENT
    slots = chain(
        _slots_in_gaps(runs, schedule, just_before),
        _slots_after_newest(runs, schedule, due, just_before, now, idle_periods),
    )
    for slot in slots:
        if not any(
            _explains_later(period, slot, schedule) for period in idle_periods
        ) and schedule.is_expected(slot, idle_periods):
            yield slot


def _slots_in_gaps(runs: TypeRuns, schedule: RunSchedule, since: datetime) -> Iterator[datetime]:
    """The slots between two consecutive runs that the later run does not fill."""
    margin = max(schedule.grace_period, schedule.interval / 2)
    for older, newer in pairwise(reversed(runs[: first_row_before(runs, since) + 1])):
        if start_time(newer) - start_time(older) > schedule.interval:
            yield from slots_after(older, schedule, start_time(newer) - margin, since)


def _slots_after_newest(
    runs: TypeRuns,
    schedule: RunSchedule,
    due: DueRuns | None,
    since: datetime,
    now: datetime,
    idle_periods: IdlePeriods,
) -> Iterator[datetime]:
    """The slots after the newest run if the type is overdue, else only those in idle periods."""
    if due is None:
        return
    for slot in slots_after(runs[0], schedule, now, since):
        if due.is_overdue or any(
            period.until is not None and period.since <= slot <= period.until for period in idle_periods
        ):
            yield slot


def _explains_later(period: IdlePeriod, slot: datetime, schedule: RunSchedule) -> bool:
    """Whether a run was due after an idle period that explains why it did not start."""
    return period.until is not None and slot > period.until and period.explains(slot, schedule.interval)
