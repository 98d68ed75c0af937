"""Passwords in the operating system's keyring, asked through a child process that can be killed.

The password goes through the child's pipes alone: never an argument, never the
environment. Every call answers within `patience` seconds, or raises. In the keyring
it stands under the service `emtui` and the name `user@https://host:port`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emtui.em.address import Server
from emtui.em.secret import Secret

SERVICE = "emtui"
PATIENCE = 3.0
"""Seconds that a keyring may take before the person is asked instead."""

_CHILD = Path(__file__).with_name("keyring_child.py")
_SEEN = (
    *("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "LC_", "PYTHON", "VIRTUAL_ENV"),
    *("DBUS_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DESKTOP_SESSION", "GNOME_", "KDE_"),
    *("KEYRING_", "LD_LIBRARY_PATH", "DYLD_", "__CF", "SYSTEM", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)
"""How the variables begin that Python, a desktop and its keyring need; the child sees no others."""


class NoKeyring(Exception):
    """No password is kept on this computer; one sentence that says why."""


class KeyringSilent(NoKeyring):
    """The keyring has not answered in time: locked, perhaps asking on another display."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a keyring answered: its name, and the password if it has one."""

    backend: str
    password: Secret | None


async def recall(server: Server, user: str, *, patience: float = PATIENCE) -> Kept:
    """The password of this user at this server. Raises `NoKeyring`."""
    return await _ask("recall", server, user, patience=patience)


async def store(server: Server, user: str, password: Secret, *, patience: float = PATIENCE) -> str:
    """Keep the password; the name of the keyring that has it now. Raises `NoKeyring`."""
    return (await _ask("store", server, user, password, patience=patience)).backend


async def forget(server: Server, user: str, *, patience: float = PATIENCE) -> bool:
    """Forget the password; whether there was one. Raises `NoKeyring`."""
    return (await _ask("forget", server, user, patience=patience)).password is not None


async def _ask(
    do: str, server: Server, user: str, password: Secret | None = None, *, patience: float
) -> Kept:
    asked = {
        "do": do,
        "service": SERVICE,
        "user": f"{user}@{server.url}",
        "password": password.reveal() if password else "",
    }
    child = await _start()
    try:
        async with asyncio.timeout(patience):
            answer, _ = await child.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise KeyringSilent(
            f"The keyring has not answered within {patience:g} s, it may be locked: type the password."
        ) from None
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return _read(answer)


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
        )
    except OSError as problem:
        raise NoKeyring(
            f"The keyring cannot be asked: {problem.strerror}. Type the password instead."
        ) from None


def _read(answer: bytes) -> Kept:
    try:
        said = json.loads(answer)
    except ValueError:
        raise NoKeyring("The keyring ended without an answer. Type the password instead.") from None
    if "trouble" in said:
        raise NoKeyring(f"This computer cannot remember passwords: {said['trouble']}.")
    password = said["password"]
    return Kept(said["backend"], Secret(password) if password else None)
