"""Baselines and acknowledgements of a list, for the commands.

Acknowledgements are made in the session browser; here they are only read. A list is analyzed only as far
as necessary: without acknowledgements, reading them is the only cost.
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
    """The context of this query for this list; `unseen` does not apply to commands."""
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
    """The types of a list, `None` if it has only names of runs."""
    return tuple(sorted(type_names(sessions))) if is_complete(sessions) else None


def is_complete(sessions: Sequence[Session]) -> bool:
    """Whether a list has more than the name of each run."""
    return all(session.complete for session in sessions)


def check(text: str, zone: tzinfo) -> None:
    """Validate the query before anything is sent; raises `BadQuery`.

    It is parsed again once the server's clock is known. Only then are times rejected that are invalid by
    the clock, such as `02:10A` on a day without an ambiguous 02:10.
    """
    parse(text, now=datetime.now(UTC), zone=zone, lenient=True)


def read_knowledge(base: KnowledgeBase) -> Knowledge:
    """The current acknowledgements; what cannot be read is reported once and skipped."""
    knowledge = base.load()
    narrate_problems(base)
    return knowledge


def narrate_problems(base: KnowledgeBase) -> None:
    """Report new problems once."""
    for problem in base.new_problems("cannot read the acknowledgements"):
        stdio.narrate(problem)


class AcknowledgementReader:
    """Acknowledgements for the latest list of one server."""

    def __init__(self, server: Server, zone: tzinfo) -> None:
        """`zone` is the server's, in which daily runs keep their time of day."""
        self._base = KnowledgeBase(server.ascii_authority)
        self._zone = zone
        self._latest: tuple[Snapshot, Known] | None = None

    def read(self) -> Knowledge:
        """The current acknowledgements."""
        return read_knowledge(self._base)

    def acknowledged_in(self, snapshot: Snapshot) -> Known:
        """The acknowledgements for this list, cached for the latest one."""
        if self._latest is None or self._latest[0] is not snapshot:
            from emtui.monitor.assessment import acknowledged_in  # noqa: PLC0415 - as in query_context

            self._latest = snapshot, acknowledged_in(snapshot, self.read(), self._zone)
        return self._latest[1]

    def covers(self, session: Session | None, snapshot: Snapshot | None) -> bool:
        """Whether this run is acknowledged; false without a list."""
        if session is None or snapshot is None:
            return False
        return self.acknowledged_in(snapshot).of(session) is not None


def acknowledged_in_list(sessions: Sequence[Session], now: datetime, server: Server, zone: tzinfo) -> Known:
    """The acknowledgements for a list that was received at `now` by the server's clock."""
    return AcknowledgementReader(server, zone).acknowledged_in(Snapshot(tuple(sessions), now))


async def is_acknowledged(client: Client, session: Session, zone: tzinfo) -> bool:
    """Whether one run is acknowledged; requests the list only if there are acknowledgements.

    If the list cannot be requested, that is reported, and the run counts as not acknowledged.
    """
    reader = AcknowledgementReader(client.server, zone)
    if reader.read().is_empty:
        return False
    try:
        sessions = (await client.sessions()).sessions
    except EmError as problem:
        stdio.narrate(f"Cannot tell whether the session is acknowledged: {problem}")
        return False
    return reader.covers(session, Snapshot(sessions, client.now()))


class FollowedQuery:
    """A query that is evaluated for each new list. Raises `BadQuery`.

    Its times are resolved by the server's clock with the first list and then stay fixed.
    """

    def __init__(self, text: str, zone: tzinfo) -> None:
        check(text, zone)
        self._text, self._zone = text, zone
        self.query: Query | None = None

    def update(self, sessions: Sequence[Session], now: datetime, server: Server) -> None:
        """Evaluate the query for a list received at `now` by the server's clock."""
        query = self.query or parse(self._text, now=now, zone=self._zone)
        self.query = query.upon(query_context(query, sessions, now, server, self._zone))

    def matches(self, session: Session) -> bool:
        """Whether the query matches; false before the first list."""
        return self.query is not None and self.query.matches(session)
