"""Passwords in the operating system's keyring, accessed through a child process that can be killed.

The password passes through the child's pipes only, never as an argument or in the environment.
Every call returns within `patience` seconds or raises; without `patience` it waits until
canceled. The child never outlives the call. Passwords are stored under the service `emtui` and
the user name `user@https://host:port`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emtui.em.secret import Secret, without_line_end
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import brief
from emtui.local.keyctl import TWELVE_HOURS, seconds_kept
from emtui.local.keyring_worker import ALLOWED
from emtui.local.profiles import OFF

SERVICE = "emtui"
KERNEL = "kernel keyring"
"""The keyring that drops a password after some hours."""
READY, LOCKED = "ready", "locked"
"""States of a usable keyring."""
PATIENCE = 2.95
"""Time-out of a keyring in seconds; the password prompt follows within 3 s in total."""

_CHILD = Path(__file__).with_name("keyring_worker.py")
_SEEN = (
    *("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "LC_", "PYTHON", "VIRTUAL_ENV"),
    *("DBUS_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DESKTOP_SESSION", "GNOME_", "KDE_"),
    *("KEYRING_", "LD_LIBRARY_PATH", "DYLD_", "__CF", "SYSTEM", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)
"""Prefixes of the environment variables passed to the child: for Python, desktop and keyring."""


_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


class NoKeyring(Exception):
    """The keyring cannot be used; the message is one sentence that says why."""


class KeyringSilent(NoKeyring):
    """The keyring did not respond in time: it may be locked or prompting on another display."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A keyring's response: its name, and the password if it has one."""

    backend: str
    password: Secret | None


@dataclass(frozen=True, slots=True)
class Tried:
    """State of one keyring, and how many seconds the check took."""

    name: str
    verdict: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Question:
    do: str
    keyring: str | None
    user: str = ""
    password: Secret | None = None

    def as_json(self) -> bytes:
        """Serialize the request for the child; the only place where the password leaves this process."""
        told = {
            "do": self.do,
            "keyring": self.keyring,
            "service": SERVICE,
            "user": self.user,
            "password": self.password.reveal() if self.password else "",
        }
        return json.dumps(told).encode() + b"\n"


async def recall(
    server: Server, user: str, *, keyring: str | None = None, patience: float | None = PATIENCE
) -> Kept:
    """Load the password of this user and server. Raises `NoKeyring`.

    `keyring` names the backend; by default the preferred one is used.
    """
    return await _ask(_Question("recall", keyring, f"{user}@{server.key}"), patience)


async def store(
    server: Server,
    user: str,
    password: Secret,
    *,
    keyring: str | None = None,
    patience: float | None = PATIENCE,
) -> str:
    """Save the password and return the keyring's name. Raises `NoKeyring`."""
    return (await _ask(_Question("store", keyring, f"{user}@{server.key}", password), patience)).backend


async def forget(
    server: Server, user: str, *, keyring: str | None = None, patience: float | None = PATIENCE
) -> bool:
    """Delete the password; return whether there was one. Raises `NoKeyring`."""
    kept = await _ask(_Question("forget", keyring, f"{user}@{server.key}"), patience)
    return kept.password is not None


async def best(*, patience: float = PATIENCE) -> str:
    """Return the name of the preferred keyring. Raises `NoKeyring`."""
    return (await _ask(_Question("probe", None), patience)).backend


def lasting(keyring: str) -> str:
    """Return a keyring's name and retention: `kernel keyring for 12 hours`."""
    if keyring != KERNEL:
        return keyring
    try:
        seconds = seconds_kept(os.environ.get("KEYRING_PROPERTY_TIMEOUT", TWELVE_HOURS))
    except ValueError:
        return keyring  # saving a password reports the error
    each, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // each
    return f"{keyring} for {count} {unit}{'' if count == 1 else 's'}"


async def tried(patience: float = PATIENCE) -> tuple[Tried, ...]:
    """Check every supported keyring, without unlocking or reading it."""
    return tuple([await _tried(name, patience) for name in ALLOWED])


async def _tried(name: str, patience: float) -> Tried:
    began = time.monotonic()
    try:
        said = await _asked(_Question("probe", name), patience)
        verdict = brief(said.get("trouble", ""), 120) or (LOCKED if said.get("locked") else READY)
    except NoKeyring as problem:
        verdict = str(problem)
    return Tried(name, verdict, time.monotonic() - began)


async def _ask(question: _Question, patience: float | None) -> Kept:
    if question.keyring == OFF:
        raise NoKeyring("The keyring is disabled for this profile.")
    said = await _asked(question, patience)
    if "trouble" in said:
        raise NoKeyring(f"Passwords cannot be saved on this computer: {brief(said['trouble'], 200)}.")
    password = said["password"]
    if password:  # other programs may have saved it with a line end
        password = without_line_end(password)
    return Kept(said["backend"], Secret(password) if password else None)


async def _asked(question: _Question, patience: float | None) -> dict[str, Any]:
    """Send a request to a new child and return its response; the child always ends with this call."""
    child = await _start()
    notes: list[str] = []
    try:
        async with asyncio.timeout(patience):
            return await _spoken(child, question, notes)
    except TimeoutError:
        raise KeyringSilent(_silence(notes, patience or 0)) from None
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _silence(notes: list[str], patience: float) -> str:
    why = "is locked and waits to be unlocked, perhaps on another display" if notes else ""
    told = f"The keyring {why or f'did not respond within {patience:.2g} s'}: type the password"
    return f'{told} or set keyring = "{OFF}" in the profile.'


async def _spoken(child: asyncio.subprocess.Process, question: _Question, notes: list[str]) -> dict[str, Any]:
    if child.stdin is None or child.stdout is None:
        raise TypeError("child has no pipes")
    with suppress(ConnectionError):
        child.stdin.write(question.as_json())
        await child.stdin.drain()
        child.stdin.close()
    while line := await child.stdout.readline():
        try:
            said = json.loads(line)
        except ValueError:
            break
        if "note" not in said:
            return dict(said)
        notes.append(said["note"])
    raise NoKeyring("The keyring process ended without a response. Type the password.")


async def _start() -> asyncio.subprocess.Process:
    """Start the child as a file: `-m` would import from the current folder.

    In a separate session no backend can prompt on our terminal, and Ctrl+C reaches only us.
    """
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            str(_CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name.startswith(_SEEN)},
            start_new_session=True,
            limit=1024 * 1024,
        )
    except OSError as problem:
        raise NoKeyring(f"Cannot start the keyring process: {problem.strerror}. Type the password.") from None
