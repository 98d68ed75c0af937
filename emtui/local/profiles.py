r"""Profiles: named servers from the configuration, without passwords.

Unknown keys, values of the wrong type and user names with control characters
(`"EXAMPLE\backup"` is a backspace in TOML) are rejected with one sentence.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from emtui.em.errors import BadAddress, BadSetting
from emtui.em.server_address import Server, parse_pin, parse_server
from emtui.local.timezones import NoZone, zone_named

LEAST = 10
"""The shortest polling `interval` in seconds."""
OFF = "off"
"""Value of `keyring` that disables it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class BadConfig(BadSetting):
    """The configuration cannot be used; the message is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One named server.

    `keyring` names the backend with its password, or is `off`. The first line printed by
    `password_command` (a program and its arguments) is the password; with `unattended` it may
    run without a user. `pin_key` is the SHA-256 of the pinned certificate's public key. The list
    is polled every `interval` seconds. `time_zone` is the IANA name of the server's zone.
    `title` shows the profile in the terminal's title. A new failure rings the bell unless
    `silent`, and runs `notify_command` (a program and its arguments) if set. A logon rejected
    right after an outage is retried once, later, unless `no_second_logon`.
    """

    name: str
    server: Server
    user: str | None = None
    pin: str | None = None
    pin_key: str | None = None
    ca_file: Path | None = None
    no_proxy: bool = False
    allow_http: bool = False
    keyring: str | None = None
    password_command: tuple[str, ...] = ()
    unattended: bool = False
    interval: int | None = None
    time_zone: str | None = None
    silent: bool = False
    title: bool = False
    notify_command: tuple[str, ...] = ()
    no_second_logon: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """One value and the file that sets it."""

    value: object
    file: Path


KEYS = tuple(field.name for field in fields(Profile) if field.name != "name")
_FLAGS = ("no_proxy", "allow_http", "unattended", "silent", "title", "no_second_logon")
_TEXTS = ("server", "user", "pin", "pin_key", "ca_file", "keyring", "time_zone")
_COMMANDS = ("password_command", "notify_command")
_WANTED = (
    dict.fromkeys(_FLAGS, "true or false")
    | dict.fromkeys(_COMMANDS, 'a list: ["program", "argument"]')
    | {"interval": f"a number of seconds, {LEAST} or more"}
)


def read_profile(name: str, table: Mapping[str, Stated]) -> Profile:
    """Build the profile from its values. Raises `BadConfig`."""
    for key, stated in table.items():
        where = f"{stated.file}: profile {name}: "
        check_name(name, where)
        check_known(stated.file, key, KEYS, f"profile {name}: ")
        if not _fits(key, stated.value):
            raise BadConfig(f"{where}{key} must be {_WANTED.get(key, 'a string')}.")
    values = {key: stated.value for key, stated in table.items()}
    texts = {key: str(values[key]) for key in _TEXTS if key in values}
    where = f"{_file_of(table, 'server', 'pin', 'pin_key', 'user')}: profile {name}: "
    if "server" not in texts:
        raise BadConfig(f"{where}server is missing.")
    try:
        profile = Profile(
            name,
            parse_server(texts["server"], allow_http=bool(values.get("allow_http"))),
            user=check_user(texts.get("user"), where),
            pin=parse_pin(texts["pin"]) if "pin" in texts else None,
            pin_key=parse_pin(texts["pin_key"]) if "pin_key" in texts else None,
            ca_file=_beside(table.get("ca_file")),
            time_zone=_zone(table.get("time_zone"), name),
        )
    except BadAddress as problem:
        raise BadConfig(f"{where}{problem}") from None
    return replace(
        profile,
        **{key: values[key] for key in (*_FLAGS, "keyring", "interval") if key in values},  # type: ignore[arg-type] # checked by _fits
        **{key: tuple(values[key]) for key in _COMMANDS if key in values},  # type: ignore[arg-type] # the same
    )


def _file_of(table: Mapping[str, Stated], *keys: str) -> Path:
    """Return the file to name in an error: that of the first of these keys that is set, else of any."""
    return next((table[key].file for key in (*keys, *table) if key in table), Path())


def check_known(file: Path, key: str, known: tuple[str, ...], where: str = "") -> None:
    """Raise `BadConfig` for an unknown key, with the nearest valid one."""
    if key in {"password", "pass", "passwd", "pwd"}:
        raise BadConfig(
            f"{file}: {where}passwords are not allowed here: remove it, then save it in the keyring with"
            " emtui login --remember, or set password_command."
        )
    if key not in known:
        raise BadConfig(f"{file}: {where}{key} is not a configuration key{near(key, known)}")


def near(word: object, known: Iterable[str]) -> str:
    """Return `: did you mean …?` for the nearest known word, else a list of all."""
    names = list(known)
    found = difflib.get_close_matches(str(word), names, n=1)
    if found:
        return f": did you mean {found[0]}?"
    return f": valid names are {', '.join(names)}." if names else "."


def _fits(key: str, value: object) -> bool:
    """Whether a value has the type of this key."""
    if key in _FLAGS:
        return isinstance(value, bool)
    if key in _TEXTS:
        return isinstance(value, str)
    if key == "interval":
        return isinstance(value, int) and not isinstance(value, bool) and value >= LEAST
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def check_name(name: str, where: str = "") -> str:
    """Return a valid profile name. Raises `BadConfig`."""
    if not _NAME.fullmatch(name):
        raise BadConfig(
            f"{where}{name!r} is not a valid profile name: use letters, digits, dot, dash and underscore."
        )
    return name


def check_user(user: str | None, where: str = "") -> str | None:
    r"""Return the user; raise `BadConfig` for control characters (TOML reads `"EXAMPLE\backup"` so)."""
    if user is not None and not user.isprintable():
        raise BadConfig(
            f"{where}user contains a control character: use single quotes for a backslash,"
            r" user = 'EXAMPLE\backup'."
        )
    return user


def _zone(stated: Stated | None, name: str) -> str | None:
    """Return the name of an existing time zone. Raises `BadConfig`."""
    if stated is None:
        return None
    try:
        zone_named(str(stated.value))
    except NoZone as problem:
        raise BadConfig(f"{stated.file}: profile {name}: time_zone {problem}") from None
    return str(stated.value)


def _beside(stated: Stated | None) -> Path | None:
    """Resolve a path relative to the configuration file."""
    if stated is None:
        return None
    try:
        return stated.file.parent / Path(str(stated.value)).expanduser()
    except RuntimeError as problem:
        raise BadConfig(f"{stated.file}: ca_file cannot be found: {problem}") from None
