"""`emtui show`: one session, its events, and findings from its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emtui.cli import output, stdio
from emtui.cli.arguments import Given
from emtui.cli.events import event_table, print_xml, read_session
from emtui.cli.list_evidence import narrate_problems
from emtui.cli.session_fields import SessionReading, fields
from emtui.cli.show_records import fact_lines, finding_records
from emtui.em.background_thread import beside
from emtui.em.errors import EmError, Nonsense, NotFound
from emtui.handover.json_schema import event_records, session_record
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.assessment import assess
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.snapshot import Snapshot
from emtui.triage.finding_text import Teller

if TYPE_CHECKING:
    from emtui.em.client import Client


def show(given: Given) -> int:
    """Print one session with its events and findings."""
    if given.one("--output") == "xml":
        return print_xml(given, lambda client, uid: client.session_xml(uid))
    reading, run = read_session(given, _explained)
    formatter = Teller(reading.now, reading.zone)
    if given.one("--output") == "json":
        known = run is not None and run.mark is not None
        record = session_record(reading.session, reading.server, reading.now, known=known)
        events = event_records(reading.log, reading.session.started)
        findings = finding_records(run, formatter) if run else None
        stdio.say(output.as_object(record, events=events, findings=findings))
    else:
        explained = fact_lines(run, formatter) if run else ""
        stdio.say(f"{fields(reading)}{explained}\n{event_table(reading)}")
    return 0


async def _explained(client: Client, reading: SessionReading) -> ExplainedRun | None:
    """Findings from the list and past logs; `None` without the list, which is reported."""
    base = KnowledgeBase(client.server.ascii_authority)
    gone = (NotFound, Nonsense)  # ignore past runs that were deleted meanwhile
    try:
        snapshot = Snapshot((await client.sessions()).sessions, reading.now)
        assessment = await beside(lambda: assess(snapshot, base.load(), reading.zone))
        explainer = Explainer(client, HistoryCache(), gone)
        run = await explainer.explain(assessment, reading.session, reading.log.events, reading.now)
    except EmError as problem:
        stdio.narrate(f"No findings from earlier runs: {problem}")
        return None
    narrate_problems(base)
    return run
