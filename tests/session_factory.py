"""Factories of sessions and events for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Event, Outcome, Result, Session, Uid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday."""
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_STATES = {
    Outcome.SUCCESS: "CompletedSuccessfully",
    Outcome.WARNING: "CompletedWarning",
    Outcome.FAILED: "Failed",
    Outcome.CANCELED: "Failed",
    Outcome.RUNNING: "InProgress",
    Outcome.UNKNOWN: "Odd",
}


def make_run(
    started: datetime,
    type_name: str = "CollectJob",
    *,
    duration: timedelta = 90 * SECOND,
    outcome: Outcome = Outcome.SUCCESS,
    message: str | None = None,
) -> Session:
    """One run; without an end if it is still running."""
    ended = None if outcome is Outcome.RUNNING else started + duration
    result = Result(_STATES[outcome], message, outcome is Outcome.CANCELED)
    uid = Uid(f"urn:veeam:SystemSession:{type_name}-{started.isoformat()}")
    return Session(uid, f"{type_name} @{started}", type_name, started, ended, _STATES[outcome], result)


def make_series(
    type_name: str,
    interval: timedelta,
    until: datetime = NOON,
    count: int = 100,
    duration: timedelta = 90 * SECOND,
) -> list[Session]:
    """Successful runs at a fixed interval, the newest at `until`; newest first."""
    return [make_run(until - number * interval, type_name, duration=duration) for number in range(count)]


def runs_with_outcomes(
    *newest_first: Outcome,
    type_name: str = "CollectJob",
    interval: timedelta = 15 * MINUTE,
    until: datetime = NOON,
) -> list[Session]:
    """Runs with these outcomes, newest first."""
    return [
        make_run(until - number * interval, type_name, outcome=outcome)
        for number, outcome in enumerate(newest_first)
    ]


def uneventful_world(seed: int, now: datetime) -> SimulatedWorld:
    """A simulated world without incidents before `now`."""
    return SimulatedWorld(seed, now + 60 * DAY)


def exclude_started_between(sessions: Iterable[Session], since: datetime, until: datetime) -> list[Session]:
    """The sessions without those started in this period."""
    return [session for session in sessions if session.started and not since <= session.started < until]


def make_log(*lines: tuple[float, str], start: datetime = NOON) -> tuple[Event, ...]:
    """Events at these offsets in seconds from `start`."""
    return tuple(
        Event(order, start + timedelta(seconds=offsets), text)
        for order, (offsets, text) in enumerate(lines, 1)
    )


def log_texts(*messages: str) -> Sequence[Event]:
    """Events with these messages, a second apart."""
    return make_log(*((float(number), text) for number, text in enumerate(messages)))
