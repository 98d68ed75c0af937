"""Sixty days of a server without incidents, optionally with patch nights and clock changes.

Based on the simulated worlds of the demo before their incidents. Patch nights remove runs; a clock change
moves runs at fixed local times by an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from session_factory import DAY, MINUTE, NOON, exclude_started_between, uneventful_world

from emtui.em.model import Session

MIDDLE_START = NOON - 30 * DAY
SEEDS = (0, 1, 23)
LOCAL_TIME_TYPES = frozenset(
    {"CatalogConsolidation", "HistoryCollectJob", "SecurityScopesRebuild", "LicAutoUpdate"}
)
"""Types assumed to run at fixed local times."""
PATCH_NIGHTS = ((NOON - 20 * DAY).replace(hour=22), (NOON - 6 * DAY).replace(hour=2, minute=3))
PATCH_DURATION = 41 * MINUTE


@cache
def sixty_days(seed: int) -> list[Session]:
    """All ended runs of sixty days."""
    world = uneventful_world(seed, NOON)
    sessions_by_uid = {
        session.uid: session
        for when in (MIDDLE_START, NOON)
        for session in world.sessions(when + DAY)
        if session.ended
    }
    return list(sessions_by_uid.values())


def listed_at(sessions: Sequence[Session], now: datetime) -> list[Session]:
    """The sessions that the server lists at this time."""
    window = (session for session in sessions if session.started and now - 30 * DAY < session.started <= now)
    return [session if session.ended and session.ended <= now else as_running(session) for session in window]


def as_running(session: Session) -> Session:
    return replace(session, ended=None, state="InProgress", result=replace(session.result, value="None"))


def shift_by_clock_change(session: Session, change: datetime, by: timedelta) -> Session:
    """The session if the clocks had changed by `by` at `change`."""
    if session.type not in LOCAL_TIME_TYPES or session.started is None or session.started < change:
        return session
    ended = session.ended + by if session.ended else None
    return replace(session, started=session.started + by, ended=ended)


def with_clock_change(sessions: Sequence[Session], by: timedelta) -> list[Session]:
    """The sessions if the clocks had changed nine days before the end."""
    change = (NOON - 9 * DAY).replace(hour=1)
    return [shift_by_clock_change(session, change, by) for session in sessions]


def with_patch_nights(sessions: Sequence[Session]) -> list[Session]:
    """The sessions without those of two patch nights."""
    for patch in PATCH_NIGHTS:
        sessions = exclude_started_between(sessions, patch, patch + PATCH_DURATION)
    return list(sessions)
