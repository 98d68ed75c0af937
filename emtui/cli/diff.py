"""`emtui diff`: one session compared with another, by default with the last successful run before it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.assessed_list import find_run, read_assessed_list
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.resolve_session import print_host_mismatch
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session
from emtui.handover.diff_records import difference_record
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.query import (
    LAST_SUCCESS,
    LAST_SUCCESSFUL,
    NoMatchingSessionError,
    SessionRef,
    find_session_ref,
)
from emtui.triage.diff_hunks import CONTEXT_LINES
from emtui.triage.diff_text import RunDifference, compare_runs, format_difference

if TYPE_CHECKING:
    from emtui.em.client import Client


def run(args: ParsedArguments) -> int:
    """Print the comparison of two sessions."""
    target, *others = args.operands
    run_ref, other_ref = find_session_ref(target), _parse_other(others)
    access = resolve_access(args)
    for session_ref in (run_ref, *((other_ref,) if other_ref else ())):
        print_host_mismatch(session_ref, access.server)

    async def request(client: Client) -> RunDifference:
        assessment = await read_assessed_list(client, access.zone)
        return await _compare(client, assessment, run_ref, other_ref)

    difference = run_logged_on(access, request)
    if not (difference.events or difference.other_events):
        stdio.print_message("The server has no events for either run.")
    if args.value_of("--output") == "json":
        stdio.print_output(output.format_json_object(difference_record(difference, access.server)))
        return 0
    print_time_zone(access, difference.now)
    context_lines = None if args.has("--all") else CONTEXT_LINES
    stdio.print_output(format_difference(difference, access.zone, context_lines=context_lines))
    return 0


def _parse_other(operands: list[str]) -> SessionRef | None:
    """The session to compare with; `None` for the last successful run."""
    if not operands or operands[0] in {LAST_SUCCESS, LAST_SUCCESSFUL}:
        return None
    return find_session_ref(operands[0])


async def _compare(
    client: Client, assessment: Assessment, run_ref: SessionRef, other_ref: SessionRef | None
) -> RunDifference:
    explainer = Explainer(client, HistoryCache())
    session = await find_run(client, run_ref, assessment)
    last_successful = assessment.last_successful(session)
    other = await find_run(client, other_ref, assessment) if other_ref else last_successful
    if other is None:
        raise NoMatchingSessionError(_no_other_run_text(session))
    if other.uid == session.uid:
        raise UsageError(f"Both IDs name session {session.id}: name another one to compare with.")
    session = session if session.is_complete else await client.session(session.uid)
    log, now = await client.events(session.uid), client.now()
    other, other_events = await explainer.fetch_run(other)
    is_last_successful = last_successful is not None and last_successful.uid == other.uid
    compare = partial(compare_runs, is_last_successful=is_last_successful)
    return await run_in_thread(partial(compare, session, log.events, other, other_events, now))


def _no_other_run_text(session: Session) -> str:
    kind = session.type or "this type"
    return (
        f"No earlier successful run of {kind} is listed: name the session to compare with,"
        f" emtui diff {session.id[:8]} OTHER."
    )
