"""What becomes of a certificate that somebody has pinned: saved as a profile, or for this run only."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from emtui.tui.screens.page import Page
from rogue import Identity, Rogue, good, identity, playing, rogue, with_negative_serial
from textual.pilot import Pilot

from emtui.em.address import Server, Trust
from emtui.em.secret import Secret
from emtui.local.configuration import load
from emtui.local.connection import Connection, Options, resolve
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.login.certificate_screen import CertificateScreen, WordField
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.widgets.labeled_input import LabeledInput
from emtui.tui.widgets.status_line import Foot

USER = "EXAMPLE\\ops"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("certificate"), days=300)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configuration of this person would be, in folders of nobody's."""
    for name in ("CONFIG_HOME", "STATE_HOME", "CONFIG_DIRS"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path / "config_home" / "emtui" / "config.toml"


@dataclass(frozen=True)
class Seat:
    """A person at the screens, and the server at the other end."""

    app: EmtuiApp
    pilot: Pilot[int]
    server: Rogue

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it never came to that; the foot says: {self.foot()!r}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.1)

    @property
    def page(self) -> Page:
        return self.app.page

    def foot(self) -> str:
        foot = self.page.query_one(Foot)
        return " ".join(" ".join(foot.render_line(y).text for y in range(max(foot.size.height, 1))).split())

    def below(self, field: str) -> str:
        return self.page.query_one(f"#{field}", LabeledInput).below

    async def at_certificate(self) -> None:
        await self.until(lambda: isinstance(self.page, CertificateScreen))
        await self.pilot.pause(0.1)

    async def pin(self) -> None:
        await self.at_certificate()
        await self.press(*"pin", "enter")

    @property
    def name(self) -> str:
        return self.page.query_one(WordField).value

    async def listed(self) -> None:
        await self.until(lambda: self.app.lookup_screen is not None and self.app.lookup_screen.stands)
        await self.until(lambda: bool(self.app.lookup_screen and self.app.lookup_screen.sessions.rows))


@asynccontextmanager
async def seated(
    certificate: Identity, *, passing: bool = True, remember: bool = True, play: str = "", size: int = 120
) -> AsyncIterator[Seat]:
    async with rogue(playing(play) if play else good, certificate.context()) as server:
        connection = Connection(
            server=Server("127.0.0.1", server.port), user=USER, password=Secret("right"), passing=passing
        )
        app = EmtuiApp(LaunchOptions(connection, remember=remember))
        async with app.run_test(size=(size, 30), notifications=True, tooltips=True) as pilot:
            yield Seat(app, pilot, server)
        if app.client:
            await app.client.close()


def profiles(config: Path) -> dict[str, dict[str, object]]:
    return dict(tomllib.loads(config.read_text()).get("profiles", {})) if config.exists() else {}


def write(config: Path, text: str) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(text)
    config.chmod(0o600)


async def test_a_pin_is_saved_with_server_and_user_under_the_proposed_name(
    certificate: Identity, config: Path
) -> None:
    async with seated(certificate) as seat:
        await seat.pin()
        assert seat.name == "127.0.0.1"
        assert seat.server.received == 0
        await seat.press("enter")
        await seat.listed()
        await seat.until(lambda: "Saved as profile 127.0.0.1." in seat.foot())
        server = Server("127.0.0.1", seat.server.port)
        assert seat.app.identity()[1] == "127.0.0.1"
    (saved,) = profiles(config).values()
    assert (saved["server"], saved["user"], saved["pin"]) == (str(server), USER, certificate.sha256)
    assert "right" not in config.read_text()
    again = resolve(Options(server=str(server), user=USER), {}, load(config))
    assert again.trust.pin == certificate.sha256


async def test_another_name_may_be_typed_with_a_y_in_it(certificate: Identity, config: Path) -> None:
    async with seated(certificate) as seat:
        await seat.pin()
        await seat.press("ctrl+u", *"sydney", "enter")
        await seat.listed()
        await seat.until(lambda: "Saved as profile sydney." in seat.foot())
    assert list(profiles(config)) == ["sydney"]


async def test_what_is_declined_holds_for_this_run_only_and_says_so(
    certificate: Identity, config: Path
) -> None:
    async with seated(certificate) as seat:
        await seat.pin()
        assert "Esc this run only" in seat.foot()
        await seat.press("escape")
        await seat.listed()
        await seat.until(lambda: "The certificate is trusted for this run only." in seat.foot())
        assert seat.app.connection.trust.pin == certificate.sha256
    assert not config.exists()


@pytest.mark.parametrize(
    ("key", "told"), [("enter", "Saved as profile 127.0.0.1."), ("escape", "trusted for this run only.")]
)
async def test_a_certificate_that_ends_soon_does_not_take_that_sentence_away(
    tmp_path: Path, key: str, told: str
) -> None:
    async with seated(identity(tmp_path, days=9)) as seat:
        await seat.pin()
        await seat.press(key)
        await seat.listed()
        await seat.until(lambda: told in seat.foot() and " expires on " in seat.foot())


async def test_enter_on_an_empty_field_says_what_is_missing(certificate: Identity) -> None:
    async with seated(certificate) as seat:
        await seat.at_certificate()
        await seat.press("enter")
        assert isinstance(seat.page, CertificateScreen)
        assert "Nothing was typed: type pin to trust it, or press Esc to leave." in seat.foot()
        await seat.press(*"pin", "enter", "ctrl+u", "enter")
        assert isinstance(seat.page, CertificateScreen)
        assert "No name was typed" in seat.foot()
        assert "this run only" in seat.foot()
        await seat.press(*"a b", "enter")
        assert "'a b' is no name for a profile" in seat.foot()


async def test_a_name_that_another_server_has_is_refused_and_another_proposed(
    certificate: Identity, config: Path
) -> None:
    write(config, "[profiles.'127.0.0.1']\nserver = 'em09.example.net'\nuser = 'x'\n")
    async with seated(certificate) as seat:
        await seat.pin()
        assert seat.name == "127.0.0.1-2"
        await seat.press("backspace", "backspace", "enter")
        assert isinstance(seat.page, CertificateScreen)
        assert "There is a profile 127.0.0.1 of x at em09.example.net: type another name." in seat.foot()
        await seat.press(*"-9", "enter")
        await seat.listed()
        await seat.until(lambda: "Saved as profile 127.0.0.1-9." in seat.foot())
    assert list(profiles(config)) == ["127.0.0.1", "127.0.0.1-9"]
    assert "pin" not in profiles(config)["127.0.0.1"]


async def test_the_profile_of_this_server_and_user_is_updated_and_its_other_keys_stay(
    certificate: Identity, config: Path
) -> None:
    async with seated(certificate) as seat:
        where = f"127.0.0.1:{seat.server.port}"
        write(config, f"[profiles.lab]\nserver = '{where}'\nuser = '{USER}'\ninterval = 30 # mine\n")
        await seat.at_certificate()
        await seat.press("escape")
        await seat.press("enter")  # the file is read anew each time
        await seat.pin()
        assert seat.name == "lab"
        await seat.press("enter")
        await seat.listed()
        await seat.until(lambda: "Saved as profile lab." in seat.foot())
    assert profiles(config)["lab"]["pin"] == certificate.sha256
    assert "interval = 30 # mine" in config.read_text()


async def test_a_configuration_that_cannot_be_written_is_one_sentence_and_the_run_goes_on(
    certificate: Identity, config: Path
) -> None:
    config.parent.parent.mkdir()
    config.parent.symlink_to("/proc/self/nowhere/emtui")  # not even root can make it
    async with seated(certificate) as seat:
        await seat.pin()
        await seat.press("enter")
        await seat.listed()
        await seat.until(lambda: "The certificate is trusted for this run only: " in seat.foot())
        assert "config.toml cannot be written" in seat.foot()


async def test_a_configuration_that_cannot_be_read_offers_nothing(
    certificate: Identity, config: Path
) -> None:
    write(config, "[profiles.prod]\nusr = 'x'\n")
    async with seated(certificate) as seat:
        await seat.pin()
        await seat.listed()
        await seat.until(lambda: "trusted for this run only" in seat.foot())
        assert "usr is not a key" in seat.foot()


async def test_a_demo_is_offered_nothing_and_saves_nothing(certificate: Identity, config: Path) -> None:
    async with seated(certificate, remember=False) as seat:
        await seat.pin()
        await seat.listed()
        await seat.until(lambda: "The certificate is trusted for this run only." in seat.foot())
    assert not config.exists()


async def test_a_server_that_was_typed_is_saved_as_ever_without_a_question(
    certificate: Identity, config: Path
) -> None:
    async with seated(certificate, passing=False) as seat:
        await seat.pin()
        await seat.listed()
        await seat.until(lambda: "Saved as profile 127.0.0.1." in seat.foot())
    assert profiles(config)["127.0.0.1"]["pin"] == certificate.sha256


async def test_nothing_is_saved_before_the_logon_and_a_refusal_keeps_the_name(
    certificate: Identity, config: Path
) -> None:
    async with seated(certificate, play="logon-401") as seat:
        await seat.pin()
        await seat.press("ctrl+u", *"lab", "enter")
        await seat.until(lambda: isinstance(seat.page, LoginScreen) and "refused" in seat.below("password"))
        assert not config.exists()
        seat.server.answer = good
        await seat.press(*"fresh", "enter")
        await seat.listed()
        await seat.until(lambda: "Saved as profile lab." in seat.foot())
    assert list(profiles(config)) == ["lab"]


async def test_an_odd_serial_number_leaves_the_certificate_readable(certificate: Identity) -> None:
    async with seated(with_negative_serial(certificate)) as seat:
        await seat.at_certificate()
        text = seat.page.query_one("#text")
        shown = "\n".join(strip.text for strip in text.render_lines(text.size.region))
    assert "CN=em01.example.net" in shown


async def test_enter_on_an_empty_field_of_the_login_says_what_is_missing() -> None:
    app = EmtuiApp(LaunchOptions(Connection(), remember=False))
    async with app.run_test(size=(80, 23)) as pilot:
        await pilot.pause(0.1)
        field = {
            name: app.page.query_one(f"#{name}", LabeledInput) for name in ("server", "user", "password")
        }
        assert "missing" not in field["server"].below
        await pilot.press("enter")
        assert field["server"].below.startswith("The server is missing: ")
        await pilot.press(*"em01", "enter")
        assert "missing" not in field["server"].below + field["user"].below
        await pilot.press("enter")
        assert field["user"].below.startswith("The user is missing: ")
        await pilot.press(*"ops", "enter", "enter")
        assert field["password"].below.startswith("The password is missing: ")
        await pilot.press("x")
        assert field["password"].below == ""


def test_a_relative_ca_file_is_saved_as_the_file_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from emtui.local.configuration import Config
    from emtui.local.remembered_logon import profile_of

    monkeypatch.chdir(tmp_path)
    connection = Connection(server=Server("em01"), user="x", trust=Trust(Path("ca.pem")))
    assert profile_of(replace(connection, save_as="lab"), Config(), None).ca_file == tmp_path / "ca.pem"
