"""The difference of two runs in a real terminal, and the command that opens it for anybody."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, emtui
from served import Demo

LINE, PAGE, OPEN = 600, 6_000, 8_000
"""Bytes that a key may cost."""


def seat(home: Path, demo: Demo, user: str | None = None) -> dict[str, str]:
    """The environment of somebody who logs on there without being asked."""
    return a_home(
        home,
        EMTUI_SERVER=demo.url,
        EMTUI_USER=user or demo.user,
        EMTUI_PASSWORD=demo.password,
        EMTUI_PIN=demo.sha256,
    )


def under_cursor(text: str) -> Callable[[list[str]], bool]:
    """Whether the line with the cursor begins so."""
    return lambda lines: any(re.match(text, line) for line in lines)


def test_a_failed_run_is_shown_against_the_last_good_one_with_the_cursor_where_they_part(
    demo_list: Terminal,
) -> None:
    demo_list.press("e", "d")
    shown = demo_list.until(
        "with the last good run, Sun 22 Nov 01:55:09, 15m17s earlier, took 1m30s",
        "4 new, 2 missing, none of 11 steps slower",
        under_cursor(r"›- +5\.9s +Collected bs02\.example\.net"),
    )
    assert sum(line.startswith(" +") and "bs02.example.net" in line for line in shown) == 3


def test_another_run_is_chosen_and_the_same_key_leads_back_to_the_events(demo_list: Terminal) -> None:
    demo_list.press("e", "d")
    demo_list.until("with the last good run")
    demo_list.press("D")
    demo_list.until("Enter compare")
    demo_list.press("j", "enter")
    demo_list.until("with the run of Sun 22 Nov 01:40:01, success, 30m25s earlier")
    demo_list.press("d")
    demo_list.until("s slowest")


def test_its_lines_are_searched_and_esc_ends_that(demo_list: Terminal) -> None:
    demo_list.press("e", "d")
    demo_list.until("4 new, 2 missing")
    demo_list.press("/", "retrieving data from BS01", "enter")
    demo_list.until("1 of 17 lines matches")
    demo_list.until(under_cursor(r"›.* Retrieving data from bs01"))
    demo_list.press("esc")
    demo_list.until("4 new, 2 missing")


def test_which_match_it_is_and_steps_over_the_end_are_said_there_too(demo_list: Terminal) -> None:
    demo_list.press("e", "d")
    demo_list.until("4 new, 2 missing")
    demo_list.press("g", "/", "retrieving", "enter")
    demo_list.until("/ retrieving  1 of 3", "3 of 17 lines match")
    demo_list.press("n", "n", "n")
    demo_list.until("/ retrieving  1 of 3", "Continued from the top.")
    demo_list.press("N")
    demo_list.until("/ retrieving  3 of 3", "Continued from the bottom.")
    demo_list.press("esc", "G", "e")
    demo_list.until("No difference below this line. Continued from the top.")
    demo_list.press("g", "E")
    demo_list.until("No difference above this line. Continued from the bottom.")


def test_what_a_key_costs(demo_list: Terminal) -> None:
    demo_list.press("e", "enter")
    demo_list.until("after 95 successes")
    before = demo_list.rest()
    demo_list.press("d")
    demo_list.until("4 new, 2 missing")
    opened = demo_list.rest()
    assert opened - before <= OPEN
    demo_list.press("j")
    down = demo_list.rest()
    assert down - opened <= LINE
    demo_list.press("e")
    assert demo_list.rest() - down <= PAGE


def test_the_command_that_is_left_opens_the_same_difference_for_anybody(tmp_path: Path, demo: Demo) -> None:
    with emtui("open", "state:failed", environ=seat(tmp_path, demo)) as terminal:
        terminal.until("1 of 6 runs")
        terminal.press("d")
        terminal.until("4 new, 2 missing")
        terminal.rest()
        first = terminal.lines()
        terminal.press("Q")
        assert terminal.end() == 0
        (said,) = re.findall(r"emtui open [^\r\n]*", terminal.received.decode())
    assert demo.user not in said
    argv = shlex.split(said)[1:]
    assert argv[-2] == "--compare"
    with emtui(*argv, environ=seat(tmp_path / "other", demo)) as terminal:
        terminal.until("4 new, 2 missing")
        terminal.rest()
        assert terminal.lines()[1:-1] == first[1:-1]
        terminal.press("q")
        terminal.until("s slowest")


@pytest.mark.parametrize("name", ["last-success", "good"])
def test_the_last_successful_run_has_a_name_on_the_command_line(
    tmp_path: Path, demo: Demo, name: str
) -> None:
    argv = ("open", "latest:DatabaseMaintenance", "--compare", name)
    with emtui(*argv, environ=seat(tmp_path, demo)) as terminal:
        terminal.until("no line differs so far, 1 of 4 steps slower, 3 to come")
        terminal.until(under_cursor(r"› +\S+ +32s +\d+ +Waiting for a lock"))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("open", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "state:failed", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "latest", "--compare", "nonesuch"), "is not a session ID"),
    ],
)
def test_two_runs_are_compared_or_one_sentence_says_why_not(
    argv: tuple[str, ...], said: str, tmp_path: Path, demo: Demo
) -> None:
    with emtui(*argv, environ=seat(tmp_path, demo)) as terminal:
        assert terminal.end() == 2
        assert said in terminal.received.decode()


def test_a_run_to_compare_with_that_is_not_there_is_one_sentence_above_the_run(
    tmp_path: Path, demo: Demo
) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    argv = ("open", "latest:CollectJob", "--compare", nobody)
    with emtui(*argv, environ=seat(tmp_path, demo)) as terminal:
        terminal.until("The other run could not be compared.")
        terminal.press("D")
        terminal.until("Enter compare")
