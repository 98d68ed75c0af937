"""What needs somebody, in a real terminal: before any key, one by one, as a list, type by type."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import NIGHT, Terminal, a_home, emtui, marked

HANGS = "! DatabaseMaintenance has run for 2h11m since 00:00, usually 3m02s"
LATE = "! CatalogReplicationJob last ran Sat 01:27, usually every 4h"


def test_before_any_key_it_says_what_hangs_and_what_is_late_and_since_when(demo_list: Terminal) -> None:
    first, second = demo_list.lines()[1:3]
    assert first == HANGS
    assert second.startswith(LATE)


def test_a_walks_through_the_findings_and_says_on_how_many_runs_each_rests(demo_list: Terminal) -> None:
    demo_list.press("a")
    shown = demo_list.until("(on 29 good")
    assert "DatabaseMaintenance" in marked(shown)
    demo_list.press("a")
    shown = demo_list.until("intervals)")
    assert "CatalogReplica… × 168 Sat 01:27" in marked(shown).replace("  ", " ")
    demo_list.press("a", "a", "a", "a", "a")
    demo_list.until(lambda lines: "DatabaseMaintenance" in marked(lines))


def test_a_finds_a_run_that_the_query_hides(demo_list: Terminal) -> None:
    demo_list.press("1")
    demo_list.until("/ state:failed,warning")
    demo_list.press("a")
    demo_list.until(lambda lines: "DatabaseMaintenance" in marked(lines))


def test_all_findings_are_a_list_each_with_its_run(demo_list: Terminal) -> None:
    demo_list.press("4")
    shown = demo_list.until("1 of 6 alerts")
    assert "9 of 12 types on time, 1 without a rhythm" in shown[1]
    assert shown[2] == f"› {HANGS}"
    demo_list.press("down", "enter")
    demo_list.until("CatalogReplicationJob  · success")
    demo_list.press("q")
    demo_list.until("2 of 6 alerts")


def test_the_board_has_a_line_for_each_type_and_leads_to_its_runs(demo_list: Terminal) -> None:
    demo_list.press("B")
    shown = demo_list.until("9 of 12 types on time")
    assert any("DatabaseMaintenance" in line and line.endswith("×43 usual") for line in shown)
    assert any("CatalogReplicationJob" in line and "late 1d20h" in line for line in shown)
    demo_list.press("r")
    demo_list.until("Asking for the list.")
    demo_list.press(":")
    demo_list.until("Commands are called from the list, a run, and a difference")
    demo_list.press("4")
    demo_list.until("4 does nothing here. The list: what needs somebody, as a list.")
    demo_list.press("l")
    shown = demo_list.until("/ type:DatabaseMaintenance")
    assert marked(shown).split()[1:4] == ["►", "running", "DatabaseMaintenance"]


def test_where_a_run_is_open_a_opens_the_next_that_needs_somebody(demo_list: Terminal) -> None:
    demo_list.press("enter")
    demo_list.until("q back")
    demo_list.press("a")
    demo_list.until("DatabaseMaintenance  ► running")
    demo_list.press("q")
    demo_list.until(lambda lines: "DatabaseMaintenance" in marked(lines))


def test_a_quiet_world_says_on_what_ground_nothing_needs_anybody(tmp_path: Path) -> None:
    with emtui("demo", "--seed", "0", *NIGHT[2:], environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("nothing needs you: ")
        terminal.press("a")
        terminal.until("Nothing needs you.")
