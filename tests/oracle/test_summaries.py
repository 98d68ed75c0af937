"""What needs attention, the shift summary, and a recording, of lists that were read from the server.

emtui is asked through its own functions here: no command prints these. What must stand in them comes from
`emtui/docs/triage.md` and `emtui/docs/reports.md`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from oracle.asked import EmtuiRunner
from oracle.made import HOUR, GeneratedCase, irregular_case
from oracle.questions import if_stable
from oracle.truth import ExpectedList, ExpectedRun
from report_factory import report_origin
from scripted_server import PASSWORD, USER

from emtui.em.client import Client
from emtui.em.model import Session
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.handover.render_text import render_text
from emtui.handover.shift_summary import ShiftReport, summarize_shift
from emtui.monitor.recording.reader import read_recording
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import RecordingWriter
from emtui.monitor.recording.replay_source import ReplaySource
from emtui.triage.findings import FailingFinding, Finding, StuckRunFinding, WarningFinding
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import TypeStatuses, compute_type_statuses

SEEDS = range(700, 725)


async def connect(emtui: EmtuiRunner) -> Client:
    server, trust = parse_server(emtui.authority), Trust(pin=emtui.sha256)
    return await Client.connect(server, USER, Secret(PASSWORD), trust=trust, proxies=ProxySettings())


async def read_sessions(emtui: EmtuiRunner, case: GeneratedCase) -> tuple[Session, ...]:
    """The list as emtui reads it."""
    emtui.serve(case)
    client = await connect(emtui)
    try:
        return (await client.sessions()).sessions
    finally:
        await client.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_type_that_fails_warns_or_is_stuck_needs_attention(emtui: EmtuiRunner, seed: int) -> None:
    case = irregular_case(seed)
    truth = ExpectedList(case)
    findings = prioritize_findings(compute_type_statuses(await read_sessions(emtui, case), case.now)).findings
    newest = [row for kind in truth.types if (row := truth.newest_finished(kind))]
    assert _types(findings, FailingFinding) == [row.run.kind for row in newest if row.outcome == "failed"]
    assert _types(findings, WarningFinding) == [row.run.kind for row in newest if row.outcome == "warning"]
    stuck = {row.run.id: if_stable(row, truth, truth.is_stuck) for row in truth.rows}
    shown = {finding.overrun.session.id for finding in findings if isinstance(finding, StuckRunFinding)}
    assert {guid for guid, is_stuck in stuck.items() if is_stuck} <= shown
    assert shown <= {guid for guid, is_stuck in stuck.items() if is_stuck is not False}


def _types(findings: Sequence[Finding], finding_class: type[FailingFinding | WarningFinding]) -> list[str]:
    return sorted(finding.type for finding in findings if isinstance(finding, finding_class))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_shift_summary_lists_alerts_and_failures_of_the_shift(
    emtui: EmtuiRunner, seed: int
) -> None:
    case = irregular_case(seed)
    truth, sessions = ExpectedList(case), await read_sessions(emtui, case)
    type_statuses = compute_type_statuses(sessions, case.now)
    findings, sections = (
        prioritize_findings(type_statuses).findings,
        _sections(_summary(sessions, type_statuses, case.now)),
    )
    attention_lines = next(iter(sections.values()))  # what needs attention stands first
    assert len(attention_lines) == len(findings), (attention_lines, findings)
    for finding, line in zip(findings, attention_lines, strict=True):
        assert finding.type is None or line.startswith(f"{finding.type} "), (finding, line)
    for kind in truth.types:
        bad = [
            row
            for row in truth.runs_of(kind)
            if row.outcome == "failed" and _start(row) > case.now - 12 * HOUR
        ]
        newest = truth.newest_finished(kind)
        if bad and newest and newest.outcome == "success":
            assert any(line.startswith(f"{kind} failed") for line in sections["Recovered"]), (kind, sections)


def _summary(sessions: Sequence[Session], type_statuses: TypeStatuses, now: datetime) -> str:
    shift = ShiftReport(
        report_origin(now), tuple(sessions), type_statuses, tuple(prioritize_findings(type_statuses).findings)
    )
    return render_text(summarize_shift(shift), lambda text: text)


def _sections(text: str) -> dict[str, list[str]]:
    """The lines under each heading; a heading that counts them counts right."""
    found = {}
    for heading, count, lines in re.findall(
        r"^([A-Z][a-z ]+): (none|\d+)\n((?:\n?- .*\n)*)", text, re.MULTILINE
    ):
        found[heading] = re.findall(r"^- (.*)$", lines, re.MULTILINE)
        assert len(found[heading]) == (0 if count == "none" else int(count)), text
    return found


def _start(row: ExpectedRun) -> datetime:
    assert row.started is not None
    return row.started


@pytest.mark.parametrize("seed", SEEDS[:10])
async def test_a_recording_shows_what_was_recorded(emtui: EmtuiRunner, seed: int) -> None:
    case, file = irregular_case(seed), io.BytesIO()
    emtui.serve(case)
    recorder = Recorder(RecordingWriter(file, datetime.now(UTC)), lambda: datetime.now(UTC))
    client = recorder.wrap_client(await connect(emtui))
    before = (await client.sessions()).sessions
    await client.close()
    assert recorder.close() == ""
    replay = ReplaySource("night.rec", read_recording(io.BytesIO(file.getvalue()), "night.rec"))
    after = (await replay.sessions()).sessions
    await replay.close()
    assert after == before
    assert _summary(after, compute_type_statuses(after, case.now), case.now) == _summary(
        before, compute_type_statuses(before, case.now), case.now
    )
    assert abs(replay.now() - datetime.now(UTC)) < timedelta(minutes=5)
