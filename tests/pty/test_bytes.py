"""Limits for the bytes sent to a terminal of 120×40. Times are measured in `bench`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import (
    NIGHT_OPTIONS,
    EmtuiTerminal,
    is_assessed,
    isolated_environment,
    run_emtui,
    run_night_demo,
)

QUERY = "state:failed type:Coll"
READABLE = "state:failed collectjob"


@pytest.fixture
def wide_list(tmp_path: Path, demo: RunningDemo) -> Iterator[EmtuiTerminal]:
    """The list of the demo, complete and idle."""
    with run_night_demo(demo, columns=120, lines=40, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        yield terminal


def bytes_for_keys(terminal: EmtuiTerminal, *keys: str, expected: str | Callable[[list[str]], bool]) -> int:
    """Bytes received from these keys until this is shown and the terminal is idle."""
    received_before = len(terminal.received)
    terminal.press(*keys)
    terminal.wait_for(expected)
    return terminal.wait_idle() - received_before


def test_the_first_screen_is_small(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, columns=120, lines=40, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        assert terminal.wait_idle() <= 4_000


def test_nothing_is_sent_while_idle(wide_list: EmtuiTerminal) -> None:
    before = len(wide_list.received)
    for _ in range(5):
        assert wide_list.wait_idle() == before


def test_moving_by_a_row_or_a_page_sends_little(wide_list: EmtuiTerminal) -> None:
    assert bytes_for_keys(wide_list, "down", expected="2 of 3,") <= 400
    assert bytes_for_keys(wide_list, "Z", expected="every run has its own row") <= 4_000
    assert bytes_for_keys(wide_list, "pagedown", expected="31 of 3,") <= 3_000
    assert bytes_for_keys(wide_list, "G", expected="3,426 of 3,426") <= 4_000


def test_expanding_and_collapsing_a_group_sends_little(wide_list: EmtuiTerminal) -> None:
    bytes_for_keys(wide_list, "down", expected="95 successful runs of CollectJob")
    assert bytes_for_keys(wide_list, "enter", expected=lambda lines: "(95)" not in lines[7]) <= 4_000
    assert bytes_for_keys(wide_list, "z", expected="95 successful runs of CollectJob") <= 4_000


def test_opening_and_closing_a_session_sends_little(wide_list: EmtuiTerminal) -> None:
    assert bytes_for_keys(wide_list, "enter", expected="13 events") <= 5_000
    assert bytes_for_keys(wide_list, "q", expected="1 of 3,") <= 5_000


def test_a_refresh_without_changes_sends_hardly_anything(tmp_path: Path) -> None:
    quiet = ("--clock", "2026-11-23T02:14:25Z", "--speed", "0.5")  # no run starts or ends for two minutes
    with run_emtui(
        "demo", *NIGHT_OPTIONS[:2], *quiet, columns=120, lines=40, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        assert min(bytes_for_refresh(terminal) for _ in range(5)) <= 60  # a slow one shows its progress


def bytes_for_refresh(terminal: EmtuiTerminal) -> int:
    """Bytes of one refresh; repeated until the time in the first line changes."""
    first, received_before = terminal.lines()[0], len(terminal.received)
    while terminal.lines()[0] == first:
        received_before = len(terminal.received)
        terminal.press("r")
        terminal.wait_idle()
    return len(terminal.received) - received_before


def test_typing_a_query_sends_little(wide_list: EmtuiTerminal) -> None:
    sent = bytes_for_keys(wide_list, "/", expected="Enter accept")
    for key in QUERY:
        before = len(wide_list.received)
        wide_list.press(key)
        sent += wide_list.wait_idle() - before
    assert wide_list.wait_for(f"/ {QUERY}")
    assert sent <= 10_000


def test_with_quiet_the_list_is_updated_when_typing_pauses(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(
        demo, "--quiet", columns=120, lines=40, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        sent = bytes_for_keys(terminal, "/", *READABLE, expected=f"/ {READABLE}")
        sent += bytes_for_keys(terminal, "enter", expected=" of 3,")
        assert sent <= 3_000


def test_the_full_screen_is_sent_after_a_suspension(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(
        demo, columns=120, lines=40, environ=isolated_environment(tmp_path), as_shell_job=True
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        shown = terminal.lines()
        os.kill(terminal.child.pid, signal.SIGTSTP)
        terminal.wait_stopped()
        terminal.clear_screen()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.wait_for(lambda lines: lines == shown)


def test_a_garbled_screen_is_redrawn_with_one_key(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.clear_screen()
    wide_list.press("\x0c")
    wide_list.wait_for(lambda lines: lines == shown)


def test_resizing_and_restoring_gives_the_same_screen(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.child.setwinsize(30, 90)
    wide_list.wait_for(lambda lines: "? keys" in lines[29])
    wide_list.clear_screen()
    wide_list.child.setwinsize(40, 120)
    wide_list.wait_for(lambda lines: lines == shown)
