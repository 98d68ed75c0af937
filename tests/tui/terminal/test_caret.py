"""The position of the terminal's cursor: at the focus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.widget import Widget

from emtui.em.server_address import Server
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.tui.app import EmtuiApp
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.screens.login.labeled_input import Toggle
from emtui.tui.screens.login.profile_list import ProfileList
from emtui.tui.terminal.app_base import CaretWidget, InputScreen
from emtui.tui.widgets.text_input import TextInput

PROFILES = tuple(Profile(name, Server(f"{name}.example.net"), "ops") for name in ("lab", "prod"))


@pytest.fixture(autouse=True)
def no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG_HOME", "STATE_HOME", "CONFIG_DIRS"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@asynccontextmanager
async def app_at_login_with_profiles() -> AsyncIterator[EmtuiApp]:
    """The login with two profiles."""
    app = EmtuiApp(LaunchOptions(Connection(), profiles=PROFILES))
    async with app.run_test(size=(80, 23)) as pilot:
        await pilot.pause()
        yield app


def focus(app: EmtuiApp, widget: Widget | None) -> None:
    app.screen.set_focus(widget)


async def test_screens_fields_and_lists_satisfy_the_terminals_protocols() -> None:
    async with app_at_login_with_profiles() as app:
        page: InputScreen = app.current_screen
        widgets: list[CaretWidget] = [*app.screen.query(TextInput), app.screen.query_one(ProfileList)]
        assert isinstance(page, InputScreen)
        assert all(isinstance(widget, CaretWidget) for widget in widgets)
        assert not isinstance(app.screen.query_one(Toggle), CaretWidget)


async def test_a_toggle_beside_the_profiles_has_the_cursor_while_it_has_the_focus() -> None:
    async with app_at_login_with_profiles() as app:
        toggle = app.screen.query_one("#remember", Toggle)
        toggle.can_focus = True
        focus(app, toggle)
        assert app.focused is toggle
        assert app.caret_position() == toggle.content_region.offset


async def test_in_a_list_the_cursor_is_at_the_selected_row() -> None:
    async with app_at_login_with_profiles() as app:
        profiles = app.screen.query_one(ProfileList)
        focus(app, profiles)
        first = app.caret_position()
        profiles.action_down()
        assert app.caret_position() == first + Offset(0, 1)
        assert app.caret_position().x == profiles.content_region.x


async def test_without_focus_the_cursor_is_in_the_first_list() -> None:
    async with app_at_login_with_profiles() as app:
        profiles = app.screen.query_one(ProfileList)
        focus(app, None)
        assert app.focused is None
        assert app.caret_position() == profiles.caret()
        profiles.display = False
        assert app.caret_position() == Offset(0, 0)
