"""`emtui events`: the log of one session, without loading the analysis of sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import Given
from emtui.cli.client_session import converse, narrate_zone, reach
from emtui.cli.resolve_session import listed_as, narrate_host, session_of
from emtui.cli.session_fields import SessionReading
from emtui.cli.sessions import narrate_replaced
from emtui.cli.wait import follow
from emtui.em.model import Uid
from emtui.handover.json_schema import EVENT_KEYS, event_records
from emtui.query import ExactTarget, target_in

if TYPE_CHECKING:
    from emtui.em.client import Client

T = TypeVar("T")

EVENT_COLUMNS = (
    output.Column("Order", right=True),
    output.Column("Time"),
    output.Column("Offset", right=True),
    output.Column("Message"),
)


def events(given: Given) -> int:
    """Print the events of one session."""
    if given.has("--follow"):
        return follow(given)
    if given.one("--output") == "xml":
        return print_xml(given, lambda client, uid: client.events_xml(uid))
    reading, _ = read_session(given, _unexplained)
    records = event_records(reading.log, reading.session.started)
    match given.one("--output"):
        case "json":
            stdio.say(output.as_json(records))
        case "jsonl":
            stdio.say(output.as_jsonl(records))
        case "csv":
            stdio.say(output.as_csv(records, EVENT_KEYS))
        case _:
            stdio.say(event_table(reading))
    return 0


async def _unexplained(_client: Client, _reading: SessionReading) -> None:
    return None


def read_session(
    given: Given, explain: Callable[[Client, SessionReading], Awaitable[T]]
) -> tuple[SessionReading, T]:
    """Request a session with its log, and run `explain` while logged on."""
    target = target_in(given.operands[0])
    there = reach(given)
    narrate_host(target, there.server)

    async def ask(client: Client) -> tuple[SessionReading, T]:
        session = await session_of(client, target)
        log = await client.events(session.uid)
        reading = SessionReading(session, log, client.server, client.now(), there.zone)
        return reading, await explain(client, reading)

    reading, explained = converse(there, ask)
    _narrate_problems(reading)
    if given.one("--output") in {None, "table"}:
        narrate_zone(there, reading.now)
    return reading, explained


def print_xml(given: Given, read: Callable[[Client, Uid], Awaitable[str]]) -> int:
    """Print the document that `read` requests, as the server sent it."""
    target = target_in(given.operands[0])
    connection = reach(given)
    narrate_host(target, connection.server)

    async def ask(client: Client) -> str:
        uid = target.uid if isinstance(target, ExactTarget) else (await listed_as(client, target)).uid
        return await read(client, uid)

    stdio.say(converse(connection, ask).rstrip("\n") + "\n")
    return 0


def _narrate_problems(reading: SessionReading) -> None:
    if reading.session.odd:
        stdio.narrate(f"Some values of this session are invalid: {reading.session.odd}")
    if reading.log.odd:
        stdio.narrate(
            f"{reading.log.odd} of {text_format.counted(len(reading.log.events), 'event')}"
            " could not be read completely"
        )
    narrate_replaced(reading.log.replaced)


def event_table(reading: SessionReading) -> str:
    """The log as a table, with the time of each event and its offset from the start."""
    begin = reading.session.started or next((event.time for event in reading.log.events if event.time), None)
    rows = [
        (
            "" if event.order is None else str(event.order),
            text_format.clock_long(event.time, reading.zone) if event.time else "",
            text_format.offset(event.time - begin) if event.time and begin else "",
            event.message or "",
        )
        for event in reading.log.events
    ]
    return output.as_table(EVENT_COLUMNS, rows, stdio.width())
