"""Input from a real terminal: split keys, unmarked pastes, late replies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, isolated_environment, run_emtui

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def test_a_split_arrow_key_moves_down_and_closes_no_view(demo_list: EmtuiTerminal) -> None:
    for _ in range(5):  # on a busy machine the rest may come too late
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


def test_esc_goes_back_alone_and_together_with_a_following_arrow_key(
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


def test_several_lines_pasted_into_the_query_become_one_line(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("CollectJob\rqQqQqQ\r")
    demo_list.wait_for(
        lambda lines: "Enter accept" in lines[-1] and any("/ CollectJob qQqQqQ" in line for line in lines)
    )


def test_text_pasted_into_the_query_replaces_the_selection(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("CollectJab")
    demo_list.wait_for("/ CollectJab")
    for _ in "Jab":
        demo_list.press("\x1b[1;2D")
        demo_list.wait_idle()
    demo_list.paste("Job\nqQ")
    demo_list.wait_for("/ CollectJob qQ ")


def test_one_line_that_arrives_at_once_is_typed_with_its_enter(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("state:failed\r")
    demo_list.wait_for(
        lambda lines: "Enter open" in lines[-1] and any("/state:failed" in line for line in lines)
    )


def test_a_late_reply_of_the_terminal_is_not_typed_into_the_field(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("Coll\x1b]11;rgb:1e1e/1e1e", "/1e1e\x1b\\ect\x1b[?62;4c", "\x1b[0n", "Job")
    demo_list.wait_for(lambda lines: any(line.startswith("/ CollectJob  ") for line in lines))


def test_a_byte_that_is_not_utf_8_is_harmless(demo_list: EmtuiTerminal) -> None:
    os.write(demo_list.child.child_fd, b"/m\xe4rz")
    demo_list.wait_for("No runs match")
    demo_list.press("\x1b[27u")
    demo_list.wait_for_row(1)


def test_no_reply_of_the_terminal_is_left_for_the_shell(tmp_path: Path) -> None:
    """The last query to the terminal comes before the last mode, so its reply is read by emtui."""
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.press("j", "j", "q")
        assert terminal.wait_exit() == 0
        assert terminal.received.rindex(b"\x1b[5n") < terminal.received.rindex(b"\x1b[?1049l")


def test_ctrl_c_closes_the_query_as_esc_does(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/", "state:failed type:Coll")
    demo_list.wait_for("/ state:failed type:Coll", "Tab ▌CollectJob")
    demo_list.press("enter")
    demo_list.wait_for("did you mean")
    demo_list.press("ctrl+c")
    demo_list.wait_for_row(1)
    demo_list.wait_for("Enter open")
    assert not any(line.startswith("/") for line in demo_list.lines())
