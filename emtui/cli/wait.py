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
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import parse_timeout, resolve_access, run_logged_on
from emtui.cli.list_context import is_acknowledged
from emtui.cli.resolve_session import print_host_mismatch, resolve_session
from emtui.cli.session_fields import SessionReading, format_fields
from emtui.em.errors import EmError, SessionGoneError, SessionNotFoundError
from emtui.em.model import Event, Log, Outcome, Session
from emtui.handover.json_records import EVENT_KEYS, event_records, session_record
from emtui.handover.unlisted_run_text import format_last_seen
from emtui.monitor.session_poller import SessionPoller
from emtui.query import SessionRef, find_session_ref

if TYPE_CHECKING:
    from emtui.em.client import Client

EXIT_CODES = {
    Outcome.SUCCESS: 0,
    Outcome.WARNING: 10,
    Outcome.FAILED: 11,
    Outcome.CANCELED: 12,
    Outcome.UNKNOWN: 14,
}
TIMED_OUT_EXIT_CODE = 13
_MAX_TIMEOUT_S = 30 * 24 * 3600
"""Maximum in seconds; the server keeps sessions for 30 days."""


def wait(args: ParsedArguments) -> int:
    """Wait until a session ends; the exit code is its outcome."""
    target, timeout = find_session_ref(args.operands[0]), _parse_timeout(args.value_of("--timeout"))
    access = resolve_access(args)
    print_host_mismatch(target, access.server)

    as_json = args.value_of("--output") == "json"

    async def request(client: Client) -> tuple[SessionReading, bool] | None:
        try:
            async with asyncio.timeout(timeout):
                session = await _wait_for_end(client, target, access.zone)
        except TimeoutError:
            return None
        acknowledged = as_json and await is_acknowledged(client, session, access.zone)
        return SessionReading(session, Log(()), client.server, client.now(), access.zone), acknowledged

    result = run_logged_on(access, request)
    if result is None:
        stdio.print_message(
            f"The session did not end within {text_format.format_duration(timedelta(seconds=timeout or 0))}."
        )
        return TIMED_OUT_EXIT_CODE
    reading, is_session_acknowledged = result
    if as_json:
        stdio.print_output(
            output.format_json_line(
                session_record(
                    reading.session, reading.server, reading.now, is_acknowledged=is_session_acknowledged
                )
            )
        )
    else:
        stdio.print_output(format_fields(reading))
    return EXIT_CODES[reading.session.outcome]


def follow_events(args: ParsedArguments) -> int:
    """Print new events of a session until it ends."""
    output_format = args.value_of("--output") or "table"
    if output_format not in _FOLLOW_FORMATS:
        raise UsageError(f"--follow supports only {', '.join(_FOLLOW_FORMATS)}, not {output_format}.")
    target = find_session_ref(args.operands[0])
    access = resolve_access(args)
    print_host_mismatch(target, access.server)

    async def request(client: Client) -> Session:
        return await _follow(client, target, _EventPrinter(output_format, access.zone))

    stdio.print_message(f"Session ended: {run_logged_on(access, request).outcome}.")
    return 0


async def _wait_for_end(client: Client, target: SessionRef, zone: tzinfo) -> Session:
    """The session once it has ended; temporary problems are retried. Raises `Gone`."""
    session, last_seen = await resolve_session(client, target), client.now()
    if not session.is_running:
        return session
    uid, last_problem = session.uid, ""
    try:
        async with aclosing(SessionPoller(lambda: client.session(uid)).results()) as results:
            async for result in results:
                if isinstance(result, EmError):
                    last_problem = _print_once(last_problem, result)
                    continue
                if result.is_complete and not result.is_running:
                    return result
                last_seen = client.now()
    except SessionNotFoundError as problem:
        raise _deletion_error(problem, session, client, last_seen, zone) from None
    return session


def _deletion_error(
    problem: SessionNotFoundError, session: Session, client: Client, last_seen: datetime, zone: tzinfo
) -> SessionNotFoundError:
    message = format_last_seen(session, client.server, last_seen, client.now(), zone)
    return SessionGoneError(message) if message else problem


async def _follow(client: Client, target: SessionRef, printer: _EventPrinter) -> Session:
    session, last_problem = await resolve_session(client, target), ""
    last_seen = client.now()

    async def poll() -> tuple[Session, Log]:
        current = session
        if current.is_running:
            try:
                refreshed = await client.session(current.uid)
            except SessionNotFoundError as problem:
                raise _deletion_error(problem, current, client, last_seen, printer.zone) from None
            current = refreshed if refreshed.is_complete else current
        return current, await client.events(current.uid)

    async with aclosing(SessionPoller(poll).results()) as results:
        async for result in results:
            if isinstance(result, EmError):
                last_problem = _print_once(last_problem, result)
                continue
            session, log = result
            last_seen = client.now()
            printer.print_new(log, session.started)
            if not session.is_running:
                break
    return session


def _print_once(last_problem: str, problem: Exception) -> str:
    """Report a lasting problem once; returns its text."""
    if str(problem) != last_problem:
        stdio.print_message(f"{problem} Retrying.")
    return str(problem)


def _parse_timeout(text: str | None) -> float | None:
    """The limit in seconds, from a number or a duration such as 15m."""
    if text is None:
        return None
    return min(parse_timeout(text), _MAX_TIMEOUT_S)


@dataclass(slots=True)
class _EventPrinter:
    """Prints each event once, in the order of the log."""

    output_format: str
    zone: tzinfo
    _printed_counts: Counter[Event] = field(default_factory=Counter)
    _has_header: bool = False

    def print_new(self, log: Log, started: datetime | None) -> None:
        """Print the new events of this log."""
        already_printed = self._printed_counts.copy()
        new_events = []
        for event, record in zip(log.events, event_records(log, started), strict=True):
            if already_printed[event] > 0:
                already_printed[event] -= 1
            else:
                self._printed_counts[event] += 1
                new_events.append((event, record))
        if self.output_format == "csv":
            text = output.format_csv([record for _, record in new_events], EVENT_KEYS)
            stdio.print_output_now(text.partition("\n")[2] if self._has_header else text)
        elif self.output_format == "jsonl":
            stdio.print_output_now(output.format_json_lines(record for _, record in new_events))
        else:
            start = started or next((event.time for event in log.events if event.time), None)
            stdio.print_output_now("".join(_format_event(event, start, self.zone) for event, _ in new_events))
        self._has_header = True


_FOLLOW_FORMATS = ("table", "jsonl", "csv")


def _format_event(event: Event, start: datetime | None, zone: tzinfo) -> str:
    cells = (
        "" if event.order is None else str(event.order).rjust(5),
        text_format.format_long_time(event.time, zone) if event.time else "",
        (text_format.format_offset(event.time - start) if event.time and start else "").rjust(8),
        text_format.join_lines(event.message or ""),
    )
    text, width = output.COLUMN_GAP.join(cells).rstrip(), stdio.output_width()
    return (text if width is None else text_format.truncate(text_format.strip_ambiguous(text), width)) + "\n"
