"""Status of each type: its newest run, baseline, schedule, due runs, streak and slowdown.

One per type, by newest run; shown in the overview of types and ranked by `prioritization`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain

from emtui.em.model import Outcome, Session
from emtui.triage.baseline import Baseline, Baselines, Slowdown, baselines_by_type, find_slowdown
from emtui.triage.daily_failures import DailyFailures, find_daily_failures
from emtui.triage.idle_periods import find_idle_periods
from emtui.triage.overdue_runs import DueRuns, find_due_runs
from emtui.triage.runs_by_type import (
    MAX_PLAUSIBLE_TIME,
    MIN_PLAUSIBLE_TIME,
    TypeRuns,
    group_by_type,
    start_time,
)
from emtui.triage.schedule_detection import IdlePeriod, RunSchedule, detect_schedule
from emtui.triage.streaks import Streak, find_streak
from emtui.triage.unlisted_types import UnlistedRunSource


@dataclass(frozen=True, slots=True)
class Overrun:
    """A stuck run: unusually long, and longer than any run of its baseline."""

    session: Session
    duration: timedelta
    ratio: float
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class TypeStatus:
    """One type. Unknown values are `None`; `runs` are newest first, `baseline` is that of the newest.

    `daily_failures` are its failures, if they come at the same time of day.
    """

    type: str
    runs: TypeRuns
    baseline: Baseline | None
    schedule: RunSchedule | None
    due: DueRuns | None
    streak: Streak | None
    slowdown: Slowdown | None
    overruns: tuple[Overrun, ...]
    daily_failures: DailyFailures | None = None

    @property
    def newest_run(self) -> Session:
        """Its newest run."""
        return self.runs[0]

    @property
    def last_success(self) -> Session | None:
        """The successful run that ended last; the start replaces an unknown end."""
        successes = (run for run in self.runs if run.outcome is Outcome.SUCCESS)
        return max(successes, key=lambda run: run.ended or start_time(run), default=None)

    @property
    def is_on_time(self) -> bool | None:
        """Whether it is neither overdue nor stuck; `None` without a schedule or with too little history."""
        if self.overruns or (self.due and self.due.is_overdue):
            return False
        return None if self.schedule is None or (self.due and self.due.is_uncertain) else True


@dataclass(frozen=True, slots=True)
class TypeStatuses:
    """All types as of `now`, the idle periods, newest first, and the baselines.

    `unlisted` has the runs that the list lacks; `None` if it lacks none.
    """

    now: datetime
    statuses: tuple[TypeStatus, ...]
    idle_periods: tuple[IdlePeriod, ...]
    baselines: Baselines = field(default_factory=Baselines)
    unlisted: UnlistedRunSource | None = None

    def for_type(self, session_type: str | None) -> TypeStatus | None:
        """The status of this type; `None` if it never ran."""
        return next((status for status in self.statuses if status.type == session_type), None)

    @property
    def first_start(self) -> datetime | None:
        """The start of the oldest run of any type; the list does not tell what was before."""
        return min((start_time(status.runs[-1]) for status in self.statuses), default=None)

    @property
    def current_idle_period(self) -> IdlePeriod | None:
        """The ongoing idle period, if any."""
        return next((idle_period for idle_period in self.idle_periods[:1] if idle_period.until is None), None)

    def at_time(self, now: datetime) -> TypeStatuses:
        """The same statuses as of a later moment; an earlier one changes nothing."""
        return replace(self, now=min(max(now, self.now), MAX_PLAUSIBLE_TIME))


def compute_type_statuses(
    sessions: Iterable[Session], now: datetime, zone: tzinfo = UTC, unlisted: UnlistedRunSource | None = None
) -> TypeStatuses:
    """Compute the statuses of all types of a list that was received at `now`, by the server's clock.

    `zone` is the time zone of the server, in which daily schedules keep their time of day. `unlisted` runs
    count as they were last seen.
    """
    now = min(max(now, MIN_PLAUSIBLE_TIME), MAX_PLAUSIBLE_TIME)
    runs_by_type = group_by_type(chain(sessions, unlisted.runs) if unlisted else sessions)
    schedules = {
        session_type: schedule
        for session_type, runs in runs_by_type.items()
        if (schedule := detect_schedule(runs, zone))
    }
    idle_periods = find_idle_periods(runs_by_type, schedules, now)
    baselines = baselines_by_type(runs_by_type)
    statuses = []
    for session_type, runs in runs_by_type.items():
        schedule = schedules.get(session_type)
        statuses.append(
            TypeStatus(
                session_type,
                runs,
                baselines.for_run(runs[0]),
                schedule,
                find_due_runs(runs, schedule, now, idle_periods),
                find_streak(runs),
                find_slowdown(runs, baselines),
                tuple(_find_overruns(runs, baselines, now)),
                find_daily_failures(runs, schedule, now, zone),
            )
        )
    statuses.sort(key=lambda status: start_time(status.newest_run), reverse=True)
    return TypeStatuses(
        now, tuple(statuses), idle_periods, baselines, unlisted if unlisted and unlisted.runs else None
    )


def _find_overruns(runs: TypeRuns, baselines: Baselines, now: datetime) -> Iterable[Overrun]:
    for run in runs:
        if not run.is_running:
            continue
        duration, baseline = run.duration(now), baselines.for_run(run)
        if duration is not None and baseline and (ratio := baseline.overrun_ratio(duration)):
            yield Overrun(run, duration, ratio, baseline)
