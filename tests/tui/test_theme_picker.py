"""Choosing a color theme: by name, or from a list that shows it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tui_driver import TuiDriver, demo_app, demo_start

from emtui.local.terminal import THEME_NAMES
from emtui.monitor.browser_options import DEMO_MARK
from emtui.tui.terminal.capabilities import Capabilities, TerminalOptions


async def run_command(ui: TuiDriver, text: str) -> None:
    await ui.press("colon", *("space" if key == " " else key for key in text), "enter")
    await ui.wait_for(lambda: ui.screen_name() != "command_palette")


async def test_a_theme_is_used_while_the_cursor_is_on_it_and_enter_keeps_it() -> None:
    async with demo_app() as ui:
        await run_command(ui, "theme")
        assert ui.screen_name() == "theme_picker"
        assert ui.lines()[1].startswith("─ Color theme ──")
        assert ui.theme() == "ansi"
        for name in THEME_NAMES[1:]:
            await ui.press("j")
            assert ui.theme() == name
            assert name in ui.cursor_row()
        await ui.press("k", "enter")
        assert ui.screen_name() == "session_list"
        assert ui.theme() == "high-contrast"
        assert 'theme = "high-contrast" at the top of' in ui.footer()


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_the_list_of_themes_restores_the_previous_one(key: str) -> None:
    async with demo_app() as ui:
        await run_command(ui, "theme")
        await ui.press("j", "j", key)
        assert ui.screen_name() == "session_list"
        assert ui.theme() == "ansi"


async def test_the_list_of_themes_begins_at_the_one_in_use() -> None:
    options = TerminalOptions(capabilities=Capabilities(theme="color-blind"))
    async with demo_app(start=replace(demo_start(), terminal=options)) as ui:
        assert ui.theme() == "color-blind"
        await run_command(ui, "theme")
        assert "color-blind" in ui.cursor_row()


async def test_a_theme_is_chosen_by_its_name() -> None:
    async with demo_app() as ui:
        await run_command(ui, "theme color-blind")
        assert ui.theme() == "color-blind"
        assert "Theme color-blind until you quit." in ui.footer()


async def test_an_unknown_theme_names_those_that_there_are() -> None:
    async with demo_app() as ui:
        await run_command(ui, "theme pink")
        assert ui.theme() == "ansi"
        assert "No theme pink. Themes: ansi, dark, light, high-contrast, color-blind." in ui.footer()


async def test_without_colors_there_is_nothing_to_choose() -> None:
    options = TerminalOptions(capabilities=Capabilities(has_color=False))
    async with demo_app(start=replace(demo_start(), terminal=options)) as ui:
        await run_command(ui, "theme")
        assert ui.screen_name() == "session_list"
        assert "NO_COLOR is set" in ui.footer()


async def test_a_demo_which_reads_no_configuration_names_the_option() -> None:
    async with demo_app(start=demo_start(mark=DEMO_MARK)) as ui:
        await run_command(ui, "theme dark")
        assert "To keep it: --theme dark." in ui.footer()


async def test_every_theme_is_known_to_textual() -> None:
    async with demo_app() as ui:
        assert set(THEME_NAMES) <= ui.registered_themes()
