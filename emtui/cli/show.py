"""`emtui show`: one session, its events, and findings from its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.events import format_event_table, print_xml, read_session
from emtui.cli.list_context import print_problems
from emtui.cli.session_fields import SessionReading, format_fields
from emtui.cli.show_records import finding_records, format_facts
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError, SessionNotFoundError, UnexpectedResponseError
from emtui.handover.json_records import event_records, session_record
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.assessment import assess
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.snapshot import Snapshot
from emtui.triage.finding_text import FindingFormatter

if TYPE_CHECKING:
    from emtui.em.client import Client


def show(args: ParsedArguments) -> int:
    """Print one session with its events and findings."""
    if args.value_of("--output") == "xml":
        return print_xml(args, lambda client, uid: client.session_xml(uid))
    reading, run = read_session(args, _explain)
    formatter = FindingFormatter(reading.now, reading.zone)
    if args.value_of("--output") == "json":
        is_acknowledged = run is not None and run.acknowledgement is not None
        record = session_record(reading.session, reading.server, reading.now, is_acknowledged=is_acknowledged)
        events = event_records(reading.log, reading.session.started)
        findings = finding_records(run, formatter) if run else None
        stdio.print_output(output.format_json_object(record, events=events, findings=findings))
    else:
        facts_text = format_facts(run, formatter) if run else ""
        stdio.print_output(f"{format_fields(reading)}{facts_text}\n{format_event_table(reading)}")
    return 0


async def _explain(client: Client, reading: SessionReading) -> ExplainedRun | None:
    """Findings from the list and past logs; `None` without the list, which is reported."""
    knowledge_base = KnowledgeBase(client.server.ascii_authority)
    ignored_errors = (
        SessionNotFoundError,
        UnexpectedResponseError,
    )  # ignore past runs that were deleted meanwhile
    try:
        snapshot = Snapshot((await client.sessions()).sessions, reading.now)
        assessment = await run_in_thread(lambda: assess(snapshot, knowledge_base.load(), reading.zone))
        explainer = Explainer(client, HistoryCache(), ignored_errors)
        run = await explainer.explain(assessment, reading.session, reading.log.events, reading.now)
    except EmError as problem:
        stdio.print_message(f"Earlier runs could not be evaluated: {problem}")
        return None
    print_problems(knowledge_base)
    return run
