"""`emtui check`: one line and an exit code for a monitoring system.

0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, whatever happens: wrong usage, an unreachable server
and internal errors are `EMTUI UNKNOWN - …` on standard output, and the check never exceeds its time
limit. The code is also 3 if the line can be written neither to standard output nor to standard error. The
check never prompts for a password.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import exit_codes, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.check_rules import Figures, Level, Limit, Limits, T, Verdict, figures, ignored, verdicts
from emtui.cli.client_session import Reach, reach, seconds_of, talk
from emtui.cli.last_check import Checked, compared
from emtui.cli.list_evidence import read_knowledge, types_of
from emtui.cli.password_sources import unasked_password
from emtui.em.errors import Unreachable
from emtui.em.model import Session
from emtui.local import process_hardening
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.assessment import assess, reassess
from emtui.query.type_aliases import type_test
from emtui.triage.finding_text import Teller

if TYPE_CHECKING:
    from emtui.em.client import Client

LIMIT = 10.0
"""Default time limit in seconds, as in monitoring systems."""
LOG_OFF = 2.0
"""Seconds of the limit that are reserved for logging off."""
_LONGEST = 3600.0
_SAID = 3
"""Maximum number of sentences in the line, which may be read on a phone …"""
_CELLS = 300
"""… and of cells in each."""


def guarded(work: Callable[[], int]) -> int:
    """Run the check; any error is UNKNOWN, in one line."""
    try:
        code = work()
        return code if stdio.finish(0) == 0 and code in set(Level) else Level.UNKNOWN
    except (KeyboardInterrupt, exit_codes.Terminated):
        _be_deaf()
        return unknown("Interrupted")
    except BaseException as problem:  # noqa: BLE001 - a check must print a line, whatever happened
        return unknown(exit_codes.sentence_of(problem) if isinstance(problem, Exception) else "Terminated")


def unknown(sentence: str) -> int:
    """Print why there is no result."""
    return _answer(Level.UNKNOWN, [sentence])


def _answer(level: Level, sentences: Sequence[str], perfdata: Sequence[Figures] = ()) -> Level:
    """Print the line; UNKNOWN if that fails."""
    return level if stdio.answer(line(level, sentences, perfdata)) else Level.UNKNOWN


def _be_deaf() -> None:
    """Ignore further signals while the line is printed."""
    for number in (*process_hardening.ending_signals(), signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def line(level: Level, sentences: Sequence[str], perfdata: Sequence[Figures]) -> str:
    """`EMTUI CRITICAL - first. Second. | figures`; a `|` within a text is replaced."""
    plain = (
        text_format.cut(text_format.one_line(sentence).replace("|", "/"), _CELLS) for sentence in sentences
    )
    text = ". ".join(sentence.rstrip(".") for sentence in plain)
    return f"EMTUI {level.name} - {text}{' | ' if perfdata else ''}{' '.join(map(str, perfdata))}\n"


def run(given: Given) -> int:
    """Check the list of sessions."""
    limits, kind = _limits(given), given.one("--type") or "*"
    type_test(kind)  # raises `BadQuery` before anything is sent
    seconds = _seconds(given.one("--timeout"))
    began, watch = time.monotonic(), _watch(seconds)
    try:
        there = reach(given)
        seen = compared(there, _asked(there, seconds, began))
    finally:
        watch.cancel()
    now = seen.server_time
    chosen = type_test(kind, types_of(seen.known))
    assessment = assess(seen, Knowledge(), there.zone)
    if not any(chosen(row.type) for row in assessment.statuses.types):
        return _nothing(given, seen.sessions, chosen)
    if given.has("--ignore-acknowledged"):
        base = KnowledgeBase(there.server.ascii_authority)
        assessment = reassess(assessment, read_knowledge(base))
    formatter = Teller(now, there.zone)
    found = verdicts(assessment, chosen, limits, formatter)
    sentences = _sentences(found, ignored(assessment, chosen, limits, formatter))
    return _answer(found[0].level, sentences, tuple(figures(assessment.statuses, chosen, limits)))


def _sentences(found: Sequence[Verdict], known: int) -> list[str]:
    left = len(found) - _SAID
    more = [f"{left} more"] if left > 0 else []
    return (
        [verdict.sentence for verdict in found[:_SAID]]
        + more
        + ([f"{text_format.counted(known, 'acknowledged alert')} ignored"] if known else [])
    )


def _nothing(given: Given, sessions: Sequence[Session], chosen: Callable[[str | None], bool]) -> int:
    """The result without any matching session; with `--max-age` it is CRITICAL."""
    named = sum(1 for session in sessions if not session.complete)
    if named:
        return unknown(f"The server sent only the names of {named} of {len(sessions)} sessions")
    kind = given.one("--type")
    if any(chosen(session.type) for session in sessions):
        return unknown(f"No session{f' of type {kind}' if kind else ''} has a start time")
    what = f"No session of type {kind} in the list" if kind else "The session list is empty"
    if kind and given.has("--max-age"):
        return _answer(Level.CRITICAL, [what])
    return unknown(what)


def _asked(there: Reach, seconds: float, began: float) -> Checked:
    """The list with the times of request and response, and how far the server's clock is ahead."""
    password = unasked_password(there.connection)

    async def ask(client: Client) -> Checked:
        left = max(seconds - LOG_OFF, seconds / 2) - (time.monotonic() - began)
        requested = datetime.now(UTC)
        async with asyncio.timeout(left):
            listing = await client.sessions()
        as_of = datetime.now(UTC)
        return Checked(listing.sessions, requested, as_of, client.now() - as_of)

    try:
        return talk(there, password, ask, say=stdio.narrate)
    except TimeoutError:
        raise Unreachable(f"{there.server} did not respond within {seconds:g} s.") from None


def _watch(seconds: float) -> threading.Timer:
    """End the process after the time limit, even if a resolver, keyring or password command hangs."""

    def end() -> None:
        text = line(Level.UNKNOWN, [f"No result within {seconds:g} s"], ()).encode()
        try:
            _write_at_once(text)
        finally:
            os._exit(Level.UNKNOWN)

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    return watch


def _write_at_once(text: bytes) -> None:
    """Write the line without any lock; to standard error if standard output fails."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            if stream is not None:
                os.write(stream.fileno(), text)
                return


def _limits(given: Given) -> Limits:
    age = _pair(given, "--max-age", text_format.parse_span)
    ratio = _pair(given, "--max-ratio", _ratio)
    stuck, overdue = given.has("--stuck"), given.has("--overdue")
    if not (stuck or overdue or age or ratio):
        stuck = overdue = True
    return Limits(stuck, overdue, age, ratio)


def _pair(given: Given, name: str, read: Callable[[str], T]) -> Limit[T] | None:
    text = given.one(name)
    if text is None:
        return None
    try:
        values = [read(part) for part in text.split(",")]
    except ValueError as problem:
        raise BadUsage(f"{name}: {problem}") from None
    if len(values) > 2 or values != sorted(values):
        raise BadUsage(
            f"{name} takes one value, or a lower one for a warning and the critical one: {name} 2,4."
        )
    return Limit(values[0] if len(values) == 2 else None, values[-1])


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0.0
    if not 0 < ratio < 1_000_000:
        raise ValueError(f"{text!r} is not a multiple of the usual run time: write 3 or 1.5.")
    return ratio


def _seconds(text: str | None) -> float:
    if text is None:
        return LIMIT
    seconds = seconds_of(text)
    if not 0 < seconds <= _LONGEST:
        raise BadUsage("--timeout takes up to an hour: write 10, 30s or 5m.")
    return seconds
