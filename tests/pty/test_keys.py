"""What a terminal sends, through a real one: torn keys, pastes without brackets, late answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, isolated_environment, run_emtui

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def test_an_arrow_that_is_torn_moves_down_and_leaves_no_view(demo_list: EmtuiTerminal) -> None:
    for _ in range(5):  # on a busy machine the rest may come when Esc is held no more
        demo_list.press("g", "enter")
        demo_list.wait_opened()
        demo_list.press("\x1b")
        demo_list.read_for(0.1)
        demo_list.press("[B")
        demo_list.wait_idle()
        if any("q back" in line for line in demo_list.lines()):
            break
    demo_list.wait_opened()
    demo_list.press("q")
    demo_list.wait_for_row(1)


def test_esc_alone_goes_back_and_so_do_esc_and_a_key_that_is_no_letter_in_one_piece(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("enter")
    demo_list.wait_opened()
    demo_list.press("esc")
    demo_list.wait_for_row(1)
    demo_list.press("enter")
    demo_list.wait_opened()
    demo_list.press("\x1b\x1b[B")
    demo_list.wait_for_row(2)


@pytest.mark.parametrize("place", ["list", "events"])
def test_lines_pasted_without_brackets_are_not_run_as_keys(demo_list: EmtuiTerminal, place: str) -> None:
    if place == "events":
        demo_list.press("enter")
        demo_list.wait_opened()
    demo_list.press("quick look at this\r:q!\rand at that\r")
    demo_list.wait_idle()
    if place == "events":
        demo_list.wait_opened()
        demo_list.press("q")
    else:
        demo_list.wait_for("/ quick look at this :q!")
        demo_list.press("\x1b[27u")
    demo_list.wait_for_row(1)


def test_a_guid_pasted_without_brackets_opens_that_session(demo_list: EmtuiTerminal) -> None:
    demo_list.press(GUID)
    demo_list.wait_for("has no session")


def test_several_lines_pasted_into_the_query_are_one_line_of_it(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("CollectJob\rqQqQqQ\r")
    demo_list.wait_for(
        lambda lines: "Enter keep" in lines[-1] and any("/ CollectJob qQqQqQ" in line for line in lines)
    )


def test_what_is_pasted_into_the_query_takes_the_place_of_what_is_selected(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("CollectJab")
    demo_list.wait_for("/ CollectJab")
    for _ in "Jab":
        demo_list.press("\x1b[1;2D")
        demo_list.wait_idle()
    demo_list.paste("Job\nqQ")
    demo_list.wait_for("/ CollectJob qQ ")


def test_one_line_that_comes_at_once_is_typed_into_the_query_with_its_enter(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("state:failed\r")
    demo_list.wait_for(
        lambda lines: "Enter open" in lines[-1] and any("/ state:failed" in line for line in lines)
    )


def test_an_answer_that_comes_late_is_not_typed_into_the_field(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("Coll\x1b]11;rgb:1e1e/1e1e", "/1e1e\x1b\\ect\x1b[?62;4c", "\x1b[0n", "Job")
    demo_list.wait_for(lambda lines: any(line.startswith("/ CollectJob  ") for line in lines))


def test_a_byte_that_is_no_utf8_ends_nothing(demo_list: EmtuiTerminal) -> None:
    os.write(demo_list.child.child_fd, b"/m\xe4rz")
    demo_list.wait_for("Nothing matches")
    demo_list.press("\x1b[27u")
    demo_list.wait_for_row(1)


def test_no_answer_of_the_terminal_is_left_for_the_shell(tmp_path: Path) -> None:
    """Whatever was asked is answered before emtui has gone: the last question comes before the last mode."""
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.press("j", "j", "q")
        assert terminal.wait_exit() == 0
        assert terminal.received.rindex(b"\x1b[5n") < terminal.received.rindex(b"\x1b[?1049l")


def test_ctrl_c_closes_the_query_as_esc_does(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/", "state:failed type:Coll")
    demo_list.wait_for("/ state:failed type:Coll", "Tab ›CollectJob")
    demo_list.press("enter")
    demo_list.wait_for("did you mean")
    demo_list.press("ctrl+c")
    demo_list.wait_for_row(1)
    demo_list.wait_for("Enter open")
    assert not any(line.startswith("/") for line in demo_list.lines())
