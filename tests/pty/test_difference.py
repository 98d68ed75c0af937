"""The difference of two runs in a real terminal, and the command that opens it for anybody."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui

LINE, PAGE, OPEN_COMMAND = 600, 6_000, 8_000
"""Bytes that a key may cost."""


def terminal_options(home: Path, demo: RunningDemo, user: str | None = None) -> dict[str, str]:
    """The environment of somebody who logs on there without being asked."""
    return isolated_environment(
        home,
        EMTUI_SERVER=demo.url,
        EMTUI_USER=user or demo.user,
        EMTUI_PASSWORD=demo.password,
        EMTUI_PIN=demo.sha256,
    )


def line_under_cursor(text: str) -> Callable[[list[str]], bool]:
    """Whether the line with the cursor begins so."""
    return lambda lines: any(re.match(text, line) for line in lines)


def test_a_failed_run_is_compared_with_the_last_successful_one_from_the_first_difference(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("e", "d")
    shown = demo_list.wait_for(
        "with the last good run, Sun 22 Nov 01:55:09, 15m17s earlier, took 1m30s",
        "4 new, 2 missing, none of 11 steps slower",
        line_under_cursor(r"›- +5\.9s +Collected bs02\.example\.net"),
    )
    assert sum(line.startswith(" +") and "bs02.example.net" in line for line in shown) == 3


def test_another_run_is_chosen_and_the_same_key_leads_back_to_the_events(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "d")
    demo_list.wait_for("with the last good run")
    demo_list.press("D")
    demo_list.wait_for("Enter compare")
    demo_list.press("j", "enter")
    demo_list.wait_for("with the run of Sun 22 Nov 01:40:01, success, 30m25s earlier")
    demo_list.press("d")
    demo_list.wait_for("s slowest")


def test_its_lines_are_searched_and_esc_ends_that(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "d")
    demo_list.wait_for("4 new, 2 missing")
    demo_list.press("/", "retrieving data from BS01", "enter")
    demo_list.wait_for("1 of 17 lines matches")
    demo_list.wait_for(line_under_cursor(r"›.* Retrieving data from bs01"))
    demo_list.press("esc")
    demo_list.wait_for("4 new, 2 missing")


def test_which_match_it_is_and_steps_over_the_end_are_said_there_too(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "d")
    demo_list.wait_for("4 new, 2 missing")
    demo_list.press("g", "/", "retrieving", "enter")
    demo_list.wait_for("/ retrieving  1 of 3", "3 of 17 lines match")
    demo_list.press("n", "n", "n")
    demo_list.wait_for("/ retrieving  1 of 3", "Continued from the top.")
    demo_list.press("N")
    demo_list.wait_for("/ retrieving  3 of 3", "Continued from the bottom.")
    demo_list.press("esc", "G", "e")
    demo_list.wait_for("No difference below this line. Continued from the top.")
    demo_list.press("g", "E")
    demo_list.wait_for("No difference above this line. Continued from the bottom.")


def test_what_a_key_costs(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "enter")
    demo_list.wait_for("after 95 successes")
    before = demo_list.wait_idle()
    demo_list.press("d")
    demo_list.wait_for("4 new, 2 missing")
    opened = demo_list.wait_idle()
    assert opened - before <= OPEN_COMMAND
    demo_list.press("j")
    down = demo_list.wait_idle()
    assert down - opened <= LINE
    demo_list.press("e")
    assert demo_list.wait_idle() - down <= PAGE


def test_the_open_command_shows_the_same_difference_to_another_user(
    tmp_path: Path, demo: RunningDemo
) -> None:
    with run_emtui("open", "state:failed", environ=terminal_options(tmp_path, demo)) as terminal:
        terminal.wait_for("1 of 6 runs")
        terminal.press("d")
        terminal.wait_for("4 new, 2 missing")
        terminal.wait_idle()
        first = terminal.lines()
        terminal.press("Q")
        assert terminal.wait_exit() == 0
        (said,) = re.findall(r"emtui open [^\r\n]*", terminal.received.decode())
    assert demo.user not in said
    argv = shlex.split(said)[1:]
    assert argv[-2] == "--compare"
    with run_emtui(*argv, environ=terminal_options(tmp_path / "other", demo)) as terminal:
        terminal.wait_for("4 new, 2 missing")
        terminal.wait_idle()
        assert terminal.lines()[1:-1] == first[1:-1]
        terminal.press("q")
        terminal.wait_for("s slowest")


@pytest.mark.parametrize("name", ["last-success", "good"])
def test_the_last_successful_run_has_a_name_on_the_command_line(
    tmp_path: Path, demo: RunningDemo, name: str
) -> None:
    argv = ("open", "latest:DatabaseMaintenance", "--compare", name)
    with run_emtui(*argv, environ=terminal_options(tmp_path, demo)) as terminal:
        terminal.wait_for("no line differs so far, 1 of 4 steps slower, 3 to come")
        terminal.wait_for(line_under_cursor(r"› +\S+ +32s +\d+ +Waiting for a lock"))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("open", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "state:failed", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "latest", "--compare", "nonesuch"), "is not a session ID"),
    ],
)
def test_two_runs_are_compared_or_one_sentence_says_why_not(
    argv: tuple[str, ...], said: str, tmp_path: Path, demo: RunningDemo
) -> None:
    with run_emtui(*argv, environ=terminal_options(tmp_path, demo)) as terminal:
        assert terminal.wait_exit() == 2
        assert said in terminal.received.decode()


def test_a_run_to_compare_with_that_is_not_there_is_one_sentence_above_the_run(
    tmp_path: Path, demo: RunningDemo
) -> None:
    missing_id = "00000000-0000-4000-8000-000000000000"
    argv = ("open", "latest:CollectJob", "--compare", missing_id)
    with run_emtui(*argv, environ=terminal_options(tmp_path, demo)) as terminal:
        terminal.wait_for("The other run could not be compared.")
        terminal.press("D")
        terminal.wait_for("Enter compare")
