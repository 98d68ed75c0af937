"""Terminals of every kind, as real ones: what reaches them, and what they say of themselves."""

from __future__ import annotations

import re
import termios
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from pty_terminal import NIGHT, Terminal, a_home, at_night, emtui, python
from served import Demo

from emtui.tui.terminal.background_color import QUESTION

WHITE, DEVICE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b[?62;22c"
KINDS = ("xterm-256color", "xterm-16color", "screen", "tmux-256color", "linux", "vt100", "unheard-of")
COLORS = {*range(30, 50), *range(90, 108)}
HEARTY = re.compile(rb"\x1b\[[<>]|\x1b\]|\$p")


def codes(received: bytes) -> set[int]:
    """Every SGR parameter that was sent."""
    told = re.findall(rb"\x1b\[([0-9;]*)m", received)
    return {int(code or 0) for codes in told for code in codes.split(b";")}


class Looking(Protocol):
    """Opens the demo's list, from an environment with more in it."""

    def __call__(
        self, *argv: str, size: tuple[int, int] = (80, 23), more: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Terminal]: ...


@pytest.fixture
def the_list(tmp_path: Path, demo: Demo) -> Looking:
    @contextmanager
    def looking(
        *argv: str, size: tuple[int, int] = (80, 23), more: Mapping[str, str] | None = None
    ) -> Iterator[Terminal]:
        columns, lines = size
        environ = a_home(tmp_path, **(more or {}))
        with at_night(demo, *argv, columns=columns, lines=lines, environ=environ) as terminal:
            terminal.until("Password")
            terminal.press("enter")
            terminal.until("1 of 3,4")
            yield terminal

    return looking


def see_everything(terminal: Terminal) -> None:
    """Every screen that the demo leads to, from the list and back to it."""
    terminal.press("e", "enter")
    terminal.opened()
    terminal.press("/", "cannot", "enter")
    terminal.until("match")
    terminal.press("esc", "i")
    terminal.until("UID")
    terminal.press("q", "q", "B")
    terminal.until("on time")
    terminal.press("q", "?")
    terminal.until("Keys: The list")
    terminal.press("q", ":")
    terminal.until("do it")
    terminal.press("esc", "!")
    terminal.until("Health of")
    terminal.press("q", "/", "state:canceled,warning")
    terminal.until("/ state:canceled,warning", "1 canceled")
    terminal.press("enter", "L")
    terminal.until("Password")
    terminal.press("esc")
    terminal.until("Outcome")


def test_no_color_means_no_colour_on_any_screen(the_list: Looking) -> None:
    with the_list(more={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as terminal:
        see_everything(terminal)
        terminal.press("Q")
        assert terminal.end() == 0
    assert not codes(terminal.received) & COLORS
    assert {1, 4, 7} <= codes(terminal.received)


@pytest.mark.parametrize(
    "more",
    [
        {"NO_COLOR": ""},
        {"COLORTERM": "truecolor"},
        {"TERM": "xterm-256color"},
        {"TERM": "xterm-16color"},
        {"TERM": "linux"},
    ],
)
def test_the_terminals_own_sixteen_colours_are_all_that_is_used(
    the_list: Looking, more: dict[str, str]
) -> None:
    with the_list(more=more) as terminal:
        terminal.press("/", "state:failed,warning,running")
        terminal.until("1 of 1")
    assert {31, 33, 36} <= codes(terminal.received)
    assert not codes(terminal.received) & {38, 48}


@pytest.mark.parametrize("kind", KINDS)
def test_on_every_kind_of_terminal_the_list_is_shown(the_list: Looking, kind: str) -> None:
    with the_list(more={"TERM": kind}) as terminal:
        row = next(line for line in terminal.lines() if "CollectJob" in line)
        assert row.startswith("> > running" if kind in {"linux", "vt100"} else "› ► running")
        terminal.press("q")
        assert terminal.end() == 0


@pytest.mark.parametrize("kind", ["linux", "vt100"])
def test_a_console_is_told_nothing_that_it_would_print_and_is_left_empty(
    the_list: Looking, kind: str
) -> None:
    with the_list(more={"TERM": kind}) as terminal:
        terminal.press("q")
        assert terminal.end() == 0
    assert not HEARTY.search(terminal.received)
    assert b"\x1b[H\x1b[J" in terminal.received[-200:]


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["--ascii"], {}),
        ([], {"TERM": "vt220"}),
        ([], {"LC_ALL": "C"}),
        ([], {"LC_ALL": "", "LANG": ""}),
        ([], {"LANG": "de_DE.ISO-8859-1"}),
    ],
)
def test_in_ascii_not_one_other_byte_reaches_the_terminal(
    the_list: Looking, argv: list[str], more: dict[str, str]
) -> None:
    with the_list(*argv, more=more) as terminal:
        see_everything(terminal)
        terminal.press("Q")
        assert terminal.end() == 0
    assert terminal.received.isascii()
    assert b"X failed" in terminal.received


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_dumb_terminal_is_refused_with_what_to_use_instead(tmp_path: Path, kind: str) -> None:
    with emtui("demo", environ=a_home(tmp_path, TERM=kind)) as terminal:
        assert terminal.end() == 2
    assert terminal.received.count(b"\n") == 1
    assert b"emtui sessions" in terminal.received
    assert b"\x1b" not in terminal.received


def test_where_one_types_is_seen_on_any_ground(tmp_path: Path) -> None:
    with emtui("--server", "em01.example.net", environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        before = terminal.rest()
        terminal.press("tab")
        drawn = (b"\x1b[1mPassword   [\x1b[0m", b"\x1b[7m ")
        terminal.until(lambda _: all(piece in terminal.received[before:] for piece in drawn))


# --- light and dark ----------------------------------------------------------------


@contextmanager
def asked(folder: Path, **more: str) -> Iterator[Terminal]:
    """A terminal that was asked for its background, and has not answered yet."""
    with emtui("demo", *NIGHT, environ=a_home(folder, **more), anew=True) as terminal:
        terminal.until(lambda _: QUESTION.encode() in terminal.received)
        yield terminal


def codes_of_the_list(terminal: Terminal) -> set[int]:
    terminal.until("Password")
    terminal.press("enter")
    terminal.until("1 of 3,4", " a: ")
    return codes(terminal.received)


def test_on_a_light_background_nothing_is_yellow(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        terminal.press(WHITE + DEVICE)
        used = codes_of_the_list(terminal)
    assert {31, 34, 35} <= used
    assert not {33, 36} & used


def test_without_an_answer_it_is_dark_unless_colorfgbg_says_more(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        terminal.press(DEVICE)
        assert {33, 36} <= codes_of_the_list(terminal)
    with asked(tmp_path, COLORFGBG="0;15") as terminal:
        terminal.press(DEVICE)
        assert not {33, 36} & codes_of_the_list(terminal)


def test_what_is_typed_while_the_terminal_answers_is_not_lost(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        terminal.press(WHITE + "\r" + DEVICE)
        terminal.until("1 of 3,4")


def test_a_background_that_is_told_late_is_drawn_on_from_then_on(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        assert {33, 36} <= codes_of_the_list(terminal)
        terminal.rest()
        before = len(terminal.received)
        terminal.press(WHITE + DEVICE)
        terminal.until(lambda _: {34, 35} <= codes(terminal.received[before:]))
        terminal.rest()
        assert not {33, 36} & codes(terminal.received[before:])


def test_an_answer_that_comes_late_is_typed_nowhere(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        terminal.until("Password")
        terminal.press(WHITE + DEVICE, "enter")
        terminal.until("1 of 3,4")
    assert b"rgb:" not in terminal.received


@pytest.mark.parametrize("answer", [WHITE + DEVICE, DEVICE, "\x1b]11;rgb:ff", ""])
def test_the_terminal_has_its_own_modes_in_the_end(tmp_path: Path, answer: str) -> None:
    with emtui("demo", *NIGHT, environ=a_home(tmp_path), anew=True) as terminal:
        before = termios.tcgetattr(terminal.child.child_fd)
        terminal.until(lambda _: QUESTION.encode() in terminal.received)
        terminal.press(answer)
        terminal.until("Password")
        terminal.press("ctrl+c")
        terminal.until(lambda _: b"\x1b[?1049l" in terminal.received)
        terminal.until(lambda _: termios.tcgetattr(terminal.child.child_fd) == before)


@pytest.mark.parametrize("more", [{"TERM": "linux"}, {"NO_COLOR": "1"}])
def test_a_console_and_who_wants_no_colours_are_not_asked(tmp_path: Path, more: dict[str, str]) -> None:
    with emtui("demo", *NIGHT, environ=a_home(tmp_path, **more)) as terminal:
        terminal.until("Password")
    assert b"\x1b]11;" not in terminal.received


# --- the mouse ---------------------------------------------------------------------

WHEEL_DOWN, WHEEL_UP = "\x1b[<65;10;10M", "\x1b[<64;10;10M"


def click(terminal: Terminal, row: int) -> None:
    """A click on the row with this number, counted from the heading."""
    heading = next(place for place, line in enumerate(terminal.lines(), 1) if "Outcome" in line)
    terminal.press(f"\x1b[<0;20;{heading + row}M\x1b[<0;20;{heading + row}m")


def row_under_the_cursor(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("›")), "")


def test_the_mouse_is_off_unless_it_is_asked_for(the_list: Looking) -> None:
    with the_list() as terminal:
        terminal.press("q")
        assert terminal.end() == 0
    assert not re.search(rb"\?1(?:000|002|003|006|015|016)h", terminal.received)


def test_with_the_mouse_the_wheel_scrolls_a_click_goes_there_and_a_second_one_opens(
    the_list: Looking,
) -> None:
    with the_list("--mouse") as terminal:
        terminal.unfold()
        terminal.press(WHEEL_DOWN)
        terminal.until("4 of 3,4")
        terminal.press(WHEEL_DOWN, WHEEL_DOWN, WHEEL_UP)
        terminal.until("7 of 3,4")
        click(terminal, 2)
        terminal.until(lambda lines: "7 of 3,4" not in lines[-1] and " of 3,4" in lines[-1])
        before = terminal.rest()
        terminal.press("".join(f"\x1b[<35;{column};9M" for column in range(5, 60)))
        assert terminal.rest() == before, "a mouse that merely moves costs nothing"
        chosen = row_under_the_cursor(terminal.lines()).split()
        click(terminal, 2)
        assert chosen[3] in terminal.opened()[1]
        terminal.press("Q")
        assert terminal.end() == 0
    assert not re.search(rb"\?1(?:002|003|015|016)h", terminal.received)
    assert terminal.received.rindex(b"?1000l") > terminal.received.rindex(b"?1000h")
    assert terminal.received.rindex(b"?1006l") > terminal.received.rindex(b"?1006h")


def test_a_click_while_a_query_is_typed_does_not_leave_it_half_open(the_list: Looking) -> None:
    with the_list("--mouse") as terminal:
        terminal.press("/", "Collect")
        terminal.until("Enter keep")
        click(terminal, 4)
        terminal.until("4 of 2,")
        terminal.press("Job")
        terminal.until("/ CollectJob")


def test_the_mouse_can_be_turned_on_and_off_by_name(the_list: Looking) -> None:
    with the_list() as terminal:
        terminal.press(":", "mouse", "enter")
        terminal.until("hold shift")
        assert b"\x1b[?1000h" in terminal.received
        terminal.unfold()
        click(terminal, 5)
        terminal.until("5 of 3,4")
        before = len(terminal.received)
        terminal.press(":", "mouse", "enter")
        terminal.until("The mouse is off")
        assert b"\x1b[?1000l" in terminal.received[before:]


# --- sizes -------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "lines"), [(58, 16), (80, 23), (159, 50), (400, 120)])
def test_every_screen_fits_any_size(the_list: Looking, columns: int, lines: int) -> None:
    with the_list(size=(columns, lines)) as terminal:
        see_everything(terminal)
        assert "? keys" in terminal.until("? keys")[-1]


@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (20, 5), (2, 2), (1, 1)])
def test_too_small_a_terminal_ends_nothing(the_list: Looking, columns: int, lines: int) -> None:
    with the_list() as terminal:
        terminal.unfold()
        terminal.press("down", "up")
        terminal.until("? keys")
        terminal.rest()
        shown = terminal.lines()
        terminal.child.setwinsize(lines, columns)
        terminal.press("down", "enter", "/", "x", "enter", "q", "?", "q", "up")
        terminal.rest()
        terminal.child.setwinsize(23, 80)
        terminal.wipe()
        terminal.press("\x0c")
        terminal.until(lambda lines: lines == shown)


def test_a_terminal_that_is_of_no_use_says_what_is_needed(tmp_path: Path) -> None:
    with emtui("demo", *NIGHT, columns=36, lines=9, environ=a_home(tmp_path)) as terminal:
        terminal.until("36×9 is too small: 58×16 at least")
        terminal.press("enter", "q")
        terminal.rest()


def test_hundreds_of_sizes_in_a_moment_end_with_the_right_screen_for_few_bytes(the_list: Looking) -> None:
    with the_list(size=(120, 40)) as terminal:
        before = terminal.rest()
        shown = terminal.lines()
        for size in range(200):
            terminal.child.setwinsize(20 + size % 20, 60 + size % 60)
        terminal.child.setwinsize(40, 120)
        terminal.press("\x0c")
        sent = terminal.rest() - before
        terminal.wipe()
        terminal.press("\x0c")
        terminal.until(lambda lines: lines == shown)
    assert sent <= 30_000


def test_a_window_that_changes_is_followed_though_columns_and_lines_are_exported(the_list: Looking) -> None:
    with the_list(size=(100, 30), more={"COLUMNS": "40", "LINES": "10"}) as terminal:
        assert "? keys" in terminal.lines()[29]
        assert len(terminal.lines()[0]) > 90
        terminal.child.setwinsize(20, 90)
        terminal.until(lambda lines: "? keys" in lines[19])


def test_columns_and_lines_count_where_the_terminal_does_not_know_its_size(tmp_path: Path) -> None:
    unknown = "import os, sys, termios; termios.tcsetwinsize(0, (0, 0)); "
    begun = unknown + "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    environ = a_home(tmp_path, COLUMNS="70", LINES="18")
    with python(
        "-c", begun, "-m", "emtui", "demo", *NIGHT, columns=120, lines=40, environ=environ
    ) as terminal:
        terminal.until("Password")
        terminal.until(lambda lines: "Enter log on" in lines[17])
