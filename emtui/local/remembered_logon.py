"""A logon as it is kept on this computer: the password in the keyring, the rest in a profile.

What talks to the keyring and writes profiles is loaded when it is needed: the first screen is painted
long before.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.local.configuration import Config, load
from emtui.local.connection import Connection
from emtui.local.paths import config_files
from emtui.local.profiles import OFF, BadConfig, Profile, check_name

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.local.credentials import Kept


FOR_THIS_RUN = "The certificate is trusted for this run only"
KEYRING_WAIT_S = 1.0
"""Seconds that a keyring may take before the login is shown in place of the list."""


class Remember(Enum):
    """What becomes of the password after a logon: kept by the keyring, not kept, or never offered."""

    NO = "no"
    YES = "yes"
    NEVER = "never"


def with_key(connection: Connection, seen: Certificate | None) -> Connection:
    """The connection that knows the key of its pinned certificate, once that was seen."""
    if seen is None or connection.trust.pin != seen.sha256:
        return connection
    return replace(connection, trust=replace(connection.trust, pin_key=seen.key_sha256 or None))


class InteractionNeededError(Exception):
    """A person must decide or type something: after a `problem`, or while the keyring does not answer.

    `request` is what still waits for the keyring's answer.
    """

    def __init__(self, problem: EmError | None = None, request: asyncio.Task[Kept] | None = None) -> None:
        super().__init__(str(problem or "the password is not available"))
        self.problem = problem
        self.request = request


def can_log_on(connection: Connection) -> bool:
    """Whether everything is there to log on, or will be without asking anybody."""
    profile = connection.profile
    kept = bool(profile and profile.keyring and profile.keyring != OFF)
    silent = bool(connection.password) or (kept and not connection.password_command)
    return bool(connection.server and connection.user) and silent


async def with_saved_password(connection: Connection) -> Connection:
    """The connection with its password, from the keyring if need be. Raises `InteractionNeededError`."""
    if connection.password:
        return connection
    request = asyncio.create_task(saved_password(connection))
    try:
        await asyncio.wait({request}, timeout=KEYRING_WAIT_S)
    except asyncio.CancelledError:
        request.cancel()
        raise
    if not request.done() or request.exception() or not request.result().password:
        raise InteractionNeededError(request=request)
    return replace(connection, password=request.result().password)


async def saved_password(connection: Connection) -> Kept:
    """What the keyring holds for this server and user; waits as long as it takes. Raises `NoKeyring`."""
    from emtui.local import credentials  # noqa: PLC0415 - start-up time: the login is painted first

    if connection.server is None or connection.user is None:
        return credentials.Kept("", None)
    keyring = connection.profile.keyring if connection.profile else None
    return await credentials.recall(connection.server, connection.user, keyring=keyring, patience=None)


async def save_logon(connection: Connection, remember: Remember) -> tuple[Connection, str]:
    """Write the profile, and the password into the keyring if that is wanted.

    The connection with its profile, and a sentence about what was done or could not be.
    A server that was named on the command line leaves nothing behind but its password, unless the
    person gave a name to save it as.
    """
    said = ""
    keyring = OFF if remember is Remember.NEVER else None
    if remember is Remember.YES and connection.server and connection.user and connection.password:
        from emtui.local import credentials  # noqa: PLC0415 - as in saved_password

        try:
            keyring = await credentials.store(connection.server, connection.user, connection.password)
            said = f"The password is saved in {credentials.lasting(keyring)}."
        except credentials.NoKeyring as problem:
            said = str(problem)
    if (connection.passing and not connection.save_as) or connection.server is None:
        return connection, said
    try:
        profile = await beside(lambda: _write(connection, keyring))
    except BadConfig as problem:
        return connection, f"{FOR_THIS_RUN}: {problem}" if connection.save_as else str(problem)
    if profile != connection.profile and (connection.save_as or not said):
        said = f"Saved as profile {profile.name}. {said}".rstrip()
    return replace(connection, profile=profile), said


def _write(connection: Connection, keyring: str | None) -> Profile:
    from emtui.local.config_writer import save  # noqa: PLC0415 - start-up time: loads tomlkit

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
    base = _named(connection, config) if connection.save_as else connection.profile
    if base is None or base.user not in {None, connection.user}:
        base = config.of(connection.server, connection.user)
    if base is None:
        base = Profile(_free_name(connection.server.host, config), connection.server)
    return replace(connection.saved_in(base), user=connection.user, keyring=keyring or base.keyring)


def _named(connection: Connection, config: Config) -> Profile | None:
    """The profile of the name that the person gave; raises `BadConfig` if it is none, or of somebody else."""
    name = check_name(connection.save_as or "")
    found = config.find(name)
    if found is None and connection.server:
        return Profile(name, connection.server)
    if found and (found.server != connection.server or found.user not in {None, connection.user}):
        raise BadConfig(
            f"Profile {name} is for {found.user or 'no user'} at {found.server}: type another name."
        )
    return found


@dataclass(frozen=True, slots=True)
class Pinned:
    """A certificate that a person trusts, by its SHA-256, and the profile to save that in, if any."""

    sha256: str
    save_as: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """That a pin may be saved with its server and user, and the name that is proposed for the profile."""

    connection: Connection
    config: Config
    name: str

    @property
    def sentence(self) -> str:
        """What saving does."""
        what = "in the existing profile" if self.config.find(self.name) else "as a new profile"
        return (
            f"The certificate is pinned for this run. Enter saves server, user and pin {what},"
            " so that it stays pinned. Esc: this run only."
        )

    def refused(self, name: str) -> str:
        """Why nothing can be saved under this name; empty if it can."""
        try:
            profile_of(replace(self.connection, save_as=name), self.config, None)
        except BadConfig as problem:
            return str(problem)
        return ""


async def offer(connection: Connection) -> Offer:
    """What may be saved of a connection that is being made; raises `BadConfig`."""

    def read() -> Offer:
        config = load(*config_files())
        return Offer(connection, config, profile_of(replace(connection, save_as=None), config, None).name)

    return await beside(read)


def _free_name(host: str, config: Config) -> str:
    """The first label of the host, numbered if another server has that name."""
    label = host if host.replace(".", "").isdigit() else host.partition(".")[0]
    name = re.sub(r"[^A-Za-z0-9._-]", "-", label).strip("-._")[:36] or "server"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(name for name in names if config.find(name) is None)
