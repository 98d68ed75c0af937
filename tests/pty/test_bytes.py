"""How many bytes a terminal of 120×40 is sent: counts, so they are held. Times are measured in bench."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, isolated_environment, run_emtui, run_night_demo

QUERY = "state:failed type:Coll"
READABLE = "state:failed collectjob"


@pytest.fixture
def wide_list(tmp_path: Path, demo: RunningDemo) -> Iterator[EmtuiTerminal]:
    """The demo's list, complete and at rest."""
    with run_night_demo(demo, columns=120, lines=40, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(" a: ")
        terminal.wait_idle()
        yield terminal


def bytes_for_keys(terminal: EmtuiTerminal, *keys: str, expected: str | Callable[[list[str]], bool]) -> int:
    """How many bytes these keys cost until this is shown, and nothing comes any more."""
    received_before = len(terminal.received)
    terminal.press(*keys)
    terminal.wait_for(expected)
    return terminal.wait_idle() - received_before


def test_the_first_screen_is_small(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, columns=120, lines=40, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        assert terminal.wait_idle() <= 4_000


def test_nothing_is_sent_while_nothing_happens(wide_list: EmtuiTerminal) -> None:
    before = len(wide_list.received)
    for _ in range(5):
        assert wide_list.wait_idle() == before


def test_a_row_further_and_a_page_further_are_small(wide_list: EmtuiTerminal) -> None:
    assert bytes_for_keys(wide_list, "down", expected="2 of 3,") <= 400
    assert bytes_for_keys(wide_list, "Z", expected="Every run has a row") <= 4_000
    assert bytes_for_keys(wide_list, "pagedown", expected="31 of 3,") <= 3_000
    assert bytes_for_keys(wide_list, "G", expected="3,426 of 3,426") <= 4_000


def test_expanding_and_collapsing_a_group_sends_little(wide_list: EmtuiTerminal) -> None:
    bytes_for_keys(wide_list, "down", expected="95 good runs of CollectJob in a row")
    assert bytes_for_keys(wide_list, "enter", expected=lambda lines: "× 95" not in lines[7]) <= 4_000
    assert bytes_for_keys(wide_list, "z", expected="95 good runs of CollectJob in a row") <= 4_000


def test_a_session_opened_and_left_again_is_small(wide_list: EmtuiTerminal) -> None:
    assert bytes_for_keys(wide_list, "enter", expected="13 events") <= 5_000
    assert bytes_for_keys(wide_list, "q", expected="1 of 3,") <= 5_000


def test_asking_again_without_news_sends_hardly_anything(tmp_path: Path) -> None:
    quiet = ("--clock", "2026-11-23T02:14:25Z", "--speed", "0.5")  # for two minutes nothing begins or ends
    with run_emtui(
        "demo", *NIGHT_OPTIONS[:2], *quiet, columns=120, lines=40, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(" a: ")
        terminal.wait_idle()
        assert min(bytes_for_refresh(terminal) for _ in range(5)) <= 60  # one that takes long is told of


def bytes_for_refresh(terminal: EmtuiTerminal) -> int:
    """What it costs to ask once more; asked within the same second the first line stays as it was."""
    first, received_before = terminal.lines()[0], len(terminal.received)
    while terminal.lines()[0] == first:
        received_before = len(terminal.received)
        terminal.press("r")
        terminal.wait_idle()
    return len(terminal.received) - received_before


def test_a_query_typed_key_by_key_is_small(wide_list: EmtuiTerminal) -> None:
    sent = bytes_for_keys(wide_list, "/", expected="Enter keep")
    for key in QUERY:
        before = len(wide_list.received)
        wide_list.press(key)
        sent += wide_list.wait_idle() - before
    assert wide_list.wait_for(f"/ {QUERY}")
    assert sent <= 10_000


def test_over_a_quiet_line_the_list_comes_when_typing_pauses(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(
        demo, "--quiet", columns=120, lines=40, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(" a: ")
        terminal.wait_idle()
        sent = bytes_for_keys(terminal, "/", *READABLE, expected=f"/ {READABLE}")
        sent += bytes_for_keys(terminal, "enter", expected=" of 3,")
        assert sent <= 3_000


def test_after_the_shell_had_the_terminal_the_whole_screen_is_sent_again(
    tmp_path: Path, demo: RunningDemo
) -> None:
    with run_night_demo(
        demo, columns=120, lines=40, environ=isolated_environment(tmp_path), as_shell_job=True
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(" a: ")
        terminal.wait_idle()
        shown = terminal.lines()
        os.kill(terminal.child.pid, signal.SIGTSTP)
        terminal.wait_stopped()
        terminal.clear_screen()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.wait_for(lambda lines: lines == shown)


def test_a_screen_that_was_written_over_is_drawn_anew_with_one_key(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.clear_screen()
    wide_list.press("\x0c")
    wide_list.wait_for(lambda lines: lines == shown)


def test_another_size_and_back_gives_the_same_screen(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.child.setwinsize(30, 90)
    wide_list.wait_for(lambda lines: "? keys" in lines[29])
    wide_list.clear_screen()
    wide_list.child.setwinsize(40, 120)
    wide_list.wait_for(lambda lines: lines == shown)
