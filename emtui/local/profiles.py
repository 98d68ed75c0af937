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

from emtui.em.errors import InvalidAddressError, InvalidSettingError
from emtui.em.server_address import Server, parse_pin, parse_server
from emtui.local.timezones import UnknownTimeZoneError, find_time_zone

MIN_INTERVAL_S = 10
"""The shortest polling `interval` in seconds."""
KEYRING_OFF = "off"
"""Value of `keyring` that disables it."""
_NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class InvalidConfigError(InvalidSettingError):
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
class ConfigValue:
    """One value and the file that sets it."""

    value: object
    file: Path


PROFILE_KEYS = tuple(field.name for field in fields(Profile) if field.name != "name")
TOP_LEVEL_SETTINGS = ("default_profile", "theme", "plain")
"""Settings for all profiles; below a table, TOML takes them for its own."""
_FLAG_KEYS = ("no_proxy", "allow_http", "unattended", "silent", "title", "no_second_logon")
_TEXT_KEYS = ("server", "user", "pin", "pin_key", "ca_file", "keyring", "time_zone")
_COMMAND_KEYS = ("password_command", "notify_command")
_EXPECTED_VALUES = (
    dict.fromkeys(_FLAG_KEYS, "true or false")
    | dict.fromkeys(_COMMAND_KEYS, 'a list: ["program", "argument"]')
    | {"interval": f"a number of seconds, {MIN_INTERVAL_S} or more"}
)


def parse_profile(name: str, table: Mapping[str, ConfigValue]) -> Profile:
    """Build the profile from its values. Raises `InvalidConfigError`."""
    for key, config_value in table.items():
        location = f"{config_value.file}: profile {name}: "
        check_profile_name(name, location)
        check_key(config_value.file, key, PROFILE_KEYS, f"profile {name}: ")
        if not _has_valid_type(key, config_value.value):
            raise InvalidConfigError(f"{location}{key} must be {_EXPECTED_VALUES.get(key, 'a string')}.")
    values = {key: config_value.value for key, config_value in table.items()}
    texts = {key: str(values[key]) for key in _TEXT_KEYS if key in values}
    location = f"{_file_setting(table, 'server', 'pin', 'pin_key', 'user')}: profile {name}: "
    if "server" not in texts:
        raise InvalidConfigError(f"{location}server is missing.")
    try:
        profile = Profile(
            name,
            parse_server(texts["server"], allow_http=bool(values.get("allow_http"))),
            user=check_user(texts.get("user"), location),
            pin=parse_pin(texts["pin"]) if "pin" in texts else None,
            pin_key=parse_pin(texts["pin_key"]) if "pin_key" in texts else None,
            ca_file=_resolve_ca_file(table.get("ca_file")),
            time_zone=_parse_time_zone(table.get("time_zone"), name),
        )
    except InvalidAddressError as problem:
        raise InvalidConfigError(f"{location}{problem}") from None
    return replace(
        profile,
        **{key: values[key] for key in (*_FLAG_KEYS, "keyring", "interval") if key in values},  # type: ignore[arg-type] # checked by _has_valid_type
        **{key: tuple(values[key]) for key in _COMMAND_KEYS if key in values},  # type: ignore[arg-type] # the same
    )


def _file_setting(table: Mapping[str, ConfigValue], *keys: str) -> Path:
    """Return the file to name in an error: that of the first of these keys that is set, else of any."""
    return next((table[key].file for key in (*keys, *table) if key in table), Path())


def check_key(file: Path, key: str, valid_keys: tuple[str, ...], location: str = "") -> None:
    """Raise `InvalidConfigError` for an unknown key, with the nearest valid one."""
    if key in {"password", "pass", "passwd", "pwd"}:
        raise InvalidConfigError(
            f"{file}: {location}passwords are not allowed here: remove it, then save it in the keyring with"
            " emtui login --remember, or set password_command."
        )
    if location and key in TOP_LEVEL_SETTINGS:
        raise InvalidConfigError(f"{file}: {location}{key} must be above the first [table] of the file.")
    if key not in valid_keys:
        raise InvalidConfigError(
            f"{file}: {location}{key} is not a configuration key{suggest_name(key, valid_keys)}"
        )


def suggest_name(word: object, valid_names: Iterable[str]) -> str:
    """Return `: did you mean …?` with the nearest valid word, else a list of all."""
    names = list(valid_names)
    matches = difflib.get_close_matches(str(word), names, n=1)
    if matches:
        return f": did you mean {matches[0]}?"
    return f": valid names are {', '.join(names)}." if names else "."


def _has_valid_type(key: str, value: object) -> bool:
    """Whether a value has the type of this key."""
    if key in _FLAG_KEYS:
        return isinstance(value, bool)
    if key in _TEXT_KEYS:
        return isinstance(value, str)
    if key == "interval":
        return isinstance(value, int) and not isinstance(value, bool) and value >= MIN_INTERVAL_S
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def check_profile_name(name: str, location: str = "") -> str:
    """Return a valid profile name. Raises `InvalidConfigError`."""
    if not _NAME_PATTERN.fullmatch(name):
        raise InvalidConfigError(
            f"{location}{name!r} is not a valid profile name: use letters, digits, dot, dash and underscore."
        )
    return name


def check_user(user: str | None, location: str = "") -> str | None:
    r"""Return the user. Raises `InvalidConfigError` for control characters.

    TOML reads `"EXAMPLE\backup"` as a backspace.
    """
    if user is not None and not user.isprintable():
        raise InvalidConfigError(
            f"{location}user contains a control character: use single quotes for a backslash,"
            r" user = 'EXAMPLE\backup'."
        )
    return user


def _parse_time_zone(config_value: ConfigValue | None, name: str) -> str | None:
    """Return the name of an existing time zone. Raises `InvalidConfigError`."""
    if config_value is None:
        return None
    try:
        find_time_zone(str(config_value.value))
    except UnknownTimeZoneError as problem:
        raise InvalidConfigError(f"{config_value.file}: profile {name}: time_zone {problem}") from None
    return str(config_value.value)


def _resolve_ca_file(config_value: ConfigValue | None) -> Path | None:
    """Resolve a path relative to the configuration file."""
    if config_value is None:
        return None
    try:
        return config_value.file.parent / Path(str(config_value.value)).expanduser()
    except RuntimeError as problem:
        raise InvalidConfigError(f"{config_value.file}: ca_file cannot be found: {problem}") from None
