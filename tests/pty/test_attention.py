"""Alerts in a real terminal: above the list, one by one, as a list, by type."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, cursor_row, isolated_environment, run_emtui

STUCK_TEXT = "! DatabaseMaintenance running for 2h11m since 00:00, usually 3m02s"
OVERDUE_TEXT = "! CatalogReplicationJob last ran Sat 01:27, usually every 4h"


def test_stuck_and_overdue_runs_are_shown_before_any_key(demo_list: EmtuiTerminal) -> None:
    first, second = demo_list.lines()[1:3]
    assert first == STUCK_TEXT
    assert second.startswith(OVERDUE_TEXT)


def test_a_steps_through_the_alerts_and_shows_their_evidence(demo_list: EmtuiTerminal) -> None:
    demo_list.press("a")
    shown = demo_list.wait_for("(based on 29")
    assert "DatabaseMaintenance" in cursor_row(shown)
    demo_list.press("a")
    shown = demo_list.wait_for("intervals)")
    assert "CatalogReplica… (168) Sat 01:27" in cursor_row(shown).replace("  ", " ")
    demo_list.press("a", "a", "a", "a", "a")
    demo_list.wait_for(lambda lines: "DatabaseMaintenance" in cursor_row(lines))


def test_a_finds_a_run_that_the_query_hides(demo_list: EmtuiTerminal) -> None:
    demo_list.press("1")
    demo_list.wait_for("/ state:failed,warning")
    demo_list.press("a")
    demo_list.wait_for(lambda lines: "DatabaseMaintenance" in cursor_row(lines))


def test_the_attention_list_shows_each_finding_with_its_run(demo_list: EmtuiTerminal) -> None:
    demo_list.press("4")
    shown = demo_list.wait_for("1 of 6 alerts")
    assert "9 of 12 types on schedule, 1 without a schedule" in shown[1]
    assert shown[2] == f"› {STUCK_TEXT}"
    demo_list.press("down", "enter")
    demo_list.wait_for("CatalogReplicationJob  · success")
    demo_list.press("q")
    demo_list.wait_for("2 of 6 alerts")


def test_the_overview_has_a_line_for_each_type_and_leads_to_its_runs(demo_list: EmtuiTerminal) -> None:
    demo_list.press("B")
    shown = demo_list.wait_for("9 of 12 types on schedule")
    assert any("DatabaseMaintenance" in line and line.endswith("43× usual") for line in shown)
    assert any("CatalogReplicationJob" in line and "overdue 44h" in line for line in shown)
    demo_list.press("r")
    demo_list.wait_for("Refreshing the session list.")
    demo_list.press(":")
    demo_list.wait_for("The command palette is not available here. q: back.")
    demo_list.press("n")
    demo_list.wait_for("n is not available here (")
    demo_list.press("l")
    shown = demo_list.wait_for("/ type:DatabaseMaintenance")
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
