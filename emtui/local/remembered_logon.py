"""Load and save a logon: the password in the keyring, the rest in a profile.

Modules for the keyring and for writing profiles are imported on demand, to speed up the start.
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
"""Seconds to wait for the keyring before the login form is shown."""


class Remember(Enum):
    """Whether to save the password in the keyring: no, yes, or never offer it."""

    NO = "no"
    YES = "yes"
    NEVER = "never"


def with_key(connection: Connection, seen: Certificate | None) -> Connection:
    """Return the connection with the public key hash of its pinned certificate."""
    if seen is None or connection.trust.pin != seen.sha256:
        return connection
    return replace(connection, trust=replace(connection.trust, pin_key=seen.key_sha256 or None))


class InteractionNeededError(Exception):
    """User input is needed: after a `problem`, or while the keyring does not respond.

    `request` is the pending keyring request.
    """

    def __init__(self, problem: EmError | None = None, request: asyncio.Task[Kept] | None = None) -> None:
        super().__init__(str(problem or "the password is not available"))
        self.problem = problem
        self.request = request


def can_log_on(connection: Connection) -> bool:
    """Whether a logon is possible without a prompt."""
    profile = connection.profile
    kept = bool(profile and profile.keyring and profile.keyring != OFF)
    silent = bool(connection.password) or (kept and not connection.password_command)
    return bool(connection.server and connection.user) and silent


async def with_saved_password(connection: Connection) -> Connection:
    """Return the connection with its (saved) password. Raises `InteractionNeededError`."""
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
    """Load the keyring entry of this server and user, without time-out. Raises `NoKeyring`."""
    from emtui.local import credentials  # noqa: PLC0415 - start-up time: the login form is drawn first

    if connection.server is None or connection.user is None:
        return credentials.Kept("", None)
    keyring = connection.profile.keyring if connection.profile else None
    return await credentials.recall(connection.server, connection.user, keyring=keyring, patience=None)


async def save_logon(connection: Connection, remember: Remember) -> tuple[Connection, str]:
    """Save the profile, and the password in the keyring if requested.

    Return the connection with its profile, and a sentence about the result. For a server from the
    command line only the password is saved, unless the user chose a profile name.
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
    """Return the profile for this logon: that of this server and user, updated, or a new one.

    `keyring` is the backend that has saved the password; without one the profile's is kept.
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
    """Return the profile of the chosen name; raises `BadConfig` if it cannot be used."""
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
    """A certificate trusted by the user (SHA-256), and the profile to save it in, if any."""

    sha256: str
    save_as: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer to save a pin with server and user, and the proposed profile name."""

    connection: Connection
    config: Config
    name: str

    @property
    def sentence(self) -> str:
        """Describe what saving does."""
        what = "in the existing profile" if self.config.find(self.name) else "as a new profile"
        return (
            f"The certificate is pinned for this run. Enter saves server, user and pin {what},"
            " so that it stays pinned. Esc: this run only."
        )

    def refused(self, name: str) -> str:
        """Say why this name cannot be used; empty if it can."""
        try:
            profile_of(replace(self.connection, save_as=name), self.config, None)
        except BadConfig as problem:
            return str(problem)
        return ""


async def offer(connection: Connection) -> Offer:
    """Return the offer to save a new connection; raises `BadConfig`."""

    def read() -> Offer:
        config = load(*config_files())
        return Offer(connection, config, profile_of(replace(connection, save_as=None), config, None).name)

    return await beside(read)


def _free_name(host: str, config: Config) -> str:
    """Return the first label of the host, numbered if the name is taken."""
    label = host if host.replace(".", "").isdigit() else host.partition(".")[0]
    name = re.sub(r"[^A-Za-z0-9._-]", "-", label).strip("-._")[:36] or "server"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(name for name in names if config.find(name) is None)
