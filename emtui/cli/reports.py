"""`emtui ticket`, `shift` and `bundle`: the reports of the session browser, by the same pipeline."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.assessed_list import find_run, read_assessed_list
from emtui.cli.client_session import ServerAccess, resolve_access, run_logged_on
from emtui.cli.list_context import check_query
from emtui.cli.resolve_session import print_host_mismatch
from emtui.cli.show_records import finding_records
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.blocks import Block, Redact
from emtui.handover.bundle import bundle_name
from emtui.handover.caveats import caveat_sentences
from emtui.handover.diff_records import comparison_record
from emtui.handover.json_records import session_record
from emtui.handover.open_run_command import open_run_command
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_content, render_text
from emtui.handover.run_report import RunReport
from emtui.handover.shift_records import shift_record
from emtui.handover.shift_summary import DEFAULT_PERIOD, summarize_shift
from emtui.handover.ticket import build_ticket, ticket_title
from emtui.local import output_file
from emtui.local.timezones import SystemZone
from emtui.monitor.assessment import Assessment
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.report_builder import CompletedReport, ReportBuilder
from emtui.query import find_session_ref, format_term
from emtui.query.time_parsing import parse_moment

if TYPE_CHECKING:
    from emtui.em.client import Client

T = TypeVar("T")

STDOUT = "-"
"""The value of `--output` that writes a bundle to standard output."""


def ticket(args: ParsedArguments) -> int:
    """Print the ticket on one session."""

    async def request(client: Client, access: ServerAccess) -> str:
        builder, completed = await _complete_report(args, client, access)
        redact = builder.redactor().redact_text
        if args.value_of("--output") == "json":
            return output.format_json_object(_ticket_record(completed, client, redact))
        return _render(build_ticket(completed.report), args, redact)

    stdio.print_output(_run(args, request))
    return 0


def shift(args: ParsedArguments) -> int:
    """Print the summary of the last hours."""
    since = args.value_of("--since")
    access = resolve_access(args)
    if since:
        check_query(format_term("since", since), access.zone)

    async def request(client: Client) -> str:
        builder, assessment = await _read_list(client, access)
        now = builder.origin.now
        period = _parse_period(since, now, access.zone) if since else DEFAULT_PERIOD
        _print_list_start(assessment, now - period, access.zone)
        report, redact = builder.shift_report(period), builder.redactor().redact_text
        if args.value_of("--output") == "json":
            return output.format_json_object(shift_record(report, redact))
        return _render(summarize_shift(report), args, redact)

    stdio.print_output(run_logged_on(access, request))
    return 0


def bundle(args: ParsedArguments) -> int:
    """Write the bundle on one session; print its path."""
    target = args.value_of("--output")
    _check_bundle_file(target)

    async def request(client: Client, access: ServerAccess) -> tuple[bytes, str]:
        builder, completed = await _complete_report(args, client, access)
        redacted_session = builder.redactor().redact_session(completed.report.session)
        return await builder.bundle(completed.report), bundle_name(redacted_session)

    content, stem = _run(args, request)
    if target == STDOUT:
        stdio.print_output_bytes(content)
        return 0
    try:
        if target is None:
            path = output_file.write_output_file(content, stem, ".zip", (Path(),)).path
            stdio.print_output(f"{output_file.format_path(path)}\n")
        else:
            output_file.write_new_file(content, Path(target))
            stdio.print_output(f"{target}\n")
    except output_file.OutputFileNotWrittenError as problem:
        raise UsageError(str(problem)) from None
    return 0


def _check_bundle_file(target: str | None) -> None:
    """Raise `UsageError` before anything is requested if the file cannot be written."""
    if target == STDOUT:
        if stdio.is_output_terminal():
            raise UsageError("A bundle is a zip file: redirect the output, or use -o FILE.")
    elif target is not None and os.path.lexists(target):
        raise UsageError(output_file.existing_file_text(Path(target)))


def _run(args: ParsedArguments, request: Callable[[Client, ServerAccess], Awaitable[T]]) -> T:
    """Log on and request a report on the session that the operand names."""
    target, access = find_session_ref(args.operands[0]), resolve_access(args)
    print_host_mismatch(target, access.server)
    return run_logged_on(access, lambda client: request(client, access))


async def _read_list(client: Client, access: ServerAccess) -> tuple[ReportBuilder, Assessment]:
    assessment = await read_assessed_list(client, access.zone)
    zones = ReportZones(SystemZone(), access.connection.server_time_zone)
    health = FeedHealth(skew=client.skew)
    return ReportBuilder(lambda: client, HistoryCache(), assessment, health, zones), assessment


async def _complete_report(
    args: ParsedArguments, client: Client, access: ServerAccess
) -> tuple[ReportBuilder, CompletedReport]:
    """The report on the session that the operand names; missing data is reported in it."""
    builder, assessment = await _read_list(client, access)
    session = await find_run(client, find_session_ref(args.operands[0]), assessment)
    command = open_run_command(client.server, session)
    return builder, await builder.complete(RunReport(builder.origin, session, command=command))


def _render(blocks: Sequence[Block], args: ParsedArguments, redact: Redact) -> str:
    render = render_text if args.value_of("--output") == "text" else render_markdown
    return render(blocks, redact)


def _ticket_record(completed: CompletedReport, client: Client, redact: Redact) -> Mapping[str, object]:
    """The ticket as data: session, findings, comparison, and what is unknown; redacted."""
    report, server = completed.report, client.server
    session = session_record(
        report.session, server, report.origin.now, is_acknowledged=report.is_acknowledged
    )
    difference = report.difference
    record = {
        **session,
        "title": render_content(ticket_title(report), redact),
        "as_of": text_format.format_iso(report.origin.as_of),
        "findings": finding_records(completed.explained, report.origin.formatter),
        "comparison": comparison_record(difference, server) if difference else None,
        "unknown": [render_content(sentence, redact) for sentence in caveat_sentences(report)],
        "command": report.command,
    }
    return {key: _redact_value(value, redact) for key, value in record.items()}


def _redact_value(value: object, redact: Redact) -> object:
    """All text in a JSON value redacted."""
    match value:
        case str():
            return redact(value)
        case list():
            return [_redact_value(item, redact) for item in value]
        case dict():
            return {key: _redact_value(item, redact) for key, item in value.items()}
        case _:
            return value


def _parse_period(text: str, now: datetime, zone: tzinfo) -> timedelta:
    """The period since a time; a duration such as 12h is taken as it is."""
    try:
        return text_format.parse_duration(text)
    except ValueError:
        since = parse_moment(text.strip(), now=now, zone=zone)
    if since >= now:
        raise UsageError(f"--since {text} is in the future: name an earlier time.")
    return now - since


def _print_list_start(assessment: Assessment, since: datetime, zone: tzinfo) -> None:
    """Report if the list does not reach back to this time."""
    oldest = min((run.started for run in assessment.sessions if run.started), default=None)
    if oldest and oldest > since:
        stdio.print_message(
            "The list starts with the run of"
            f" {text_format.format_date_time_with_offset(oldest, zone)}: nothing earlier is included."
        )
