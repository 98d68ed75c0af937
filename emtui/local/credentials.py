"""Passwords in the operating system's keyring, accessed through a child process that can be killed.

The password passes through the child's pipes only, never as an argument or in the environment.
Every call returns within `timeout` seconds or raises; without `timeout` it waits until
canceled. The child never outlives the call. Passwords are stored under the service `emtui` and
the user name `user@https://host:port`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from emtui.child_process import KEYRING_WORKER, child_command
from emtui.em.secret import Secret, strip_line_end
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import shorten
from emtui.local.keyctl import DEFAULT_RETENTION_S, effective_retention
from emtui.local.keyring_worker import ALLOWED_KEYRINGS
from emtui.local.profiles import KEYRING_OFF

SERVICE_NAME = "emtui"
KERNEL_KEYRING = "kernel keyring"
"""The keyring that drops a password after some hours."""
READY, LOCKED = "ready", "locked"
"""States of a usable keyring."""
KEYRING_TIMEOUT_S = 2.95
"""Time-out of a keyring in seconds; the password prompt follows within 3 s in total."""

_PASSED_VARIABLES = (
    *("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "LC_", "PYTHON", "VIRTUAL_ENV"),
    *("DBUS_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DESKTOP_SESSION", "GNOME_", "KDE_"),
    *(
        "KEYRING_",
        "LD_LIBRARY_PATH",
        "_PYI_",
        "DYLD_",
        "__CF",
        "SYSTEM",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
    ),
)
"""Prefixes of the environment variables passed to the child: for Python, desktop and keyring."""


_TIME_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


class KeyringUnavailableError(Exception):
    """The keyring cannot be used; the message is one sentence that says why.

    `reason` is a sentence without advice for a user at a terminal.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class KeyringTimeoutError(KeyringUnavailableError):
    """The keyring did not respond in time: it may be locked or prompting on another display."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f'{reason} Type the password or set keyring = "{KEYRING_OFF}" in the profile.', reason
        )


@dataclass(frozen=True, slots=True)
class KeyringEntry:
    """A keyring's response: its name, and the password if it has one."""

    backend: str
    password: Secret | None


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """State of one keyring, and how many seconds the check took."""

    name: str
    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _KeyringRequest:
    operation: str
    keyring: str | None
    user: str = ""
    password: Secret | None = None

    def to_json(self) -> bytes:
        """Serialize the request for the child; the only place where the password leaves this process."""
        message = {
            "do": self.operation,
            "keyring": self.keyring,
            "service": SERVICE_NAME,
            "user": self.user,
            "password": self.password.reveal() if self.password else "",
        }
        return json.dumps(message).encode() + b"\n"


async def load_password(
    server: Server, user: str, *, keyring: str | None = None, timeout_s: float | None = KEYRING_TIMEOUT_S
) -> KeyringEntry:
    """Load the password of this user and server. Raises `KeyringUnavailableError`.

    `keyring` names the backend; by default the preferred one is used.
    """
    return await _request_entry(_KeyringRequest("recall", keyring, f"{user}@{server.key}"), timeout_s)


async def save_password(
    server: Server,
    user: str,
    password: Secret,
    *,
    keyring: str | None = None,
    timeout_s: float | None = KEYRING_TIMEOUT_S,
) -> str:
    """Save the password and return the keyring's name. Raises `KeyringUnavailableError`."""
    return (
        await _request_entry(_KeyringRequest("store", keyring, f"{user}@{server.key}", password), timeout_s)
    ).backend


async def delete_password(
    server: Server, user: str, *, keyring: str | None = None, timeout_s: float | None = KEYRING_TIMEOUT_S
) -> bool:
    """Delete the password; return whether there was one. Raises `KeyringUnavailableError`."""
    entry = await _request_entry(_KeyringRequest("forget", keyring, f"{user}@{server.key}"), timeout_s)
    return entry.password is not None


async def preferred_keyring(*, timeout_s: float = KEYRING_TIMEOUT_S) -> str:
    """Return the name of the preferred keyring. Raises `KeyringUnavailableError`."""
    return (await _request_entry(_KeyringRequest("probe", None), timeout_s)).backend


def format_retention(keyring: str) -> str:
    """Return a keyring's name and retention: `kernel keyring for 12 hours`."""
    if keyring != KERNEL_KEYRING:
        return keyring
    try:
        seconds = effective_retention(os.environ.get("KEYRING_PROPERTY_TIMEOUT", DEFAULT_RETENTION_S))
    except ValueError:
        return keyring  # saving a password reports the error
    unit_seconds, unit = next(pair for pair in _TIME_UNITS if seconds % pair[0] == 0)
    count = seconds // unit_seconds
    return f"{keyring} for {count} {unit}{'' if count == 1 else 's'}"


def format_missing_password(keyring: str) -> str:
    """Return the sentence for a keyring without the password, which it may have had."""
    if keyring != KERNEL_KEYRING:
        return f"The keyring ({keyring}) has no password for it."
    retention = format_retention(keyring).removeprefix(f"{keyring} ")
    return f"The {keyring} has none: it keeps one {retention}, or until a restart."


async def check_keyrings(timeout_s: float = KEYRING_TIMEOUT_S) -> tuple[KeyringStatus, ...]:
    """Check every supported keyring, without unlocking or reading it."""
    return tuple([await _check_keyring(name, timeout_s) for name in ALLOWED_KEYRINGS])


async def _check_keyring(name: str, timeout_s: float) -> KeyringStatus:
    start = time.monotonic()
    try:
        response = await _send_request(_KeyringRequest("probe", name), timeout_s)
        state = shorten(response.get("trouble", ""), 120) or (LOCKED if response.get("locked") else READY)
    except KeyringUnavailableError as problem:
        state = str(problem)
    return KeyringStatus(name, state, time.monotonic() - start)


async def _request_entry(request: _KeyringRequest, timeout_s: float | None) -> KeyringEntry:
    if request.keyring == KEYRING_OFF:
        raise KeyringUnavailableError("The keyring is disabled for this profile.")
    response = await _send_request(request, timeout_s)
    if "trouble" in response:
        problem = shorten(response["trouble"], 200)
        raise KeyringUnavailableError(
            f"Passwords cannot be saved on this computer: {problem}.", f"{problem[:1].upper()}{problem[1:]}."
        )
    password = response["password"]
    if password:  # other programs may have saved it with a line end
        password = strip_line_end(password)
    return KeyringEntry(response["backend"], Secret(password) if password else None)


async def _send_request(request: _KeyringRequest, timeout_s: float | None) -> dict[str, Any]:
    """Send a request to a new child and return its response; the child always ends with this call."""
    child = await _start_worker()
    notes: list[str] = []
    try:
        async with asyncio.timeout(timeout_s):
            return await _exchange(child, request, notes)
    except TimeoutError:
        raise KeyringTimeoutError(_format_timeout(notes, timeout_s or 0)) from None
    finally:
        if child.returncode is None:
            # `child.kill` would take the exit status of a child that has just ended, which asyncio waits for.
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            await child.wait()


def _format_timeout(notes: list[str], timeout_s: float) -> str:
    reason = (
        "is locked; its unlock prompt may be on another display"
        if notes
        else f"did not respond within {timeout_s:.2g} s"
    )
    return f"The keyring {reason}."


async def _exchange(
    child: asyncio.subprocess.Process, request: _KeyringRequest, notes: list[str]
) -> dict[str, Any]:
    if child.stdin is None or child.stdout is None:
        raise TypeError("child has no pipes")
    with suppress(ConnectionError):
        child.stdin.write(request.to_json())
        await child.stdin.drain()
        child.stdin.close()
    while line := await child.stdout.readline():
        try:
            response = json.loads(line)
        except ValueError:
            break
        if "note" not in response:
            return dict(response)
        notes.append(response["note"])
    raise KeyringUnavailableError("The keyring process ended without a response. Type the password.")


async def _start_worker() -> asyncio.subprocess.Process:
    """Start the child, which never imports from the current folder.

    In a separate session no backend can prompt on our terminal, and Ctrl+C reaches only us.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *child_command(KEYRING_WORKER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name.startswith(_PASSED_VARIABLES)},
            start_new_session=True,
            limit=1024 * 1024,
        )
    except OSError as problem:
        raise KeyringUnavailableError(
            f"Cannot start the keyring process: {problem.strerror}. Type the password."
        ) from None
