"""What the screens ask of the client library and of this computer around a logon.

httpx, lxml, cryptography and tomlkit are loaded here, in a thread, when a person
logs on: the first screen is painted long before.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from emtui import __version__
from emtui.em.errors import BadAddress
from emtui.em.threads import beside
from emtui.local import credentials, paths
from emtui.local.connection import Connection
from emtui.local.credentials import Kept, NoKeyring
from emtui.local.profiles import BadConfig, Config, Profile, load

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.em.proxy import Proxies


async def connect(connection: Connection) -> Client:
    """A client that is logged on; raises `EmError`."""
    client, proxies = await beside(_libraries)
    if connection.server is None or connection.user is None or connection.password is None:
        raise BadAddress("A server, a user and a password are needed to log on.")
    return await client.connect(
        connection.server,
        connection.user,
        connection.password,
        trust=connection.trust,
        proxies=proxies.from_environment(os.environ, connection.no_proxy),
        agent=f"emtui/{__version__}",
    )


def _libraries() -> tuple[type[Client], type[Proxies]]:
    from emtui.em.client import Client
    from emtui.em.proxy import Proxies

    gc.freeze()  # what is loaded now stays: looking through it while a list arrives would hold the screen
    return Client, Proxies


async def recall(connection: Connection) -> Kept:
    """What the keyring holds for this server and user. Raises `NoKeyring`."""
    if connection.server is None or connection.user is None:
        return Kept("", None)
    return await credentials.recall(connection.server, connection.user)


async def keep(connection: Connection, *, remember: bool) -> tuple[Connection, str]:
    """Write the profile, and the password into the keyring if that is wanted.

    The connection with its profile, and a sentence about what was done or could not be.
    A server that was named on the command line leaves nothing behind but its password.
    """
    said = ""
    backend = None
    if remember and connection.server and connection.user and connection.password:
        try:
            backend = await credentials.store(connection.server, connection.user, connection.password)
            said = f"The password is kept in {backend}."
        except NoKeyring as problem:
            said = str(problem)
    if connection.passing or connection.server is None:
        return connection, said
    try:
        profile = await beside(lambda: _write(connection, backend))
    except BadConfig as problem:
        return connection, str(problem)
    if profile != connection.profile and not said:
        said = f"Saved as profile {profile.name}."
    return replace(connection, profile=profile), said


def config_path() -> Path:
    """Where the profiles are."""
    return paths.config_file(os.environ, Path.home(), sys.platform)


def _write(connection: Connection, keyring: str | None) -> Profile:
    from emtui.local.writing import save

    path = config_path()
    profile = profile_of(connection, load(path), keyring)
    if profile != connection.profile:
        save(path, profile)
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
