"""`emtui show` and `emtui events`: one session and what it logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from emtui import words
from emtui.cli import output, streams
from emtui.cli.arguments import Given
from emtui.cli.asking import converse, narrate_zone, reach
from emtui.cli.finding import listed_as, narrate_host, session_of
from emtui.cli.list_evidence import narrate_problems
from emtui.cli.session_fields import SessionReading, fields
from emtui.cli.sessions import narrate_replaced
from emtui.cli.wait import follow
from emtui.em.errors import EmError, Nonsense, NotFound
from emtui.em.model import Uid
from emtui.handover.records import EVENT_KEYS, event_records, session_record
from emtui.local.knowledge_base import KnowledgeBase
from emtui.lookup import ExactTarget, target_in
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.monitor.explainer import ExplainedRun

T = TypeVar("T")

EVENT_COLUMNS = (
    output.Column("Order", right=True),
    output.Column("Time"),
    output.Column("Offset", right=True),
    output.Column("Message"),
)


def show(given: Given) -> int:
    """Print one session with its events, and what its past says about it."""
    if given.one("--output") == "xml":
        return _print_xml(given, lambda client, uid: client.session_xml(uid))
    reading, run = _read(given, _explained)
    from emtui.cli.show_records import fact_lines, finding_records  # start-up time: `events` needs no triage
    from emtui.triage.telling import Teller

    formatter = Teller(reading.now, reading.zone)
    if given.one("--output") == "json":
        known = run is not None and run.mark is not None
        record = session_record(reading.session, reading.server, reading.now, known=known)
        events = event_records(reading.log, reading.session.started)
        findings = finding_records(run, formatter) if run else None
        streams.say(output.as_object(record, events=events, findings=findings))
    else:
        explained = fact_lines(run, formatter) if run else ""
        streams.say(f"{fields(reading)}{explained}\n{_event_table(reading)}")
    return 0


def events(given: Given) -> int:
    """Print the events of one session."""
    if given.has("--follow"):
        return follow(given)
    if given.one("--output") == "xml":
        return _print_xml(given, lambda client, uid: client.events_xml(uid))
    reading, _ = _read(given, _unexplained)
    records = event_records(reading.log, reading.session.started)
    match given.one("--output"):
        case "json":
            streams.say(output.as_json(records))
        case "jsonl":
            streams.say(output.as_jsonl(records))
        case "csv":
            streams.say(output.as_csv(records, EVENT_KEYS))
        case _:
            streams.say(_event_table(reading))
    return 0


async def _unexplained(_client: Client, _reading: SessionReading) -> None:
    return None


async def _explained(client: Client, reading: SessionReading) -> ExplainedRun | None:
    """What list and past logs say; without the list that is reported, and nothing is known."""
    from emtui.em.threads import beside  # start-up time: loads asyncio, and triage, for `show` only
    from emtui.monitor.assessment import assess
    from emtui.monitor.explainer import Explainer
    from emtui.monitor.history_cache import HistoryCache

    base = KnowledgeBase(client.server.ascii_authority)
    gone = (NotFound, Nonsense)  # a past run that is deleted meanwhile is not missed
    try:
        snapshot = Snapshot((await client.sessions()).sessions, reading.now)
        assessment = await beside(lambda: assess(snapshot, base.load(), reading.zone))
        explainer = Explainer(client, HistoryCache(), gone)
        run = await explainer.explain(assessment, reading.session, reading.log.events, reading.now)
    except EmError as problem:
        streams.narrate(f"nothing is said of what was before: {problem}")
        return None
    narrate_problems(base)
    return run


def _read(
    given: Given, explain: Callable[[Client, SessionReading], Awaitable[T]]
) -> tuple[SessionReading, T]:
    """The session that is meant with its log, and what `explain` makes of it while logged on."""
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


def _print_xml(given: Given, read: Callable[[Client, Uid], Awaitable[str]]) -> int:
    target = target_in(given.operands[0])
    connection = reach(given)
    narrate_host(target, connection.server)

    async def ask(client: Client) -> str:
        uid = target.uid if isinstance(target, ExactTarget) else (await listed_as(client, target)).uid
        return await read(client, uid)

    streams.say(converse(connection, ask).rstrip("\n") + "\n")
    return 0


def _narrate_problems(reading: SessionReading) -> None:
    if reading.session.odd:
        streams.narrate(f"of this session not all could be read: {reading.session.odd}")
    if reading.log.odd:
        streams.narrate(
            f"{reading.log.odd} of {words.counted(len(reading.log.events), 'event')} could not be read whole"
        )
    narrate_replaced(reading.log.replaced)


def _event_table(reading: SessionReading) -> str:
    begin = reading.session.started or next((event.time for event in reading.log.events if event.time), None)
    rows = [
        (
            "" if event.order is None else str(event.order),
            words.clock_long(event.time, reading.zone) if event.time else "",
            words.offset(event.time - begin) if event.time and begin else "",
            event.message or "",
        )
        for event in reading.log.events
    ]
    return output.as_table(EVENT_COLUMNS, rows, streams.width())
