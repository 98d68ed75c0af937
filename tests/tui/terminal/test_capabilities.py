"""The output for each kind of terminal."""

from __future__ import annotations

import pytest
from rich.style import Style

from emtui.em.model import Outcome
from emtui.local.terminal import THEME_NAMES
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.launch import can_follow_background, detect_capabilities
from emtui.tui.terminal.capabilities import Capabilities, without_unsupported
from emtui.tui.terminal.driver import RESET_MODES
from emtui.tui.terminal.frame_diff import sgr_codes
from emtui.tui.theme import ALERT_STYLE, CURSOR_STYLE, ERROR_STYLE


def test_on_a_light_background_a_warning_has_its_own_color() -> None:
    shown = {
        outcome: sgr_codes(style, Capabilities(light_background=True))
        for outcome, style in OUTCOME_STYLES.items()
    }
    warning = shown.pop(Outcome.WARNING)
    assert warning not in shown.values()


@pytest.mark.parametrize("style", [ERROR_STYLE, ALERT_STYLE, CURSOR_STYLE, *OUTCOME_STYLES.values()])
def test_without_colors_the_rest_of_a_style_stays(style: Style) -> None:
    codes = set(filter(None, sgr_codes(style, Capabilities(has_color=False)).split(";")))
    assert codes <= {"1", "2", "4", "7"}
    assert ("1" in codes, "7" in codes) == (bool(style.bold), bool(style.reverse))


def test_any_other_color_becomes_one_of_the_sixteen() -> None:
    assert sgr_codes(Style(color="#ff2020"), Capabilities()) == "91"


def test_ascii_is_used_if_requested_or_if_nothing_else_is_supported() -> None:
    utf8 = {"TERM": "xterm", "LANG": "C.UTF-8"}
    assert not detect_capabilities(utf8, None).ascii_only
    assert detect_capabilities(utf8, None, ascii_only=True).ascii_only
    assert detect_capabilities({**utf8, "TERM": "linux"}, None).ascii_only


def test_the_terminals_own_report_of_its_background_precedes_colorfgbg() -> None:
    assert detect_capabilities({"COLORFGBG": "0;15"}, None).light_background
    assert not detect_capabilities({"COLORFGBG": "0;15"}, light=False).light_background
    assert detect_capabilities({}, light=True).light_background
    assert not detect_capabilities({}, None).light_background


@pytest.mark.parametrize(
    "newer", ["\x1b[>25u", "\x1b[<u", "\x1b[?2026$p", "\x1b[?2048$p", "\x1b[22;0t", "\x1b]2;emtui prod\x07"]
)
def test_a_console_gets_no_sequence_that_it_would_print(newer: str) -> None:
    assert without_unsupported(f"\x1b[?25l{newer}\x1b[1;1H text") == "\x1b[?25l\x1b[1;1H text"


def test_sequences_that_a_console_supports_are_kept() -> None:
    assert without_unsupported(RESET_MODES) == RESET_MODES.replace("\x1b[<u", "")


XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "light", "theme"),
    [
        (XTERM, False, "dark"),
        (XTERM, True, "light"),
        (XTERM, None, "ansi"),
        (XTERM | {"COLORFGBG": "0;15"}, None, "light"),
        (XTERM | {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, False, "ansi"),
        ({"TERM": "xterm"}, False, "ansi"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False, "dark"),
        ({"TERM": "xterm-direct"}, True, "light"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, False, "ansi"),
    ],
)
def test_without_a_choice_the_theme_is_that_of_the_terminal(
    environ: dict[str, str], light: bool | None, theme: str
) -> None:
    assert detect_capabilities(environ, light).theme == theme


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_a_chosen_theme_is_used_also_over_ssh_and_without_a_known_background(theme: str) -> None:
    environ = {"TERM": "xterm", "SSH_TTY": "/dev/pts/3"}
    assert detect_capabilities(environ, None, theme=theme).theme == theme


def test_a_console_has_its_sixteen_colors_whatever_is_chosen() -> None:
    assert detect_capabilities({"TERM": "linux"}, False, theme="dark").theme == "ansi"


@pytest.mark.parametrize(
    ("environ", "follows"), [(XTERM, True), ({"TERM": "xterm"}, False), (XTERM | {"SSH_TTY": "x"}, False)]
)
def test_the_theme_follows_a_background_that_is_reported_late(environ: dict[str, str], follows: bool) -> None:
    assert can_follow_background(environ) == follows
