"""Other runs within ten minutes of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.model import DISTANT_PAST, Outcome, Session
from emtui.triage.incidents import PROBLEM_OUTCOMES
from emtui.triage.runs_by_type import MAX_PLAUSIBLE_TIME, MIN_PLAUSIBLE_TIME

CONCURRENCY_WINDOW = timedelta(minutes=10)
_UNSUCCESSFUL_OUTCOMES = PROBLEM_OUTCOMES | {Outcome.CANCELED}


@dataclass(frozen=True, slots=True)
class ConcurrentRuns:
    """The other runs near one, by start time: unsuccessful ones, and the rest."""

    unsuccessful: tuple[Session, ...]
    others: tuple[Session, ...]


def find_concurrent_runs(
    sessions: Iterable[Session], session: Session, now: datetime, window: timedelta = CONCURRENCY_WINDOW
) -> ConcurrentRuns:
    """Runs that overlap the time from `window` before its start to `window` after its end."""
    started, ended = session.started, _end_time(session, now)
    if started is None or started < MIN_PLAUSIBLE_TIME or ended >= MAX_PLAUSIBLE_TIME:
        return ConcurrentRuns((), ())
    since, until = started - window, ended + window
    nearby = [
        other
        for other in sessions
        if other.started is not None
        and other.started <= until
        and other.uid != session.uid
        and _end_time(other, now) >= since
    ]
    nearby.sort(key=lambda other: other.started or DISTANT_PAST)
    return ConcurrentRuns(
        tuple(other for other in nearby if other.outcome in _UNSUCCESSFUL_OUTCOMES),
        tuple(other for other in nearby if other.outcome not in _UNSUCCESSFUL_OUTCOMES),
    )


def group_by_type_and_outcome(sessions: Iterable[Session]) -> tuple[tuple[Session, ...], ...]:
    """Group the runs by type, unsuccessful ones also by outcome; in the order of the first run of each."""
    groups: dict[tuple[str | None, Outcome | None], list[Session]] = {}
    for session in sessions:
        outcome = session.outcome if session.outcome in _UNSUCCESSFUL_OUTCOMES else None
        groups.setdefault((session.type, outcome), []).append(session)
    return tuple(map(tuple, groups.values()))


def _end_time(session: Session, now: datetime) -> datetime:
    """The end of a run; its start if it is not running and its end is unknown."""
    if session.is_running:
        return now
    return session.ended or session.started or DISTANT_PAST
