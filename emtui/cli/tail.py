"""`emtui tail`: one line per change of the list, until it is stopped."""

from __future__ import annotations

from contextlib import aclosing
from datetime import tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import Given
from emtui.cli.client_session import converse, narrate_zone, reach
from emtui.cli.list_evidence import AcknowledgementReader, FollowedQuery
from emtui.cli.query_args import query_text
from emtui.em.server_address import Server
from emtui.handover.json_schema import session_record
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.poller import ListResponse, Poller
from emtui.monitor.tail import Line, Tail

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.monitor.snapshot import Snapshot
_CHANGE, _OUTCOME, _TYPE, _ID = 8, 8, 24, 8
"""Fixed column widths in cells, since the lines are printed one by one."""


def run(given: Given) -> int:
    """Print changes until stopped."""
    there = reach(given)
    zone = there.zone
    query = FollowedQuery(query_text(given), zone)
    table = (given.one("--output") or ("table" if stdio.to_terminal() else "jsonl")) == "table"

    async def ask(client: Client) -> int:
        if table:
            narrate_zone(there, client.now())
        profile = there.connection.profile
        every = float(profile.interval) if profile and profile.interval else PollSchedule().interval
        follow = Poller(lambda: _answer(client, query), PollSchedule(every, every))
        acknowledgements = AcknowledgementReader(client.server, zone)
        tail = Tail(
            follow,
            query.matches,
            lambda seen: _whole(client, seen),
            from_start=given.has("--from-start"),
            narrate=stdio.narrate,
        )
        async with aclosing(tail.lines()) as lines:
            async for line in lines:
                if table:
                    stdio.say_now(_as_row(line, zone))
                else:
                    known = acknowledgements.covers(line.session, follow.snapshot)
                    stdio.say_now(_as_json(line, client.server, known))
        return 0

    return converse(there, ask)


async def _answer(client: Client, query: FollowedQuery) -> ListResponse:
    listing = await client.sessions()
    query.update(listing.sessions, client.now(), client.server)
    return ListResponse.of(listing, client.receipt)


async def _whole(client: Client, seen: Snapshot) -> Snapshot:
    return seen.learn({session.uid: session async for session in client.complete(seen.references)})


def _as_json(line: Line, server: Server, known: bool) -> str:
    session = session_record(line.session, server, line.now, known=known) if line.session else None
    record: dict[str, object] = {"at": text_format.iso(line.at), "change": line.change, "session": session}
    if line.problem is not None:
        record["problem"] = line.problem
    if line.count is not None:
        record["count"] = line.count
    return output.as_line(record)


def _as_row(line: Line, zone: tzinfo) -> str:
    """One line for a terminal; a problem is not cut, since it begins with a long URL."""
    session = line.session
    cells = [text_format.clock_long(line.at, zone), line.change.ljust(_CHANGE)]
    if session:
        outcome = session.outcome if session.complete else ""
        cells += [
            text_format.fit(outcome, _OUTCOME),
            text_format.fit(session.type or "", _TYPE),
            session.id[:_ID],
        ]
    cells.append(text_format.one_line((session.message if session else line.problem) or ""))
    text, width = output.GAP.join(cells).rstrip(), stdio.width()
    if width is not None:
        text = text_format.for_terminal(text)
    return (text_format.cut(text, width) if width is not None and session else text) + "\n"
