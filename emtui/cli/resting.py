"""What a query of the command line rests on, as far as a list alone tells: what is usual of its types.

Nothing is thought about that the query does not ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from emtui.em.model import Session
from emtui.lookup import Beyond, Query


def beyond(query: Query, sessions: Iterable[Session], now: datetime) -> Beyond:
    """What this query may rest on in this list; nobody looks on, so that nothing is unseen."""
    if "usual" not in query.rests_on:
        return Beyond(now)
    from emtui.triage.baseline import baseline
    from emtui.triage.runs import by_type

    usual = {kind: found for kind, runs in by_type(sessions).items() if (found := baseline(runs))}
    return Beyond(now, usual)


class Followed:
    """A query of a list that is followed: it rests on the latest look."""

    def __init__(self, query: Query) -> None:
        self.query = query

    def look(self, sessions: Iterable[Session], now: datetime) -> None:
        """The list as it is now."""
        self.query = self.query.upon(beyond(self.query, sessions, now))

    def matches(self, session: Session) -> bool:
        """Whether the query lets it through now."""
        return self.query.matches(session)
