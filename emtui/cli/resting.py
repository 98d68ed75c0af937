"""What a query of the command line rests on: what is usual for the runs of its list, and what is known of it.

Nothing is thought about that the query does not ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui.em.address import Server
from emtui.em.model import Session, state_words, type_names
from emtui.lookup import Beyond, Query, parse

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines
    from emtui.triage.known import Known


def beyond(query: Query, sessions: Sequence[Session], now: datetime, server: Server) -> Beyond:
    """What this query may rest on in this list; nobody looks on, so that nothing is unseen."""
    parts = query.rests_on
    usual = _usual(sessions) if "usual" in parts else None
    known = _known(sessions, now, server) if "known" in parts else None
    states = state_words(sessions) if "states" in parts and is_whole(sessions) else None
    types = types_of(sessions) if "types" in parts else None
    return Beyond(now, usual, known=known, states=states, types=types)


def types_of(sessions: Sequence[Session]) -> tuple[str, ...] | None:
    """The types of a list; not known where it gives only the names of runs."""
    return tuple(sorted(type_names(sessions))) if is_whole(sessions) else None


def is_whole(sessions: Sequence[Session]) -> bool:
    """Whether a list gives more than the name of each run."""
    return all(session.complete for session in sessions)


def _usual(sessions: Sequence[Session]) -> Baselines:
    from emtui.triage.baseline import baselines

    return baselines(sessions)


def _known(sessions: Sequence[Session], now: datetime, server: Server) -> Known:
    from emtui.cli.known import Knowledge

    return Knowledge.of(server).in_list(sessions, now)


def check(text: str, zone: tzinfo) -> None:
    """See before anything is sent that the query can be read; raises `BadQuery`.

    What its times mean is known once the server's clock is: then it is read again, and only then is a time
    refused that this computer's clock makes wrong, such as `02:10A` on a day whose clock shows 02:10 once.
    """
    parse(text, now=datetime.now(UTC), zone=zone, lenient=True)


class Followed:
    """A query of a list that is followed: it rests on the latest look. Raises `BadQuery`.

    Its times are read by the server's clock at the first look, and stay.
    """

    def __init__(self, text: str, zone: tzinfo) -> None:
        check(text, zone)
        self._text, self._zone = text, zone
        self.query: Query | None = None

    def look(self, sessions: Sequence[Session], now: datetime, server: Server) -> None:
        """The list as it is when the server's clock shows `now`."""
        query = self.query or parse(self._text, now=now, zone=self._zone)
        self.query = query.upon(beyond(query, sessions, now, server))

    def matches(self, session: Session) -> bool:
        """Whether the query lets it through now; nothing before the first look."""
        return self.query is not None and self.query.matches(session)
