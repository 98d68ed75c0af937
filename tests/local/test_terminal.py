"""Terminal capabilities from the environment."""

from __future__ import annotations

import os
import termios
from pathlib import Path

import pytest

from emtui.local import terminal


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({"LANG": "en_GB.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "C.utf8", "LANG": "C"}, True),
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, False),
        ({"LC_CTYPE": "POSIX", "LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, False),
        ({"LANG": "de_DE"}, False),
        ({}, False),
    ],
)
def test_the_first_of_the_three_that_is_set_decides_the_encoding(environ: dict[str, str], utf8: bool) -> None:
    assert terminal.is_utf8(environ) is utf8
    assert terminal.is_ascii_only({**environ, "TERM": "xterm"}) is not utf8


@pytest.mark.parametrize("name", ["linux", "vt100", "vt220", "vt102"])
def test_consoles_are_simple_and_get_ascii_in_any_locale(name: str) -> None:
    environ = {"TERM": name, "LANG": "C.UTF-8"}
    assert terminal.is_simple(environ)
    assert terminal.is_ascii_only(environ)


@pytest.mark.parametrize("name", ["xterm-256color", "xterm-16color", "screen", "tmux-256color", "new", "vte"])
def test_other_terminals_get_all_glyphs(name: str) -> None:
    environ = {"TERM": name, "LANG": "C.UTF-8"}
    assert terminal.can_draw(environ)
    assert not terminal.is_ascii_only(environ)


@pytest.mark.parametrize("environ", [{}, {"TERM": ""}, {"TERM": "dumb"}, {"TERM": " DUMB "}])
def test_a_dumb_terminal_draws_nothing(environ: dict[str, str]) -> None:
    assert not terminal.can_draw(environ)


@pytest.mark.parametrize(
    ("environ", "colored"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "0"}, False), ({"TERM": "vt220"}, False)],
)
def test_no_color_disables_colors_unless_empty(environ: dict[str, str], colored: bool) -> None:
    assert terminal.has_colors(environ) is colored


@pytest.mark.parametrize(
    ("colorfgbg", "light"),
    [
        ("15;0", False),
        ("0;15", True),
        ("0;default;7", True),
        ("12;8", False),
        ("0;default", None),
        ("", None),
    ],
)
def test_colorfgbg_ends_with_the_background(colorfgbg: str, light: bool | None) -> None:
    assert terminal.has_light_background({"COLORFGBG": colorfgbg}) is light


@pytest.mark.parametrize(
    ("began", "locale"),
    [
        (b"TERM=xterm\0LANG=\0", ""),
        (b"LC_CTYPE=UTF-8\0", "LC_CTYPE=UTF-8"),
        (b"LC_CTYPE=de_DE.ISO-8859-1\0", "LC_CTYPE=de_DE.ISO-8859-1"),
        (b"LC_CTYPE=C.UTF-8\0", "LC_CTYPE=C.UTF-8"),
    ],
)
def test_a_locale_changed_by_python_is_restored(tmp_path: Path, began: bytes, locale: str) -> None:
    (tmp_path / "environ").write_bytes(began)
    environ = {"LC_CTYPE": "C.UTF-8"}
    terminal.restore_locale(environ, tmp_path / "environ")
    assert terminal.locale_setting(environ) == locale


def test_a_locale_unchanged_by_python_is_used(tmp_path: Path) -> None:
    given = {"LC_CTYPE": "C.UTF-8"}
    for environ in ({"LC_ALL": "C", **given}, {"LC_CTYPE": "en_GB.UTF-8"}, given):
        before = dict(environ)
        terminal.restore_locale(environ, tmp_path / "no such file")
        assert environ == before


TMUX, STY = "/run/user/1000/tmux/default,4711,0", "815.pts-0.em01"


@pytest.mark.parametrize(
    ("environ", "ancestors", "left"),
    [
        ({"TMUX": TMUX, "TMUX_PANE": "%1"}, (99, 4711, 1), {"TMUX", "TMUX_PANE"}),
        ({"TMUX": TMUX, "TMUX_PANE": "%1", "TERM": "xterm"}, (99, 47, 1), {"TERM"}),
        ({"STY": STY, "WINDOW": "0"}, (99, 815, 1), {"STY", "WINDOW"}),
        ({"STY": STY, "WINDOW": "0"}, (99, 8, 1), set()),
        ({"TMUX": TMUX, "STY": STY}, (99, 815, 1), {"STY"}),
        ({"TMUX": TMUX, "STY": STY}, None, {"STY"}),
        ({"TMUX": "nonsense", "STY": "nonsense"}, (1,), set()),
        ({"TMUX": ",٣,", "STY": "1" * 5000}, (3, 1), set()),
        ({"TMUX": "", "STY": ""}, (1,), {"TMUX", "STY"}),
    ],
)
def test_variables_of_another_terminal_are_removed(
    environ: dict[str, str], ancestors: tuple[int, ...] | None, left: set[str]
) -> None:
    terminal.remove_stale_multiplexers(environ, ancestors)
    assert set(environ) == left


def test_with_unknown_ancestors_the_tmux_socket_is_checked(tmp_path: Path) -> None:
    (tmp_path / "default").touch()
    environ = {"TMUX": f"{tmp_path}/default,4711,0"}
    terminal.remove_stale_multiplexers(environ, None)
    assert terminal.is_in_multiplexer(environ)


def test_columns_and_lines_are_used_only_if_the_terminal_reports_0() -> None:
    ours, theirs = os.openpty()
    environ = {"COLUMNS": "40", "LINES": "10"}
    try:
        assert terminal.terminal_size(theirs, environ) == (40, 10)
        assert terminal.terminal_size(theirs, {"COLUMNS": "0", "LINES": "-1"}) == (80, 24)
        assert terminal.terminal_size(theirs, {"COLUMNS": "9" * 5000}) == (80, 24)
        termios.tcsetwinsize(theirs, (33, 111))
        assert terminal.terminal_size(theirs, environ) == (111, 33)
    finally:
        os.close(ours)
        os.close(theirs)
    assert terminal.terminal_size(theirs, {}) == (80, 24)
