"""`emtui login` and `emtui logout`: save and remove a profile's pin and password."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from emtui.cli import prompts, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.client_session import Reach, choices, configuration, resolve, talk
from emtui.cli.password_sources import asked_password, password_for
from emtui.em.errors import Untrusted
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust, parse_server
from emtui.local import credentials
from emtui.local.configuration import Config
from emtui.local.connection import Connection
from emtui.local.paths import config_files
from emtui.local.profiles import OFF, Profile, check_name

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.client import Client

PIN = "pin"
"""What the user types to trust exactly the certificate that is shown."""


def login(given: Given) -> int:
    """Verify the logon and save it as a profile."""
    config = configuration()
    there = _whom(given, config)
    name = _name(given, there, config)
    password = _password(there.connection)
    there = _trusted(there, password)
    profile = _profile(name, there, config.find(name))
    _save(profile)
    stdio.narrate(f"Logged on to {there.server} as {there.user}. Saved as profile {name}.")
    if given.has("--remember") or (there.connection.password is None and _wants_it_kept()):
        _remember(profile, there, password)
    return 0


def logout(given: Given) -> int:
    """Remove the saved password, and with `--forget-pin` the pinned certificate."""
    connection = resolve(given)
    if connection.server is None:
        raise BadUsage(f"No server configured. {choices()}")
    if connection.user is None:
        raise BadUsage("No user configured. Use -p, or --server and --user.")
    stdio.narrate(_forgotten(connection.server, connection.user, connection.profile))
    profile = connection.profile
    if profile is None:
        return 0
    profile = replace(profile, keyring=OFF if profile.keyring == OFF else None)
    if given.has("--forget-pin"):
        stdio.narrate(f"Profile {profile.name}: {_unpinned(profile)}.")
        profile = replace(profile, pin=None, pin_key=None)
    _save(profile)
    return 0


def _unpinned(profile: Profile) -> str:
    """What happened to the pin; one from the team's file cannot be removed."""
    stated = configuration().stated.get(profile.name, {}).get("pin")
    if stated is None:
        return "no certificate was pinned"
    own, *_ = config_files()
    return "pin removed" if stated.file == own else f"the pin is set in {stated.file} and was not removed"


def _forgotten(server: Server, user: str, profile: Profile | None) -> str:
    """Remove the password from the keyring, if there is one, and return what happened."""
    keyring = profile.keyring if profile else None
    if keyring == OFF:
        return "The keyring is disabled for this profile."
    try:
        had = asyncio.run(credentials.forget(server, user, keyring=keyring))
    except credentials.NoKeyring as problem:
        if isinstance(problem, credentials.KeyringSilent) or (profile and profile.keyring):
            raise BadUsage(f"The password was not removed: {problem}") from None
        return str(problem)
    account = f"{user} at {server}"
    return f"Password of {account} removed from the keyring." if had else f"No saved password for {account}."


def _whom(given: Given, config: Config) -> Reach:
    """Server and user, with prompts for missing ones."""
    connection = _known(given, config)
    server = connection.server
    if server is None:
        server = parse_server(_asked("Server", "--server"), allow_http=connection.allow_http)
    user = connection.user or _asked(f"User at {server}", "--user")
    return Reach(server, user, replace(connection, server=server, user=user))


def _known(given: Given, config: Config) -> Connection:
    """The configured connection. An unknown profile is the name of a new one."""
    name = given.one("--profile")
    if name is None or config.find(name):
        return resolve(given)
    options = tuple(pair for pair in given.options if pair[0] != "--profile")
    found = resolve(replace(given, options=options))
    return found if found.passing else Connection(password=found.password, no_proxy=given.has("--no-proxy"))


def _asked(what: str, option: str) -> str:
    answer = prompts.ask(f"{what}: ") if prompts.somebody_there() else ""
    if not answer:
        raise BadUsage(f"emtui login needs {option}. See emtui login --help.")
    return answer


def _name(given: Given, there: Reach, config: Config) -> str:
    """The name of the profile: the given one, the current one, or a free one made from the host."""
    wished = given.one("--profile") or (there.connection.profile.name if there.connection.profile else None)
    if wished:
        return check_name(wished)
    for name in (_first_label(there.server), _plain(there.server.host)):
        taken = config.find(name)
        if taken is None or taken.server == there.server:
            return name
    raise BadUsage(f"Profile {_first_label(there.server)} is for another server: choose a name with -p.")


def _first_label(server: Server) -> str:
    try:
        ipaddress.ip_address(server.host)
    except ValueError:
        return _plain(server.host.partition(".")[0])
    return _plain(server.host)


def _plain(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", host).strip("-._")[:40] or "server"


def _password(connection: Connection) -> Secret:
    """A newly typed password if there is a terminal, since the saved one may be outdated."""
    if connection.password is None and prompts.somebody_there():
        return asked_password(connection)
    return password_for(connection)


def _trusted(there: Reach, password: Secret) -> Reach:
    """Log on and off; show an untrusted certificate and pin it if the user agrees."""
    try:
        seen = talk(there, password, _shown, insist=True)
    except Untrusted as error:
        if not (prompts.somebody_there() and _accepted(error)):
            raise
        seen = error.certificate
        trust = Trust(there.connection.trust.ca_file, seen.sha256, seen.key_sha256 or None)
        return _trusted(replace(there, connection=replace(there.connection, trust=trust)), password)
    if seen and there.connection.trust.pin:
        trust = replace(there.connection.trust, pin_key=seen.key_sha256 or None)
        return replace(there, connection=replace(there.connection, trust=trust))
    return there


async def _shown(client: Client) -> Certificate | None:
    """The certificate of the connection; nothing is requested."""
    return client.certificate


def _accepted(error: Untrusted) -> bool:
    seen = error.certificate
    stdio.narrate(str(error))
    for title, text in (
        ("subject", seen.subject),
        ("issuer", seen.issuer),
        ("names", ", ".join(seen.names)),
        ("valid", f"{seen.valid_from:%Y-%m-%d} to {seen.valid_until:%Y-%m-%d}"),
        ("SHA-256", seen.sha256),
    ):
        stdio.narrate(f"  {title:<8} {text}")
    return prompts.ask(f"Type {PIN} to trust only this certificate, or press Enter to cancel: ") == PIN


def _profile(name: str, there: Reach, before: Profile | None) -> Profile:
    base = before or Profile(name, there.server)
    return replace(there.connection.saved_in(base), server=there.server, user=there.user)


def _save(profile: Profile) -> None:
    from emtui.local.config_writer import save  # noqa: PLC0415 - start-up time: loads tomlkit

    own, *team = config_files()
    save(own, profile, *team)


def _wants_it_kept() -> bool:
    if not prompts.somebody_there():
        return False
    try:
        keyring = asyncio.run(credentials.best())
    except credentials.NoKeyring as problem:
        stdio.narrate(str(problem))
        return False
    where = credentials.lasting(keyring)
    return prompts.ask(f"Save the password in {where}? [y/N] ").casefold() in {"y", "yes"}


def _remember(profile: Profile, there: Reach, password: Secret) -> None:
    try:
        backend = asyncio.run(credentials.store(there.server, there.user, password))
    except credentials.NoKeyring as problem:
        raise BadUsage(str(problem)) from None
    _save(replace(profile, keyring=backend))
    stdio.narrate(f"Password saved in {credentials.lasting(backend)}.")
