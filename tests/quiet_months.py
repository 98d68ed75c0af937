"""Sixty days in which nothing is wrong, as the server lists them; patch nights, and changes of the clocks.

The worlds are the demo's before its story begins. Patch nights take out what would have run;
a clock change moves by an hour what runs at fixed local times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from made_runs import DAY, MINUTE, NOON, quiet, without

from emtui.em.model import Session

BEGIN = NOON - 30 * DAY
SEEDS = (0, 1, 23)
LOCAL = frozenset({"CatalogConsolidation", "HistoryCollectJob", "SecurityScopesRebuild", "LicAutoUpdate"})
"""Types that we say run at fixed local times."""
PATCHES = ((NOON - 20 * DAY).replace(hour=22), (NOON - 6 * DAY).replace(hour=2, minute=3))
PATCHING = 41 * MINUTE


@cache
def months(seed: int) -> list[Session]:
    """Everything that ran in sixty days, as it was in the end."""
    world = quiet(seed, NOON)
    known = {one.uid: one for when in (BEGIN, NOON) for one in world.sessions(when + DAY) if one.ended}
    return list(known.values())


def listed(sessions: Sequence[Session], now: datetime) -> list[Session]:
    """What the server would list at this time."""
    window = (one for one in sessions if one.started and now - 30 * DAY < one.started <= now)
    return [one if one.ended and one.ended <= now else running(one) for one in window]


def running(session: Session) -> Session:
    return replace(session, ended=None, state="InProgress", result=replace(session.result, word="None"))


def moved(session: Session, change: datetime, by: timedelta) -> Session:
    """What it would be if the clocks had changed by then."""
    if session.type not in LOCAL or session.started is None or session.started < change:
        return session
    ended = session.ended + by if session.ended else None
    return replace(session, started=session.started + by, ended=ended)


def clocks_changed(sessions: Sequence[Session], by: timedelta) -> list[Session]:
    """The same, if the clocks had been put on or back nine days before the end."""
    change = (NOON - 9 * DAY).replace(hour=1)
    return [moved(one, change, by) for one in sessions]


def patched(sessions: Sequence[Session]) -> list[Session]:
    """The same with two patch nights."""
    for patch in PATCHES:
        sessions = without(sessions, patch, patch + PATCHING)
    return list(sessions)
