"""`emtui wait` and `emtui events --follow`: follow one session until it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.client_session import converse, reach, seconds_of
from emtui.cli.list_evidence import is_acknowledged
from emtui.cli.resolve_session import narrate_host, session_of
from emtui.cli.session_fields import SessionReading, fields
from emtui.em.errors import EmError, Gone, NotFound
from emtui.em.model import Event, Log, Outcome, Session
from emtui.handover.json_schema import EVENT_KEYS, event_records, session_record
from emtui.handover.unlisted_run_text import last_seen_running
from emtui.monitor.session_poller import SessionPoller
from emtui.query import Target, target_in

if TYPE_CHECKING:
    from emtui.em.client import Client

CODES = {
    Outcome.SUCCESS: 0,
    Outcome.WARNING: 10,
    Outcome.FAILED: 11,
    Outcome.CANCELED: 12,
    Outcome.UNKNOWN: 14,
}
TIMED_OUT = 13
_LONGEST = 30 * 24 * 3600
"""Maximum in seconds; the server keeps sessions for 30 days."""


def wait(given: Given) -> int:
    """Wait until a session ends; the exit code is its outcome."""
    target, timeout = target_in(given.operands[0]), _timeout(given.one("--timeout"))
    there = reach(given)
    narrate_host(target, there.server)

    as_json = given.one("--output") == "json"

    async def ask(client: Client) -> tuple[SessionReading, bool] | None:
        try:
            async with asyncio.timeout(timeout):
                session = await _ended(client, target, there.zone)
        except TimeoutError:
            return None
        known = as_json and await is_acknowledged(client, session, there.zone)
        return SessionReading(session, Log(()), client.server, client.now(), there.zone), known

    found = converse(there, ask)
    if found is None:
        stdio.narrate(
            f"The session did not end within {text_format.duration(timedelta(seconds=timeout or 0))}."
        )
        return TIMED_OUT
    reading, known = found
    if as_json:
        stdio.say(output.as_line(session_record(reading.session, reading.server, reading.now, known=known)))
    else:
        stdio.say(fields(reading))
    return CODES[reading.session.outcome]


def follow(given: Given) -> int:
    """Print new events of a session until it ends."""
    form = given.one("--output") or "table"
    if form not in _WRITERS:
        raise BadUsage(f"--follow supports only {', '.join(_WRITERS)}, not {form}.")
    target = target_in(given.operands[0])
    there = reach(given)
    narrate_host(target, there.server)

    async def ask(client: Client) -> Session:
        return await _followed(client, target, _Printer(form, there.zone))

    stdio.narrate(f"Session ended: {converse(there, ask).outcome}.")
    return 0


async def _ended(client: Client, target: Target, zone: tzinfo) -> Session:
    """The session once it has ended; temporary problems are retried. Raises `Gone`."""
    session, seen = await session_of(client, target), client.now()
    if not session.running:
        return session
    uid, said = session.uid, ""
    try:
        async with aclosing(SessionPoller(lambda: client.session(uid)).results()) as answers:
            async for answer in answers:
                if isinstance(answer, EmError):
                    said = _say_once(said, answer)
                    continue
                if answer.complete and not answer.running:
                    return answer
                seen = client.now()
    except NotFound as problem:
        raise _gone(problem, session, client, seen, zone) from None
    return session


def _gone(problem: NotFound, session: Session, client: Client, seen: datetime, zone: tzinfo) -> NotFound:
    told = last_seen_running(session, client.server, seen, client.now(), zone)
    return Gone(told) if told else problem


async def _followed(client: Client, target: Target, printer: _Printer) -> Session:
    session, said = await session_of(client, target), ""
    seen = client.now()

    async def look() -> tuple[Session, Log]:
        known = session
        if known.running:
            try:
                asked = await client.session(known.uid)
            except NotFound as problem:
                raise _gone(problem, known, client, seen, printer.zone) from None
            known = asked if asked.complete else known
        return known, await client.events(known.uid)

    async with aclosing(SessionPoller(look).results()) as answers:
        async for answer in answers:
            if isinstance(answer, EmError):
                said = _say_once(said, answer)
                continue
            session, log = answer
            seen = client.now()
            printer.show(log, session.started)
            if not session.running:
                break
    return session


def _say_once(said: str, problem: Exception) -> str:
    """Report a lasting problem once; returns its text."""
    if str(problem) != said:
        stdio.narrate(f"{problem} Retrying.")
    return str(problem)


def _timeout(text: str | None) -> float | None:
    """The limit in seconds, from a number or a duration such as 15m."""
    if text is None:
        return None
    return min(seconds_of(text), _LONGEST)


@dataclass(slots=True)
class _Printer:
    """Prints each event once, in the order of the log."""

    form: str
    zone: tzinfo
    _printed: Counter[Event] = field(default_factory=Counter)
    _begun: bool = False

    def show(self, log: Log, started: datetime | None) -> None:
        """Print the new events of this log."""
        left = self._printed.copy()
        fresh = []
        for event, record in zip(log.events, event_records(log, started), strict=True):
            if left[event] > 0:
                left[event] -= 1
            else:
                self._printed[event] += 1
                fresh.append((event, record))
        if self.form == "csv":
            text = output.as_csv([record for _, record in fresh], EVENT_KEYS)
            stdio.say_now(text.partition("\n")[2] if self._begun else text)
        elif self.form == "jsonl":
            stdio.say_now(output.as_jsonl(record for _, record in fresh))
        else:
            begin = started or next((event.time for event in log.events if event.time), None)
            stdio.say_now("".join(_row(event, begin, self.zone) for event, _ in fresh))
        self._begun = True


_WRITERS = ("table", "jsonl", "csv")


def _row(event: Event, begin: datetime | None, zone: tzinfo) -> str:
    cells = (
        "" if event.order is None else str(event.order).rjust(5),
        text_format.clock_long(event.time, zone) if event.time else "",
        (text_format.offset(event.time - begin) if event.time and begin else "").rjust(8),
        text_format.one_line(event.message or ""),
    )
    text, width = output.GAP.join(cells).rstrip(), stdio.width()
    return (text if width is None else text_format.cut(text_format.for_terminal(text), width)) + "\n"
