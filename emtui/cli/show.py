"""`emtui show` and `emtui events`: one session and what it logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import words
from emtui.cli import output, streams
from emtui.cli.arguments import Given
from emtui.cli.asking import converse, narrate_zone, reach
from emtui.cli.finding import listed_as, narrate_host, session_of
from emtui.cli.sessions import narrate_replaced
from emtui.em.address import Server
from emtui.em.model import Log, Session, Uid
from emtui.handover.records import EVENT_KEYS, event_records, session_record
from emtui.lookup import ExactTarget, target_in

if TYPE_CHECKING:
    from emtui.cli.history import History
    from emtui.em.client import Client

LookBack = Callable[["Client", "Seen"], Awaitable["History | None"]]

EVENT_COLUMNS = (
    output.Column("Order", right=True),
    output.Column("Time"),
    output.Column("Offset", right=True),
    output.Column("Message"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One session as it was read and its log; its history if asked for.

    `now` is what the server's clock showed when they were read, `zone` the one that times are told in.
    """

    session: Session
    log: Log
    server: Server
    now: datetime
    zone: tzinfo
    history: History | None = None


def show(given: Given) -> int:
    """Print one session with its events, and what its past says about it."""
    if given.one("--output") == "xml":
        return _print_xml(given, lambda client, uid: client.session_xml(uid))
    from emtui.cli.history import history, text

    seen = _see(given, history)
    if given.one("--output") == "json":
        known = seen.history is not None and seen.history.mark is not None
        record = session_record(seen.session, seen.server, seen.now, known=known)
        events = event_records(seen.log, seen.session.started)
        findings = seen.history.records if seen.history else None
        streams.say(output.as_object(record, events=events, findings=findings))
    else:
        explained = text(seen.history.lines) if seen.history else ""
        streams.say(f"{fields(seen)}{explained}\n{_event_table(seen)}")
    return 0


def events(given: Given) -> int:
    """Print the events of one session."""
    if given.has("--follow"):
        from emtui.cli.wait import follow

        return follow(given)
    if given.one("--output") == "xml":
        return _print_xml(given, lambda client, uid: client.events_xml(uid))
    seen = _see(given)
    records = event_records(seen.log, seen.session.started)
    match given.one("--output"):
        case "json":
            streams.say(output.as_json(records))
        case "jsonl":
            streams.say(output.as_jsonl(records))
        case "csv":
            streams.say(output.as_csv(records, EVENT_KEYS))
        case _:
            streams.say(_event_table(seen))
    return 0


async def _no_history(_client: Client, _seen: Seen) -> None:
    return None


def _see(given: Given, look_back: LookBack = _no_history) -> Seen:
    target = target_in(given.operands[0])
    there = reach(given)
    narrate_host(target, there.server)

    async def ask(client: Client) -> Seen:
        session = await session_of(client, target)
        log = await client.events(session.uid)
        seen = Seen(session, log, client.server, client.now(), there.zone)
        return replace(seen, history=await look_back(client, seen))

    seen = converse(there, ask)
    _narrate_odd(seen)
    if given.one("--output") in {None, "table"}:
        narrate_zone(there, seen.now)
    return seen


def _print_xml(given: Given, read: Callable[[Client, Uid], Awaitable[str]]) -> int:
    target = target_in(given.operands[0])
    connection = reach(given)
    narrate_host(target, connection.server)

    async def ask(client: Client) -> str:
        uid = target.uid if isinstance(target, ExactTarget) else (await listed_as(client, target)).uid
        return await read(client, uid)

    streams.say(converse(connection, ask).rstrip("\n") + "\n")
    return 0


def _narrate_odd(seen: Seen) -> None:
    if seen.session.odd:
        streams.narrate(f"of this session not all could be read: {seen.session.odd}")
    if seen.log.odd:
        streams.narrate(
            f"{seen.log.odd} of {words.counted(len(seen.log.events), 'event')} could not be read whole"
        )
    narrate_replaced(seen.log.replaced)


def fields(seen: Seen) -> str:
    """What is known of a session, one fact a line."""
    session, zone = seen.session, seen.zone
    took = session.took(seen.now)
    unknown = words.UNKNOWN if session.complete else None
    pairs = (
        ("Type", session.type),
        ("Outcome", session.outcome_text),
        ("Started", words.moment(session.started, zone) if session.started else unknown),
        (
            "Ended",
            words.moment(session.ended, zone) if session.ended else None if session.running else unknown,
        ),
        ("Took", words.duration(took) if took is not None else unknown),
        ("State", session.state),
        ("Result", session.result.word),
        ("Message", session.message),
        ("Name", session.name),
        ("Id", session.id),
        ("Server", str(seen.server)),
    )
    lines = (f"{words.fit(title, 8)}  {words.one_line(text)}" for title, text in pairs if text)
    return "".join(f"{line}\n" for line in lines)


def _event_table(seen: Seen) -> str:
    begin = seen.session.started or next((event.time for event in seen.log.events if event.time), None)
    rows = [
        (
            "" if event.order is None else str(event.order),
            words.clock_long(event.time, seen.zone) if event.time else "",
            words.offset(event.time - begin) if event.time and begin else "",
            event.message or "",
        )
        for event in seen.log.events
    ]
    return output.as_table(EVENT_COLUMNS, rows, streams.width())
