"""What else failed or ran within ten minutes of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.model import LONG_AGO, Outcome, Session
from emtui.triage.incidents import TROUBLE
from emtui.triage.runs_by_type import EARLIEST, LATEST

WITHIN = timedelta(minutes=10)
_BAD = TROUBLE | {Outcome.CANCELED}


@dataclass(frozen=True, slots=True)
class Around:
    """The other runs near one, by their start: those in trouble, and the rest."""

    troubled: tuple[Session, ...]
    others: tuple[Session, ...]


def around(
    sessions: Iterable[Session], session: Session, now: datetime, within: timedelta = WITHIN
) -> Around:
    """Runs that were under way at some time from `within` before its start to `within` after its end."""
    begun, ended = session.started, _end(session, now)
    if begun is None or begun < EARLIEST or ended >= LATEST:
        return Around((), ())
    since, until = begun - within, ended + within
    near = [
        other
        for other in sessions
        if other.started is not None
        and other.started <= until
        and other.uid != session.uid
        and _end(other, now) >= since
    ]
    near.sort(key=lambda other: other.started or LONG_AGO)
    return Around(
        tuple(other for other in near if other.outcome in _BAD),
        tuple(other for other in near if other.outcome not in _BAD),
    )


def by_kind(sessions: Iterable[Session]) -> tuple[tuple[Session, ...], ...]:
    """The runs of one type together, those in trouble by outcome; by the start of the first of them."""
    groups: dict[tuple[str | None, Outcome | None], list[Session]] = {}
    for session in sessions:
        outcome = session.outcome if session.outcome in _BAD else None
        groups.setdefault((session.type, outcome), []).append(session)
    return tuple(map(tuple, groups.values()))


def _end(session: Session, now: datetime) -> datetime:
    """A run of which no end is known and that does not run is taken for its start."""
    if session.running:
        return now
    return session.ended or session.started or LONG_AGO
