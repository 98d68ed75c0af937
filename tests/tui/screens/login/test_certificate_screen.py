"""A pinned certificate is saved as a profile, or trusted only until emtui quits."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from scripted_server import (
    ScriptedEmServer,
    ServerIdentity,
    make_identity,
    play_script,
    reply_well,
    scripted_server,
    with_negative_serial,
)
from tui_driver import TuiDriver, running_app

from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.local.configuration import Config, load_config
from emtui.local.connection import Connection, ConnectionOptions, resolve_connection
from emtui.local.remembered_logon import build_profile
from emtui.tui.launch_options import LaunchOptions

USER = "EXAMPLE\\ops"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"), days=300)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of the test's own."""
    for name in ("CONFIG_HOME", "STATE_HOME", "CONFIG_DIRS"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path / "config_home" / "emtui" / "config.toml"


@dataclass(frozen=True)
class CertificateUser:
    """The app and the server it is connected to."""

    ui: TuiDriver
    server: ScriptedEmServer

    async def press(self, *keys: str) -> None:
        await self.ui.press(*keys)
        await self.ui.pause(0.1)

    async def wait_at_certificate(self) -> None:
        await self.ui.wait_at("certificate")
        await self.ui.pause(0.1)

    async def pin(self) -> None:
        await self.wait_at_certificate()
        await self.press(*"pin", "enter")


@asynccontextmanager
async def app_with_certificate(
    certificate: ServerIdentity,
    *,
    passing: bool = True,
    remember: bool = True,
    script_name: str = "",
    size: int = 120,
) -> AsyncIterator[CertificateUser]:
    async with scripted_server(
        play_script(script_name) if script_name else reply_well, certificate.tls_context()
    ) as server:
        connection = Connection(
            server=Server("127.0.0.1", server.port), user=USER, password=Secret("right"), is_temporary=passing
        )
        async with running_app(LaunchOptions(connection, remember=remember), (size, 30)) as ui:
            yield CertificateUser(ui, server)


def saved_profiles(config: Path) -> dict[str, dict[str, object]]:
    return dict(tomllib.loads(config.read_text()).get("profiles", {})) if config.exists() else {}


def write_config(config: Path, text: str) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(text)
    config.chmod(0o600)


async def test_a_pin_is_saved_with_server_and_user_under_the_proposed_name(
    certificate: ServerIdentity, config: Path
) -> None:
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        assert seat.ui.typed() == "127.0.0.1"
        assert seat.server.received_bytes == 0
        await seat.press("enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile 127.0.0.1." in seat.ui.footer())
        server = Server("127.0.0.1", seat.server.port)
        assert seat.ui.top().split()[0] == "127.0.0.1"
    (saved,) = saved_profiles(config).values()
    assert (saved["server"], saved["user"], saved["pin"]) == (str(server), USER, certificate.sha256)
    assert "right" not in config.read_text()
    again = resolve_connection(ConnectionOptions(server=str(server), user=USER), {}, load_config(config))
    assert again.trust.pin == certificate.sha256


async def test_another_name_may_be_typed_with_a_y_in_it(certificate: ServerIdentity, config: Path) -> None:
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        await seat.press("ctrl+u", *"sydney", "enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile sydney." in seat.ui.footer())
    assert list(saved_profiles(config)) == ["sydney"]


async def test_declining_a_profile_pins_for_this_run_only_and_shows_that(
    certificate: ServerIdentity, config: Path
) -> None:
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        assert "Esc until quit" in seat.ui.footer()
        await seat.press("escape")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(
            lambda: "The certificate is trusted only until emtui quits." in seat.ui.footer()
        )
        assert seat.ui.connection().trust.pin == certificate.sha256
    assert not config.exists()


@pytest.mark.parametrize(
    ("key", "expected"),
    [("enter", "Saved as profile 127.0.0.1."), ("escape", "trusted only until emtui quits.")],
)
async def test_an_expiring_certificate_does_not_replace_that_message(
    tmp_path: Path, key: str, expected: str
) -> None:
    async with app_with_certificate(make_identity(tmp_path, days=9)) as seat:
        await seat.pin()
        await seat.press(key)
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: expected in seat.ui.footer() and " expires on " in seat.ui.footer())


async def test_enter_on_an_empty_field_tells_what_is_missing(certificate: ServerIdentity) -> None:
    async with app_with_certificate(certificate) as seat:
        await seat.wait_at_certificate()
        await seat.press("enter")
        assert seat.ui.screen_name() == "certificate"
        assert "Nothing typed. Type pin to trust it, or press Esc to cancel." in seat.ui.footer()
        await seat.press(*"pin", "enter", "ctrl+u", "enter")
        assert seat.ui.screen_name() == "certificate"
        assert "Type a profile name, or press Esc" in seat.ui.footer()
        assert "only until emtui quits" in seat.ui.footer()
        await seat.press(*"a b", "enter")
        assert "'a b' is not a valid profile name" in seat.ui.footer()


async def test_a_name_of_another_server_is_refused_and_another_proposed(
    certificate: ServerIdentity, config: Path
) -> None:
    write_config(config, "[profiles.'127.0.0.1']\nserver = 'em09.example.net'\nuser = 'x'\n")
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        assert seat.ui.typed() == "127.0.0.1-2"
        await seat.press("backspace", "backspace", "enter")
        assert seat.ui.screen_name() == "certificate"
        assert "Profile 127.0.0.1 is for x at em09.example.net: type another name." in seat.ui.footer()
        await seat.press(*"-9", "enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile 127.0.0.1-9." in seat.ui.footer())
    assert list(saved_profiles(config)) == ["127.0.0.1", "127.0.0.1-9"]
    assert "pin" not in saved_profiles(config)["127.0.0.1"]


async def test_the_profile_of_this_server_and_user_is_updated_and_its_other_keys_stay(
    certificate: ServerIdentity, config: Path
) -> None:
    async with app_with_certificate(certificate) as seat:
        where = f"127.0.0.1:{seat.server.port}"
        write_config(config, f"[profiles.lab]\nserver = '{where}'\nuser = '{USER}'\ninterval = 30 # mine\n")
        await seat.wait_at_certificate()
        await seat.press("escape")
        await seat.press("enter")  # the file is read anew each time
        await seat.pin()
        assert seat.ui.typed() == "lab"
        await seat.press("enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile lab." in seat.ui.footer())
    assert saved_profiles(config)["lab"]["pin"] == certificate.sha256
    assert "interval = 30 # mine" in config.read_text()


async def test_a_configuration_that_cannot_be_written_is_one_sentence_and_the_run_goes_on(
    certificate: ServerIdentity, config: Path
) -> None:
    config.parent.parent.mkdir()
    config.parent.symlink_to("/proc/self/nowhere/emtui")  # not even root can make it
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        await seat.press("enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(
            lambda: "The certificate is trusted only until emtui quits: " in seat.ui.footer()
        )
        assert "config.toml cannot be written" in seat.ui.footer()


async def test_a_configuration_that_cannot_be_read_offers_nothing(
    certificate: ServerIdentity, config: Path
) -> None:
    write_config(config, "[profiles.prod]\nusr = 'x'\n")
    async with app_with_certificate(certificate) as seat:
        await seat.pin()
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "trusted only until emtui quits" in seat.ui.footer())
        assert "usr is not a configuration key" in seat.ui.footer()


async def test_a_demo_is_offered_nothing_and_saves_nothing(certificate: ServerIdentity, config: Path) -> None:
    async with app_with_certificate(certificate, remember=False) as seat:
        await seat.pin()
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(
            lambda: "The certificate is trusted only until emtui quits." in seat.ui.footer()
        )
    assert not config.exists()


async def test_a_typed_server_is_saved_without_a_question(certificate: ServerIdentity, config: Path) -> None:
    async with app_with_certificate(certificate, passing=False) as seat:
        await seat.pin()
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile 127.0.0.1." in seat.ui.footer())
    assert saved_profiles(config)["127.0.0.1"]["pin"] == certificate.sha256


async def test_nothing_is_saved_before_the_logon_and_a_refusal_keeps_the_name(
    certificate: ServerIdentity, config: Path
) -> None:
    async with app_with_certificate(certificate, script_name="logon-401") as seat:
        await seat.pin()
        await seat.press("ctrl+u", *"lab", "enter")
        await seat.ui.wait_for(
            lambda: seat.ui.screen_name() == "login" and "refused" in seat.ui.field_message("password")
        )
        assert not config.exists()
        seat.server.reply_to = reply_well
        await seat.press(*"fresh", "enter")
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "Saved as profile lab." in seat.ui.footer())
    assert list(saved_profiles(config)) == ["lab"]


async def test_an_unusual_serial_number_leaves_the_certificate_readable(certificate: ServerIdentity) -> None:
    async with app_with_certificate(with_negative_serial(certificate)) as seat:
        await seat.wait_at_certificate()
        assert "CN=em01.example.net" in "\n".join(seat.ui.lines())


async def test_enter_on_an_empty_login_field_tells_what_is_missing() -> None:
    async with running_app(LaunchOptions(Connection(), remember=False)) as ui:
        await ui.pause(0.1)
        assert "missing" not in ui.field_message("server")
        await ui.press("enter")
        assert ui.field_message("server").startswith("Server required: ")
        await ui.press(*"em01", "enter")
        assert "missing" not in ui.field_message("server") + ui.field_message("user")
        await ui.press("enter")
        assert ui.field_message("user").startswith("User required: ")
        await ui.press(*"ops", "enter", "enter")
        assert ui.field_message("password").startswith("Password required.")
        await ui.press("x")
        assert ui.field_message("password") == ""


@pytest.mark.parametrize("size", [58, 80, 120, 200])
async def test_the_warning_is_red_and_the_prompt_is_below_the_fingerprint(
    certificate: ServerIdentity, size: int
) -> None:
    async with app_with_certificate(certificate, size=size) as seat:
        await seat.wait_at_certificate()
        lines = seat.ui.lines()
        assert lines[1].startswith("─ ! WARNING: the server's identity is not proven ─")
        assert "! WARNING: the server's identity is not proven" in seat.ui.colored("red")
        assert "Nothing was sent." in seat.ui.colored("red")
        fingerprint = next(index for index, line in enumerate(lines) if line.startswith(" SHA-256  "))
        assert lines[fingerprint + 3].strip() == "Type pin to trust it (Esc: cancel):"
        assert seat.ui.typed() == ""
        await seat.press(*"pin", "enter")
        assert "Save the certificate in a profile" in seat.ui.lines()[1]
        assert seat.ui.colored("red") == "", "the question is answered"


def test_a_relative_ca_file_is_saved_as_the_file_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    connection = Connection(server=Server("em01"), user="x", trust=Trust(Path("ca.pem")))
    assert build_profile(replace(connection, save_as="lab"), Config(), None).ca_file == tmp_path / "ca.pem"
