"""`emtui sessions`: the list, filtered, sorted and limited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.list_context import (
    acknowledged_in_list,
    check_query,
    is_complete,
    listed_types,
    query_context,
)
from emtui.cli.query_args import query_text
from emtui.em.model import Listing, Session, Uid, find_guid, state_values
from emtui.em.server_address import Server
from emtui.handover.json_records import SESSION_KEYS, session_record
from emtui.local.recent_sessions import save_recent_sessions
from emtui.query import DEFAULT_SORT_ORDER, Query, QueryContext, SortOrder, parse, parse_sort_order
from emtui.query.session_ref import MIN_PREFIX_LENGTH
from emtui.query.sort_order import none_acknowledged

if TYPE_CHECKING:
    from emtui.em.client import Client

DEFAULT_TERMINAL_QUERY = "since:24h"
"""The default on a terminal: about a page instead of a month."""

_TIME_OR_ID_KEYS = frozenset({"since", "before", "until", "id"})
"""Keys of a query that replace the default time range."""
_REFERENCE_KEYS = frozenset({"since", "before", "until", "name", "id"})
"""Keys that can be tested on a bare reference, which has only a name and a start."""
_REFERENCE_SORT_KEYS = frozenset({"started", "name", "uid", "id", "server", "kind"})

SESSION_COLUMNS = (
    output.OutputColumn("Outcome"),
    output.OutputColumn("Type"),
    output.OutputColumn("Started"),
    output.OutputColumn("Took", is_right_aligned=True),
    output.OutputColumn("Id"),
    output.OutputColumn("Message"),
)


def run(args: ParsedArguments) -> int:
    """List the sessions that match."""
    access = resolve_access(args)
    zone = access.zone
    text = query_text(args)
    check_query(text, zone)
    order = parse_sort_order(args.value_of("--sort") or DEFAULT_SORT_ORDER.text)
    limit = _parse_limit(args.value_of("--limit"))

    output_format = args.value_of("--output") or "table"

    async def request(client: Client) -> tuple[tuple[Session, ...], frozenset[Uid], datetime]:
        listing = await client.sessions()
        now = client.now()
        print_parse_problems(listing)
        save_recent_sessions(client.server, listing.sessions)
        query = _limit_to_last_day(parse(text, now=now, zone=zone), listing.sessions, now, zone)
        context = query_context(query, listing.sessions, now, client.server, zone)
        is_acknowledged: Callable[[Session], bool] = none_acknowledged
        if output_format != "table" or order.field == "known":
            is_acknowledged = _acknowledgement_test(client, listing, now, zone)
        selected = await _select_sessions(
            client,
            listing,
            query.with_context(context),
            context,
            _SortAndLimit(order, limit, now, is_acknowledged),
        )
        return selected, frozenset(session.uid for session in selected if is_acknowledged(session)), now

    sessions, acknowledged_uids, now = run_logged_on(access, request)
    if stdio.is_output_terminal() and output_format == "table":
        print_time_zone(access, now)
    stdio.print_output(_format_sessions(output_format, sessions, acknowledged_uids, access.server, now, zone))
    return 0


def _acknowledgement_test(
    client: Client, listing: Listing, now: datetime, zone: tzinfo
) -> Callable[[Session], bool]:
    """A test of whether a run is acknowledged, based on the complete list."""
    acknowledged = acknowledged_in_list(listing.sessions, now, client.server, zone)
    return lambda session: acknowledged.for_run(session) is not None


def _limit_to_last_day(query: Query, listed: Sequence[Session], now: datetime, zone: tzinfo) -> Query:
    """The query; on a terminal limited to 24 hours if it names neither a time nor the ID of a run."""
    if (
        not stdio.is_output_terminal()
        or not _TIME_OR_ID_KEYS.isdisjoint(query.keys)
        or _has_session_id(query, listed)
    ):
        return query
    stdio.print_message("Showing the last 24 hours and running sessions. Use --since 30d to list all.")
    return Query((*query.terms, *parse(DEFAULT_TERMINAL_QUERY, now=now, zone=zone).terms))


def _has_session_id(query: Query, listed: Sequence[Session]) -> bool:
    """Whether one of its words is a GUID, or the first digits of the ID of a run in the list."""
    words = [term.needle for term in query.terms if not term.key and len(term.needle) >= MIN_PREFIX_LENGTH]
    return any(find_guid(word) or any(run.id.startswith(word) for run in listed) for word in words)


def _parse_limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--limit must be a number, not {text!r}.")
    return int(text)


@dataclass(frozen=True, slots=True)
class _SortAndLimit:
    """Sort order and limit, at `now` by the server's clock.

    `known` tests whether a run is acknowledged.
    """

    order: SortOrder
    limit: int | None
    now: datetime
    is_acknowledged: Callable[[Session], bool]

    def sort(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """All of them, sorted."""
        return self.order.sort(sessions, self.now, self.is_acknowledged)

    def first(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """The first ones up to the limit, sorted."""
        return self.sort(sessions)[: self.limit]

    @property
    def reference_limit(self) -> int | None:
        """The limit if references can be sorted by this order without requesting them, else `None`."""
        return self.limit if self.order.field in _REFERENCE_SORT_KEYS else None


async def _select_sessions(
    client: Client, listing: Listing, query: Query, context: QueryContext, selection: _SortAndLimit
) -> tuple[Session, ...]:
    """Filter, sort and limit; bare references are requested one by one, only as many as necessary."""
    if is_complete(listing.sessions):
        return selection.first(filter(query.matches, listing.sessions))
    if selection.limit == 0:
        return ()
    reference_query = query.with_keys(_REFERENCE_KEYS)
    dated = selection.sort(
        s for s in listing.sessions if s.started and (s.is_complete or reference_query.matches(s))
    )
    undated = (session for session in listing.sessions if session.started is None)
    completed: list[Session] = []
    matching = await _collect_matching(
        client, dated, query, selection.reference_limit, completed
    ) + await _collect_matching(client, undated, query, None, completed)
    if len(completed) == len(
        listing.sessions
    ):  # check the query against the list: may raise `InvalidQueryError`
        query = query.with_context(
            replace(context, states=state_values(completed), types=listed_types(completed))
        )
    return selection.first(filter(query.matches, matching))


async def _collect_matching(
    client: Client, sessions: Iterable[Session], query: Query, limit: int | None, completed: list[Session]
) -> list[Session]:
    """The first matches, complete; all requested sessions are added to `read`."""
    matching: list[Session] = []
    async for session in client.complete_references(sessions):
        completed.append(session)
        if query.matches(session):
            matching.append(session)
        if len(matching) == limit:
            break
    return matching


def print_parse_problems(listing: Listing) -> None:
    """Report invalid values and characters in the list."""
    if listing.unreadable_count:
        total = text_format.format_count(len(listing.sessions))
        stdio.print_message(
            f"{text_format.format_count(listing.unreadable_count)} of {total} sessions not fully readable"
        )
    print_replaced_characters(listing.replaced_count)


def print_replaced_characters(replaced: int) -> None:
    """Report how many characters were replaced because XML does not allow them."""
    if replaced:
        stdio.print_message(
            f"Characters not allowed in XML, replaced with U+FFFD: {text_format.format_count(replaced)}"
        )


def _format_sessions(
    output_format: str,
    sessions: Sequence[Session],
    acknowledged_uids: frozenset[Uid],
    server: Server,
    now: datetime,
    zone: tzinfo,
) -> str:
    if output_format == "table":
        return format_session_table(sessions, now, zone)
    records = (
        session_record(session, server, now, is_acknowledged=session.uid in acknowledged_uids)
        for session in sessions
    )
    return output.format_records(output_format, records, SESSION_KEYS)


def format_session_table(sessions: Sequence[Session], now: datetime, zone: tzinfo) -> str:
    """A table of sessions for a terminal or a pipe."""
    rows = [_session_row(session, now, zone) for session in sessions]
    return output.format_table(SESSION_COLUMNS, rows, stdio.output_width())


def _session_row(session: Session, now: datetime, zone: tzinfo) -> tuple[str, ...]:
    duration = session.duration(now)
    return (
        session.outcome,
        session.type or "",
        format_started(session, now, zone),
        text_format.format_duration(duration) if duration is not None else _unknown_text(session),
        session.id[:8],
        session.message or "",
    )


def format_started(session: Session, now: datetime, zone: tzinfo) -> str:
    """The start: short on a terminal, in full on a pipe."""
    if session.started is None:
        return _unknown_text(session)
    if stdio.is_output_terminal():
        return text_format.format_short_time(session.started, now, zone)
    return text_format.format_iso(session.started)


def _unknown_text(session: Session) -> str:
    return text_format.UNKNOWN if session.is_complete else ""
