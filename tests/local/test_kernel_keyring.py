"""Passwords in the real kernel keyring: by the keyring library's own tests, and across logins."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel_keyring_support import keyring_refusal
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError, PasswordSetError
from keyring.testing.backend import BackendBasicTests

from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import credentials, keyctl
from emtui.local.kernel_keyring import KernelKeyring, format_kernel_error, has_desktop_session
from emtui.local.keyctl import DEFAULT_RETENTION_S, KernelKeys

SERVER = Server("em01.example.net")


def has_kernel_keyring() -> KernelKeyring:
    return KernelKeyring()  # type: ignore[no-untyped-call] # the library's own __init__ says no type


needs_kernel_keyring = pytest.mark.skipif(bool(keyring_refusal()), reason=keyring_refusal() or "available")


@needs_kernel_keyring
class TestBackendContract(BackendBasicTests):
    """The library's own tests of a backend."""

    def init_keyring(self) -> KeyringBackend:
        return has_kernel_keyring()


@pytest.fixture
def keys() -> Iterator[KernelKeyring]:
    keyring = has_kernel_keyring()
    yield keyring
    for user in ("ops", "a:b", "a"):
        for service in ("emtui-test", "b:emtui-test"):
            if keyring.get_password(service, user) is not None:
                keyring.delete_password(service, user)


@needs_kernel_keyring
def test_service_and_user_are_never_mixed_up(keys: KernelKeyring) -> None:
    keys.set_password("emtui-test", "a:b", "one")
    assert keys.get_password("b:emtui-test", "a") is None


@needs_kernel_keyring
def test_a_password_expires(keys: KernelKeyring) -> None:
    keys.with_properties(timeout=1).set_password("emtui-test", "ops", "word")
    ends = time.monotonic() + 30
    while keys.get_password("emtui-test", "ops") is not None:
        assert time.monotonic() < ends
        time.sleep(0.1)


@needs_kernel_keyring
@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(None, {"12h", "11h"}), ("3600", {"60m", "59m", "1h"}), (10**9, {"2d", "3d"})],
    ids=["default", "as configured", "limited by the kernel"],
)
def test_a_password_expires_and_is_not_readable_by_others(
    keys: KernelKeyring, timeout: object, expected: set[str]
) -> None:
    wished = keys if timeout is None else keys.with_properties(timeout=timeout)
    user = f"ops-{os.getpid()}-{timeout}"
    wished.set_password("emtui-test", user, "word")
    try:
        (line,) = [one for one in Path("/proc/keys").read_text().splitlines() if f":{user}:" in one]
        _, _, _, left, permissions, uid, *_ = line.split()
        assert left in expected
        assert (permissions, int(uid)) == ("3f010000", os.geteuid())
    finally:
        keys.delete_password("emtui-test", user)
    assert DEFAULT_RETENTION_S == 12 * 3600
    assert keyctl.max_retention()


@needs_kernel_keyring
def test_a_password_that_is_too_long_or_missing_is_one_sentence(keys: KernelKeyring) -> None:
    with pytest.raises(PasswordSetError, match="too long"):
        keys.set_password("emtui-test", "ops", "x" * 40000)
    with pytest.raises(PasswordDeleteError, match="no such password"):
        keys.delete_password("emtui-test", "ops")
    for timeout in ("soon", 0):
        with pytest.raises(KeyringError, match="timeout"):
            keys.with_properties(timeout=timeout).set_password("emtui-test", "ops", "word")


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (None, "kernel keyring for 12 hours"),
        ("3600", "kernel keyring for 1 hour"),
        ("5400", "kernel keyring for 90 minutes"),
        ("61", "kernel keyring for 61 seconds"),
        ("soon", "kernel keyring"),
    ],
)
def test_the_retention_is_shown_with_the_name(
    monkeypatch: pytest.MonkeyPatch, timeout: str | None, expected: str
) -> None:
    monkeypatch.delenv("KEYRING_PROPERTY_TIMEOUT", raising=False)
    if timeout:
        monkeypatch.setenv("KEYRING_PROPERTY_TIMEOUT", timeout)
    assert credentials.format_retention("kernel keyring") == expected
    assert credentials.format_retention("Secret Service") == "Secret Service"


def test_a_kernel_that_denies_access_is_one_sentence() -> None:
    assert "containers" in format_kernel_error(OSError(errno.ENOSYS, "Function not implemented"))
    assert "containers" in format_kernel_error(OSError(errno.EPERM, "Operation not permitted"))
    assert "full" in format_kernel_error(OSError(errno.EDQUOT, "Disk quota exceeded"))


@pytest.mark.parametrize("name", ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"])
def test_it_is_not_selected_in_a_d_bus_session(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert not has_desktop_session()
    (tmp_path / "bus").touch()
    monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(RuntimeError, match="D-Bus"):
        _ = KernelKeyring.priority


@needs_kernel_keyring
async def test_on_a_server_without_a_desktop_emtui_remembers_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    user = f"EXAMPLE\\{tmp_path.name}"
    assert await credentials.preferred_keyring() == "kernel keyring"
    try:
        assert await credentials.save_password(SERVER, user, Secret("word ☃")) == "kernel keyring"
        kept = await credentials.load_password(SERVER, user)
        assert kept.password is not None
        assert kept.password.reveal() == "word ☃"
    finally:
        assert await credentials.delete_password(SERVER, user)
    assert (await credentials.load_password(SERVER, user)).password is None
    assert list(tmp_path.rglob("*")) == []


@needs_kernel_keyring
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=repr)
async def test_a_line_end_saved_by_another_program_is_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    user = f"EXAMPLE\\{tmp_path.name}"
    has_kernel_keyring().set_password(credentials.SERVICE_NAME, f"{user}@{SERVER.url}", f"word{end}")
    try:
        kept = await credentials.load_password(SERVER, user)
        assert kept.password is not None
        assert kept.password.reveal() == "word"
    finally:
        assert await credentials.delete_password(SERVER, user)


# --- one login stores, another reads --------------------------------------------------

LOGIN_SCRIPT = """
import ctypes, os, sys
JOIN_SESSION = 1
library = ctypes.CDLL(None, use_errno=True)
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
number = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
assert library.syscall(number, JOIN_SESSION, None) > 0, "no session keyring of its own"
"""


def run_in_new_login(code: str) -> str:
    """Return what an ordinary user's Python prints, in a new session keyring."""
    source = Path(keyctl.__file__).read_text()
    done = subprocess.run(
        [sys.executable, "-I", "-"],
        input=f"{source.replace('from __future__ import annotations', '')}\n{LOGIN_SCRIPT}\n{code}",
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_kernel_keyring
@pytest.mark.skipif(os.uname().machine not in {"x86_64", "aarch64"}, reason="the test knows two machines")
def test_a_plain_users_password_is_read_in_another_login_than_the_one_that_stored_it(tmp_path: Path) -> None:
    name = f"emtui-test:{tmp_path.name}:{os.getpid()}"
    run_in_new_login(f"KernelKeys().put({name!r}, b'\\1word', 600)")
    try:
        assert run_in_new_login(f"print(KernelKeys().get({name!r}))") == "b'\\x01word'"
    finally:
        assert run_in_new_login(f"print(KernelKeys().delete({name!r}))") == "True"
    assert run_in_new_login(f"print(KernelKeys().get({name!r}))") == "None"
    mine: Any = KernelKeys()
    if os.geteuid() == 0:
        assert mine.get(name) is None
