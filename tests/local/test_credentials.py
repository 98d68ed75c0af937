"""Passwords in a real keyring; and keyrings that are absent, unresponsive, locked, broken or plain text."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from desktop import folders, keyring_on, session_bus

from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local.credentials import KeyringSilent, NoKeyring, forget, recall, store, tried

SERVER = Server("em01.example.net")
USER = "EXAMPLE\\ops"
WORD = "correct horse \\ 'battery' ☃"
PATIENCE = 1.5
"""Time-out in seconds for a keyring that never responds; enough for its child to start."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate home, without a bus unless the test starts one."""
    for name, value in folders(tmp_path).items():
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
    with keyring_on(bus, home):
        assert await store(SERVER, USER, Secret(WORD)) == "Secret Service"
        kept = await recall(SERVER, USER)
        assert kept.password is not None
        assert (kept.password.reveal(), kept.backend) == (WORD, "Secret Service")
        assert await forget(SERVER, USER)
        assert (await recall(SERVER, USER)).password is None
        assert not await forget(SERVER, USER)


async def test_each_server_and_each_user_has_a_password_of_its_own(bus: str, home: Path) -> None:
    with keyring_on(bus, home):
        await store(SERVER, USER, Secret("first"))
        await store(SERVER, USER, Secret("second"))
        again = (await recall(SERVER, USER)).password
        assert again is not None
        assert again.reveal() == "second"
        for server, user in (
            (Server("em02.example.net"), USER),
            (Server("em01.example.net", 9400), USER),
            (Server("em01.example.net", prefix="/lab"), USER),
            (SERVER, "ops"),
        ):
            assert (await recall(server, user)).password is None


async def test_a_locked_keyring_without_a_prompt_is_reported_in_time(bus: str, home: Path) -> None:
    with keyring_on(bus, home):
        await store(SERVER, USER, Secret(WORD))
    with keyring_on(bus, home, unlocked=False):
        began = time.monotonic()
        with pytest.raises(NoKeyring):
            await recall(SERVER, USER, patience=2)
        assert time.monotonic() - began < 20


ELSEWHERE = """
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
    (package / "__init__.py").write_text(ELSEWHERE)
    (package / "exceptions.py").write_text("class SecretStorageException(Exception): pass\n")
    monkeypatch.setenv("PYTHONPATH", str(home / "lib"))
    with pytest.raises(KeyringSilent, match="waits to be unlocked, perhaps on another display"):
        await recall(SERVER, USER, patience=PATIENCE)
    assert {one.name: one.verdict for one in await tried()}["Secret Service"] == "locked"


async def test_a_bus_without_a_keyring_is_no_keyring(bus: str) -> None:
    assert bus
    with pytest.raises(NoKeyring, match="cannot be saved on this computer") as caught:
        await recall(SERVER, USER)
    assert not isinstance(caught.value, KeyringSilent)


async def test_without_a_bus_there_is_no_keyring() -> None:
    with pytest.raises(NoKeyring, match="cannot be saved on this computer") as caught:
        await store(SERVER, USER, Secret(WORD))
    assert not isinstance(caught.value, KeyringSilent)


# --- a bus that never responds ---------------------------------------------------


class MuteBus:
    """Accepts clients and never responds; records which processes connect and disconnect."""

    def __init__(self) -> None:
        self.callers: asyncio.Queue[int] = asyncio.Queue()
        self.left: asyncio.Queue[int] = asyncio.Queue()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid = struct.unpack("3i", peer)[0]
        self.callers.put_nowait(pid)
        with suppress(ConnectionResetError):  # how a caller leaves who is killed with words of ours unread
            while said := await reader.read(4096):
                if b"AUTH EXTERNAL" in said:
                    writer.write(b"OK " + b"0" * 32 + b"\r\n")
        self.left.put_nowait(pid)
        writer.close()


@asynccontextmanager
async def mute_bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MuteBus]:
    bus = MuteBus()
    async with await asyncio.start_unix_server(bus.meet, home / "mute"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={home / 'mute'}")
        yield bus


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def anybody_sees(pid: int) -> bytes:
    """The arguments and the environment of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc and asks the socket who calls")


@linux
async def test_an_unresponsive_bus_times_out_and_the_child_ends(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mute_bus(home, monkeypatch) as bus:
        began = time.monotonic()
        with pytest.raises(KeyringSilent, match="type the password"):
            await recall(SERVER, USER, patience=PATIENCE)
        assert time.monotonic() - began < PATIENCE + 20
        pid = await asyncio.wait_for(bus.left.get(), 30)
        assert not alive(pid)


@linux
async def test_who_stops_waiting_leaves_no_child_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mute_bus(home, monkeypatch) as bus:
        asking = asyncio.create_task(recall(SERVER, USER, patience=60))
        pid = await asyncio.wait_for(bus.callers.get(), 30)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.wait_for(bus.left.get(), 30) == pid
        assert not alive(pid)


@linux
async def test_the_child_is_given_no_password_in_arguments_or_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMTUI_PASSWORD", WORD)
    monkeypatch.setenv("HTTPS_PROXY", "http://ops:elsewhere@proxy.example.net")
    async with mute_bus(home, monkeypatch) as bus:
        asking = asyncio.create_task(store(SERVER, USER, Secret(WORD), patience=60))
        pid = await asyncio.wait_for(bus.callers.get(), 30)
        seen = anybody_sees(pid)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert b"keyring_worker" in seen
    assert b"DBUS_SESSION_BUS_ADDRESS=" in seen
    for secret in (WORD.encode(), b"EMTUI_PASSWORD", b"elsewhere"):
        assert secret not in seen


# --- backends that are not used ---------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("keyring.backends.fail.Keyring", "no keyring responds"),
        ("keyring.backends.null.Keyring", "keyring.backends.null.Keyring stores nothing"),
        ("nowhere.at.all.Keyring", "emtui does not support the keyring backend nowhere.at.all.Keyring"),
    ],
)
async def test_a_backend_that_stores_nothing_is_rejected(
    monkeypatch: pytest.MonkeyPatch, backend: str, said: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(NoKeyring, match=said):
        await store(SERVER, USER, Secret(WORD))


PLAIN = "keyrings.alt.file.PlaintextKeyring"


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
    monkeypatch.setenv("PYTHONPATH", str(home / "lib"))


@pytest.mark.usefixtures("plain_text")
async def test_a_backend_that_writes_plain_text_is_named_and_never_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", PLAIN)
    for ask in (partial(store, password=Secret(WORD)), recall, forget):
        with pytest.raises(
            NoKeyring, match=rf"{PLAIN} stores passwords in clear text; to use it, set keyring = "
        ):
            await ask(SERVER, USER)
    assert not (home / "plain").exists()


@pytest.mark.usefixtures("plain_text")
async def test_a_plain_text_backend_that_is_only_installed_is_not_chosen(home: Path) -> None:
    with pytest.raises(NoKeyring, match=r"except keyrings\.alt, which stores passwords in clear text"):
        await store(SERVER, USER, Secret(WORD))
    assert not (home / "plain").exists()


@pytest.mark.usefixtures("plain_text")
async def test_what_the_configuration_names_is_used_as_it_was_meant(home: Path) -> None:
    assert await store(SERVER, USER, Secret(WORD), keyring=PLAIN) == PLAIN
    assert (home / "plain").read_text() == WORD


async def test_the_settings_of_the_keyring_library_are_heard(home: Path) -> None:
    settings = home / "config" / "python_keyring" / "keyringrc.cfg"
    settings.parent.mkdir(parents=True)
    settings.write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    with pytest.raises(NoKeyring, match=r"null\.Keyring stores nothing"):
        await recall(SERVER, USER)


async def test_an_unknown_keyring_is_rejected_with_the_available_ones() -> None:
    with pytest.raises(NoKeyring, match="unknown keyring 'gnome'; available: Secret Service, libsecret"):
        await recall(SERVER, USER, keyring="gnome")


async def test_a_disabled_keyring_is_not_used(bus: str, home: Path) -> None:
    with keyring_on(bus, home):
        await store(SERVER, USER, Secret(WORD))
        with pytest.raises(NoKeyring, match="disabled"):
            await recall(SERVER, USER, keyring="off")


async def test_a_keyring_is_selected_by_its_name(bus: str, home: Path) -> None:
    with keyring_on(bus, home):
        name = await store(SERVER, USER, Secret(WORD))
        kept = await recall(SERVER, USER, keyring=name)
        assert kept.password is not None
        with pytest.raises(NoKeyring):
            await recall(SERVER, USER, keyring="KWallet")


async def test_every_keyring_is_probed_and_only_the_available_one_is_ready(bus: str, home: Path) -> None:
    with keyring_on(bus, home):
        found = {one.name: one.verdict for one in await tried()}
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
    monkeypatch.setenv("PYTHONPATH", str(home / "lib"))
    with pytest.raises(NoKeyring, match="OSError") as caught:
        await store(SERVER, USER, Secret(WORD), keyring="rude.Keyring")
    assert WORD not in str(caught.value)


async def test_code_in_the_current_folder_is_never_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "keyring", "emtui"):
        (home / f"{name}.py").write_text(f"open({str(home / 'ran')!r}, 'w').close()\n")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(home)
    with pytest.raises(NoKeyring, match="no keyring"):
        await recall(SERVER, USER)
    assert not (home / "ran").exists()
