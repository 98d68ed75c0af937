"""Terminal types: the sequences sent to them, and their replies."""

from __future__ import annotations

import re
import termios
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from demo_server import RunningDemo
from pty_terminal import (
    NIGHT_OPTIONS,
    EmtuiTerminal,
    is_assessed,
    isolated_environment,
    keep_full_preview,
    run_emtui,
    run_night_demo,
    run_python,
)

from emtui.tui.terminal.background_color import BACKGROUND_QUERY

WHITE, DEVICE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b[?62;22c"
KINDS = ("xterm-256color", "xterm-16color", "screen", "tmux-256color", "linux", "vt100", "unheard-of")
COLORS = {*range(30, 50), *range(90, 108)}
EXTENDED_ATTRIBUTES = re.compile(rb"\x1b\[[<>]|\x1b\]|\$p")


def sgr_codes(received: bytes) -> set[int]:
    """All SGR parameters received."""
    found = re.findall(rb"\x1b\[([0-9;]*)m", received)
    return {int(code or 0) for codes in found for code in codes.split(b";")}


class OpenList(Protocol):
    """Opens the list of the demo, with `more` environment variables."""

    def __call__(
        self, *argv: str, size: tuple[int, int] = (80, 23), more: Mapping[str, str] | None = None
    ) -> AbstractContextManager[EmtuiTerminal]: ...


@pytest.fixture
def open_list(tmp_path: Path, demo: RunningDemo) -> OpenList:
    @contextmanager
    def open_demo(
        *argv: str, size: tuple[int, int] = (80, 23), more: Mapping[str, str] | None = None
    ) -> Iterator[EmtuiTerminal]:
        columns, lines = size
        environ = isolated_environment(tmp_path, **(more or {}))
        with run_night_demo(demo, *argv, columns=columns, lines=lines, environ=environ) as terminal:
            terminal.wait_for("Password")
            terminal.press("enter")
            terminal.wait_for("1 of 3,4")
            yield terminal

    return open_demo


def visit_every_screen(terminal: EmtuiTerminal) -> None:
    """Open every screen of the demo, and return to the list."""
    terminal.press("e", "enter")
    terminal.wait_opened()
    terminal.press("/", "cannot", "enter")
    terminal.wait_for("match")
    terminal.press("esc", "i")
    terminal.wait_for("UID")
    terminal.press("q", "q", "B")
    terminal.wait_for("on schedule")
    terminal.press("q", "?")
    terminal.wait_for("Keys: Session list")
    terminal.press("q", ":")
    terminal.wait_for("Enter run")
    terminal.press("esc", "!")
    terminal.wait_for("Statistics of")
    terminal.press("q", "/", "state:canceled,warning")
    terminal.wait_for("/ state:canceled,warning", "6 of 3,426 runs")
    terminal.press("enter", "L")
    terminal.wait_for("Password")
    terminal.press("esc")
    terminal.wait_for("Outcome")


def test_no_color_disables_color_on_every_screen(open_list: OpenList) -> None:
    with open_list(more={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as terminal:
        visit_every_screen(terminal)
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert not sgr_codes(terminal.received) & COLORS
    assert {1, 4, 7} <= sgr_codes(terminal.received)


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
def test_only_the_sixteen_colors_of_the_terminal_are_used(open_list: OpenList, more: dict[str, str]) -> None:
    with open_list(more=more) as terminal:
        terminal.press("/", "state:failed,warning,running")
        terminal.wait_for("1 of 1")
    assert {31, 33, 36} <= sgr_codes(terminal.received)
    assert not sgr_codes(terminal.received) & {38, 48}


@pytest.mark.parametrize("kind", KINDS)
def test_the_list_is_shown_on_every_terminal_type(open_list: OpenList, kind: str) -> None:
    with open_list(more={"TERM": kind}) as terminal:
        row = next(line for line in terminal.lines() if "CollectJob" in line)
        assert row.startswith("> * running" if kind in {"linux", "vt100"} else "▌ ► running")
        terminal.press("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("kind", ["linux", "vt100"])
def test_a_console_gets_no_sequence_that_it_would_print_and_is_cleared(
    open_list: OpenList, kind: str
) -> None:
    with open_list(more={"TERM": kind}) as terminal:
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert not EXTENDED_ATTRIBUTES.search(terminal.received)
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
def test_in_ascii_mode_only_ascii_is_sent(open_list: OpenList, argv: list[str], more: dict[str, str]) -> None:
    with open_list(*argv, more=more) as terminal:
        visit_every_screen(terminal)
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert terminal.received.isascii()
    assert b"X failed" in terminal.received


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_terminal_that_cannot_draw_gets_line_mode(tmp_path: Path, kind: str) -> None:
    with run_emtui("demo", environ=isolated_environment(tmp_path, TERM=kind)) as terminal:
        terminal.wait_for("Press Enter to log on")
    assert b": using line mode, as with --plain.\r\n" in terminal.received
    assert b"\x1b" not in terminal.received


def test_the_focused_field_is_visible_on_any_background(tmp_path: Path) -> None:
    with run_emtui("--server", "em01.example.net", environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        before = terminal.wait_idle()
        terminal.press("tab")
        drawn = (b"\x1b[0;1mPassword   [\x1b[m", b"\x1b[7m ")
        terminal.wait_for(lambda _: all(piece in terminal.received[before:] for piece in drawn))


# --- light and dark ----------------------------------------------------------------


@contextmanager
def received_queries(folder: Path, **more: str) -> Iterator[EmtuiTerminal]:
    """A terminal that was asked for its background color and has not replied yet."""
    with run_emtui(
        "demo", *NIGHT_OPTIONS, environ=isolated_environment(folder, **more), fresh_process=True
    ) as terminal:
        terminal.wait_for(lambda _: BACKGROUND_QUERY.encode() in terminal.received)
        yield terminal


def codes_of_the_list(terminal: EmtuiTerminal) -> set[int]:
    terminal.wait_for("Password")
    terminal.press("enter")
    terminal.wait_for("1 of 3,4", is_assessed)
    return sgr_codes(terminal.received)


def test_on_a_light_background_the_sixteen_colors_have_no_yellow(tmp_path: Path) -> None:
    with received_queries(tmp_path, TERM="xterm") as terminal:
        terminal.press(WHITE + DEVICE)
        used = codes_of_the_list(terminal)
    assert {31, 34, 35} <= used
    assert not {33, 36} & used


def test_without_a_reply_it_is_dark_unless_colorfgbg_is_light(tmp_path: Path) -> None:
    with received_queries(tmp_path, TERM="xterm") as terminal:
        terminal.press(DEVICE)
        assert {33, 36} <= codes_of_the_list(terminal)
    with received_queries(tmp_path, TERM="xterm", COLORFGBG="0;15") as terminal:
        terminal.press(DEVICE)
        assert not {33, 36} & codes_of_the_list(terminal)


LIGHT_ERROR, DARK_ERROR, DARK_TINT = b"38;5;124m", b"38;5;203m", b"48;5;237m"


def test_where_the_background_is_known_the_256_colors_are_used(tmp_path: Path) -> None:
    with received_queries(tmp_path) as terminal:
        terminal.press(WHITE + DEVICE)
        codes_of_the_list(terminal)
    assert LIGHT_ERROR in terminal.received
    assert not {31, 33, 36} & sgr_codes(re.sub(rb"[34]8;5;\d+", b"", terminal.received))


def test_over_ssh_the_sixteen_colors_are_used(tmp_path: Path) -> None:
    with received_queries(tmp_path, SSH_TTY="/dev/pts/3") as terminal:
        terminal.press(WHITE + DEVICE)
        codes_of_the_list(terminal)
    assert not {38, 48} & sgr_codes(terminal.received)


@pytest.mark.parametrize(("argv", "is_dark"), [((), True), (("--theme", "ansi"), False)])
def test_the_option_precedes_the_theme_of_the_configuration(
    tmp_path: Path, argv: tuple[str, ...], is_dark: bool
) -> None:
    file = tmp_path / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("theme = 'dark'\n[profiles.prod]\nserver = 'em01.example.net'\n")
    file.chmod(0o600)
    with run_emtui(*argv, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.wait_idle()
        assert (b"38;5;245m" in terminal.received) == is_dark


def test_a_theme_given_by_option_or_name_is_drawn_at_once(open_list: OpenList) -> None:
    with open_list("--theme", "dark") as terminal:
        assert DARK_ERROR in terminal.received
        assert DARK_TINT in terminal.received
        terminal.wait_idle()
        before = len(terminal.received)
        terminal.press(":", "theme light", "enter")
        terminal.wait_for("Theme light until you quit")
        terminal.wait_idle()
        assert LIGHT_ERROR in terminal.received[before:]
        assert DARK_ERROR not in terminal.received[before:]


def test_keys_typed_during_the_reply_are_not_lost(tmp_path: Path) -> None:
    with received_queries(tmp_path) as terminal:
        terminal.press(WHITE + "\r" + DEVICE)
        terminal.wait_for("1 of 3,4")


def test_a_background_reported_late_is_used_from_then_on(tmp_path: Path) -> None:
    with received_queries(tmp_path, TERM="xterm") as terminal:
        assert {33, 36} <= codes_of_the_list(terminal)
        terminal.wait_idle()
        before = len(terminal.received)
        terminal.press(WHITE + DEVICE)
        terminal.wait_for(lambda _: {34, 35} <= sgr_codes(terminal.received[before:]))
        terminal.wait_idle()
        assert not {33, 36} & sgr_codes(terminal.received[before:])


def test_with_256_colors_a_background_reported_late_changes_the_theme(tmp_path: Path) -> None:
    with received_queries(tmp_path) as terminal:
        assert {33, 36} <= codes_of_the_list(terminal)
        terminal.wait_idle()
        before = len(terminal.received)
        terminal.press(WHITE + DEVICE)
        terminal.wait_for(lambda _: LIGHT_ERROR in terminal.received[before:])


def test_a_late_reply_is_not_typed(tmp_path: Path) -> None:
    with received_queries(tmp_path) as terminal:
        terminal.wait_for("Password")
        terminal.press(WHITE + DEVICE, "enter")
        terminal.wait_for("1 of 3,4")
    assert b"rgb:" not in terminal.received


@pytest.mark.parametrize("answer", [WHITE + DEVICE, DEVICE, "\x1b]11;rgb:ff", ""])
def test_the_terminal_modes_are_restored(tmp_path: Path, answer: str) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path), fresh_process=True
    ) as terminal:
        before = termios.tcgetattr(terminal.child.child_fd)
        terminal.wait_for(lambda _: BACKGROUND_QUERY.encode() in terminal.received)
        terminal.press(answer)
        terminal.wait_for("Password")
        terminal.press("ctrl+c")
        terminal.wait_for(lambda _: b"\x1b[?1049l" in terminal.received)
        terminal.wait_for(lambda _: termios.tcgetattr(terminal.child.child_fd) == before)


@pytest.mark.parametrize("more", [{"TERM": "linux"}, {"NO_COLOR": "1"}])
def test_consoles_and_no_color_send_no_query(tmp_path: Path, more: dict[str, str]) -> None:
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path, **more)) as terminal:
        terminal.wait_for("Password")
    assert b"\x1b]11;" not in terminal.received


# --- the mouse ---------------------------------------------------------------------

WHEEL_DOWN, WHEEL_UP = "\x1b[<65;10;10M", "\x1b[<64;10;10M"


def click(terminal: EmtuiTerminal, row: int) -> None:
    """Click the row with this number, counted from the heading."""
    heading = next(number for number, line in enumerate(terminal.lines(), 1) if "Outcome" in line)
    terminal.press(f"\x1b[<0;20;{heading + row}M\x1b[<0;20;{heading + row}m")


def row_under_the_cursor(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("▌")), "")


def test_the_mouse_is_off_by_default(open_list: OpenList) -> None:
    with open_list() as terminal:
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert not re.search(rb"\?1(?:000|002|003|006|015|016)h", terminal.received)


def test_the_wheel_scrolls_a_click_selects_and_a_second_click_opens(
    open_list: OpenList,
) -> None:
    with open_list("--mouse") as terminal:
        terminal.ungroup_list()
        terminal.press(WHEEL_DOWN)
        terminal.wait_for("4 of 3,4")
        terminal.press(WHEEL_DOWN, WHEEL_DOWN, WHEEL_UP)
        terminal.wait_for("7 of 3,4")
        click(terminal, 2)
        terminal.wait_for(lambda lines: "7 of 3,4" not in lines[4] and " of 3,4" in lines[4])
        before = terminal.wait_idle()
        terminal.press("".join(f"\x1b[<35;{column};9M" for column in range(5, 60)))
        assert terminal.wait_idle() == before, "moving the mouse sends nothing"
        selected = row_under_the_cursor(terminal.lines()).split()
        click(terminal, 2)
        assert selected[3] in terminal.wait_opened()[1]
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert not re.search(rb"\?1(?:002|003|015|016)h", terminal.received)
    assert terminal.received.rindex(b"?1000l") > terminal.received.rindex(b"?1000h")
    assert terminal.received.rindex(b"?1006l") > terminal.received.rindex(b"?1006h")


def click_text(terminal: EmtuiTerminal, text: str) -> None:
    """Click the first place on the screen with this text."""
    row, line = next((row, line) for row, line in enumerate(terminal.lines(), 1) if text in line)
    terminal.press(f"\x1b[<0;{line.index(text) + 1};{row}M\x1b[<0;{line.index(text) + 1};{row}m")


def test_tabs_and_hints_can_be_clicked(open_list: OpenList) -> None:
    with open_list("--mouse") as terminal:
        terminal.wait_for(lambda lines: "4 Alerts" in lines[0])
        terminal.wait_for(is_assessed)
        click_text(terminal, "Types")
        terminal.wait_for(" types", "[B Types]")
        click_text(terminal, "Runs")
        terminal.wait_for("[Runs]", lambda lines: lines[-1].startswith("Enter open"))
        click_text(terminal, "? keys")
        terminal.wait_for("Keys: Session list")
        click_text(terminal, "q back")
        terminal.wait_for(lambda lines: lines[-1].startswith("Enter open"))


def test_a_click_while_typing_a_query_keeps_the_prompt_open(open_list: OpenList) -> None:
    with open_list("--mouse") as terminal:
        terminal.press("/", "Collect")
        terminal.wait_for("Enter accept")
        click(terminal, 4)
        terminal.wait_for("4 of 2,")
        terminal.press("Job")
        terminal.wait_for("/ CollectJob")


def test_the_mouse_can_be_turned_on_and_off_by_name(open_list: OpenList) -> None:
    with open_list() as terminal:
        terminal.press(":", "mouse", "enter")
        terminal.wait_for("Hold Shift")
        assert b"\x1b[?1000h" in terminal.received
        terminal.ungroup_list()
        click(terminal, 5)
        terminal.wait_for("5 of 3,4")
        before = len(terminal.received)
        terminal.press(":", "mouse", "enter")
        terminal.wait_for("Mouse off")
        assert b"\x1b[?1000l" in terminal.received[before:]


# --- sizes -------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "lines"), [(58, 16), (80, 23), (159, 50), (400, 120)])
def test_every_screen_fits_any_size(open_list: OpenList, columns: int, lines: int) -> None:
    with open_list(size=(columns, lines)) as terminal:
        visit_every_screen(terminal)
        assert "? keys" in terminal.wait_for("? keys")[-1]


@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (20, 5), (2, 2), (1, 1)])
def test_a_too_small_terminal_is_harmless(open_list: OpenList, columns: int, lines: int) -> None:
    with open_list() as terminal:
        terminal.ungroup_list()
        terminal.press("down", "up")
        terminal.wait_for("? keys")
        terminal.wait_idle()
        shown = terminal.lines()
        terminal.child.setwinsize(lines, columns)
        terminal.press("down", "enter", "/", "x", "enter", "q", "?", "q", "up")
        terminal.wait_idle()
        terminal.child.setwinsize(23, 80)
        terminal.clear_screen()
        terminal.press("\x0c")
        terminal.wait_for(lambda lines: lines == shown)


def test_a_too_small_terminal_shows_the_minimum_size(tmp_path: Path) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, columns=36, lines=9, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Too small: 36x9, minimum 58x16")
        terminal.press("enter", "q")
        terminal.wait_idle()


def test_rapid_resizing_ends_with_the_right_screen_and_few_bytes(open_list: OpenList) -> None:
    with open_list(size=(120, 40)) as terminal:
        terminal.wait_for(is_assessed)
        keep_full_preview(terminal)
        before = terminal.wait_idle()
        shown = terminal.lines()
        for size in range(200):
            terminal.child.setwinsize(20 + size % 20, 60 + size % 60)
        terminal.child.setwinsize(40, 120)
        terminal.press("\x0c")
        sent = terminal.wait_idle() - before
        terminal.clear_screen()
        terminal.press("\x0c")
        terminal.wait_for(lambda lines: lines == shown)
    assert sent <= 30_000


def test_resizing_works_with_columns_and_lines_exported(open_list: OpenList) -> None:
    with open_list(size=(100, 30), more={"COLUMNS": "40", "LINES": "10"}) as terminal:
        assert "? keys" in terminal.lines()[29]
        assert len(terminal.lines()[0]) > 90
        terminal.child.setwinsize(20, 90)
        terminal.wait_for(lambda lines: "? keys" in lines[19])


def test_columns_and_lines_are_used_if_the_terminal_has_no_size(tmp_path: Path) -> None:
    set_no_size = "import os, sys, termios; termios.tcsetwinsize(0, (0, 0)); "
    program = set_no_size + "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    environ = isolated_environment(tmp_path, COLUMNS="70", LINES="18")
    with run_python(
        "-c", program, "-m", "emtui", "demo", *NIGHT_OPTIONS, columns=120, lines=40, environ=environ
    ) as terminal:
        terminal.wait_for("Password")
        terminal.wait_for(lambda lines: "Enter log on" in lines[17])
