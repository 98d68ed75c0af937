"""Acknowledging alerts and runs in a real terminal."""

from __future__ import annotations

from pathlib import Path

from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, cursor_row, isolated_environment, run_emtui

STUCK_TEXT = "■ DatabaseMaintenance    running for 2h11m, usually 3m02s, 43×; started 00:00"
OVERDUE_TEXT = "■ CatalogReplicationJob  overdue, 12 runs missed"
TEAM_NOTES = """
[[note]]
pattern = "cannot connect to backup server bs02"
text = "storage patches bs02 on Mondays"
"""


def test_acknowledged_alerts_are_dimmed_counted_separately_and_unacknowledged_by_the_same_key(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("am", "INC0012345 until 08:00", "enter")  # as fast as a hand that knows what it wants
    shown = demo_list.wait_for(
        "Acknowledged until 08:00. m: undo.", lambda lines: lines[1].startswith(OVERDUE_TEXT)
    )
    assert "▲ 1  ○ 1  ► 3, 1 acknowledged of 105 runs" in shown[3]
    assert cursor_row(shown).startswith("▌ k running   DatabaseMaintenance")
    assert any(line.startswith(" acknowledged: INC0012345, until 08:00 · DatabaseM") for line in shown)
    demo_list.press("m")
    shown = demo_list.wait_for("Acknowledgement removed: INC0012345.", lambda lines: lines[1] == STUCK_TEXT)
    assert "▲ 1  ○ 1  ► 3  · 100 of 105 runs in 24h" in shown[3]


def test_an_invalid_time_is_reported_and_the_note_is_kept(demo_list: EmtuiTerminal) -> None:
    demo_list.press("am", "INC0012345 until tomorow", "enter")
    shown = demo_list.wait_for("'tomorow' is not a time: write until 08:00, 7d, Mon 08:00 or 2026-11-30.")
    assert "acknowledge, note: INC0012345 until tomorow" in shown
    demo_list.press("esc")
    demo_list.wait_for("Not acknowledged.")
    demo_list.wait_for(lambda lines: lines[1] == STUCK_TEXT and not any("note:" in line for line in lines))


def test_the_palette_does_not_open_while_a_note_is_typed(demo_list: EmtuiTerminal) -> None:
    demo_list.press("am", "INC0012345")
    demo_list.wait_for("note: INC0012345")
    demo_list.press("ctrl+p")
    demo_list.wait_for("Finish the note first. Enter: save, Esc: cancel.")
    demo_list.press(" until 08:00", "enter")
    demo_list.wait_for("acknowledged: INC0012345, until 08:00")


def test_when_all_alerts_are_acknowledged_nothing_new_needs_attention_and_a_still_steps_through_them(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("4")
    demo_list.wait_for("1 of 6 alerts")
    for number in range(1, 7):
        demo_list.press("g", "m")
        demo_list.wait_for("note:")
        demo_list.press("enter")
        demo_list.wait_for(f"Alerts  6, {number} acknowledged", "9 of 12 types on schedule")
    demo_list.press("q")
    shown = demo_list.wait_for("Nothing new needs attention: 6 acknowledged, 9 of 12 types on schedule")
    assert shown[2] == "", "the second line of the alerts stays reserved"
    assert shown[3].endswith("▲ 1 warned, 1 acknowledged  … of 105 runs")
    assert shown[3].startswith("03h│▄")
    demo_list.press("a")
    demo_list.wait_for("acknowledged: until it ends · DatabaseMaintenance running for")


def test_a_successful_run_and_a_screen_without_runs_tell_why_nothing_can_be_acknowledged(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("down", "m")
    demo_list.wait_for("Nothing to acknowledge: this run does not need attention.")
    demo_list.press("?", "m")
    demo_list.wait_for("Nothing to acknowledge here")


def test_an_acknowledgement_is_kept_for_the_next_start_and_the_team_note_explains_the_failure(
    demo: RunningDemo, tmp_path: Path
) -> None:
    notes = tmp_path / "etc" / "emtui" / "notes.toml"
    notes.parent.mkdir(parents=True)
    notes.write_text(TEAM_NOTES)
    seat = isolated_environment(tmp_path, XDG_CONFIG_DIRS=str(tmp_path / "etc"), **demo.variables())
    with run_emtui(environ=seat) as terminal:
        terminal.wait_for("a next")
        terminal.press("e", "enter")
        terminal.wait_for("Note", "storage patches bs02 on Mondays (team file)")
        terminal.press("m", "INC0012345 until 7d", "enter")
        terminal.wait_for(
            lambda lines: any(line.startswith(" Acknowledged INC0012345, until ") for line in lines)
        )
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    with run_emtui(environ=seat) as terminal:
        terminal.wait_for("a next")
        terminal.press("e")
        terminal.wait_for("▌ k failed")
    with run_emtui(environ=seat, columns=58, lines=16) as terminal:
        terminal.wait_for("■ DatabaseMaintenance    running for")
        terminal.press("e", "enter")
        shown = terminal.wait_for("Note         storage patches bs02 on Mondays (team")
        note = next(place for place, line in enumerate(shown) if line.startswith(" Note "))
        assert shown[note - 1].startswith(" Acknowledged INC0012345, until ")
        assert shown[note + 1].startswith(" Servers      ■ bs02 failed 35s ")


def test_an_invalid_notes_file_is_reported_and_the_list_is_usable(demo: RunningDemo, tmp_path: Path) -> None:
    notes = tmp_path / "etc" / "emtui" / "notes.toml"
    notes.parent.mkdir(parents=True)
    notes.write_text("[[notes]]\n")
    seat = isolated_environment(tmp_path, XDG_CONFIG_DIRS=str(tmp_path / "etc"), **demo.variables())
    with run_emtui(environ=seat, columns=200) as terminal:
        terminal.wait_for("notes.toml: notes is not valid in a notes file")
        terminal.press("down")
        terminal.wait_for("Enter open")
