"""The runs of each type, newest first: what everything else here looks at.

A row without a start, a type, or known by name only says nothing about time and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter

from emtui.em.model import LONG_AGO, Outcome, Session

Runs = Sequence[Session]
"""Sessions of one type with a start, newest first; those that began at once by uid, as a list has them."""

GOOD = frozenset({Outcome.SUCCESS, Outcome.WARNING})
"""A warned run did its work."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Times at the edge of the calendar are a server's way to say "never", and leave no room to reckon."""

_by_start, _by_uid = attrgetter("started"), attrgetter("uid")


def by_type(sessions: Iterable[Session]) -> dict[str, list[Session]]:
    """The runs of each type that occurs, in the order of its newest run in the list."""
    types: dict[str, list[Session]] = {}
    for session in sessions:
        kind, started = session.type, session.started
        if kind and started is not None and session.complete and EARLIEST <= started < LATEST:
            types.setdefault(kind, []).append(session)
    for runs in types.values():
        runs.sort(key=_by_start, reverse=True)
        if any(newer.started == older.started for newer, older in pairwise(runs)):
            runs.sort(key=_by_uid)
            runs.sort(key=_by_start, reverse=True)
    return types


def of_type(sessions: Iterable[Session], kind: str | None) -> list[Session]:
    """The runs of this type."""
    return by_type(session for session in sessions if session.type == kind).get(kind or "", [])


def started(session: Session) -> datetime:
    """When it began; everything in `Runs` has a start."""
    return session.started or LONG_AGO


def before(runs: Runs, session: Session) -> list[Session]:
    """The runs that began before this one."""
    if session.started is None:
        return []
    return [run for run in runs if started(run) < session.started and run.uid != session.uid]
