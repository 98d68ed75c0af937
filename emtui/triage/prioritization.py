"""Findings of a list, most severe first: failing, stuck, overdue and slower types.

A type that is failing and overdue has one finding: failing, with the number of overdue runs. While nothing
runs at all there is one finding, and no type is overdue. Missing runs of the list come first, since all
other findings depend on the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo

from emtui.em.model import Outcome, Session
from emtui.triage.finding_navigation import find_run
from emtui.triage.findings import (
    WORST_FIRST,
    CanceledFinding,
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    RunFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.triage.incidents import Incident, find_type_incidents
from emtui.triage.overdue_runs import DueRuns
from emtui.triage.runs_by_type import SUCCESSFUL_OUTCOMES, start_time
from emtui.triage.schedule_detection import DAY, WEEK
from emtui.triage.type_status import TypeStatus, TypeStatuses, compute_type_statuses

MIN_RECURRENCE_DAYS = 3
"""Minimum number of days in a week with the same failure, with successful or warned runs in between."""


@dataclass(frozen=True, slots=True)
class OnTimeCounts:
    """The number of types that run on schedule, of `type_count`.

    Unknown for the types without a schedule, and for `uncertain` ones with too little history.
    """

    on_time: int
    type_count: int
    without_schedule: tuple[str, ...]
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrioritizedFindings:
    """The findings, most severe first, and the number of types on schedule."""

    findings: tuple[Finding, ...]
    on_time_counts: OnTimeCounts


def prioritize_sessions(
    sessions: Iterable[Session], now: datetime, zone: tzinfo = UTC
) -> PrioritizedFindings:
    """The findings of a list that was received at `now`, by the server's clock.

    `zone` is the display time zone, in which days are counted.
    """
    return prioritize_findings(compute_type_statuses(sessions, now, zone), zone)


def prioritize_findings(type_statuses: TypeStatuses, zone: tzinfo = UTC) -> PrioritizedFindings:
    """The findings from type statuses that were computed before."""
    findings: list[Finding] = [*_idle_findings(type_statuses)]
    for row in type_statuses.statuses:
        findings += _type_findings(row, type_statuses, zone)
    if type_statuses.unlisted and type_statuses.unlisted.since:
        findings = [
            *_with_unlisted_marks(findings, type_statuses),
            make_unlisted_finding(type_statuses, type_statuses.unlisted.runs),
        ]
    findings.sort(key=lambda finding: finding.since, reverse=True)
    findings.sort(key=lambda finding: (finding.urgency, WORST_FIRST.index(type(finding))))
    return PrioritizedFindings(tuple(findings), count_on_time(type_statuses))


def count_on_time(type_statuses: TypeStatuses) -> OnTimeCounts:
    """Count the types that run on schedule."""
    on_time_count = sum(1 for row in type_statuses.statuses if row.is_on_time)
    without_schedule = tuple(
        row.type for row in type_statuses.statuses if row.is_on_time is None and row.schedule is None
    )
    uncertain = tuple(
        row.type for row in type_statuses.statuses if row.is_on_time is None and row.schedule is not None
    )
    return OnTimeCounts(on_time_count, len(type_statuses.statuses), without_schedule, uncertain)


def _with_unlisted_marks(findings: Iterable[Finding], type_statuses: TypeStatuses) -> Iterator[Finding]:
    """The findings, with `is_unlisted` set for those about a run that is no longer listed."""
    uids = {run.uid for run in type_statuses.unlisted.runs} if type_statuses.unlisted else set()
    for finding in findings:
        run = find_run(finding, type_statuses)
        is_unlisted = run is not None and run.uid in uids
        yield (
            replace(finding, is_unlisted=True) if is_unlisted and isinstance(finding, RunFinding) else finding
        )


def make_unlisted_finding(type_statuses: TypeStatuses, runs: Sequence[Session]) -> UnlistedRunsFinding:
    """The finding that these runs are no longer listed."""
    failed_count = sum(1 for run in runs if run.has_failed)
    since = type_statuses.unlisted.since if type_statuses.unlisted else None
    listed_count = sum(len(row.runs) for row in type_statuses.statuses)
    return UnlistedRunsFinding(
        len(runs), failed_count, since or type_statuses.now, max(listed_count, len(runs))
    )


def _idle_findings(type_statuses: TypeStatuses) -> Iterator[Finding]:
    for idle_period in type_statuses.idle_periods:
        if idle_period.until is None:
            yield CurrentIdleFinding(
                idle_period,
                is_run_active=_has_run_throughout(type_statuses, idle_period.since, type_statuses.now),
            )
        elif type_statuses.now - idle_period.until < DAY:
            is_run_active = _has_run_throughout(type_statuses, idle_period.since, idle_period.until)
            yield PastIdleFinding(idle_period, idle_period.until, is_run_active=is_run_active)


def _has_run_throughout(type_statuses: TypeStatuses, since: datetime, until: datetime) -> bool:
    """Whether one run continued for all that time."""
    return any(
        start_time(run) <= since and (run.is_running or (run.ended is not None and run.ended >= until))
        for row in type_statuses.statuses
        for run in row.runs
    )


def _type_findings(row: TypeStatus, type_statuses: TypeStatuses, zone: tzinfo) -> Iterator[Finding]:
    overdue = _overdue_by_itself(row, type_statuses)
    failing_finding = _failing_finding(row, overdue)
    if failing_finding:
        yield failing_finding
    yield from (StuckRunFinding(row.type, overrun) for overrun in row.overruns)
    if not failing_finding and overdue:
        yield from _overdue_findings(row, overdue)
    if row.slowdown:
        yield SlowdownFinding(row.type, row.slowdown)
    if not failing_finding:
        yield from _recurring_findings(row, type_statuses.now, zone)
    yield from _warning_findings(row)
    yield from _canceled_findings(row, type_statuses.now)


def _overdue_by_itself(row: TypeStatus, type_statuses: TypeStatuses) -> DueRuns | None:
    """The due runs of an overdue type; `None` in an idle period, unless it was overdue before that."""
    due, idle_period = row.due, type_statuses.current_idle_period
    if due is None or due.overdue_since is None or row.schedule is None:
        return None
    if idle_period is None or row.type not in idle_period.types:
        return due
    return (
        due
        if due.overdue_since < idle_period.since
        and type_statuses.now - due.overdue_since > row.schedule.grace_period
        else None
    )


def _failing_finding(row: TypeStatus, overdue: DueRuns | None) -> FailingFinding | None:
    if row.streak is None or row.streak.outcome is not Outcome.FAILED:
        return None
    due = overdue or DueRuns(None)
    return FailingFinding(
        row.type,
        row.streak,
        _last_message(row, Outcome.FAILED),
        due.overdue_count,
        due.is_minimum,
        row.daily_failures,
    )


def _warning_findings(row: TypeStatus) -> Iterator[WarningFinding]:
    if row.streak and row.streak.outcome is Outcome.WARNING:
        yield WarningFinding(row.type, row.streak, _last_message(row, Outcome.WARNING))


def _last_message(row: TypeStatus, outcome: Outcome) -> str | None:
    return next((run.message for run in row.runs if run.outcome is outcome), None)


def _overdue_findings(row: TypeStatus, due: DueRuns) -> Iterator[OverdueFinding]:
    schedule = row.schedule
    if schedule and due.overdue_since:
        last_start = start_time(row.newest_run)
        yield OverdueFinding(
            row.type,
            due.overdue_since,
            last_start,
            schedule.interval,
            due.overdue_count,
            schedule.sample_size,
            due.is_minimum,
        )


def _canceled_findings(row: TypeStatus, now: datetime) -> Iterator[CanceledFinding]:
    newest = row.newest_run
    if newest.outcome is Outcome.CANCELED and now - start_time(newest) < DAY:
        yield CanceledFinding(row.type, start_time(newest), newest.message, len(row.runs))


def _recurring_findings(row: TypeStatus, now: datetime, zone: tzinfo) -> Iterator[RecurringFailureFinding]:
    recent_runs = [run for run in row.runs if now - start_time(run) < WEEK]
    if not any(run.outcome is Outcome.FAILED for run in recent_runs):
        return
    for incident in find_type_incidents(row.runs, frozenset({Outcome.FAILED})):
        daily = row.daily_failures
        daily = daily if daily and daily.uids[0] == incident.uids[0] else None
        has_recurred = daily or _count_recurrence_days(recent_runs, incident, zone) >= MIN_RECURRENCE_DAYS
        if has_recurred and now - incident.last < 2 * DAY:
            yield RecurringFailureFinding(row.type, incident, daily)


def _count_recurrence_days(recent_runs: Sequence[Session], incident: Incident, zone: tzinfo) -> int:
    """The number of days with this failure, with a successful run between each two."""
    uids, days, has_recovered = frozenset(incident.uids), 0, True
    last_day: date | None = None
    for run in reversed(recent_runs):
        if run.outcome in SUCCESSFUL_OUTCOMES:
            has_recovered = True
        elif (
            has_recovered and run.uid in uids and (day := start_time(run).astimezone(zone).date()) != last_day
        ):
            last_day, has_recovered, days = day, False, days + 1
    return days
