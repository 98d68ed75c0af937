"""How many bytes a terminal of 120×40 is sent: counts, so they are held. Times are measured in bench."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pty_terminal import NIGHT, Terminal, a_home, at_night, emtui
from served import Demo

QUERY = "state:failed type:Coll"
READABLE = "state:failed collectjob"


@pytest.fixture
def wide_list(tmp_path: Path, demo: Demo) -> Iterator[Terminal]:
    """The demo's list, complete and at rest."""
    with at_night(demo, columns=120, lines=40, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.at_row(1)
        terminal.until(" a: ")
        terminal.rest()
        yield terminal


def cost(terminal: Terminal, *keys: str, shown: str | Callable[[list[str]], bool]) -> int:
    """How many bytes these keys cost until this is shown, and nothing comes any more."""
    before = len(terminal.received)
    terminal.press(*keys)
    terminal.until(shown)
    return terminal.rest() - before


def test_the_first_screen_is_small(tmp_path: Path, demo: Demo) -> None:
    with at_night(demo, columns=120, lines=40, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        assert terminal.rest() <= 4_000


def test_nothing_is_sent_while_nothing_happens(wide_list: Terminal) -> None:
    before = len(wide_list.received)
    for _ in range(5):
        assert wide_list.rest() == before


def test_a_row_further_and_a_page_further_are_small(wide_list: Terminal) -> None:
    assert cost(wide_list, "down", shown="2 of 3,") <= 400
    assert cost(wide_list, "Z", shown="Every run has a row") <= 4_000
    assert cost(wide_list, "pagedown", shown="31 of 3,") <= 3_000
    assert cost(wide_list, "G", shown="3,426 of 3,426") <= 4_000


def test_a_fold_opened_and_closed_again_is_small(wide_list: Terminal) -> None:
    cost(wide_list, "down", shown="95 good runs of CollectJob in a row")
    assert cost(wide_list, "enter", shown=lambda lines: "× 95" not in lines[7]) <= 4_000
    assert cost(wide_list, "z", shown="95 good runs of CollectJob in a row") <= 4_000


def test_a_session_opened_and_left_again_is_small(wide_list: Terminal) -> None:
    assert cost(wide_list, "enter", shown="13 events") <= 5_000
    assert cost(wide_list, "q", shown="1 of 3,") <= 5_000


def test_asking_again_without_news_sends_hardly_anything(tmp_path: Path) -> None:
    quiet = ("--clock", "2026-11-23T02:14:25Z", "--speed", "0.5")  # for two minutes nothing begins or ends
    with emtui("demo", *NIGHT[:2], *quiet, columns=120, lines=40, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.at_row(1)
        terminal.until(" a: ")
        terminal.rest()
        assert min(asked_again(terminal) for _ in range(5)) <= 60  # one that takes long is told of


def asked_again(terminal: Terminal) -> int:
    """What it costs to ask once more; asked within the same second the first line stays as it was."""
    first, before = terminal.lines()[0], len(terminal.received)
    while terminal.lines()[0] == first:
        before = len(terminal.received)
        terminal.press("r")
        terminal.rest()
    return len(terminal.received) - before


def test_a_query_typed_key_by_key_is_small(wide_list: Terminal) -> None:
    sent = cost(wide_list, "/", shown="Enter keep")
    for key in QUERY:
        before = len(wide_list.received)
        wide_list.press(key)
        sent += wide_list.rest() - before
    assert wide_list.until(f"/ {QUERY}")
    assert sent <= 10_000


def test_over_a_quiet_line_the_list_comes_when_typing_pauses(tmp_path: Path, demo: Demo) -> None:
    with at_night(demo, "--quiet", columns=120, lines=40, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.at_row(1)
        terminal.until(" a: ")
        terminal.rest()
        sent = cost(terminal, "/", *READABLE, shown=f"/ {READABLE}")
        sent += cost(terminal, "enter", shown=" of 3,")
        assert sent <= 3_000


def test_after_the_shell_had_the_terminal_the_whole_screen_is_sent_again(tmp_path: Path, demo: Demo) -> None:
    with at_night(demo, columns=120, lines=40, environ=a_home(tmp_path), job=True) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.at_row(1)
        terminal.until(" a: ")
        terminal.rest()
        shown = terminal.lines()
        os.kill(terminal.child.pid, signal.SIGTSTP)
        terminal.stopped()
        terminal.wipe()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.until(lambda lines: lines == shown)


def test_a_screen_that_was_written_over_is_drawn_anew_with_one_key(wide_list: Terminal) -> None:
    shown = wide_list.lines()
    wide_list.wipe()
    wide_list.press("\x0c")
    wide_list.until(lambda lines: lines == shown)


def test_another_size_and_back_gives_the_same_screen(wide_list: Terminal) -> None:
    shown = wide_list.lines()
    wide_list.child.setwinsize(30, 90)
    wide_list.until(lambda lines: "? keys" in lines[29])
    wide_list.wipe()
    wide_list.child.setwinsize(40, 120)
    wide_list.until(lambda lines: lines == shown)
