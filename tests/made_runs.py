"""Sessions made for a test: only what the test talks about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from emtui.demo.world import World
from emtui.em.model import Event, Outcome, Result, Session, Uid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday."""
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_WORDS = {
    Outcome.SUCCESS: "CompletedSuccessfully",
    Outcome.WARNING: "CompletedWarning",
    Outcome.FAILED: "Failed",
    Outcome.CANCELED: "Failed",
    Outcome.RUNNING: "InProgress",
    Outcome.UNKNOWN: "Odd",
}


def run(
    started: datetime,
    kind: str = "CollectJob",
    *,
    took: timedelta = 90 * SECOND,
    outcome: Outcome = Outcome.SUCCESS,
    message: str | None = None,
) -> Session:
    """One run; without an end if it is still running."""
    ended = None if outcome is Outcome.RUNNING else started + took
    result = Result(_WORDS[outcome], message, outcome is Outcome.CANCELED)
    uid = Uid(f"urn:veeam:SystemSession:{kind}-{started.isoformat()}")
    return Session(uid, f"{kind} @{started}", kind, started, ended, _WORDS[outcome], result)


def series(
    kind: str, every: timedelta, until: datetime = NOON, count: int = 100, took: timedelta = 90 * SECOND
) -> list[Session]:
    """Good runs at a fixed interval, the newest of them at `until`; newest first."""
    return [run(until - number * every, kind, took=took) for number in range(count)]


def outcomes(
    *row: Outcome, kind: str = "CollectJob", every: timedelta = 15 * MINUTE, until: datetime = NOON
) -> list[Session]:
    """Runs with these outcomes, the first named the newest."""
    return [run(until - number * every, kind, outcome=outcome) for number, outcome in enumerate(row)]


def quiet(seed: int, now: datetime) -> World:
    """A world in which nothing of the story happens for two months from `now`."""
    return World(seed, now + 60 * DAY)


def without(sessions: Iterable[Session], since: datetime, until: datetime) -> list[Session]:
    """A patch night: what would have begun in that time did not."""
    return [one for one in sessions if one.started and not since <= one.started < until]


def log(*lines: tuple[float, str], start: datetime = NOON) -> tuple[Event, ...]:
    """Events at so many seconds after the start."""
    return tuple(
        Event(order, start + timedelta(seconds=at), text) for order, (at, text) in enumerate(lines, 1)
    )


def texts(*messages: str) -> Sequence[Event]:
    """Events of which only the texts matter, a second apart."""
    return log(*((float(place), text) for place, text in enumerate(messages)))
