"""Passwords in a real keyring; and keyrings that are absent, unresponsive, locked, broken or plain text."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from desktop_session import desktop_folders, running_keyring, session_bus

from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local.credentials import (
    KeyringTimeoutError,
    KeyringUnavailableError,
    check_keyrings,
    delete_password,
    load_password,
    save_password,
)
from emtui.local.keyring_worker import ALLOWED_KEYRINGS

SERVER = Server("em01.example.net")
USER = "EXAMPLE\\ops"
PASSWORD_TEXT = "correct horse \\ 'battery' ☃"
SHORT_TIMEOUT_S = 1.5
"""Time-out in seconds for a keyring that never responds; enough for its child to start."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate home, without a bus unless the test starts one."""
    for name, value in desktop_folders(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    return tmp_path


@pytest.fixture
def bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bus without services."""
    with session_bus(home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


async def test_a_real_keyring_returns_a_saved_password_and_deletes_it(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        assert await save_password(SERVER, USER, Secret(PASSWORD_TEXT)) == "Secret Service"
        kept = await load_password(SERVER, USER)
        assert kept.password is not None
        assert (kept.password.reveal(), kept.backend) == (PASSWORD_TEXT, "Secret Service")
        assert await delete_password(SERVER, USER)
        assert (await load_password(SERVER, USER)).password is None
        assert not await delete_password(SERVER, USER)


async def test_each_server_and_each_user_has_a_password_of_its_own(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        await save_password(SERVER, USER, Secret("first"))
        await save_password(SERVER, USER, Secret("second"))
        again = (await load_password(SERVER, USER)).password
        assert again is not None
        assert again.reveal() == "second"
        for server, user in (
            (Server("em02.example.net"), USER),
            (Server("em01.example.net", 9400), USER),
            (Server("em01.example.net", prefix="/lab"), USER),
            (SERVER, "ops"),
        ):
            assert (await load_password(server, user)).password is None


async def test_a_locked_keyring_without_a_prompt_is_reported_in_time(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT))
    with running_keyring(bus, home, unlocked=False):
        began = time.monotonic()
        with pytest.raises(KeyringUnavailableError):
            await load_password(SERVER, USER, timeout_s=2)
        assert time.monotonic() - began < 20


PROMPTING_SECRET_SERVICE = """
import time
__version_tuple__ = (3, 3)
class Connection:
    def close(self): pass
class Collection:
    connection = Connection()
    def is_locked(self): return True
    def unlock(self): time.sleep(600)
def dbus_init(): return Connection()
def check_service_availability(connection): return True
def get_default_collection(connection): return Collection()
"""
"""A Secret Service that prompts on a display without a user."""


async def test_a_locked_keyring_that_prompts_on_another_display_is_reported(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = home / "lib" / "secretstorage"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PROMPTING_SECRET_SERVICE)
    (package / "exceptions.py").write_text("class SecretStorageException(Exception): pass\n")
    monkeypatch.syspath_prepend(str(home / "lib"))
    with pytest.raises(KeyringTimeoutError, match="its unlock prompt may be on another display"):
        await load_password(SERVER, USER, timeout_s=SHORT_TIMEOUT_S)
    assert {one.name: one.state for one in await check_keyrings()}["Secret Service"] == "locked"


async def test_the_exit_status_of_a_child_that_has_just_ended_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read_line, wait_for_child = asyncio.StreamReader.readline, os.waitpid

    def wait_until_ended() -> None:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    async def read_line_of_ended_child(reader: asyncio.StreamReader) -> bytes:
        line = await read_line(reader)
        wait_until_ended()
        return line

    def wait_for_child_later(pid: int, options: int) -> tuple[int, int]:
        wait_until_ended()
        time.sleep(0.2)
        return wait_for_child(pid, options)

    monkeypatch.setattr(asyncio.StreamReader, "readline", read_line_of_ended_child)
    monkeypatch.setattr(os, "waitpid", wait_for_child_later)
    monkeypatch.setattr(logging.getLogger("asyncio"), "propagate", True)
    assert len(await check_keyrings()) == len(ALLOWED_KEYRINGS)
    assert [record.getMessage() for record in caplog.records] == []


async def test_a_bus_without_a_keyring_is_no_keyring(bus: str) -> None:
    assert bus
    with pytest.raises(KeyringUnavailableError, match="cannot be saved on this computer") as caught:
        await load_password(SERVER, USER)
    assert not isinstance(caught.value, KeyringTimeoutError)


async def test_without_a_bus_there_is_no_keyring() -> None:
    with pytest.raises(KeyringUnavailableError, match="cannot be saved on this computer") as caught:
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT))
    assert not isinstance(caught.value, KeyringTimeoutError)


# --- a bus that never responds ---------------------------------------------------


class SilentBus:
    """Accepts clients and never responds; records which processes connect and disconnect."""

    def __init__(self) -> None:
        self.callers: asyncio.Queue[int] = asyncio.Queue()
        self.left: asyncio.Queue[int] = asyncio.Queue()

    async def accept_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid = struct.unpack("3i", peer)[0]
        self.callers.put_nowait(pid)
        with suppress(ConnectionResetError):  # a killed client resets the connection if data is unread
            while message := await reader.read(4096):
                if b"AUTH EXTERNAL" in message:
                    writer.write(b"OK " + b"0" * 32 + b"\r\n")
        self.left.put_nowait(pid)
        writer.close()


@asynccontextmanager
async def silent_bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SilentBus]:
    bus = SilentBus()
    async with await asyncio.start_unix_server(bus.accept_client, home / "mute"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={home / 'mute'}")
        yield bus


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def read_command_line_and_environment(pid: int) -> bytes:
    """Return the arguments and the environment of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


only_on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="needs /proc and the socket's peer credentials"
)


@only_on_linux
async def test_an_unresponsive_bus_times_out_and_the_child_ends(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent_bus(home, monkeypatch) as bus:
        began = time.monotonic()
        with pytest.raises(KeyringTimeoutError, match="Type the password"):
            await load_password(SERVER, USER, timeout_s=SHORT_TIMEOUT_S)
        assert time.monotonic() - began < SHORT_TIMEOUT_S + 20
        pid = await asyncio.wait_for(bus.left.get(), 30)
        assert not is_alive(pid)


@only_on_linux
async def test_a_canceled_request_leaves_no_child(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with silent_bus(home, monkeypatch) as bus:
        asking = asyncio.create_task(load_password(SERVER, USER, timeout_s=60))
        pid = await asyncio.wait_for(bus.callers.get(), 30)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.wait_for(bus.left.get(), 30) == pid
        assert not is_alive(pid)


@only_on_linux
async def test_the_child_is_given_no_password_in_arguments_or_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMTUI_PASSWORD", PASSWORD_TEXT)
    monkeypatch.setenv("HTTPS_PROXY", "http://ops:elsewhere@proxy.example.net")
    async with silent_bus(home, monkeypatch) as bus:
        asking = asyncio.create_task(save_password(SERVER, USER, Secret(PASSWORD_TEXT), timeout_s=60))
        pid = await asyncio.wait_for(bus.callers.get(), 30)
        seen = read_command_line_and_environment(pid)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert b"keyring_worker" in seen
    assert b"DBUS_SESSION_BUS_ADDRESS=" in seen
    for secret in (PASSWORD_TEXT.encode(), b"EMTUI_PASSWORD", b"elsewhere"):
        assert secret not in seen


# --- backends that are not used ---------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        ("keyring.backends.fail.Keyring", "no keyring responds"),
        ("keyring.backends.null.Keyring", "keyring.backends.null.Keyring stores nothing"),
        ("nowhere.at.all.Keyring", "emtui does not support the keyring backend nowhere.at.all.Keyring"),
    ],
)
async def test_a_backend_that_stores_nothing_is_rejected(
    monkeypatch: pytest.MonkeyPatch, backend: str, message: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(KeyringUnavailableError, match=message):
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT))


PLAIN_TEXT_BACKEND = "keyrings.alt.file.PlaintextKeyring"


@pytest.fixture
def plain_text(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend of that name that writes passwords to a file."""
    package = home / "lib" / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(
        "from pathlib import Path\nfrom keyring.backend import KeyringBackend\n"
        "class PlaintextKeyring(KeyringBackend):\n"
        "    priority = 0.5\n"
        "    def get_password(self, service, username): return 'stale'\n"
        "    def set_password(self, service, username, password):\n"
        f"        Path({str(home / 'plain')!r}).write_text(password)\n"
        "    def delete_password(self, service, username): pass\n"
    )
    monkeypatch.syspath_prepend(str(home / "lib"))


@pytest.mark.usefixtures("plain_text")
async def test_a_backend_that_writes_plain_text_is_named_and_never_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", PLAIN_TEXT_BACKEND)
    for ask in (partial(save_password, password=Secret(PASSWORD_TEXT)), load_password, delete_password):
        with pytest.raises(
            KeyringUnavailableError,
            match=rf"{PLAIN_TEXT_BACKEND} stores passwords in clear text; to use it, set keyring = ",
        ):
            await ask(SERVER, USER)
    assert not (home / "plain").exists()


@pytest.mark.usefixtures("plain_text")
async def test_an_installed_plain_text_backend_is_not_selected_automatically(home: Path) -> None:
    with pytest.raises(
        KeyringUnavailableError, match=r"except keyrings\.alt, which stores passwords in clear text"
    ):
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT))
    assert not (home / "plain").exists()


@pytest.mark.usefixtures("plain_text")
async def test_a_configured_backend_is_used(home: Path) -> None:
    assert (
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT), keyring=PLAIN_TEXT_BACKEND)
        == PLAIN_TEXT_BACKEND
    )
    assert (home / "plain").read_text() == PASSWORD_TEXT


async def test_the_settings_of_the_keyring_library_are_used(home: Path) -> None:
    settings = home / "config" / "python_keyring" / "keyringrc.cfg"
    settings.parent.mkdir(parents=True)
    settings.write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    with pytest.raises(KeyringUnavailableError, match=r"null\.Keyring stores nothing"):
        await load_password(SERVER, USER)


async def test_an_unknown_keyring_is_rejected_with_the_available_ones() -> None:
    with pytest.raises(
        KeyringUnavailableError, match="unknown keyring 'gnome'; available: Secret Service, libsecret"
    ):
        await load_password(SERVER, USER, keyring="gnome")


async def test_a_disabled_keyring_is_not_used(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT))
        with pytest.raises(KeyringUnavailableError, match="disabled"):
            await load_password(SERVER, USER, keyring="off")


async def test_a_keyring_is_selected_by_its_name(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        name = await save_password(SERVER, USER, Secret(PASSWORD_TEXT))
        kept = await load_password(SERVER, USER, keyring=name)
        assert kept.password is not None
        with pytest.raises(KeyringUnavailableError):
            await load_password(SERVER, USER, keyring="KWallet")


async def test_every_keyring_is_probed_and_only_the_available_one_is_ready(bus: str, home: Path) -> None:
    with running_keyring(bus, home):
        found = {one.name: one.state for one in await check_keyrings()}
    assert found.pop("Secret Service") == "ready"
    assert "ready" not in {found["macOS Keychain"], found["Windows Credential Locker"], found["KWallet"]}


async def test_the_error_text_of_a_backend_is_not_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "lib").mkdir()
    (home / "lib" / "rude.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, service, username): return None\n"
        "    def set_password(self, service, username, password):\n"
        "        print('noise'); raise OSError(password)\n"
    )
    monkeypatch.syspath_prepend(str(home / "lib"))
    with pytest.raises(KeyringUnavailableError, match="OSError") as caught:
        await save_password(SERVER, USER, Secret(PASSWORD_TEXT), keyring="rude.Keyring")
    assert PASSWORD_TEXT not in str(caught.value)


async def test_code_in_the_current_folder_is_never_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "keyring", "emtui"):
        (home / f"{name}.py").write_text(f"open({str(home / 'ran')!r}, 'w').close()\n")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(home)
    with pytest.raises(KeyringUnavailableError, match="no keyring"):
        await load_password(SERVER, USER)
    assert not (home / "ran").exists()
