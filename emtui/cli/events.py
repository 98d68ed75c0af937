"""`emtui events`: the log of one session, without loading the analysis of sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.resolve_session import find_in_list, print_host_mismatch, resolve_session
from emtui.cli.session_fields import SessionReading
from emtui.cli.sessions import print_replaced_characters
from emtui.cli.wait import follow_events
from emtui.em.model import Uid
from emtui.handover.json_records import EVENT_KEYS, event_records
from emtui.query import ExactSessionRef, find_session_ref

if TYPE_CHECKING:
    from emtui.em.client import Client

T = TypeVar("T")

EVENT_COLUMNS = (
    output.OutputColumn("Order", is_right_aligned=True),
    output.OutputColumn("Time"),
    output.OutputColumn("Offset", is_right_aligned=True),
    output.OutputColumn("Message"),
)


def print_events(args: ParsedArguments) -> int:
    """Print the events of one session."""
    if args.has("--follow"):
        return follow_events(args)
    if args.value_of("--output") == "xml":
        return print_xml(args, lambda client, uid: client.events_xml(uid))
    reading, _ = read_session(args, _skip_explanation)
    records = event_records(reading.log, reading.session.started)
    match args.value_of("--output"):
        case "json":
            stdio.print_output(output.format_json(records))
        case "jsonl":
            stdio.print_output(output.format_json_lines(records))
        case "csv":
            stdio.print_output(output.format_csv(records, EVENT_KEYS))
        case _:
            stdio.print_output(format_event_table(reading))
    return 0


async def _skip_explanation(_client: Client, _reading: SessionReading) -> None:
    return None


def read_session(
    args: ParsedArguments, explain: Callable[[Client, SessionReading], Awaitable[T]]
) -> tuple[SessionReading, T]:
    """Request a session with its log, and run `explain` while logged on."""
    target = find_session_ref(args.operands[0])
    access = resolve_access(args)
    print_host_mismatch(target, access.server)

    async def request(client: Client) -> tuple[SessionReading, T]:
        session = await resolve_session(client, target)
        log = await client.events(session.uid)
        reading = SessionReading(session, log, client.server, client.now(), access.zone)
        return reading, await explain(client, reading)

    reading, explanation = run_logged_on(access, request)
    print_reading_problems(reading)
    if args.value_of("--output") in {None, "table"}:
        print_time_zone(access, reading.now)
    return reading, explanation


def print_xml(args: ParsedArguments, read_document: Callable[[Client, Uid], Awaitable[str]]) -> int:
    """Print the document that `read` requests, as the server sent it."""
    target = find_session_ref(args.operands[0])
    access = resolve_access(args)
    print_host_mismatch(target, access.server)

    async def request(client: Client) -> str:
        uid = target.uid if isinstance(target, ExactSessionRef) else (await find_in_list(client, target)).uid
        return await read_document(client, uid)

    stdio.print_output(run_logged_on(access, request).rstrip("\n") + "\n")
    return 0


def print_reading_problems(reading: SessionReading) -> None:
    """Report values, events and characters that could not be read."""
    if reading.session.parse_problem:
        stdio.print_message(f"Some values of this session are invalid: {reading.session.parse_problem}")
    if reading.log.unreadable_count:
        stdio.print_message(
            f"{reading.log.unreadable_count} of"
            f" {text_format.format_counted(len(reading.log.events), 'event')}"
            " not fully readable"
        )
    print_replaced_characters(reading.log.replaced_count)


def format_event_table(reading: SessionReading) -> str:
    """The log as a table, with the time of each event and its offset from the start."""
    start = reading.session.started or next((event.time for event in reading.log.events if event.time), None)
    rows = [
        (
            "" if event.order is None else str(event.order),
            text_format.format_long_time(event.time, reading.zone) if event.time else "",
            text_format.format_offset(event.time - start) if event.time and start else "",
            event.message or "",
        )
        for event in reading.log.events
    ]
    return output.format_table(EVENT_COLUMNS, rows, stdio.output_width())
