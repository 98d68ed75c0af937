"""Passwords in the operating system's keyring, asked through a child process that can be killed.

The password goes through the child's pipes alone: never an argument, never the
environment. Every call answers within `patience` seconds, or raises; without patience
it waits until it is cancelled, and then nobody is left behind. In the keyring the
password stands under the service `emtui` and the name `user@https://host:port`.
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
"""The keyring that forgets a password after some hours."""
READY, LOCKED = "ready", "locked"
"""What a keyring that can be used is, as it is found."""
PATIENCE = 2.95
"""Seconds that a keyring may take before the person is asked instead: with what that takes, within three."""

_CHILD = Path(__file__).with_name("keyring_worker.py")
_SEEN = (
    *("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "LC_", "PYTHON", "VIRTUAL_ENV"),
    *("DBUS_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DESKTOP_SESSION", "GNOME_", "KDE_"),
    *("KEYRING_", "LD_LIBRARY_PATH", "DYLD_", "__CF", "SYSTEM", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)
"""How the variables begin that Python, a desktop and its keyring need; the child sees no others."""


_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


class NoKeyring(Exception):
    """No password is kept on this computer; one sentence that says why."""


class KeyringSilent(NoKeyring):
    """The keyring has not answered in time: locked, perhaps asking on another display."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a keyring answered: its name, and the password if it has one."""

    backend: str
    password: Secret | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One keyring as it was found: whether it can be used, and how many seconds it took to say so."""

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
        """What the child reads; the only place where the password leaves this process."""
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
    """The password of this user at this server. Raises `NoKeyring`.

    `keyring` is the one to ask, by its name; without it the best that there is.
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
    """Keep the password; the name of the keyring that has it now. Raises `NoKeyring`."""
    return (await _ask(_Question("store", keyring, f"{user}@{server.key}", password), patience)).backend


async def forget(
    server: Server, user: str, *, keyring: str | None = None, patience: float | None = PATIENCE
) -> bool:
    """Forget the password; whether there was one. Raises `NoKeyring`."""
    kept = await _ask(_Question("forget", keyring, f"{user}@{server.key}"), patience)
    return kept.password is not None


async def best(*, patience: float = PATIENCE) -> str:
    """The name of the keyring that would take a password here. Raises `NoKeyring`."""
    return (await _ask(_Question("probe", None), patience)).backend


def lasting(keyring: str) -> str:
    """A keyring by its name, and for how long it keeps a password: `kernel keyring for 12 hours`."""
    if keyring != KERNEL:
        return keyring
    try:
        seconds = seconds_kept(os.environ.get("KEYRING_PROPERTY_TIMEOUT", TWELVE_HOURS))
    except ValueError:
        return keyring  # it takes no password, and says why
    each, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // each
    return f"{keyring} for {count} {unit}{'' if count == 1 else 's'}"


async def tried(patience: float = PATIENCE) -> tuple[Tried, ...]:
    """Every keyring that emtui knows, as it is found here; none is unlocked, nothing is read from it."""
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
    if password:  # other programs may have kept it with the line end of a file
        password = without_line_end(password)
    return Kept(said["backend"], Secret(password) if password else None)


async def _asked(question: _Question, patience: float | None) -> dict[str, Any]:
    """What the child answers; it is gone when this ends, however it ends."""
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
        raise TypeError("a child with pipes is wanted")
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
    """The child, run as a file: `-m` would import from the folder that the person stands in.

    In a session of its own no backend can ask on our terminal, and ctrl+c is ours to handle.
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
