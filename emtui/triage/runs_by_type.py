"""The runs of each type, newest first: the input of the other modules.

Rows without a start or type, and incomplete ones, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter

from emtui.em.model import DISTANT_PAST, Outcome, Session

TypeRuns = Sequence[Session]
"""Sessions of one type with a start, newest first; those with the same start by uid."""

SUCCESSFUL_OUTCOMES = frozenset({Outcome.SUCCESS, Outcome.WARNING})
"""A warned run counts as successful."""

MIN_PLAUSIBLE_TIME, MAX_PLAUSIBLE_TIME = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Times beyond these are placeholders of the server for "never", and could overflow in calculations."""

_by_start, _by_uid = attrgetter("started"), attrgetter("uid")


def group_by_type(sessions: Iterable[Session]) -> dict[str, list[Session]]:
    """The runs by type; types are in the order of their first row in the list."""
    types: dict[str, list[Session]] = {}
    for session in sessions:
        session_type, started = session.type, session.started
        if (
            session_type
            and started is not None
            and session.is_complete
            and MIN_PLAUSIBLE_TIME <= started < MAX_PLAUSIBLE_TIME
        ):
            types.setdefault(session_type, []).append(session)
    for runs in types.values():
        runs.sort(key=_by_start, reverse=True)
        if any(newer.started == older.started for newer, older in pairwise(runs)):
            runs.sort(key=_by_uid)
            runs.sort(key=_by_start, reverse=True)
    return types


def runs_of_type(sessions: Iterable[Session], session_type: str | None) -> list[Session]:
    """The runs of this type."""
    return group_by_type(session for session in sessions if session.type == session_type).get(
        session_type or "", []
    )


def start_time(session: Session) -> datetime:
    """The start of a run; every run in `TypeRuns` has one."""
    return session.started or DISTANT_PAST


def runs_before(runs: TypeRuns, session: Session) -> list[Session]:
    """The runs that started before this one."""
    if session.started is None:
        return []
    return [run for run in runs if start_time(run) < session.started and run.uid != session.uid]
