"""The sign and color of each kind of alert."""

from __future__ import annotations

from datetime import UTC, datetime

from emtui.demo.world import SimulatedWorld
from emtui.triage.findings import CanceledFinding, SlowdownFinding, WarningFinding
from emtui.triage.prioritization import prioritize_sessions
from emtui.tui.formatting.finding_style import finding_style
from emtui.tui.theme import CANCELED_STYLE, ERROR_STYLE, FAINT, WARNING_STYLE

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)


def test_failed_stuck_and_overdue_are_red_slower_and_warned_yellow_canceled_magenta() -> None:
    findings = prioritize_sessions(SimulatedWorld(1, NIGHT).sessions(NIGHT), NIGHT).findings
    assert [finding_style(finding) for finding in findings] == [
        ("■", ERROR_STYLE),
        ("■", ERROR_STYLE),
        ("■", ERROR_STYLE),
        ("▲", WARNING_STYLE),
        ("▲", WARNING_STYLE),
        ("○", CANCELED_STYLE),
    ]
    assert {type(finding) for finding in findings} > {SlowdownFinding, WarningFinding, CanceledFinding}
    assert {finding_style(finding, is_acknowledged=True) for finding in findings} == {("k", FAINT)}
