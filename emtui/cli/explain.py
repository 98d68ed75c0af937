"""`emtui explain`: the findings on one session, as its page in the session browser shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.assessed_list import find_run, read_assessed_list
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.events import print_reading_problems
from emtui.cli.resolve_session import print_host_mismatch
from emtui.cli.session_fields import SessionReading
from emtui.cli.show_records import finding_records, format_facts
from emtui.em.model import Log
from emtui.handover.json_records import session_record
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.query import find_session_ref
from emtui.triage.diff_text import format_run
from emtui.triage.finding_text import FindingFormatter

if TYPE_CHECKING:
    from emtui.em.client import Client


@dataclass(frozen=True, slots=True)
class _Explained:
    """A session with its findings, and what they could not be based on."""

    reading: SessionReading
    run: ExplainedRun
    problems: tuple[str, ...]


def run(args: ParsedArguments) -> int:
    """Print the findings on one session."""
    target, access = find_session_ref(args.operands[0]), resolve_access(args)
    print_host_mismatch(target, access.server)

    async def request(client: Client) -> _Explained:
        assessment = await read_assessed_list(client, access.zone)
        explainer = Explainer(client, HistoryCache())
        listed = await find_run(client, target, assessment)
        session, log, reason = await explainer.complete_run(listed, None)
        now = client.now()
        run = await explainer.explain(assessment, session, log.events if log else (), now)
        problems = [f"The events of this session could not be read: {reason}"] if reason else []
        count = len(assessment.successful_before(session))
        if run.past_log_count < count:
            problems.append(
                f"The events of {count - run.past_log_count} of the last"
                f" {text_format.format_counted(count, 'successful run')} could not be read."
            )
        reading = SessionReading(session, log or Log(()), client.server, now, access.zone)
        return _Explained(reading, run, tuple(problems))

    explained = run_logged_on(access, request)
    reading, formatter = explained.reading, FindingFormatter(explained.reading.now, access.zone)
    print_reading_problems(reading)
    for problem in explained.problems:
        stdio.print_message(problem)
    if args.value_of("--output") == "json":
        is_acknowledged = explained.run.acknowledgement is not None
        record = session_record(reading.session, reading.server, reading.now, is_acknowledged=is_acknowledged)
        findings = finding_records(explained.run, formatter)
        stdio.print_output(output.format_json_object(record, findings=findings))
        return 0
    print_time_zone(access, reading.now)
    stdio.print_output(_format_explanation(explained, formatter))
    return 0


def _format_explanation(explained: _Explained, formatter: FindingFormatter) -> str:
    """The session in one line, the server's message, and one line per finding."""
    reading = explained.reading
    lines = [format_run(reading.session, reading.now, reading.zone)]
    if reading.session.message:
        lines.append(text_format.join_lines(reading.session.message))
    if facts := format_facts(explained.run, formatter):
        return "\n".join([*lines, "", facts])
    kind = reading.session.type or "this type"
    return "\n".join([*lines, "", f"No findings: too few runs of {kind} are listed.", ""])
