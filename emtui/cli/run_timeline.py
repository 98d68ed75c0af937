"""`emtui timeline`: the runs of each type over time, with missed starts and times in which nothing ran."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.assessed_list import read_assessed_list
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.sessions import SESSION_COLUMNS
from emtui.cli.timeline_lanes import format_lanes
from emtui.cli.timeline_records import (
    TIMELINE_KEYS,
    TimelineEntry,
    entry_duration,
    timeline_entries,
    timeline_record,
)
from emtui.em.server_address import Server
from emtui.monitor.assessment import Assessment
from emtui.query.time_parsing import parse_moment
from emtui.query.type_aliases import type_test
from emtui.triage.run_lanes import Timeline
from emtui.triage.type_lanes import type_timeline

if TYPE_CHECKING:
    from emtui.em.client import Client

DEFAULT_SINCE = "24h"


def run(args: ParsedArguments) -> int:
    """Print what ran, and what did not."""
    pattern, since_text = args.value_of("--type") or "*", args.value_of("--since") or DEFAULT_SINCE
    output_format = args.value_of("--output") or "table"
    type_test(pattern)  # raises `InvalidQueryError` before anything is sent
    access = resolve_access(args)
    zone = access.zone
    _parse_since(since_text, datetime.now(UTC), zone)

    async def request(client: Client) -> Assessment:
        return await read_assessed_list(client, zone)

    assessment = run_logged_on(access, request)
    timeline = type_timeline(assessment.sessions, assessment.type_statuses, assessment.attention)
    since = _parse_since(since_text, timeline.now, zone)
    matches_type = _lane_test(pattern, timeline)
    _print_limits(timeline, since, zone)
    width = stdio.output_width()
    if output_format == "table" and width is not None:
        print_time_zone(access, timeline.now)
        stdio.print_output(format_lanes(timeline, assessment, since, matches_type, zone, width))
    else:
        entries = timeline_entries(timeline, assessment, since, matches_type)
        stdio.print_output(_format_entries(output_format, entries, assessment, access.server))
    return 0


def _parse_since(text: str, now: datetime, zone: tzinfo) -> datetime:
    try:
        since = parse_moment(text, now=now, zone=zone)
    except ValueError as problem:
        raise UsageError(f"--since: {problem}") from None
    if since >= now:
        raise UsageError(f"--since must be in the past, not {text!r}.")
    return since


def _lane_test(pattern: str, timeline: Timeline) -> Callable[[str | None], bool]:
    """A test of types; without a pattern, runs without a type match, too."""
    if pattern == "*":
        return lambda _type: True
    return type_test(pattern, [lane.key for lane in timeline.lanes if lane.key])


def _print_limits(timeline: Timeline, since: datetime, zone: tzinfo) -> None:
    """Report what the timeline lacks: times before the list begins, and runs without a start."""
    first_start = timeline.first_start
    if first_start and first_start > since and stdio.is_terminal(sys.stderr):
        begin = text_format.format_date_time_with_offset(first_start, zone)
        stdio.print_message(f"The list begins at {begin}.")
    if timeline.undated_count:
        count = text_format.format_counted(timeline.undated_count, "run")
        stdio.print_message(f"{count} without a valid start not shown.")


def _format_entries(
    output_format: str, entries: Sequence[TimelineEntry], assessment: Assessment, server: Server
) -> str:
    now = assessment.type_statuses.now
    if output_format == "table":
        return output.format_table(SESSION_COLUMNS, [_entry_row(entry, now) for entry in entries], None)
    records = (timeline_record(entry, assessment, server) for entry in entries)
    return output.format_records(output_format, records, TIMELINE_KEYS)


def _entry_row(entry: TimelineEntry, now: datetime) -> tuple[str, ...]:
    run, duration = entry.run, entry_duration(entry, now)
    message = (run.message or "") if run else ""
    if entry.count is not None:
        message = f"{text_format.format_counted(entry.count, 'run')} due"
    return (
        str(run.outcome) if run else entry.kind,
        entry.type or "",
        text_format.format_iso(entry.since),
        text_format.format_duration(duration) if duration is not None else "",
        run.id[:8] if run else "",
        message,
    )
