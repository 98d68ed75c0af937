"""The login: what emtui is, one mark for the focus, each sentence once, and room at every size."""

from __future__ import annotations

import pytest
from tui_driver import TuiDriver, running_app

from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.tui.launch_options import LaunchOptions

SERVER = Server("em01.example.net")
PROFILES = (Profile("prod", SERVER, r"EXAMPLE\ops"), Profile("lab", Server("em02.example.net"), None))
SIZES = [(58, 16), (80, 23), (120, 40), (200, 50)]
NO_KEYRING = "Passwords cannot be saved on this computer: no keyring responds."


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def login_options(*, with_profiles: bool = True) -> LaunchOptions:
    """A login with the first profile chosen, or without profiles."""
    profile = PROFILES[0] if with_profiles else None
    connection = Connection(profile=profile, server=SERVER, user=r"EXAMPLE\ops", trust=Trust())
    return LaunchOptions(
        connection, profiles=PROFILES if with_profiles else (), log_on_at_once=False, remember=True
    )


def shown_text(ui: TuiDriver) -> str:
    """The painted words of the form, at the right of the profiles."""
    lines = [line.replace("▌", " ") for line in ui.lines()]
    column = next(line.index("Server     [") for line in lines if "Server     [" in line)
    return " ".join(" ".join(line[column:] for line in lines).split())


@pytest.mark.parametrize("size", SIZES)
async def test_one_line_says_what_emtui_is(size: tuple[int, int]) -> None:
    async with running_app(login_options(), size) as ui:
        (line,) = [line for line in ui.lines() if "emtui" in line]
        assert line.strip().startswith("emtui 0.")
        assert line.endswith("monitor for Veeam Backup Enterprise Manager")
        assert ("terminal browser and" in line) is (size[0] >= 80)


@pytest.mark.parametrize("size", SIZES)
async def test_the_sentence_about_the_keyring_stands_once_and_everything_fits(size: tuple[int, int]) -> None:
    async with running_app(login_options(), size) as ui:
        await ui.wait_for(lambda: NO_KEYRING in shown_text(ui))
        await ui.wait_for(lambda: "Reading the password" not in shown_text(ui))
        text = shown_text(ui)
        assert text.count("keyring") == 1
        assert "Password [" in text
        assert "Save password" not in text, "no box without a keyring"
        assert "Enter log on" in ui.footer()


async def test_a_keyring_that_can_save_has_a_box() -> None:
    async with running_app(login_options()) as ui:
        await ui.wait_for(lambda: NO_KEYRING in shown_text(ui))
        ui.offer_keyring("Secret Service")
        await ui.pause()
        assert "[ ] Save password in Secret Service" in shown_text(ui)


async def test_fields_checkboxes_and_profiles_have_one_mark_for_the_focus() -> None:
    async with running_app(login_options()) as ui:
        await ui.wait_for(lambda: NO_KEYRING in shown_text(ui))
        ui.offer_keyring("Secret Service")
        await ui.focus_field("server")
        assert ui.focus_marks() == ["Server"]
        await ui.press("tab")
        assert ui.focus_marks() == ["User"]
        await ui.press("tab", "tab")
        assert ui.focus_marks() == ["["], "the checkbox"
        await ui.press("escape")
        assert ui.focus_marks() == ["prod"]
        await ui.press("down")
        assert ui.focus_marks() == ["lab"]


@pytest.mark.parametrize("with_profiles", [False, True])
async def test_the_form_is_in_the_middle_of_a_large_terminal_and_stays_there(*, with_profiles: bool) -> None:
    async with running_app(login_options(with_profiles=with_profiles), (200, 50)) as ui:
        await ui.focus_field("server")

        def label_position() -> tuple[int, int]:
            lines = ui.lines()
            row = next(index for index, line in enumerate(lines) if "Server     [" in line)
            return row, lines[row].index("Server")

        row, _ = before = label_position()
        assert row > 5
        first_cells = [len(line) - len(line.lstrip()) for line in ui.lines()[1:-1] if line]
        last_cells = [len(line) for line in ui.lines()[1:-1] if line]
        assert abs(min(first_cells) - (200 - max(last_cells))) <= 2
        assert max(last_cells) - min(first_cells) <= 112
        await ui.press("ctrl+u", "enter")
        assert ui.field_message("server").startswith("Server required")
        assert label_position() == before


@pytest.mark.parametrize("size", SIZES)
async def test_an_error_is_under_its_field(size: tuple[int, int]) -> None:
    async with running_app(login_options(with_profiles=False), size) as ui:
        await ui.focus_field("user")
        await ui.press("ctrl+u", "enter")
        lines = ui.lines()
        row = next(index for index, line in enumerate(lines) if "User       [" in line)
        assert lines[row + 1].strip().startswith("User required: type DOMAIN")
        assert "User required" in ui.colored("red")
