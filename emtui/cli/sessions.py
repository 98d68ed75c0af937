"""`emtui sessions`: the list, filtered, sorted and limited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.client_session import converse, narrate_zone, reach
from emtui.cli.list_evidence import acknowledged_in_list, check, is_complete, query_context, types_of
from emtui.cli.query_args import query_text
from emtui.em.model import Listing, Session, Uid, find_guid, state_words
from emtui.em.server_address import Server
from emtui.handover.json_schema import SESSION_KEYS, session_record
from emtui.query import DEFAULT_ORDER, Beyond, Order, Query, parse, parse_order
from emtui.query.session_ref import FEWEST_DIGITS
from emtui.query.sort_order import nobody_knows

if TYPE_CHECKING:
    from emtui.em.client import Client

USUAL = "since:24h"
"""The default on a terminal: about a page instead of a month."""

_TIME_OR_ID = frozenset({"since", "before", "until", "id"})
"""Keys of a query that replace the default time range."""
_OF_REFERENCES = frozenset({"since", "before", "until", "name", "id"})
"""Keys that can be tested on a bare reference, which has only a name and a start."""
_ORDERS_OF_REFERENCES = frozenset({"started", "name", "uid", "id", "server", "kind"})

COLUMNS = (
    output.Column("Outcome"),
    output.Column("Type"),
    output.Column("Started"),
    output.Column("Took", right=True),
    output.Column("Id"),
    output.Column("Message"),
)


def run(given: Given) -> int:
    """List the sessions that match."""
    connection = reach(given)
    zone = connection.zone
    text = query_text(given)
    check(text, zone)
    order = parse_order(given.one("--sort") or DEFAULT_ORDER.text)
    limit = _limit(given.one("--limit"))

    form = given.one("--output") or "table"

    async def ask(client: Client) -> tuple[tuple[Session, ...], frozenset[Uid], datetime]:
        listing = await client.sessions()
        now = client.now()
        narrate_odd(listing)
        query = _bounded(parse(text, now=now, zone=zone), listing.sessions, now, zone)
        rests = query_context(query, listing.sessions, now, client.server, zone)
        known: Callable[[Session], bool] = nobody_knows
        if form != "table" or order.field == "known":
            known = _is_acknowledged(client, listing, now, zone)
        chosen = await _chosen(client, listing, query.upon(rests), rests, _Cut(order, limit, now, known))
        return chosen, frozenset(session.uid for session in chosen if known(session)), now

    sessions, known, now = converse(connection, ask)
    if stdio.to_terminal() and form == "table":
        narrate_zone(connection, now)
    stdio.say(_shown(form, sessions, known, connection.server, now, zone))
    return 0


def _is_acknowledged(
    client: Client, listing: Listing, now: datetime, zone: tzinfo
) -> Callable[[Session], bool]:
    """A test of whether a run is acknowledged, based on the complete list."""
    acknowledged = acknowledged_in_list(listing.sessions, now, client.server, zone)
    return lambda session: acknowledged.of(session) is not None


def _bounded(query: Query, listed: Sequence[Session], now: datetime, zone: tzinfo) -> Query:
    """The query; on a terminal limited to 24 hours if it names neither a time nor the ID of a run."""
    if not stdio.to_terminal() or not _TIME_OR_ID.isdisjoint(query.keys) or _names_id(query, listed):
        return query
    stdio.narrate("Showing the last 24 hours and running sessions. Use --since 30d to list all.")
    return Query((*query.terms, *parse(USUAL, now=now, zone=zone).terms))


def _names_id(query: Query, listed: Sequence[Session]) -> bool:
    """Whether one of its words is a GUID, or the first digits of the ID of a run in the list."""
    words = [term.needle for term in query.terms if not term.key and len(term.needle) >= FEWEST_DIGITS]
    return any(find_guid(word) or any(run.id.startswith(word) for run in listed) for word in words)


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadUsage(f"--limit must be a number, not {text!r}.")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Sort order and limit, at `now` by the server's clock.

    `known` tests whether a run is acknowledged.
    """

    order: Order
    limit: int | None
    now: datetime
    known: Callable[[Session], bool]

    def sort(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """All of them, sorted."""
        return self.order.sort(sessions, self.now, self.known)

    def of(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """The first ones up to the limit, sorted."""
        return self.sort(sessions)[: self.limit]

    @property
    def enough(self) -> int | None:
        """The limit if references can be sorted by this order without requesting them, else `None`."""
        return self.limit if self.order.field in _ORDERS_OF_REFERENCES else None


async def _chosen(
    client: Client, listing: Listing, query: Query, rests: Beyond, cut: _Cut
) -> tuple[Session, ...]:
    """Filter, sort and limit; bare references are requested one by one, only as many as necessary."""
    if is_complete(listing.sessions):
        return cut.of(filter(query.matches, listing.sessions))
    if cut.limit == 0:
        return ()
    early = query.only(_OF_REFERENCES)
    placed = cut.sort(s for s in listing.sessions if s.started and (s.complete or early.matches(s)))
    unplaced = (session for session in listing.sessions if session.started is None)
    read: list[Session] = []
    kept = await _kept(client, placed, query, cut.enough, read) + await _kept(
        client, unplaced, query, None, read
    )
    if len(read) == len(listing.sessions):  # check the query against the list: may raise `BadQuery`
        query = query.upon(replace(rests, states=state_words(read), types=types_of(read)))
    return cut.of(filter(query.matches, kept))


async def _kept(
    client: Client, sessions: Iterable[Session], query: Query, enough: int | None, read: list[Session]
) -> list[Session]:
    """The first matches, complete; all requested sessions are added to `read`."""
    kept: list[Session] = []
    async for session in client.complete(sessions):
        read.append(session)
        if query.matches(session):
            kept.append(session)
        if len(kept) == enough:
            break
    return kept


def narrate_odd(listing: Listing) -> None:
    """Report invalid values and characters in the list."""
    if listing.odd:
        total = text_format.count(len(listing.sessions))
        stdio.narrate(f"{text_format.count(listing.odd)} of {total} sessions could not be read completely")
    narrate_replaced(listing.replaced)


def narrate_replaced(replaced: int) -> None:
    """Report how many characters were replaced because XML does not allow them."""
    if replaced:
        stdio.narrate(f"Characters not allowed in XML, replaced with U+FFFD: {text_format.count(replaced)}")


def _shown(
    form: str,
    sessions: Sequence[Session],
    known: frozenset[Uid],
    server: Server,
    now: datetime,
    zone: tzinfo,
) -> str:
    if form == "table":
        return as_table(sessions, now, zone)
    records = (session_record(session, server, now, known=session.uid in known) for session in sessions)
    match form:
        case "json":
            return output.as_json(list(records))
        case "csv":
            return output.as_csv(records, SESSION_KEYS)
        case _:
            return output.as_jsonl(records)


def as_table(sessions: Sequence[Session], now: datetime, zone: tzinfo) -> str:
    """A table of sessions for a terminal or a pipe."""
    rows = [_row(session, now, zone) for session in sessions]
    return output.as_table(COLUMNS, rows, stdio.width())


def _row(session: Session, now: datetime, zone: tzinfo) -> tuple[str, ...]:
    took = session.took(now)
    return (
        session.outcome,
        session.type or "",
        started(session, now, zone),
        text_format.duration(took) if took is not None else _unknown(session),
        session.id[:8],
        session.message or "",
    )


def started(session: Session, now: datetime, zone: tzinfo) -> str:
    """The start: short on a terminal, in full on a pipe."""
    if session.started is None:
        return _unknown(session)
    if stdio.to_terminal():
        return text_format.clock_short(session.started, now, zone)
    return text_format.iso(session.started)


def _unknown(session: Session) -> str:
    return text_format.UNKNOWN if session.complete else ""
