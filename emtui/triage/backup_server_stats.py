"""Duration, usual duration and outcome of each backup server in a collection run.

Parsed from its events, which name the servers: "Retrieving data from bs01.example.net..." begins a server,
"Data collection from bs01.example.net completed successfully." ends it. Servers of past runs that this
run did not reach are included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from emtui.em.model import Event
from emtui.triage.baseline import UNUSUAL_RATIO, duration_stats
from emtui.triage.error_keywords import has_failure_keyword
from emtui.triage.step_timing import MIN_LOGS, MIN_SHOWN_WAIT, UsualStepDuration

_HOST = r"(?P<host>[^\s,;:'\"]+?)"
_STARTED = re.compile(
    rf"(?:Preparing\ to\ collect|Retrieving|Collecting)\b.*?\bfrom\s+{_HOST}\s*\.*\Z", re.IGNORECASE
)
_COMPLETED = re.compile(
    rf"(?:Data\ collection\ from\s+{_HOST}\s+(?:has\ )?completed\b|Collected\s+(?P<other>[^\s,;:'\"]+?):)",
    re.IGNORECASE,
)


class ServerOutcome(StrEnum):
    """Outcome of one backup server."""

    OK = "ok"
    FAILED = "failed"
    RUNNING = "running"
    NOT_REACHED = "not reached"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BackupServerResult:
    """One backup server of a run; `message` is the event of its failure."""

    host: str
    duration: timedelta | None
    outcome: ServerOutcome
    usual: UsualStepDuration | None = None
    message: str | None = None

    @property
    def is_unusual(self) -> bool:
        """Whether it took longer than ever before, and clearly longer than usual."""
        duration, usual = self.duration, self.usual
        if duration is None or usual is None:
            return False
        return (
            duration > usual.longest
            and duration >= usual.usual * UNUSUAL_RATIO
            and duration - usual.usual >= MIN_SHOWN_WAIT
        )

    @property
    def ratio(self) -> float:
        """The duration as a multiple of the usual one; 1 if unknown."""
        usual = self.usual.usual if self.usual else timedelta()
        return self.duration / usual if self.duration is not None and usual else 1.0


_PROBLEM_OUTCOMES = (ServerOutcome.FAILED, ServerOutcome.NOT_REACHED, ServerOutcome.UNKNOWN)
_OTHER_OUTCOMES = (ServerOutcome.RUNNING, ServerOutcome.OK, ServerOutcome.NOT_YET)


def sort_worst_first(rows: Iterable[BackupServerResult]) -> tuple[BackupServerResult, ...]:
    """Sort by severity.

    Failed, not reached, and unfinished servers first; then unusually slow ones, running before finished;
    then the other running, finished and pending ones. Within these, the highest ratio to the usual duration
    comes first; equal ones keep the order of the run.
    """
    return tuple(sorted(rows, key=lambda row: (_rank(row), -row.ratio)))


def _rank(row: BackupServerResult) -> int:
    if row.outcome in _PROBLEM_OUTCOMES:
        return _PROBLEM_OUTCOMES.index(row.outcome)
    return (
        len(_PROBLEM_OUTCOMES)
        + _OTHER_OUTCOMES.index(row.outcome)
        + (0 if row.is_unusual else len(_OTHER_OUTCOMES))
    )


@dataclass(slots=True)
class _Visit:
    host: str
    started: datetime | None
    ended: datetime | None = None
    outcome: ServerOutcome = ServerOutcome.UNKNOWN
    message: str | None = None


def find_server_results(
    events: Sequence[Event], past_logs: Iterable[Sequence[Event]] = (), now: datetime | None = None
) -> tuple[BackupServerResult, ...]:
    """The servers in the order of the run, then those not reached, or not yet.

    `now` is the current time if the run is still running, else `None`.
    """
    visits = _find_visits(events, now)
    durations_by_host: dict[str, list[timedelta]] = {}
    for log in past_logs:
        for visit in _find_visits(log, None).values():
            if visit.outcome is ServerOutcome.OK and (duration := _visit_duration(visit)) is not None:
                durations_by_host.setdefault(visit.host, []).append(duration)
    rows = [_make_result(visit, durations_by_host.get(visit.host, [])) for visit in visits.values()]
    if not rows:
        return ()  # a log that names no server is not a collection
    unvisited_hosts = (host for host in durations_by_host if host not in visits)
    outcome = ServerOutcome.NOT_REACHED if now is None else ServerOutcome.NOT_YET
    return (
        *rows,
        *(
            BackupServerResult(host, None, outcome, _usual_duration(durations_by_host[host]))
            for host in unvisited_hosts
        ),
    )


def _make_result(visit: _Visit, durations: Sequence[timedelta]) -> BackupServerResult:
    return BackupServerResult(
        visit.host, _visit_duration(visit), visit.outcome, _usual_duration(durations), visit.message
    )


def _visit_duration(visit: _Visit) -> timedelta | None:
    return max(visit.ended - visit.started, timedelta()) if visit.started and visit.ended else None


def _usual_duration(durations: Sequence[timedelta]) -> UsualStepDuration | None:
    stats = duration_stats(durations) if len(durations) >= MIN_LOGS else None
    return UsualStepDuration(stats.median, stats.longest, len(durations)) if stats else None


def _find_visits(events: Sequence[Event], now: datetime | None) -> dict[str, _Visit]:
    visits: dict[str, _Visit] = {}
    for event in events:
        message = (event.message or "").strip()
        start_match, end_match = _STARTED.match(message), _COMPLETED.match(message)
        if start_match:
            host = start_match["host"]
            visits.setdefault(host, _Visit(host, event.time))
        elif end_match:
            host = end_match["host"] or end_match["other"]
            if host in visits:
                _end_visit(visits[host], event, ServerOutcome.OK)
        elif has_failure_keyword(message):
            for visit in _unfinished_visits_named_in(message, visits):
                _end_visit(visit, event, ServerOutcome.FAILED)
    if now is not None:
        _mark_running(visits, now)
    return visits


def _unfinished_visits_named_in(message: str, visits: dict[str, _Visit]) -> list[_Visit]:
    """The visits that a message mentions, except successful ones."""
    unfinished_visits = [visit for visit in visits.values() if visit.outcome is not ServerOutcome.OK]
    return [visit for visit in unfinished_visits if mentions_host(message, visit.host)]


def mentions_host(message: str, host: str) -> bool:
    """Whether a message contains this host name, not only as a part of a longer one."""
    return bool(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", message, re.IGNORECASE))


def _end_visit(visit: _Visit, event: Event, outcome: ServerOutcome) -> None:
    visit.ended, visit.outcome = event.time, outcome
    visit.message = None if outcome is ServerOutcome.OK else event.message


def _mark_running(visits: dict[str, _Visit], now: datetime) -> None:
    """Mark unfinished visits of a running session as running; the newest failed one may still be retried."""
    newest = next(reversed(visits.values()), None)
    for visit in visits.values():
        if visit.outcome is ServerOutcome.UNKNOWN or (
            visit is newest and visit.outcome is ServerOutcome.FAILED
        ):
            visit.ended, visit.outcome = now, ServerOutcome.RUNNING
