"""The output for each kind of terminal."""

from __future__ import annotations

import pytest
from rich.style import Style

from emtui.em.model import Outcome
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.launch import detect_capabilities
from emtui.tui.terminal.capabilities import Capabilities, without_unsupported
from emtui.tui.terminal.driver import RESET_MODES
from emtui.tui.terminal.frame_diff import sgr_codes
from emtui.tui.theme import ALERT_STYLE, CURSOR_STYLE, ERROR_STYLE

XTERM = {"30": 0x000000, "31": 0xCD0000, "34": 0x0000EE, "35": 0xCD00CD, "": 0x000000}
"""The colors on a light background, as in xterm."""


def contrast_on_white(color: int) -> float:
    """The contrast ratio of WCAG 2."""

    def linear(shift: int) -> float:
        channel = (color >> shift & 255) / 255
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    return 1.05 / (0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0) + 0.05)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_readable_on_white(outcome: Outcome) -> None:
    codes = sgr_codes(OUTCOME_STYLES[outcome], Capabilities(light_background=True)).split(";")
    color = next((code for code in codes if code.startswith(("3", "9"))), "")
    assert contrast_on_white(XTERM[color]) >= 4.5


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
