"""What the screens ask of the client library and of this computer around a logon.

httpx, lxml, cryptography and tomlkit are loaded here, in a thread, when a person
logs on, and what asks the keyring when it is asked: the first screen is painted long before.
"""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from emtui.em.errors import EmError
from emtui.em.threads import beside
from emtui.local.configuration import Config, load
from emtui.local.connection import Connection
from emtui.local.paths import config_files
from emtui.local.profiles import OFF, BadConfig, Profile

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.em.logon import Gate
    from emtui.em.tls import Certificate
    from emtui.local.credentials import Kept


AT_ONCE = 1.0
"""Seconds that a keyring may take before the login is shown in place of the list."""


class Remember(Enum):
    """What becomes of the password after a logon: kept by the keyring, not kept, or never asked for there."""

    NO = "no"
    YES = "yes"
    NEVER = "never"


async def connect(
    connection: Connection, now: Callable[[], datetime], *, remember: bool = True, insist: bool = False
) -> Client:
    """A client that is logged on; raises `EmError`. Without `remember` a refusal leaves no trace here.

    `now` is our clock. `insist` sends a password although it was refused before.
    """
    log_on, refusals, open_gate = await beside(partial(_libraries, insist=insist))
    return await log_on(connection, refusals if remember else open_gate, now)


_LogOn: TypeAlias = "Callable[[Connection, Gate, Callable[[], datetime]], Awaitable[Client]]"


def _libraries(*, insist: bool) -> tuple[_LogOn, Gate, Gate]:
    from emtui.em.logon import OPEN
    from emtui.local.logging_on import log_on
    from emtui.local.refusals import Refusals

    gc.freeze()  # what is loaded now stays: looking through it while a list arrives would hold the screen
    return log_on, Refusals(insist, attended=not insist), OPEN


def with_key(connection: Connection, seen: Certificate | None) -> Connection:
    """The connection that knows the key of its pinned certificate, once that was seen."""
    if seen is None or connection.trust.pin != seen.sha256:
        return connection
    return replace(connection, trust=replace(connection.trust, pin_key=seen.key_sha256 or None))


class NotLoggedOn(Exception):
    """Somebody must say more: what went wrong, or the keyring that is still `asked` for the password."""

    def __init__(self, problem: EmError | None = None, asked: asyncio.Task[Kept] | None = None) -> None:
        super().__init__(str(problem or "the password is not known"))
        self.problem = problem
        self.asked = asked


def is_known(connection: Connection) -> bool:
    """Whether everything is there to log on, or will be without asking anybody."""
    profile = connection.profile
    kept = bool(profile and profile.keyring and profile.keyring != OFF)
    silent = bool(connection.password) or (kept and not connection.password_command)
    return bool(connection.server and connection.user) and silent


async def with_kept(connection: Connection) -> Connection:
    """The connection with its password, from the keyring if need be. Raises `NotLoggedOn`."""
    if connection.password:
        return connection
    asked = asyncio.create_task(recall(connection))
    try:
        await asyncio.wait({asked}, timeout=AT_ONCE)
    except asyncio.CancelledError:
        asked.cancel()
        raise
    if not asked.done() or asked.exception() or not asked.result().password:
        raise NotLoggedOn(asked=asked)
    return replace(connection, password=asked.result().password)


async def recall(connection: Connection) -> Kept:
    """What the keyring holds for this server and user; waits as long as it takes. Raises `NoKeyring`."""
    from emtui.local import credentials

    if connection.server is None or connection.user is None:
        return credentials.Kept("", None)
    keyring = connection.profile.keyring if connection.profile else None
    return await credentials.recall(connection.server, connection.user, keyring=keyring, patience=None)


async def keep(connection: Connection, remember: Remember) -> tuple[Connection, str]:
    """Write the profile, and the password into the keyring if that is wanted.

    The connection with its profile, and a sentence about what was done or could not be.
    A server that was named on the command line leaves nothing behind but its password.
    """
    said = ""
    keyring = OFF if remember is Remember.NEVER else None
    if remember is Remember.YES and connection.server and connection.user and connection.password:
        from emtui.local import credentials

        try:
            keyring = await credentials.store(connection.server, connection.user, connection.password)
            said = f"The password is kept in {keyring}."
        except credentials.NoKeyring as problem:
            said = str(problem)
    if connection.passing or connection.server is None:
        return connection, said
    try:
        profile = await beside(lambda: _write(connection, keyring))
    except BadConfig as problem:
        return connection, str(problem)
    if profile != connection.profile and not said:
        said = f"Saved as profile {profile.name}."
    return replace(connection, profile=profile), said


def _write(connection: Connection, keyring: str | None) -> Profile:
    from emtui.local.writing import save

    own, *team = config_files()
    profile = profile_of(connection, load(own, *team), keyring)
    if profile != connection.profile:
        save(own, profile, *team)
    return profile


def profile_of(connection: Connection, config: Config, keyring: str | None) -> Profile:
    """The profile that this logon makes: the one of this server and user, brought up to date, or a new one.

    `keyring` is the backend that has taken the password now; without one the profile's stays.
    """
    if connection.server is None:
        raise BadConfig("There is no server to save.")
    base = connection.profile
    if base is None or base.user not in {None, connection.user}:
        base = config.of(connection.server, connection.user)
    if base is None:
        base = Profile(_free_name(connection.server.host, config), connection.server)
    return replace(
        base,
        user=connection.user,
        pin=connection.trust.pin,
        pin_key=connection.trust.pin_key,
        ca_file=connection.trust.ca_file,
        no_proxy=connection.no_proxy,
        allow_http=connection.allow_http,
        keyring=keyring or base.keyring,
    )


def _free_name(host: str, config: Config) -> str:
    """The first label of the host, numbered if another server has that name."""
    label = host if host.replace(".", "").isdigit() else host.partition(".")[0]
    name = re.sub(r"[^A-Za-z0-9._-]", "-", label).strip("-._")[:36] or "server"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(name for name in names if config.find(name) is None)
