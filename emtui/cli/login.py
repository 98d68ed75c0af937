"""`emtui login` and `emtui logout`: save and remove a profile's pin and password."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from emtui.cli import prompts, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import (
    ServerAccess,
    format_server_choices,
    load_configuration,
    resolve_connection,
    run_with_password,
)
from emtui.cli.password_sources import ask_password, find_or_ask_password
from emtui.em.errors import CertificateUntrustedError
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust, parse_server
from emtui.local import credentials
from emtui.local.configuration import Config
from emtui.local.connection import Connection
from emtui.local.paths import config_files
from emtui.local.profiles import KEYRING_OFF, Profile, check_profile_name

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.client import Client

TRUST_ANSWER = "pin"
"""What the user types to trust exactly the certificate that is shown."""


def login(args: ParsedArguments) -> int:
    """Verify the logon and save it as a profile."""
    config = load_configuration()
    access = _resolve_login(args, config)
    name = _choose_profile_name(args, access, config)
    password = _find_or_ask_password(access.connection)
    access = _log_on_trusting(access, password)
    profile = _build_profile(name, access, config.find(name))
    _save_profile(profile)
    stdio.print_message(f"Logged on to {access.server} as {access.user}. Saved as profile {name}.")
    if args.has("--remember") or (access.connection.password is None and _wants_password_saved()):
        _store_password(profile, access, password)
    return 0


def logout(args: ParsedArguments) -> int:
    """Remove the saved password, and with `--forget-pin` the pinned certificate."""
    connection = resolve_connection(args)
    if connection.server is None:
        raise UsageError(f"No server configured. {format_server_choices()}")
    if connection.user is None:
        raise UsageError("No user configured. Use -p, or --server and --user.")
    stdio.print_message(_forget_password(connection.server, connection.user, connection.profile))
    profile = connection.profile
    if profile is None:
        return 0
    profile = replace(profile, keyring=KEYRING_OFF if profile.keyring == KEYRING_OFF else None)
    if args.has("--forget-pin"):
        stdio.print_message(f"Profile {profile.name}: {_describe_unpinning(profile)}.")
        profile = replace(profile, pin=None, pin_key=None)
    _save_profile(profile)
    return 0


def _describe_unpinning(profile: Profile) -> str:
    """What happened to the pin; one from the team's file cannot be removed."""
    setting = load_configuration().profile_values.get(profile.name, {}).get("pin")
    if setting is None:
        return "no certificate was pinned"
    own_file, *_ = config_files()
    return (
        "pin removed"
        if setting.file == own_file
        else f"the pin is set in {setting.file} and was not removed;"
        " remove it from that file, or ask its owner"
    )


def _forget_password(server: Server, user: str, profile: Profile | None) -> str:
    """Remove the password from the keyring, if there is one, and return what happened."""
    keyring = profile.keyring if profile else None
    if keyring == KEYRING_OFF:
        return "The keyring is disabled for this profile: there is no saved password to remove."
    try:
        was_stored = asyncio.run(credentials.delete_password(server, user, keyring=keyring))
    except credentials.KeyringUnavailableError as problem:
        if isinstance(problem, credentials.KeyringTimeoutError) or (profile and profile.keyring):
            raise UsageError(f"The password was not removed: {problem}") from None
        return str(problem)
    account = f"{user} at {server}"
    return (
        f"Password of {account} removed from the keyring."
        if was_stored
        else f"No saved password for {account}."
    )


def _resolve_login(args: ParsedArguments, config: Config) -> ServerAccess:
    """Server and user, with prompts for missing ones."""
    connection = _resolve_existing(args, config)
    server = connection.server
    if server is None:
        server = parse_server(_prompt_for("Server", "--server"), allow_http=connection.allow_http)
    user = connection.user or _prompt_for(f"User at {server}", "--user")
    return ServerAccess(server, user, replace(connection, server=server, user=user))


def _resolve_existing(args: ParsedArguments, config: Config) -> Connection:
    """The configured connection. An unknown profile is the name of a new one."""
    name = args.value_of("--profile")
    if name is None or config.find(name):
        return resolve_connection(args)
    options = tuple(pair for pair in args.options if pair[0] != "--profile")
    resolved = resolve_connection(replace(args, options=options))
    return (
        resolved
        if resolved.is_temporary
        else Connection(password=resolved.password, no_proxy=args.has("--no-proxy"))
    )


def _prompt_for(label: str, option: str) -> str:
    answer = prompts.ask(f"{label}: ") if prompts.can_ask_user() else ""
    if not answer:
        raise UsageError(f"emtui login needs {option}. See emtui login --help.")
    return answer


def _choose_profile_name(args: ParsedArguments, access: ServerAccess, config: Config) -> str:
    """The name of the profile: the given one, the current one, or a free one made from the host."""
    requested_name = args.value_of("--profile") or (
        access.connection.profile.name if access.connection.profile else None
    )
    if requested_name:
        return check_profile_name(requested_name)
    for name in (_first_host_label(access.server), _to_profile_name(access.server.host)):
        existing = config.find(name)
        if existing is None or existing.server == access.server:
            return name
    raise UsageError(
        f"Profile {_first_host_label(access.server)} is for another server: choose a name with -p."
    )


def _first_host_label(server: Server) -> str:
    try:
        ipaddress.ip_address(server.host)
    except ValueError:
        return _to_profile_name(server.host.partition(".")[0])
    return _to_profile_name(server.host)


def _to_profile_name(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", host).strip("-._")[:40] or "server"


def _find_or_ask_password(connection: Connection) -> Secret:
    """A newly typed password if there is a terminal, since the saved one may be outdated."""
    if connection.password is None and prompts.can_ask_user():
        return ask_password(connection)
    return find_or_ask_password(connection)


def _log_on_trusting(access: ServerAccess, password: Secret) -> ServerAccess:
    """Log on and off; show an untrusted certificate and pin it if the user agrees."""
    try:
        certificate = run_with_password(access, password, _read_certificate, override_lockout=True)
    except CertificateUntrustedError as error:
        if not (prompts.can_ask_user() and _confirm_certificate(error)):
            raise
        certificate = error.certificate
        trust = Trust(access.connection.trust.ca_file, certificate.sha256, certificate.key_sha256 or None)
        return _log_on_trusting(replace(access, connection=replace(access.connection, trust=trust)), password)
    if certificate and access.connection.trust.pin:
        trust = replace(access.connection.trust, pin_key=certificate.key_sha256 or None)
        return replace(access, connection=replace(access.connection, trust=trust))
    return access


async def _read_certificate(client: Client) -> Certificate | None:
    """The certificate of the connection; nothing is requested."""
    return client.certificate


def _confirm_certificate(error: CertificateUntrustedError) -> bool:
    certificate = error.certificate
    stdio.print_message(str(error))
    for title, text in (
        ("subject", certificate.subject),
        ("issuer", certificate.issuer),
        ("names", ", ".join(certificate.names)),
        ("valid", f"{certificate.valid_from:%Y-%m-%d} to {certificate.valid_until:%Y-%m-%d}"),
        ("SHA-256", certificate.sha256),
    ):
        stdio.print_message(f"  {title:<8} {text}")
    return (
        prompts.ask(f"Type {TRUST_ANSWER} to trust only this certificate, or press Enter to cancel: ")
        == TRUST_ANSWER
    )


def _build_profile(name: str, access: ServerAccess, existing: Profile | None) -> Profile:
    base = existing or Profile(name, access.server)
    return replace(access.connection.update_profile(base), server=access.server, user=access.user)


def _save_profile(profile: Profile) -> None:
    from emtui.local.config_writer import save_profile  # noqa: PLC0415 - start-up time: loads tomlkit

    own_file, *team_files = config_files()
    save_profile(own_file, profile, *team_files)


def _wants_password_saved() -> bool:
    if not prompts.can_ask_user():
        return False
    try:
        keyring = asyncio.run(credentials.preferred_keyring())
    except credentials.KeyringUnavailableError as problem:
        stdio.print_message(str(problem))
        return False
    location = credentials.format_retention(keyring)
    return prompts.ask(f"Save the password in {location}? [y/N] ").casefold() in {"y", "yes"}


def _store_password(profile: Profile, access: ServerAccess, password: Secret) -> None:
    try:
        backend = asyncio.run(credentials.save_password(access.server, access.user, password))
    except credentials.KeyringUnavailableError as problem:
        raise UsageError(str(problem)) from None
    _save_profile(replace(profile, keyring=backend))
    stdio.print_message(f"Password saved in {credentials.format_retention(backend)}.")
