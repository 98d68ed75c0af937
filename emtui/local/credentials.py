"""Passwords in the operating system's keyring, asked through a child process that can be killed.

The password goes through the child's pipes alone: never an argument, never the
environment. Every call answers within `patience` seconds, or raises.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass

from emtui.em.address import Server
from emtui.em.secret import Secret

SERVICE = "emtui"
PATIENCE = 3.0
"""Seconds that a keyring may take before the person is asked instead."""


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
        "service": f"{SERVICE} {server.url}",
        "user": user,
        "password": password.reveal() if password else "",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "emtui.local.keyring_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")},
    )
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


def _read(answer: bytes) -> Kept:
    try:
        said = json.loads(answer)
    except ValueError:
        raise NoKeyring("The keyring ended without an answer. Type the password instead.") from None
    if "trouble" in said:
        raise NoKeyring(f"This computer cannot remember passwords: {said['trouble']}.")
    password = said["password"]
    return Kept(said["backend"], Secret(password) if password else None)
