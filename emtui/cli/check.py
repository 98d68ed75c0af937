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
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.check_rules import (
    CheckLevel,
    CheckThresholds,
    MonitoringVerdict,
    PerfDatum,
    T,
    Threshold,
    collect_verdicts,
    count_acknowledged_problems,
    performance_data,
)
from emtui.cli.client_session import ServerAccess, parse_timeout, resolve_access, run_with_password
from emtui.cli.list_context import listed_types, read_knowledge
from emtui.cli.password_sources import find_password
from emtui.cli.unlisted_since_check import CheckedList, compare_with_last_check
from emtui.em.errors import ServerUnreachableError
from emtui.em.model import Session
from emtui.local import process_hardening
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.assessment import assess, reassess
from emtui.query.type_aliases import type_test
from emtui.triage.finding_text import FindingFormatter

if TYPE_CHECKING:
    from emtui.em.client import Client

DEFAULT_TIMEOUT_S = 10.0
"""Default time limit in seconds, as in monitoring systems."""
LOG_OFF_RESERVE_S = 2.0
"""Seconds of the limit that are reserved for logging off."""
_MAX_TIMEOUT_S = 3600.0
_MAX_SENTENCES = 3
"""Maximum number of sentences in the line, which may be read on a phone …"""
_MAX_SENTENCE_CELLS = 300
"""… and of cells in each."""


def run_guarded(work: Callable[[], int]) -> int:
    """Run the check; any error is UNKNOWN, in one line."""
    try:
        code = work()
        return code if stdio.flush_output(0) == 0 and code in set(CheckLevel) else CheckLevel.UNKNOWN
    except (KeyboardInterrupt, exit_codes.TerminatedBySignalError):
        _ignore_signals()
        return report_unknown("Interrupted")
    except BaseException as problem:  # noqa: BLE001 - a check must print a line, whatever happened
        return report_unknown(
            exit_codes.error_sentence(problem) if isinstance(problem, Exception) else "Terminated"
        )


def report_unknown(sentence: str) -> int:
    """Print why there is no result."""
    return _write_status_line(CheckLevel.UNKNOWN, [sentence])


def _write_status_line(
    level: CheckLevel, sentences: Sequence[str], perfdata: Sequence[PerfDatum] = ()
) -> CheckLevel:
    """Print the line; UNKNOWN if that fails."""
    return (
        level
        if stdio.print_with_fallback(format_status_line(level, sentences, perfdata))
        else CheckLevel.UNKNOWN
    )


def _ignore_signals() -> None:
    """Ignore further signals while the line is printed."""
    for number in (*process_hardening.termination_signals(), signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def format_status_line(level: CheckLevel, sentences: Sequence[str], perfdata: Sequence[PerfDatum]) -> str:
    """`EMTUI CRITICAL - first. Second. | figures`; a `|` within a text is replaced."""
    sentence_texts = (
        text_format.truncate(text_format.join_lines(sentence).replace("|", "/"), _MAX_SENTENCE_CELLS)
        for sentence in sentences
    )
    text = ". ".join(sentence.rstrip(".") for sentence in sentence_texts)
    return f"EMTUI {level.name} - {text}{' | ' if perfdata else ''}{' '.join(map(str, perfdata))}\n"


def run(args: ParsedArguments) -> int:
    """Check the list of sessions."""
    limits, type_pattern = _parse_thresholds(args), args.value_of("--type") or "*"
    type_test(type_pattern)  # raises `InvalidQueryError` before anything is sent
    seconds = _parse_time_limit(args.value_of("--timeout"))
    started, watchdog = time.monotonic(), _start_watchdog(seconds)
    try:
        access = resolve_access(args)
        snapshot = compare_with_last_check(access, _request_list(access, seconds, started))
    finally:
        watchdog.cancel()
    now = snapshot.server_time
    matches_type = type_test(type_pattern, listed_types(snapshot.all_sessions))
    assessment = assess(snapshot, Knowledge(), access.zone)
    if not any(matches_type(row.type) for row in assessment.type_statuses.statuses):
        return _report_no_runs(args, snapshot.sessions, matches_type)
    if args.has("--ignore-acknowledged"):
        knowledge_base = KnowledgeBase(access.server.ascii_authority)
        assessment = reassess(assessment, read_knowledge(knowledge_base))
    formatter = FindingFormatter(now, access.zone)
    results = collect_verdicts(assessment, matches_type, limits, formatter)
    sentences = _format_sentences(
        results, count_acknowledged_problems(assessment, matches_type, limits, formatter)
    )
    return _write_status_line(
        results[0].level, sentences, tuple(performance_data(assessment.type_statuses, matches_type, limits))
    )


def _format_sentences(results: Sequence[MonitoringVerdict], acknowledged_count: int) -> list[str]:
    remaining = len(results) - _MAX_SENTENCES
    more = [f"{remaining} more"] if remaining > 0 else []
    return (
        [verdict.sentence for verdict in results[:_MAX_SENTENCES]]
        + more
        + (
            [f"{text_format.format_counted(acknowledged_count, 'acknowledged alert')} ignored"]
            if acknowledged_count
            else []
        )
    )


def _report_no_runs(
    args: ParsedArguments, sessions: Sequence[Session], matches_type: Callable[[str | None], bool]
) -> int:
    """The result without any matching session; with `--max-age` it is CRITICAL."""
    reference_count = sum(1 for session in sessions if not session.is_complete)
    if reference_count:
        return report_unknown(
            f"The server sent only the names of {reference_count} of {len(sessions)} sessions"
        )
    type_pattern = args.value_of("--type")
    if any(matches_type(session.type) for session in sessions):
        return report_unknown(
            f"No session{f' of type {type_pattern}' if type_pattern else ''} has a start time"
        )
    text = f"No session of type {type_pattern} in the list" if type_pattern else "The session list is empty"
    if type_pattern and args.has("--max-age"):
        return _write_status_line(CheckLevel.CRITICAL, [text])
    return report_unknown(text)


def _request_list(access: ServerAccess, seconds: float, started: float) -> CheckedList:
    """The list with the times of request and response, and how far the server's clock is ahead."""
    password = find_password(access.connection)

    async def request(client: Client) -> CheckedList:
        remaining = max(seconds - LOG_OFF_RESERVE_S, seconds / 2) - (time.monotonic() - started)
        requested = datetime.now(UTC)
        async with asyncio.timeout(remaining):
            listing = await client.sessions()
        as_of = datetime.now(UTC)
        return CheckedList(listing.sessions, requested, as_of, client.now() - as_of)

    try:
        return run_with_password(access, password, request, report=stdio.print_message)
    except TimeoutError:
        raise ServerUnreachableError(f"{access.server} did not respond within {seconds:g} s.") from None


def _start_watchdog(seconds: float) -> threading.Timer:
    """End the process after the time limit, even if a resolver, keyring or password command hangs."""

    def exit_unknown() -> None:
        text = format_status_line(CheckLevel.UNKNOWN, [f"No result within {seconds:g} s"], ()).encode()
        try:
            _write_unlocked(text)
        finally:
            os._exit(CheckLevel.UNKNOWN)

    timer = threading.Timer(seconds, exit_unknown)
    timer.daemon = True
    timer.start()
    return timer


def _write_unlocked(text: bytes) -> None:
    """Write the line without any lock; to standard error if standard output fails."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            if stream is not None:
                os.write(stream.fileno(), text)
                return


def _parse_thresholds(args: ParsedArguments) -> CheckThresholds:
    age = _parse_threshold(args, "--max-age", text_format.parse_duration, "20h,26h")
    ratio = _parse_threshold(args, "--max-ratio", _parse_ratio, "2,3")
    stuck, overdue = args.has("--stuck"), args.has("--overdue")
    if not (stuck or overdue or age or ratio):
        stuck = overdue = True
    return CheckThresholds(stuck, overdue, age, ratio)


def _parse_threshold(
    args: ParsedArguments, name: str, parse: Callable[[str], T], example: str
) -> Threshold[T] | None:
    text = args.value_of(name)
    if text is None:
        return None
    try:
        values = [parse(part) for part in text.split(",")]
    except ValueError as problem:
        raise UsageError(f"{name}: {problem}") from None
    if len(values) > 2 or values != sorted(values):
        raise UsageError(
            f"{name} takes one value (CRITICAL) or two in ascending order (WARNING,CRITICAL):"
            f" {name} {example}."
        )
    return Threshold(values[0] if len(values) == 2 else None, values[-1])


def _parse_ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0.0
    if not 0 < ratio < 1_000_000:
        raise ValueError(f"{text!r} is not a multiple of the usual duration: write 3 or 1.5.")
    return ratio


def _parse_time_limit(text: str | None) -> float:
    if text is None:
        return DEFAULT_TIMEOUT_S
    seconds = parse_timeout(text)
    if not 0 < seconds <= _MAX_TIMEOUT_S:
        raise UsageError("--timeout must be at most one hour: write 10, 30s or 5m.")
    return seconds
