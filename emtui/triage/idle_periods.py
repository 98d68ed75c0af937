"""Idle periods, in which nothing ran: a patch night, a stopped service.

One idle period is one finding, not one for each type that was due in it. It lies between two starts or ends
of runs. If only one type was due, and did not run afterwards either, that type is overdue and there is no
idle period.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice, pairwise

from emtui.triage.overdue_runs import MAX_SLOTS, MissedRuns, count_missed_runs
from emtui.triage.runs_by_type import TypeRuns
from emtui.triage.schedule_detection import HOUR, MINUTE, IdlePeriod, RunSchedule

MAX_PAUSES = 100
"""Maximum number of long pauses that are evaluated, newest first."""
MIN_PAUSE = 5 * MINUTE


def find_idle_periods(
    types: Mapping[str, TypeRuns], schedules: Mapping[str, RunSchedule], now: datetime
) -> tuple[IdlePeriod, ...]:
    """All idle periods, newest first; the first may be ongoing."""
    pauses = list(_find_pauses(types, schedules, now))[-MAX_PAUSES:]
    candidates = (_find_idle_period(pause, types, schedules, now) for pause in reversed(pauses))
    return tuple(idle_period for idle_period in candidates if idle_period)


Pause = tuple[datetime, datetime]


def _find_pauses(
    types: Mapping[str, TypeRuns], schedules: Mapping[str, RunSchedule], now: datetime
) -> Iterable[Pause]:
    """The pauses between starts and ends that are longer than the interval of the most frequent type."""
    if not schedules:
        return
    most_frequent = min(schedules.values(), key=lambda schedule: schedule.interval)
    longest = max(most_frequent.interval + most_frequent.tolerance, MIN_PAUSE)
    starts = sorted([begin for runs in types.values() for run in runs if (begin := run.started)])
    long_gaps = [(earlier, later) for earlier, later in pairwise([*starts, now]) if later - earlier > longest]
    if not long_gaps:
        return
    ends = sorted([end for runs in types.values() for run in runs if (end := run.ended)])
    for since, until in long_gaps:
        activity_times = [since, *ends[bisect_right(ends, since) : bisect_left(ends, until)], until]
        yield from (
            (earlier, later) for earlier, later in pairwise(activity_times) if later - earlier > longest
        )


def _find_idle_period(
    pause: Pause, types: Mapping[str, TypeRuns], schedules: Mapping[str, RunSchedule], now: datetime
) -> IdlePeriod | None:
    since, until = pause
    is_ongoing = until == now
    missed_by_type = {
        session_type: missed_runs
        for session_type, schedule in schedules.items()
        if (missed_runs := _find_missed_runs(types[session_type], schedule, pause, now)).run_count
        and (is_ongoing or _has_resumed(schedule, until, now))
    }
    pending_types = [
        session_type
        for session_type in missed_by_type
        if not _has_start_between(schedules[session_type], until, now)
    ]
    count = sum(missed_runs.run_count for missed_runs in missed_by_type.values())
    if len(missed_by_type) < 2 and (pending_types or count < 2):
        return None
    sample_size = sum(schedules[session_type].sample_size for session_type in missed_by_type)
    is_minimum = any(missed_runs.is_minimum for missed_runs in missed_by_type.values())
    return IdlePeriod(
        since, None if is_ongoing else until, count, tuple(sorted(missed_by_type)), sample_size, is_minimum
    )


_NO_MISSED_RUNS = MissedRuns(None, 0, is_minimum=False)


def _find_missed_runs(runs: TypeRuns, schedule: RunSchedule, pause: Pause, now: datetime) -> MissedRuns:
    """The runs of a type that were due in the pause, except those still within their tolerance."""
    since, until = pause
    start_count = bisect_right(schedule.starts, since)
    if not start_count:
        return _NO_MISSED_RUNS
    last_start = schedule.starts[start_count - 1]
    run = runs[len(runs) - start_count]
    if run.is_running or (run.ended is not None and run.ended > since):
        return _NO_MISSED_RUNS
    end = until if until == now else until - schedule.tolerance
    slots = list(islice(schedule.slots(last_start, since, end), MAX_SLOTS + 1))
    missed_runs = count_missed_runs(schedule, slots[:MAX_SLOTS])
    if missed_runs.first_due is None:
        return _NO_MISSED_RUNS
    tolerance = schedule.tolerance + (
        HOUR if schedule.crosses_clock_change(last_start, missed_runs.first_due) else timedelta()
    )
    if missed_runs.first_due + tolerance > until:
        return _NO_MISSED_RUNS
    return missed_runs._replace(is_minimum=missed_runs.is_minimum or len(slots) > MAX_SLOTS)


def _has_resumed(schedule: RunSchedule, until: datetime, now: datetime) -> bool:
    """Whether the type ran again after the pause, or is not due yet."""
    latest = until + schedule.interval + schedule.grace_period
    return _has_start_between(schedule, until, latest) or now <= latest


def _has_start_between(schedule: RunSchedule, since: datetime, until: datetime) -> bool:
    index = bisect_left(schedule.starts, since - timedelta(seconds=1))
    return index < len(schedule.starts) and schedule.starts[index] <= until
