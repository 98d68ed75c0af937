"""The comparison of two runs in a real terminal, and the command that reopens it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui

LINE, PAGE, OPEN_COMMAND = 600, 6_000, 8_000
"""Maximum bytes for a key."""


def terminal_options(home: Path, demo: RunningDemo, user: str | None = None) -> dict[str, str]:
    """An environment that logs on to the demo without prompting."""
    return isolated_environment(
        home,
        EMTUI_SERVER=demo.url,
        EMTUI_USER=user or demo.user,
        EMTUI_PASSWORD=demo.password,
        EMTUI_PIN=demo.sha256,
    )


def line_under_cursor(text: str) -> Callable[[list[str]], bool]:
    """Return a check whether a line starts with this pattern."""
    return lambda lines: any(re.match(text, line) for line in lines)


def test_a_failed_run_is_compared_with_the_last_successful_one_from_the_first_difference(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("e", "d")
    shown = demo_list.wait_for(
        "with the last success, Sun 22 Nov 01:55:09, 15m17s earlier, took 1m30s",
        "4 new, 2 missing, none of 11 steps slower",
        line_under_cursor(r"▌- +▄+ +5\.9s +Collected bs02\.example\.net"),
    )
    assert sum(line.startswith(" +") and "bs02.example" in line for line in shown) == 3


def test_another_run_can_be_picked_and_d_goes_back_to_the_events(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "d")
    demo_list.wait_for("with the last success")
    demo_list.press("D")
    demo_list.wait_for("Enter compare")
    demo_list.press("j", "enter")
    demo_list.wait_for("with the run of Sun 22 Nov 01:40:01, success, 30m25s earlier")
    demo_list.press("d")
    demo_list.wait_for("s slowest")


def test_lines_can_be_searched_and_esc_clears_the_search(demo_list: EmtuiTerminal) -> None:
    demo_list.press("e", "d")
    demo_list.wait_for("4 new, 2 missing")
    demo_list.press("/", "retrieving data from BS01", "enter")
    demo_list.wait_for("1 of 17 lines matches")
    demo_list.wait_for(line_under_cursor(r"▌.* Retrieving data from bs01"))
    demo_list.press("esc")
    demo_list.wait_for("4 new, 2 missing")


def test_the_position_among_the_matches_and_wrapping_around_are_shown(demo_list: EmtuiTerminal) -> None:
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


def test_keys_send_few_bytes(demo_list: EmtuiTerminal) -> None:
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


def test_the_open_command_shows_the_same_comparison_to_another_user(
    tmp_path: Path, demo: RunningDemo
) -> None:
    with run_emtui("open", "state:failed", environ=terminal_options(tmp_path, demo)) as terminal:
        terminal.wait_for("─ Runs  /state:failed ─", " 1 of 6 of 3,426 runs ─")
        terminal.press("d")
        terminal.wait_for("4 new, 2 missing")
        terminal.wait_idle()
        first = terminal.lines()
        terminal.press("Q")
        assert terminal.wait_exit() == 0
        (command,) = re.findall(r"emtui open [^\r\n]*", terminal.received.decode())
    assert demo.user not in command
    argv = shlex.split(command)[1:]
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
        terminal.wait_for("no differences so far, 1 of 4 steps slower, 3 pending")
        terminal.wait_for(line_under_cursor(r"▌ +\S+ +▄█+ +32s +\d+ +Waiting for a lock"))


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("open", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "state:failed", "--compare", "good"), "--compare requires the ID of one session"),
        (("open", "latest", "--compare", "nonesuch"), "is not a session ID"),
    ],
)
def test_invalid_comparisons_are_refused_with_one_sentence(
    argv: tuple[str, ...], message: str, tmp_path: Path, demo: RunningDemo
) -> None:
    with run_emtui(*argv, environ=terminal_options(tmp_path, demo)) as terminal:
        assert terminal.wait_exit() == 2
        assert message in terminal.received.decode()


def test_a_missing_other_run_is_one_error_and_another_can_be_picked(
    tmp_path: Path, demo: RunningDemo
) -> None:
    missing_id = "00000000-0000-4000-8000-000000000000"
    argv = ("open", "latest:CollectJob", "--compare", missing_id)
    with run_emtui(*argv, environ=terminal_options(tmp_path, demo)) as terminal:
        terminal.wait_for("The other run could not be compared.")
        terminal.press("D")
        terminal.wait_for("Enter compare")
