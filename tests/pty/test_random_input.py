"""Key reports of terminals, and random input, through a real terminal: no input ends emtui."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui
from random_terminal_input import SEQUENCES, random_input, split_randomly

ESC = "\x1b[27u"
RANDOM_BYTES = 2_000
"""Minimum number of random bytes per test."""


def send_in_chunks(terminal: EmtuiTerminal, content: bytes) -> None:
    """Send these bytes in one piece."""
    os.write(terminal.child.child_fd, content)
    terminal.read_for(0.02)


PAGES = {"types": ("B", "Types"), "timeline": ("C", "Timeline"), "alerts": ("4", "Alerts")}
"""Pages beside the list: the key that opens each, and its title."""
LAST_ROW = 3388
"""The row of the newest run of the group at the bottom."""
KEY_REPORTS = [
    ("\x1b[1;1B", 2),
    ("\x1b[1;1:1B", 2),
    ("\x1b[1;1:2B", 2),
    ("\x1b[1;1:3B", 1),
    ("\x1b[1;129B", 2),
    ("\x1b[B", 2),
    ("\x1bOB", 2),
    ("\x1b[106u", 2),
    ("\x1b[106;;106u", 2),
    ("\x1b[106;1:2;106u", 2),
    ("\x1b[106;1:3u", 1),
    ("\x1b[106;129u", 2),
    ("\x1b[106:74:99;1;106u", 2),
    ("\x1b[57420u", 2),
    ("\x1b[57420;129:2u", 2),
    ("\x1b[27;1;106~", 2),
    ("\x1b[71;2;71u", LAST_ROW),
    ("\x1b[103:71;2;71u", LAST_ROW),
    ("\x1b[103;2u", LAST_ROW),
    ("\x1b[106;3u", 1),
    ("\x1b[106;5u", 1),
    ("\x1b[57441;2u", 1),
    ("\x1b[1;3B", 1),
    ("\x1bO3B", 1),
    ("\x1b[106;1:4u", 1),
    ("\x1b[:u", 1),
    ("\x1b[u", 1),
    ("\x1b[;;u", 1),
    ("\x1b[99999999;1u", 1),
    ("\x1b[1114112u", 1),
    ("\x1b[55296u", 1),
    ("\x1b[106;" + "9" * 5000 + "u", 1),
    ("\x1b[" + "1;" * 30 + "B", 1),
    ("\x1b[<0;9;9M", 1),
    ("\x1b[<0;0;0M", 1),
    ("\x1b[<9999999999;-5;99999999M", 1),
    ("\x1b[24;80R", 1),
    ("\x1b[99999999999;0R", 1),
    ("\x1b[48;0;0;0;0t\x1b[<0;9;9M", 1),
    ("\x1b[48;99999;99999;0;0t", 1),
    ("\x1b[I\x1b[O", 1),
    ("\x1b[106", 1),
    ("\x1b]11;rgb:1e1e/", 1),
    ("\x1bP>|tm", 1),
    ("\xff\x00", 1),
]
"""Reports sent on the first row, and the row of the cursor afterwards."""


def test_a_key_report_is_its_key_or_ignored_and_the_next_key_works(demo_list: EmtuiTerminal) -> None:
    for report, row in KEY_REPORTS:
        send_in_chunks(demo_list, report.encode("latin-1"))
        demo_list.read_for(0.25)
        demo_list.wait_for_row(row)
        demo_list.press("j" if row == 1 else "g")
        demo_list.wait_for_row(2 if row == 1 else 1)
        demo_list.press("g")
        demo_list.wait_for_row(1)


def test_key_reports_are_typed_into_the_field(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    for report in (
        "\x1b[106:74;2;74u",
        "\x1b[111;1:1;111u\x1b[111;1:3u",
        "\x1b[98;1:2;98u",
        "\x1b[32;;32u",
        "\x1b[47u",
        "\x1b[57404u",
        "\x1b[57410;129u",
        "\x1b[113;7;64u",
        "\x1b[0;;26085:26412u",
        "\x1b[98;3u",
        "\x1b[57441;2u",
        "\x1b[57999u",
        "\x1b[65;5;65u",
        "\x1b[113;1:3;113u",
    ):
        demo_list.press(report)
    demo_list.wait_for(lambda lines: any(line.startswith("/ Job /5/@日本 ") for line in lines))


def test_unreadable_input_is_logged_but_only_its_start_at_the_login(tmp_path: Path) -> None:
    with run_emtui("--server", "vbem.example.net", environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("\x1b[104:1;9999;104u", "\x1b]0;hunter2", "\x1b[27u", "ab")
        terminal.wait_for("[ab")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    logged = (tmp_path / "state" / "emtui" / "emtui.log").read_text()
    assert logged.splitlines()[0].endswith(r"not a key, 17 characters: \x1b[")
    assert "104" not in logged
    assert "hunter2" not in logged


def test_unreadable_input_is_logged_escaped(demo_list: EmtuiTerminal, tmp_path: Path) -> None:
    demo_list.press("\x1b[:u", "\x1b[99999999;1u", "\x1b[106;1:3u", "j")
    demo_list.wait_for_row(2)
    logged = (tmp_path / "state" / "emtui" / "emtui.log").read_text().splitlines()
    assert [line.rpartition(": ")[2] for line in logged] == [r"\x1b[:u", r"\x1b[99999999;1u"]
    demo_list.press(150 * "\x1b[:u", "g")
    demo_list.wait_for_row(1)
    assert len((tmp_path / "state" / "emtui" / "emtui.log").read_text().splitlines()) == 100


def test_split_sequences_are_harmless(demo_list: EmtuiTerminal) -> None:
    for number, sequence in enumerate(SEQUENCES):
        cut = 1 + number % len(sequence)
        send_in_chunks(demo_list, sequence[:cut])
        send_in_chunks(demo_list, sequence[cut:])
    demo_list.read_for(6)
    return_to_list(demo_list)


@pytest.mark.parametrize("place", ["list", "query", "search", *PAGES])
def test_random_input_is_harmless_and_the_next_key_works(demo_list: EmtuiTerminal, place: str) -> None:
    if place == "search":
        demo_list.press("enter")
        demo_list.wait_opened()
    if page := PAGES.get(place):
        key, title = page
        demo_list.press(key)
        demo_list.wait_for(f"─ {title} ")
    elif place != "list":
        demo_list.press("/")
        demo_list.wait_for("Enter accept")
    for piece in split_randomly(7, random_input(len(place), RANDOM_BYTES)):
        send_in_chunks(demo_list, piece)
    demo_list.read_for(6)
    return_to_list(demo_list)


def return_to_list(terminal: EmtuiTerminal) -> None:
    """Return to the list, on the second row."""
    terminal.press("\x03")
    for _ in range(6):
        terminal.press(ESC)
        terminal.wait_idle()
    terminal.press("g", "j", "0", "g")
    terminal.wait_for_row(1)
    terminal.press("j")
    terminal.wait_for_row(2)


def test_random_input_at_the_login_is_harmless(tmp_path: Path) -> None:
    with run_emtui(environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        for piece in split_randomly(7, random_input(5, RANDOM_BYTES)):
            send_in_chunks(terminal, piece)
        terminal.read_for(6)
        terminal.press(ESC, ESC)
        for _ in range(9):
            terminal.press("tab", "\x15", "zz")
            terminal.wait_idle()
            if any("[zz " in line for line in terminal.lines()):
                break
        terminal.wait_for("[zz ")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    assert b"internal error" not in terminal.received
