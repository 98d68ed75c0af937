"""Alerts in a real terminal: above the list, one by one, as a list, by type."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import (
    NIGHT_OPTIONS,
    EmtuiTerminal,
    cursor_row,
    is_assessed,
    isolated_environment,
    run_emtui,
    run_night_demo,
)

STUCK_TEXT = "■ DatabaseMaintenance    running for 2h11m, usually 3m02s, 43×"
OVERDUE_TEXT = "■ CatalogReplicationJob  overdue, 12 runs missed"


def test_stuck_and_overdue_runs_are_shown_before_any_key(demo_list: EmtuiTerminal) -> None:
    first, second = demo_list.lines()[1:3]
    assert first == f"{STUCK_TEXT}; started 00:00"
    assert second == OVERDUE_TEXT.ljust(65) + "a next  +4 more"


def test_a_steps_through_the_alerts_and_shows_their_evidence(demo_list: EmtuiTerminal) -> None:
    demo_list.press("a")
    shown = demo_list.wait_for("on 29 successful runs)")
    assert "DatabaseMaintenance" in cursor_row(shown)
    demo_list.press("a")
    shown = demo_list.wait_for("intervals)")
    assert "168 ok CatalogReplicationJob Sat 01:27" in " ".join(cursor_row(shown).split())
    demo_list.press("a", "a", "a", "a", "a")
    demo_list.wait_for(lambda lines: "DatabaseMaintenance" in cursor_row(lines))


def test_a_finds_a_run_that_the_query_hides(demo_list: EmtuiTerminal) -> None:
    demo_list.press("1")
    demo_list.wait_for("/state:failed,warning")
    demo_list.press("a")
    demo_list.wait_for(lambda lines: "DatabaseMaintenance" in cursor_row(lines))


def test_the_attention_list_shows_each_finding_with_its_run(demo_list: EmtuiTerminal) -> None:
    demo_list.press("4")
    shown = demo_list.wait_for("1 of 6 alerts", "Evidence")
    assert "9 of 12 types on schedule, 1 without a schedule" in shown[1]
    assert shown[1].startswith("─ Alerts  6 ─")
    assert shown[3] == f"▌ {STUCK_TEXT}".ljust(75) + "00:00"
    assert shown[4].startswith(f"  {OVERDUE_TEXT}")
    assert shown[9].startswith(
        "─ DatabaseMaintenance  running for 2h11m, usually 3m02s, 43×; started 00:00 ─"
    )
    assert "Evidence      based on 29 successful runs" in shown[10]
    demo_list.press("down")
    demo_list.wait_for("─ CatalogReplicationJob  overdue, 12 runs missed; ")
    demo_list.press("up")
    demo_list.press("down", "enter")
    demo_list.wait_for("CatalogReplicationJob  · success")
    demo_list.press("q")
    demo_list.wait_for("2 of 6 alerts")


@pytest.mark.parametrize(("columns", "lines", "limit"), [(200, 50, 4_900), (120, 40, 3_700), (80, 23, 2_100)])
def test_held_down_the_evidence_is_painted_once(
    tmp_path: Path, demo: RunningDemo, columns: int, lines: int, limit: int
) -> None:
    """Five rows are about 170 bytes each; the evidence, up to 3,600, follows the last of them."""
    environ = isolated_environment(tmp_path)
    with run_night_demo(demo, columns=columns, lines=lines, environ=environ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(is_assessed)
        terminal.press("4")
        terminal.wait_for("1 of 6 alerts", "Evidence")
        before = terminal.wait_idle()
        terminal.press(*["down"] * 5)
        terminal.wait_for("6 of 6 alerts", "─ LogExport")
        assert terminal.wait_idle() - before <= limit


def test_the_overview_has_a_line_for_each_type_and_leads_to_its_runs(demo_list: EmtuiTerminal) -> None:
    demo_list.press("B")
    shown = demo_list.wait_for("9 of 12 types on schedule")
    assert shown[3].startswith("▌ ■ DatabaseMaintenance    stuck, 43× usual       ▄")
    assert shown[4].startswith("  ■ CatalogReplicationJob  overdue 1d20h          ▄")
    assert shown[4].endswith("▄×××"), "a cell for each day, those without a run marked"
    demo_list.press("r")
    demo_list.wait_for("Refreshing the session list.")
    demo_list.press(":")
    demo_list.wait_for("─ Commands  or a session ID ─", "newest run, or runs of the cell")
    demo_list.press("esc")
    demo_list.wait_for("Enter newest run")
    demo_list.press("n")
    demo_list.wait_for("n is not available here (")
    demo_list.press("l")
    shown = demo_list.wait_for("/type:DatabaseMaintenance")
    assert cursor_row(shown).split()[1:4] == ["►", "running", "DatabaseMaintenance"]


def test_a_opens_the_next_alert_where_a_run_is_open(demo_list: EmtuiTerminal) -> None:
    demo_list.press("enter")
    demo_list.wait_for("q back")
    demo_list.press("a")
    demo_list.wait_for("DatabaseMaintenance  ► running")
    demo_list.press("q")
    demo_list.wait_for(lambda lines: "DatabaseMaintenance" in cursor_row(lines))


def test_without_alerts_the_evidence_is_shown(tmp_path: Path) -> None:
    with run_emtui(
        "demo", "--seed", "0", *NIGHT_OPTIONS[2:], environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("Nothing needs attention: ")
        terminal.press("a")
        terminal.wait_for("Nothing needs attention.")
