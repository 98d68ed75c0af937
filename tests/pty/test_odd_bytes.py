"""No byte of a terminal ends emtui: key reports as terminals send them, and noise, through a real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from odd_bytes import WHOLE, odd, pieces
from pty_terminal import Terminal, a_home, emtui

ESC = "\x1b[27u"
EACH = 2_000
"""Odd bytes at each place."""


def send(terminal: Terminal, sent: bytes) -> None:
    """Bytes that are no text, as one piece."""
    os.write(terminal.child.child_fd, sent)
    terminal.for_a_while(0.02)


LAST = 3388
"""The row of the newest run of the fold at the bottom."""
REPORTS = [
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
    ("\x1b[71;2;71u", LAST),
    ("\x1b[103:71;2;71u", LAST),
    ("\x1b[103;2u", LAST),
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
"""What a terminal reports on the first row, and the row where the cursor is then."""


def test_a_report_is_its_key_or_nothing_and_the_next_key_works(demo_list: Terminal) -> None:
    for report, row in REPORTS:
        send(demo_list, report.encode("latin-1"))
        demo_list.for_a_while(0.25)
        demo_list.at_row(row)
        demo_list.press("j" if row == 1 else "g")
        demo_list.at_row(2 if row == 1 else 1)
        demo_list.press("g")
        demo_list.at_row(1)


def test_what_is_typed_with_reports_of_the_keys_is_in_the_field(demo_list: Terminal) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
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
    demo_list.until(lambda lines: any(line.startswith("/ Job /5/@日本 ") for line in lines))


def test_what_nobody_can_read_is_in_the_log_and_at_the_login_only_how_it_begins(tmp_path: Path) -> None:
    with emtui("--server", "vbem.example.net", environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("\x1b[104:1;9999;104u", "\x1b]0;hunter2", "\x1b[27u", "ab")
        terminal.until("[ab")
        terminal.press("ctrl+c")
        assert terminal.end() == 0
    logged = (tmp_path / "state" / "emtui" / "emtui.log").read_text()
    assert logged.splitlines()[0].endswith(r"not a key, 17 characters: \x1b[")
    assert "104" not in logged
    assert "hunter2" not in logged


def test_what_nobody_can_read_is_in_the_log_escaped(demo_list: Terminal, tmp_path: Path) -> None:
    demo_list.press("\x1b[:u", "\x1b[99999999;1u", "\x1b[106;1:3u", "j")
    demo_list.at_row(2)
    logged = (tmp_path / "state" / "emtui" / "emtui.log").read_text().splitlines()
    assert [line.rpartition(": ")[2] for line in logged] == [r"\x1b[:u", r"\x1b[99999999;1u"]
    demo_list.press(150 * "\x1b[:u", "g")
    demo_list.at_row(1)
    assert len((tmp_path / "state" / "emtui" / "emtui.log").read_text().splitlines()) == 100


def test_every_sequence_cut_somewhere_leaves_the_list_alive(demo_list: Terminal) -> None:
    for number, sequence in enumerate(WHOLE):
        cut = 1 + number % len(sequence)
        send(demo_list, sequence[:cut])
        send(demo_list, sequence[cut:])
    demo_list.for_a_while(6)
    back_to_the_list(demo_list)


@pytest.mark.parametrize("place", ["list", "query", "search"])
def test_thousands_of_odd_bytes_end_nothing_and_the_next_key_works(demo_list: Terminal, place: str) -> None:
    if place == "search":
        demo_list.press("enter")
        demo_list.opened()
    if place != "list":
        demo_list.press("/")
        demo_list.until("Enter keep")
    for piece in pieces(7, odd(len(place), EACH)):
        send(demo_list, piece)
    demo_list.for_a_while(6)
    back_to_the_list(demo_list)


def back_to_the_list(terminal: Terminal) -> None:
    """The first row, and then the second."""
    terminal.press("\x03")
    for _ in range(6):
        terminal.press(ESC)
        terminal.rest()
    terminal.press("g", "j", "0", "g")
    terminal.at_row(1)
    terminal.press("j")
    terminal.at_row(2)


def test_thousands_of_odd_bytes_at_the_login_end_nothing_and_it_can_be_typed_into(tmp_path: Path) -> None:
    with emtui(environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        for piece in pieces(7, odd(5, EACH)):
            send(terminal, piece)
        terminal.for_a_while(6)
        terminal.press(ESC, ESC)
        for _ in range(9):
            terminal.press("tab", "\x15", "zz")
            terminal.rest()
            if any("[zz " in line for line in terminal.lines()):
                break
        terminal.until("[zz ")
        terminal.press("ctrl+c")
        assert terminal.end() == 0
    assert b"internal error" not in terminal.received
