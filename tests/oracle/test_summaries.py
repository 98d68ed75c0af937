"""What needs attention, the shift summary, and a recording, of lists that were read from the server.

emtui is asked through its own functions here: no command prints these. What must stand in them comes from
`emtui/docs/triage.md` and `emtui/docs/handover.md`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from made_cases import origin
from oracle.asked import Emtui
from oracle.made import HOUR, Made, irregular
from oracle.questions import surely
from oracle.truth import Row, Truth
from rogue import PASSWORD, USER

from emtui.em.client import Client
from emtui.em.model import Session
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.handover.render_text import plain
from emtui.handover.shift_summary import Shift, summary
from emtui.monitor.recording.reader import read
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import Writer
from emtui.monitor.recording.replay_source import Replay
from emtui.triage.findings import Failing, Finding, Hanging, Warned
from emtui.triage.prioritization import judged
from emtui.triage.type_status import Standings, standings

SEEDS = range(700, 725)


async def connected(emtui: Emtui) -> Client:
    server, trust = parse_server(emtui.authority), Trust(pin=emtui.sha256)
    return await Client.connect(server, USER, Secret(PASSWORD), trust=trust, proxies=Proxies())


async def listed(emtui: Emtui, made: Made) -> tuple[Session, ...]:
    """The list as emtui reads it."""
    emtui.holds(made)
    client = await connected(emtui)
    try:
        return (await client.sessions()).sessions
    finally:
        await client.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_type_that_fails_warns_or_hangs_needs_attention(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    truth = Truth(made)
    findings = judged(standings(await listed(emtui, made), made.now)).findings
    newest = [row for kind in truth.kinds if (row := truth.newest_decided(kind))]
    assert _types(findings, Failing) == [row.run.kind for row in newest if row.outcome == "failed"]
    assert _types(findings, Warned) == [row.run.kind for row in newest if row.outcome == "warning"]
    hanging = {row.run.id: surely(row, truth, truth.is_stuck) for row in truth.rows}
    shown = {finding.overrun.session.id for finding in findings if isinstance(finding, Hanging)}
    assert {guid for guid, hangs in hanging.items() if hangs} <= shown
    assert shown <= {guid for guid, hangs in hanging.items() if hangs is not False}


def _types(findings: Sequence[Finding], what: type[Failing | Warned]) -> list[str]:
    return sorted(finding.type for finding in findings if isinstance(finding, what))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_shift_summary_lists_what_needs_attention_and_what_was_bad_meanwhile(
    emtui: Emtui, seed: int
) -> None:
    made = irregular(seed)
    truth, sessions = Truth(made), await listed(emtui, made)
    board = standings(sessions, made.now)
    findings, sections = judged(board).findings, _sections(_summary(sessions, board, made.now))
    needs = next(iter(sections.values()))  # what needs attention stands first
    assert len(needs) == len(findings), (needs, findings)
    for finding, line in zip(findings, needs, strict=True):
        assert finding.type is None or line.startswith(f"{finding.type} "), (finding, line)
    for kind in truth.kinds:
        bad = [
            row for row in truth.of(kind) if row.outcome == "failed" and _start(row) > made.now - 12 * HOUR
        ]
        newest = truth.newest_decided(kind)
        if bad and newest and newest.outcome == "success":
            assert any(line.startswith(f"{kind} failed") for line in sections["Recovered"]), (kind, sections)


def _summary(sessions: Sequence[Session], board: Standings, now: datetime) -> str:
    shift = Shift(origin(now), tuple(sessions), board, tuple(judged(board).findings))
    return plain(summary(shift), lambda text: text)


def _sections(text: str) -> dict[str, list[str]]:
    """The lines under each heading; a heading that counts them counts right."""
    found = {}
    for heading, count, lines in re.findall(
        r"^([A-Z][a-z ]+): (none|\d+)\n((?:\n?- .*\n)*)", text, re.MULTILINE
    ):
        found[heading] = re.findall(r"^- (.*)$", lines, re.MULTILINE)
        assert len(found[heading]) == (0 if count == "none" else int(count)), text
    return found


def _start(row: Row) -> datetime:
    assert row.started is not None
    return row.started


@pytest.mark.parametrize("seed", SEEDS[:10])
async def test_a_recording_shows_what_was_recorded(emtui: Emtui, seed: int) -> None:
    made, file = irregular(seed), io.BytesIO()
    emtui.holds(made)
    recorder = Recorder(Writer(file, datetime.now(UTC)), lambda: datetime.now(UTC))
    client = recorder.listen(await connected(emtui))
    before = (await client.sessions()).sessions
    await client.close()
    assert recorder.close() == ""
    replay = Replay("night.rec", read(io.BytesIO(file.getvalue()), "night.rec"))
    after = (await replay.sessions()).sessions
    await replay.close()
    assert after == before
    assert _summary(after, standings(after, made.now), made.now) == _summary(
        before, standings(before, made.now), made.now
    )
    assert abs(replay.now() - datetime.now(UTC)) < timedelta(minutes=5)
