"""What a query of the command line rests on: what is usual for the runs of its list, and what is known of it.

Nothing is thought about that the query does not ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from emtui.em.address import Server
from emtui.em.model import Session
from emtui.lookup import Beyond, Query

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines
    from emtui.triage.known import Known


def beyond(query: Query, sessions: Sequence[Session], now: datetime, server: Server) -> Beyond:
    """What this query may rest on in this list; nobody looks on, so that nothing is unseen."""
    parts = query.rests_on
    usual = _usual(sessions) if "usual" in parts else None
    return Beyond(now, usual, known=_known(sessions, now, server) if "known" in parts else None)


def _usual(sessions: Sequence[Session]) -> Baselines:
    from emtui.triage.baseline import baselines

    return baselines(sessions)


def _known(sessions: Sequence[Session], now: datetime, server: Server) -> Known:
    from emtui.cli.known import Knowledge

    return Knowledge.of(server).in_list(sessions, now)


class Followed:
    """A query of a list that is followed: it rests on the latest look."""

    def __init__(self, query: Query) -> None:
        self.query = query

    def look(self, sessions: Sequence[Session], now: datetime, server: Server) -> None:
        """The list as it is now."""
        self.query = self.query.upon(beyond(self.query, sessions, now, server))

    def matches(self, session: Session) -> bool:
        """Whether the query lets it through now."""
        return self.query.matches(session)
