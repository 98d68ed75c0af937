"""Marking what is known, in a real terminal."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import Terminal, a_home, emtui, marked
from served import Demo

HANGS = "! DatabaseMaintenance has run for 2h11m since 00:00, usually 3m02s"
LATE = "! CatalogReplicationJob last ran Sat 01:27, usually every 4h"
NOTES = """
[[note]]
pattern = "cannot connect to backup server bs02"
text = "storage patches bs02 on Mondays"
"""


def test_what_is_known_is_dimmed_counted_after_what_is_new_and_undone_by_the_same_key(
    demo_list: Terminal,
) -> None:
    demo_list.press("am", "INC0012345 until 08:00", "enter")  # as fast as a hand that knows what it wants
    shown = demo_list.until("Known until 08:00; m takes that back.", lambda lines: lines[1].startswith(LATE))
    assert "1 warned  1 canceled  … of 105 runs" in shown[3]
    assert marked(shown).startswith("› k running   DatabaseMaintenance")
    assert any(line.startswith("known: INC0012345, until 08:00 · DatabaseM") for line in shown)
    demo_list.press("m")
    shown = demo_list.until("Known no more: INC0012345.", lambda lines: lines[1] == HANGS)
    assert "1 warned  1 canceled  … of 105 runs" in shown[3]


def test_a_wrong_time_is_said_and_nothing_is_lost(demo_list: Terminal) -> None:
    demo_list.press("am", "INC0012345 until tomorow", "enter")
    shown = demo_list.until("'tomorow' is not a time: write until 08:00, 7d, Mon 08:00 or 2026-11-30.")
    assert "note: INC0012345 until tomorow" in shown
    demo_list.press("esc")
    demo_list.until("Nothing was marked.")
    demo_list.until(lambda lines: lines[1] == HANGS and not any("note:" in line for line in lines))


def test_over_a_note_no_command_can_be_chosen_that_would_open_another_line(demo_list: Terminal) -> None:
    demo_list.press("am", "INC0012345")
    demo_list.until("note: INC0012345")
    demo_list.press("ctrl+p")
    demo_list.until("A note is being typed: Enter keeps it, Esc drops it.")
    demo_list.press(" until 08:00", "enter")
    demo_list.until("known: INC0012345, until 08:00")


def test_when_all_is_known_the_line_is_calm_and_a_still_walks_through_it(demo_list: Terminal) -> None:
    demo_list.press("4")
    demo_list.until("1 of 6 alerts")
    for number in range(1, 7):
        demo_list.press("g", "m")
        demo_list.until("note:")
        demo_list.press("enter")
        demo_list.until(f"{number} of 6 alerts known", "9 of 12 types on time")
    demo_list.press("q")
    shown = demo_list.until("nothing new needs you: 6 alerts known, 9 of 12 types on time")
    assert shown[2].endswith("1 warned, 1 known  … of 105 runs")
    assert shown[2].startswith("03h ·")
    demo_list.press("a")
    demo_list.until("known: until it ends · DatabaseMaintenance has run for")


def test_a_good_run_and_a_page_without_runs_say_why_there_is_nothing_to_mark(demo_list: Terminal) -> None:
    demo_list.press("down", "m")
    demo_list.until("This run is as it should be: nothing about it is to be known.")
    demo_list.press("?", "m")
    demo_list.until("There is nothing to mark on this page")


def test_a_mark_is_there_for_the_next_emtui_and_the_team_explains_the_failure(
    demo: Demo, tmp_path: Path
) -> None:
    notes = tmp_path / "etc" / "emtui" / "notes.toml"
    notes.parent.mkdir(parents=True)
    notes.write_text(NOTES)
    seat = a_home(tmp_path, XDG_CONFIG_DIRS=str(tmp_path / "etc"), **demo.variables())
    with emtui(environ=seat) as terminal:
        terminal.until(" a: ")
        terminal.press("e", "enter")
        terminal.until("Note", "storage patches bs02 on Mondays (team file)")
        terminal.press("m", "INC0012345 until 7d", "enter")
        terminal.until("Known     INC0012345, until ")
        terminal.press("Q")
        assert terminal.end() == 0
    with emtui(environ=seat) as terminal:
        terminal.until(" a: ")
        terminal.press("e")
        terminal.until("› k failed")
    with emtui(environ=seat, columns=58, lines=16) as terminal:
        terminal.until("! DatabaseMaintenance has run")
        terminal.press("e", "enter")
        shown = terminal.until("Note      storage patches bs02 on Mondays (team file)")
        note = next(place for place, line in enumerate(shown) if line.startswith("  Note "))
        assert shown[note - 1].startswith("  Known     INC0012345, until ")
        assert shown[note + 1].startswith("  Servers   bs02.example.net ")


def test_a_bad_file_of_notes_is_said_and_stops_nothing(demo: Demo, tmp_path: Path) -> None:
    notes = tmp_path / "etc" / "emtui" / "notes.toml"
    notes.parent.mkdir(parents=True)
    notes.write_text("[[notes]]\n")
    seat = a_home(tmp_path, XDG_CONFIG_DIRS=str(tmp_path / "etc"), **demo.variables())
    with emtui(environ=seat, columns=200) as terminal:
        terminal.until("notes.toml: notes is not valid in a notes file")
        terminal.press("down")
        terminal.until("Enter open")
