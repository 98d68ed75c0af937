"""`emtui show` and `emtui events`: one session and what it logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emtui import words
from emtui.cli import output, streams
from emtui.cli.arguments import Given
from emtui.cli.asking import converse, reach
from emtui.cli.records import EVENT_KEYS, event_records, session_record
from emtui.cli.sessions import narrate_odd, narrate_replaced
from emtui.em.address import Server
from emtui.em.model import Log, Session, Uid
from emtui.local.zone import SystemZone
from emtui.lookup import (
    DEFAULT_ORDER,
    ExactTarget,
    LatestTarget,
    NoMatch,
    Target,
    find,
    parse_target,
)

if TYPE_CHECKING:
    from emtui.em.client import Client

EVENT_COLUMNS = (
    output.Column("Order", right=True),
    output.Column("Time"),
    output.Column("Offset", right=True),
    output.Column("Message"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One session as it was read, its log, and when."""

    session: Session
    log: Log
    server: Server
    now: datetime


def show(given: Given) -> int:
    """Print one session with its events."""
    if given.one("--output") == "xml":
        return _print_xml(given, lambda client, uid: client.session_xml(uid))
    seen = _see(given)
    if given.one("--output") == "json":
        record = session_record(seen.session, seen.server, seen.now)
        streams.say(output.as_object(record, "events", event_records(seen.log, seen.session.started)))
    else:
        streams.say(_fields(seen) + "\n" + _event_table(seen))
    return 0


def events(given: Given) -> int:
    """Print the events of one session."""
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


def _see(given: Given) -> Seen:
    target = parse_target(given.operands[0])
    connection = reach(given)
    _narrate_host(target, connection.server)

    async def ask(client: Client) -> Seen:
        session = await _session(client, target)
        log = await client.events(session.uid)
        return Seen(session, log, client.server, datetime.now(UTC))

    seen = converse(connection, ask)
    _narrate_odd(seen)
    return seen


def _print_xml(given: Given, read: Callable[[Client, Uid], Awaitable[str]]) -> int:
    target = parse_target(given.operands[0])
    connection = reach(given)
    _narrate_host(target, connection.server)

    async def ask(client: Client) -> str:
        uid = target.uid if isinstance(target, ExactTarget) else (await _listed(client, target)).uid
        return await read(client, uid)

    streams.say(converse(connection, ask).rstrip("\n") + "\n")
    return 0


async def _session(client: Client, target: Target) -> Session:
    """The session that is meant, whole: exact ones are asked for, others looked up in the list first."""
    if isinstance(target, ExactTarget):
        session = await client.session(target.uid)
        return session if session.complete else await _more_of(client, session)
    session = await _listed(client, target)
    return session if session.complete else await client.session(session.uid)


async def _more_of(client: Client, reference: Session) -> Session:
    """What the list knows of a session to which the server gives, asked for it, only a reference."""
    listed = (await client.sessions()).sessions
    return next((session for session in listed if session.uid == reference.uid), reference)


async def _listed(client: Client, target: Target) -> Session:
    listing = await client.sessions()
    narrate_odd(listing)
    if not isinstance(target, LatestTarget) or target.type is None:
        return find(target, listing.sessions)
    newest_first = DEFAULT_ORDER.sort(listing.sessions, datetime.now(UTC))
    async for session in client.complete(newest_first):
        try:
            return find(target, [session])
        except NoMatch:
            continue
    return find(target, ())


def _narrate_host(target: Target, server: Server) -> None:
    if not isinstance(target, ExactTarget) or target.url is None:
        return
    named = urlsplit(target.url).hostname
    if named != server.host.casefold():
        streams.narrate(f"the URL names {named}; only its id is used, and {server} is asked")


def _narrate_odd(seen: Seen) -> None:
    if seen.session.odd:
        streams.narrate(f"of this session not all could be read: {seen.session.odd}")
    if seen.log.odd:
        streams.narrate(f"{seen.log.odd} of {len(seen.log.events)} events could not be read whole")
    narrate_replaced(seen.log.replaced)


def _fields(seen: Seen) -> str:
    session, zone = seen.session, SystemZone()
    took = session.took(seen.now)
    pairs = (
        ("Type", session.type),
        ("Outcome", session.outcome),
        ("Started", words.moment(session.started, zone) if session.started else None),
        ("Ended", words.moment(session.ended, zone) if session.ended else None),
        ("Took", words.duration(took) if took is not None else None),
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
    zone = SystemZone()
    begin = seen.session.started or next((event.time for event in seen.log.events if event.time), None)
    rows = [
        (
            "" if event.order is None else str(event.order),
            words.clock_long(event.time, zone) if event.time else "",
            words.offset(event.time - begin) if event.time and begin else "",
            event.message or "",
        )
        for event in seen.log.events
    ]
    return output.as_table(EVENT_COLUMNS, rows, streams.width())
