"""Load and save a logon: the password in the keyring, the rest in a profile.

Modules for the keyring and for writing profiles are imported on demand, to speed up the start.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.local.configuration import Config, load_config
from emtui.local.connection import Connection
from emtui.local.paths import config_files
from emtui.local.profiles import KEYRING_OFF, InvalidConfigError, Profile, check_profile_name

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.local.credentials import KeyringEntry


UNTIL_QUIT = "The certificate is trusted only until emtui quits"
KEYRING_WAIT_S = 1.0
"""Seconds to wait for the keyring before the login form is shown."""


class RememberChoice(Enum):
    """Whether to save the password in the keyring: no, yes, or never offer it."""

    NO = "no"
    YES = "yes"
    NEVER = "never"


def with_pinned_key(connection: Connection, certificate: Certificate | None) -> Connection:
    """Return the connection with the public key hash of its pinned certificate."""
    if certificate is None or connection.trust.pin != certificate.sha256:
        return connection
    return replace(connection, trust=replace(connection.trust, pin_key=certificate.key_sha256 or None))


class InteractionNeededError(Exception):
    """User input is needed: after a `problem`, or while the keyring does not respond.

    `request` is the pending keyring request.
    """

    def __init__(
        self, problem: EmError | None = None, request: asyncio.Task[KeyringEntry] | None = None
    ) -> None:
        super().__init__(str(problem or "the password is not available"))
        self.problem = problem
        self.request = request


def can_log_on(connection: Connection) -> bool:
    """Whether a logon is possible without a prompt."""
    profile = connection.profile
    has_saved_password = bool(profile and profile.keyring and profile.keyring != KEYRING_OFF)
    needs_no_prompt = bool(connection.password) or (has_saved_password and not connection.password_command)
    return bool(connection.server and connection.user) and needs_no_prompt


async def with_saved_password(connection: Connection) -> Connection:
    """Return the connection with its (saved) password. Raises `InteractionNeededError`."""
    if connection.password:
        return connection
    request = asyncio.create_task(load_saved_password(connection))
    try:
        await asyncio.wait({request}, timeout=KEYRING_WAIT_S)
    except asyncio.CancelledError:
        request.cancel()
        raise
    if not request.done() or request.exception() or not request.result().password:
        raise InteractionNeededError(request=request)
    return replace(connection, password=request.result().password)


async def load_saved_password(connection: Connection) -> KeyringEntry:
    """Load the keyring entry of this server and user, without time-out. Raises `KeyringUnavailableError`."""
    from emtui.local import credentials  # noqa: PLC0415 - start-up time: the login form is drawn first

    if connection.server is None or connection.user is None:
        return credentials.KeyringEntry("", None)
    keyring = connection.profile.keyring if connection.profile else None
    return await credentials.load_password(
        connection.server, connection.user, keyring=keyring, timeout_s=None
    )


async def save_logon(connection: Connection, remember: RememberChoice) -> tuple[Connection, str]:
    """Save the profile, and the password in the keyring if requested.

    Return the connection with its profile, and a sentence about the result. For a server from the
    command line only the password is saved, unless the user chose a profile name.
    """
    message = ""
    keyring = KEYRING_OFF if remember is RememberChoice.NEVER else None
    if remember is RememberChoice.YES and connection.server and connection.user and connection.password:
        from emtui.local import credentials  # noqa: PLC0415 - as in load_saved_password

        try:
            keyring = await credentials.save_password(connection.server, connection.user, connection.password)
            message = f"The password is saved in {credentials.format_retention(keyring)}."
        except credentials.KeyringUnavailableError as problem:
            message = str(problem)
    if (connection.is_temporary and not connection.save_as) or connection.server is None:
        return connection, message
    try:
        profile = await run_in_thread(lambda: _write_profile(connection, keyring))
    except InvalidConfigError as problem:
        return connection, f"{UNTIL_QUIT}: {problem}" if connection.save_as else str(problem)
    if profile != connection.profile and (connection.save_as or not message):
        message = f"Saved as profile {profile.name}. {message}".rstrip()
    return replace(connection, profile=profile), message


def _write_profile(connection: Connection, keyring: str | None) -> Profile:
    from emtui.local.config_writer import save_profile  # noqa: PLC0415 - start-up time: loads tomlkit

    own_file, *team_files = config_files()
    profile = build_profile(connection, load_config(own_file, *team_files), keyring)
    if profile != connection.profile:
        save_profile(own_file, profile, *team_files)
    return profile


def build_profile(connection: Connection, config: Config, keyring: str | None) -> Profile:
    """Return the profile for this logon: that of this server and user, updated, or a new one.

    `keyring` is the backend that has saved the password; without one the profile's is kept.
    """
    if connection.server is None:
        raise InvalidConfigError("There is no server to save.")
    base = _find_chosen_profile(connection, config) if connection.save_as else connection.profile
    if base is None or base.user not in {None, connection.user}:
        base = config.find_first(connection.server, connection.user)
    if base is None:
        base = Profile(_find_free_name(connection.server.host, config), connection.server)
    return replace(connection.update_profile(base), user=connection.user, keyring=keyring or base.keyring)


def _find_chosen_profile(connection: Connection, config: Config) -> Profile | None:
    """Return the profile of the chosen name; raises `InvalidConfigError` if it cannot be used."""
    name = check_profile_name(connection.save_as or "")
    found = config.find(name)
    if found is None and connection.server:
        return Profile(name, connection.server)
    if found and (found.server != connection.server or found.user not in {None, connection.user}):
        raise InvalidConfigError(
            f"Profile {name} is for {found.user or 'no user'} at {found.server}: type another name."
        )
    return found


@dataclass(frozen=True, slots=True)
class PinnedCertificate:
    """A certificate trusted by the user (SHA-256), and the profile to save it in, if any."""

    sha256: str
    save_as: str | None = None


@dataclass(frozen=True, slots=True)
class SaveProfileOffer:
    """An offer to save a pin with server and user, and the proposed profile name."""

    connection: Connection
    config: Config
    name: str

    @property
    def description(self) -> str:
        """Describe what saving does."""
        target = "in the existing profile" if self.config.find(self.name) else "as a new profile"
        return (
            f"The certificate is pinned until emtui quits. Enter saves server, user and pin {target},"
            " so that it stays pinned. Esc: only until emtui quits."
        )

    def check_name(self, name: str) -> str:
        """Say why this name cannot be used; empty if it can."""
        try:
            build_profile(replace(self.connection, save_as=name), self.config, None)
        except InvalidConfigError as problem:
            return str(problem)
        return ""


async def offer_to_save(connection: Connection) -> SaveProfileOffer:
    """Return the offer to save a new connection; raises `InvalidConfigError`."""

    def build_offer() -> SaveProfileOffer:
        config = load_config(*config_files())
        return SaveProfileOffer(
            connection, config, build_profile(replace(connection, save_as=None), config, None).name
        )

    return await run_in_thread(build_offer)


def _find_free_name(host: str, config: Config) -> str:
    """Return the first label of the host, numbered if the name is taken."""
    label = host if host.replace(".", "").isdigit() else host.partition(".")[0]
    name = re.sub(r"[^A-Za-z0-9._-]", "-", label).strip("-._")[:36] or "server"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(name for name in names if config.find(name) is None)
