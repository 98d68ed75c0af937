"""What commands base their answers on in a list: what is usual for its runs, and what is acknowledged.

Acknowledgements are made in the screens; here they are only read. A list is analyzed only as far as
an answer needs it: where nothing is acknowledged, it costs no more than reading it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui.cli import stdio
from emtui.em.errors import EmError
from emtui.em.model import Session, state_words, type_names
from emtui.em.server_address import Server
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.snapshot import Snapshot
from emtui.query import Beyond, Query, parse

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.triage.acknowledged import Known


def query_context(
    query: Query, sessions: Sequence[Session], now: datetime, server: Server, zone: tzinfo
) -> Beyond:
    """What this query depends on in this list; nobody watches it, so that nothing is unseen."""
    parts = query.rests_on
    usual = None
    if "usual" in parts:
        from emtui.triage.baseline import baselines  # noqa: PLC0415 - start-up time: few answers need triage

        usual = baselines(sessions)
    known = acknowledged_in_list(sessions, now, server, zone) if "known" in parts else None
    states = state_words(sessions) if "states" in parts and is_complete(sessions) else None
    types = types_of(sessions) if "types" in parts else None
    return Beyond(now, usual, known=known, states=states, types=types)


def types_of(sessions: Sequence[Session]) -> tuple[str, ...] | None:
    """The types of a list; not known where it gives only the names of runs."""
    return tuple(sorted(type_names(sessions))) if is_complete(sessions) else None


def is_complete(sessions: Sequence[Session]) -> bool:
    """Whether a list gives more than the name of each run."""
    return all(session.complete for session in sessions)


def check(text: str, zone: tzinfo) -> None:
    """Check before anything is sent that the query can be read; raises `BadQuery`.

    What its times mean is known once the server's clock is: then it is read again, and only then is a time
    refused that this computer's clock makes wrong, such as `02:10A` on a day whose clock shows 02:10 once.
    """
    parse(text, now=datetime.now(UTC), zone=zone, lenient=True)


def read_knowledge(base: KnowledgeBase) -> Knowledge:
    """What is recorded now; what cannot be read is reported once, and stops nothing."""
    knowledge = base.load()
    narrate_problems(base)
    return knowledge


def narrate_problems(base: KnowledgeBase) -> None:
    """Report what could not be read, once while it lasts."""
    for problem in base.new_problems("what is marked as known cannot be read"):
        stdio.narrate(problem)


class AcknowledgementReader:
    """What is acknowledged in the lists of one server, as of the latest one."""

    def __init__(self, server: Server, zone: tzinfo) -> None:
        """`zone` is the server's: what runs daily keeps its time of day there."""
        self._base = KnowledgeBase(server.ascii_authority)
        self._zone = zone
        self._latest: tuple[Snapshot, Known] | None = None

    def read(self) -> Knowledge:
        """What is recorded now."""
        return read_knowledge(self._base)

    def acknowledged_in(self, snapshot: Snapshot) -> Known:
        """What is acknowledged in this list; of the same one nothing is read again."""
        if self._latest is None or self._latest[0] is not snapshot:
            from emtui.monitor.assessment import acknowledged_in  # noqa: PLC0415 - as in query_context

            self._latest = snapshot, acknowledged_in(snapshot, self.read(), self._zone)
        return self._latest[1]

    def covers(self, session: Session | None, snapshot: Snapshot | None) -> bool:
        """Whether this run is acknowledged; nothing is before there is a list."""
        if session is None or snapshot is None:
            return False
        return self.acknowledged_in(snapshot).of(session) is not None


def acknowledged_in_list(sessions: Sequence[Session], now: datetime, server: Server, zone: tzinfo) -> Known:
    """What is acknowledged in a list that came when the server's clock showed `now`."""
    return AcknowledgementReader(server, zone).acknowledged_in(Snapshot(tuple(sessions), now))


async def is_acknowledged(client: Client, session: Session, zone: tzinfo) -> bool:
    """Whether one run is acknowledged in the list, which is requested only if anything is recorded.

    Where the list cannot be had, that is reported, and nothing is acknowledged.
    """
    reader = AcknowledgementReader(client.server, zone)
    if reader.read().is_empty:
        return False
    try:
        sessions = (await client.sessions()).sessions
    except EmError as problem:
        stdio.narrate(f"whether it is known cannot be told: {problem}")
        return False
    return reader.covers(session, Snapshot(sessions, client.now()))


class FollowedQuery:
    """A query of a list that is followed: it depends on the latest list. Raises `BadQuery`.

    Its times are read by the server's clock with the first list, and stay.
    """

    def __init__(self, text: str, zone: tzinfo) -> None:
        check(text, zone)
        self._text, self._zone = text, zone
        self.query: Query | None = None

    def update(self, sessions: Sequence[Session], now: datetime, server: Server) -> None:
        """Take the list as it is when the server's clock shows `now`."""
        query = self.query or parse(self._text, now=now, zone=self._zone)
        self.query = query.upon(query_context(query, sessions, now, server, self._zone))

    def matches(self, session: Session) -> bool:
        """Whether the query lets it through now; nothing before the first list."""
        return self.query is not None and self.query.matches(session)
