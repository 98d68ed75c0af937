"""`emtui tail`: one line per change of the list, until it is stopped."""

from __future__ import annotations

from contextlib import aclosing
from datetime import tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.list_context import AcknowledgementReader, FollowedQuery
from emtui.cli.query_args import query_text
from emtui.cli.tail_records import change_record, flat_change_record
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.tail import Tail, TailLine

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.monitor.snapshot import Snapshot
_CHANGE_WIDTH, _OUTCOME_WIDTH, _TYPE_WIDTH, _ID_WIDTH = 8, 8, 24, 8
"""Fixed column widths in cells, since the lines are printed one by one."""


def run(args: ParsedArguments) -> int:
    """Print changes until stopped."""
    is_table = _output_format(args) == "table"
    access = resolve_access(args)
    zone = access.zone
    query = FollowedQuery(query_text(args), zone)
    make_record = flat_change_record if args.has("--flat") else change_record

    async def follow_list(client: Client) -> int:
        if is_table:
            print_time_zone(access, client.now())
        profile = access.connection.profile
        interval = float(PollSchedule.for_profile(profile).interval)
        poller = Poller(lambda: _request_list(client, query), PollSchedule(interval, interval))
        acknowledgements = AcknowledgementReader(client.server, zone)
        tail = Tail(
            poller,
            query.matches,
            lambda seen: _complete_references(client, seen),
            from_start=args.has("--from-start"),
            on_message=stdio.print_message,
        )
        async with aclosing(tail.lines()) as lines:
            async for line in lines:
                if is_table:
                    stdio.print_output_now(_format_row(line, zone))
                else:
                    is_acknowledged = acknowledgements.covers(line.session, poller.snapshot)
                    record = make_record(line, client.server, is_acknowledged=is_acknowledged)
                    stdio.print_output_now(output.format_json_line(record))
        return 0

    return run_logged_on(access, follow_list)


def _output_format(args: ParsedArguments) -> str:
    """The format; with `--flat` it is JSON lines."""
    output_format = args.value_of("--output")
    if args.has("--flat"):
        if output_format not in {None, "jsonl"}:
            raise UsageError(f"--flat prints JSON lines: use it with -o jsonl, not -o {output_format}.")
        return "jsonl"
    return output_format or ("table" if stdio.is_output_terminal() else "jsonl")


async def _request_list(client: Client, query: FollowedQuery) -> ListResponse:
    listing = await client.sessions()
    query.update(listing.sessions, client.now(), client.server)
    return ListResponse.from_listing(listing, client.response_stats)


async def _complete_references(client: Client, snapshot: Snapshot) -> Snapshot:
    return snapshot.with_details(
        {session.uid: session async for session in client.complete_references(snapshot.references)}
    )


def _format_row(line: TailLine, zone: tzinfo) -> str:
    """One line for a terminal; a problem is not cut, since it begins with a long URL."""
    session = line.session
    cells = [text_format.format_long_time(line.at, zone), line.change.ljust(_CHANGE_WIDTH)]
    if session:
        outcome = session.outcome if session.is_complete else ""
        cells += [
            text_format.fit_width(outcome, _OUTCOME_WIDTH),
            text_format.fit_width(session.type or "", _TYPE_WIDTH),
            session.id[:_ID_WIDTH],
        ]
    cells.append(text_format.join_lines((session.message if session else line.problem) or ""))
    text, width = output.COLUMN_GAP.join(cells).rstrip(), stdio.output_width()
    if width is not None:
        text = text_format.strip_ambiguous(text)
    return (text_format.truncate(text, width) if width is not None and session else text) + "\n"
