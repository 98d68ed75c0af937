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
from emtui.em.model import Session, state_values, type_names
from emtui.em.server_address import Server
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.snapshot import Snapshot
from emtui.query import Query, QueryContext, parse

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.triage.acknowledgement_matching import Acknowledgements


def query_context(
    query: Query, sessions: Sequence[Session], now: datetime, server: Server, zone: tzinfo
) -> QueryContext:
    """The context of this query for this list; `unseen` does not apply to commands."""
    dependencies = query.depends_on
    usual_lengths = None
    if "baselines" in dependencies:
        from emtui.triage.baseline import compute_baselines  # noqa: PLC0415 - start-up time: few answers need triage

        usual_lengths = compute_baselines(sessions)
    acknowledged = (
        acknowledged_in_list(sessions, now, server, zone) if "acknowledged" in dependencies else None
    )
    states = state_values(sessions) if "states" in dependencies and is_complete(sessions) else None
    types = listed_types(sessions) if "types" in dependencies else None
    return QueryContext(now, usual_lengths, acknowledged=acknowledged, states=states, types=types)


def listed_types(sessions: Sequence[Session]) -> tuple[str, ...] | None:
    """The types of a list, `None` if it has only names of runs."""
    return tuple(sorted(type_names(sessions))) if is_complete(sessions) else None


def is_complete(sessions: Sequence[Session]) -> bool:
    """Whether a list has more than the name of each run."""
    return all(session.is_complete for session in sessions)


def check_query(text: str, zone: tzinfo) -> None:
    """Validate the query before anything is sent; raises `InvalidQueryError`.

    It is parsed again once the server's clock is known. Only then are times rejected that are invalid by
    the clock, such as `02:10A` on a day without an ambiguous 02:10.
    """
    parse(text, now=datetime.now(UTC), zone=zone, is_lenient=True)


def read_knowledge(base: KnowledgeBase) -> Knowledge:
    """The current acknowledgements; what cannot be read is reported once and skipped."""
    knowledge = base.load()
    print_problems(base)
    return knowledge


def print_problems(base: KnowledgeBase) -> None:
    """Report new problems once."""
    for problem in base.new_problems("cannot read the acknowledgements"):
        stdio.print_message(problem)


class AcknowledgementReader:
    """Acknowledgements for the latest list of one server."""

    def __init__(self, server: Server, zone: tzinfo) -> None:
        """`zone` is the server's, in which daily runs keep their time of day."""
        self._base = KnowledgeBase(server.ascii_authority)
        self._zone = zone
        self._latest: tuple[Snapshot, Acknowledgements] | None = None

    def read(self) -> Knowledge:
        """The current acknowledgements."""
        return read_knowledge(self._base)

    def acknowledged_in(self, snapshot: Snapshot) -> Acknowledgements:
        """The acknowledgements for this list, cached for the latest one."""
        if self._latest is None or self._latest[0] is not snapshot:
            from emtui.monitor.assessment import find_acknowledgements  # noqa: PLC0415 - as in query_context

            self._latest = snapshot, find_acknowledgements(snapshot, self.read(), self._zone)
        return self._latest[1]

    def covers(self, session: Session | None, snapshot: Snapshot | None) -> bool:
        """Whether this run is acknowledged; false without a list."""
        if session is None or snapshot is None:
            return False
        return self.acknowledged_in(snapshot).for_run(session) is not None


def acknowledged_in_list(
    sessions: Sequence[Session], now: datetime, server: Server, zone: tzinfo
) -> Acknowledgements:
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
        stdio.print_message(f"Cannot tell whether the session is acknowledged: {problem}")
        return False
    return reader.covers(session, Snapshot(sessions, client.now()))


class FollowedQuery:
    """A query that is evaluated for each new list. Raises `InvalidQueryError`.

    Its times are resolved by the server's clock with the first list and then stay fixed.
    """

    def __init__(self, text: str, zone: tzinfo) -> None:
        check_query(text, zone)
        self._text, self._zone = text, zone
        self.query: Query | None = None

    def update(self, sessions: Sequence[Session], now: datetime, server: Server) -> None:
        """Evaluate the query for a list received at `now` by the server's clock."""
        query = self.query or parse(self._text, now=now, zone=self._zone)
        self.query = query.with_context(query_context(query, sessions, now, server, self._zone))

    def matches(self, session: Session) -> bool:
        """Whether the query matches; false before the first list."""
        return self.query is not None and self.query.matches(session)
