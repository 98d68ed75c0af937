"""`emtui metrics`: poll once and print metrics, or replace the file that a collector reads.

A failed poll gives metrics, too: `emtui_up 0`, the exit code and the time of the last list, so that an alert
can say why. Only wrong usage, a signal and a file that cannot be written leave the old file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from emtui.cli import exit_codes, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import ServerAccess, parse_timeout, resolve_access, run_with_password
from emtui.cli.list_context import read_knowledge
from emtui.cli.metric_families import PollResult, ReceivedList, collect_gauges
from emtui.cli.password_sources import find_password
from emtui.cli.unlisted_since_check import CheckedList, compare_with_last_check
from emtui.em.errors import ServerUnreachableError, UnexpectedResponseError
from emtui.local.knowledge_base import KnowledgeBase
from emtui.local.last_check_list import load_last_list
from emtui.local.shared_file import FileNotReplacedError, check_replaceable, replace_shared_file
from emtui.monitor.assessment import assess

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.client import Client
    from emtui.em.session_source import ResponseStats

DEFAULT_TIMEOUT_S = 60.0


def run(args: ParsedArguments) -> int:
    """Poll once; print the metrics or replace the file."""
    _require_library()
    path = _parse_path(args)
    access = resolve_access(args)
    timeout = parse_timeout(args.value_of("--timeout") or f"{DEFAULT_TIMEOUT_S:g}")
    try:
        result = _poll(access, timeout)
    except Exception as problem:
        _deliver_failure(access, exit_codes.exit_code_for(problem), path)
        raise
    _deliver(result, path)
    return 0


def _require_library() -> None:
    if find_spec("prometheus_client") is None:
        from emtui.cli.missing_extra import missing_extra_error  # noqa: PLC0415 - only for this error

        raise missing_extra_error("The library for metrics", "metrics")


def _parse_path(args: ParsedArguments) -> Path | None:
    """The file to replace, `None` for standard output; both are checked before anything is sent."""
    name = args.value_of("--output")
    if name is None:
        stdio.require_output()
        return None
    try:
        check_replaceable(path := Path(name))
    except FileNotReplacedError as problem:
        raise UsageError(str(problem)) from None
    return path


def _poll(access: ServerAccess, timeout: float) -> PollResult:
    """Request the list and assess it, as `check` does."""
    import asyncio  # noqa: PLC0415 - start-up time: only to connect

    password = find_password(access.connection)

    async def request(client: Client) -> tuple[CheckedList, ResponseStats | None, Certificate | None]:
        requested = datetime.now(UTC)
        async with asyncio.timeout(timeout):
            listing = await client.sessions()
        as_of = datetime.now(UTC)
        checked = CheckedList(listing.sessions, requested, as_of, client.now() - as_of)
        return checked, client.response_stats, client.certificate

    try:
        checked, stats, certificate = run_with_password(access, password, request, report=stdio.print_message)
    except TimeoutError:
        raise ServerUnreachableError(f"{access.server} did not respond within {timeout:g} s.") from None
    snapshot = compare_with_last_check(access, checked)
    knowledge = read_knowledge(KnowledgeBase(access.server.ascii_authority))
    assessment = assess(snapshot, knowledge, access.zone)
    if snapshot.references and not assessment.type_statuses.statuses:
        # Without any type there is no alert either: metrics of such a list would look like a quiet day.
        raise UnexpectedResponseError(
            f"{access.server} sent only the names of {len(snapshot.references)} of {len(checked.sessions)}"
            " sessions: their outcomes are unknown. Use emtui types, which requests each of them."
        )
    received = ReceivedList(
        assessment,
        stats.seconds if stats else 0.0,
        stats.size if stats else 0,
        _expiry(certificate),
    )
    return PollResult(
        access.server.authority, checked.as_of, list_received=checked.as_of, received_list=received
    )


def _expiry(certificate: Certificate | None) -> datetime | None:
    """When a certificate expires; `None` without one, and if it cannot be read."""
    is_readable = certificate is not None and certificate.valid_until < datetime.max.replace(tzinfo=UTC)
    return certificate.valid_until if certificate and is_readable else None


def _deliver_failure(access: ServerAccess, exit_code: int, path: Path | None) -> None:
    """Deliver the metrics of a failed poll; a second problem is only reported."""
    last = load_last_list(access.server.ascii_authority, access.user)
    result = PollResult(access.server.authority, datetime.now(UTC), exit_code, last.as_of if last else None)
    try:
        _deliver(result, path)
    except UsageError as problem:
        stdio.print_message(str(problem))


def _deliver(result: PollResult, path: Path | None) -> None:
    from emtui.cli.metrics_text import format_metrics  # noqa: PLC0415 - its library may not be installed

    text = format_metrics(collect_gauges(result))
    if path is None:
        stdio.print_output(text)
        return
    try:
        replace_shared_file(path, text.encode())
    except FileNotReplacedError as problem:
        raise UsageError(str(problem)) from None
