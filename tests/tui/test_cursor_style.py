"""The row under the cursor keeps its colors in every list: a mark and a tint select it."""

from __future__ import annotations

import re

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from tui_driver import demo_app

from emtui.keys.tui_commands import CommandScope
from emtui.local.terminal import THEME_NAMES
from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.terminal.frame_diff import cells_of_strip, sgr_codes
from emtui.tui.theme import ACCENT_STYLE, CURSOR_MARK, CURSOR_TINT, ERROR_STYLE

LISTS: dict[str, tuple[CommandScope, tuple[str, ...]]] = {
    "session list": (CommandScope.SESSION_LIST, ("e",)),
    "events": (CommandScope.SESSION_DETAIL, ("e", "enter", "e")),
    "comparison": (CommandScope.COMPARISON, ("e", "d")),
    "run picker": (CommandScope.RUN_PICKER, ("e", "enter", "D")),
    "types": (CommandScope.OVERVIEW, ("B",)),
    "alerts": (CommandScope.ATTENTION, ("4",)),
    "reports": (CommandScope.REPORT, ("e", "H")),
    "commands": (CommandScope.COMMAND_PALETTE, ("colon",)),
    "themes": (CommandScope.THEME_PICKER, ("colon", *"theme", "enter")),
    "pages": (CommandScope.DOCUMENTATION, ("colon", *"docs", "enter")),
}
"""Keys that open each list from the session list."""


def styles_of_cells(strip: Strip) -> list[Style]:
    return [style or Style() for text, style, _ in strip for _ in text]


@pytest.mark.parametrize("name", LISTS)
async def test_the_selected_row_has_a_mark_and_a_tint_and_keeps_its_colors(name: str) -> None:
    scope, keys = LISTS[name]
    async with demo_app(size=(120, 40)) as ui:
        await ui.wait_assessed()
        for key in keys:
            await ui.press(key)
            await ui.wait_for(lambda: not ui.is_requesting() and not ui.is_polling())
        assert ui.screen_state() is scope
        strip = ui.cursor_strip()
        styles = styles_of_cells(strip)
        assert strip.text[0] == CURSOR_MARK
        assert styles[0].color == ACCENT_STYLE.color
        tinted = [style.bgcolor == CURSOR_TINT.bgcolor for style in styles]
        assert tinted == sorted(tinted, reverse=True), "the tint begins at the left edge"
        assert 1 < sum(tinted) < max(len(tinted) // 2, 26), (
            "a tint to the right edge costs bytes with every key"
        )
        assert not tinted[-1]
        assert not any(style.reverse for style in styles)


async def test_the_newest_failure_is_red_under_the_cursor() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press("e")
        strip = ui.cursor_strip()
        styles = styles_of_cells(strip)
        assert styles[strip.text.index("failed")] == ERROR_STYLE + CURSOR_TINT


@pytest.mark.parametrize("theme", THEME_NAMES)
@pytest.mark.parametrize("is_light", [False, True])
def test_no_theme_uses_reverse_video_for_the_cursor(theme: str, is_light: bool) -> None:
    codes = sgr_codes(ERROR_STYLE + CURSOR_TINT, Capabilities(light_background=is_light, theme=theme))
    attributes = re.sub(r"[34]8;5;\d+", "", codes).split(";")
    assert "7" not in attributes


def test_without_colors_the_selected_cells_are_reversed_and_no_others() -> None:
    no_color = Capabilities(has_color=False)
    assert sgr_codes(ERROR_STYLE + CURSOR_TINT, no_color) == "1;7"
    assert sgr_codes(ERROR_STYLE, no_color) == "1"
    assert sgr_codes(CURSOR_TINT, no_color) == "7"


def test_blanks_cost_no_color_unless_it_shows_on_them() -> None:
    strip = Strip(
        [
            Segment("  ", ACCENT_STYLE),
            Segment(" ", CURSOR_TINT),
            Segment(" ", Style(underline=True)),
            Segment("x", ACCENT_STYLE),
        ]
    )
    codes = [codes for _, codes in cells_of_strip(strip, Capabilities(theme="dark"))]
    assert codes == ["", "", "48;5;237", "4", "38;5;75"]
