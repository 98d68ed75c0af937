"""Read the configuration strictly; the user's file overrides the team's.

Values of `~/.config/emtui/config.toml` override those of `/etc/xdg/emtui/config.toml` per key: a
team can set servers, certificates and pins, a user the rest. Each file must be owned by the
user or root and must not be writable by group or others.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emtui.em.server_address import Server
from emtui.local.profiles import (
    TOP_LEVEL_SETTINGS,
    ConfigValue,
    InvalidConfigError,
    Profile,
    check_key,
    parse_profile,
    suggest_name,
)
from emtui.local.terminal import THEME_NAMES

if TYPE_CHECKING:
    from emtui.keys.keymap import Keymap

_NONBLOCKING = getattr(os, "O_NONBLOCK", 0)
"""Do not block if the file is a pipe."""
_MAX_DEPTH = 20
"""Tables and lists within each other; valid files have 4 at most."""
TOP_LEVEL_KEYS = (*TOP_LEVEL_SETTINGS, "profiles", "queries", "keys")


@dataclass(frozen=True, slots=True)
class Config:
    """The merged configuration; `profile_values` holds each profile's values with their files.

    `queries` maps digits to the user's saved queries; `theme` is the color theme of the screens,
    `plain` whether the session browser is in line mode, with its file.
    `keys` has the keys of commands by setting, and `keymap` is what they make of the default keys.
    """

    profiles: tuple[Profile, ...] = ()
    default_profile: str | None = None
    default_profile_file: Path | None = None
    profile_values: Mapping[str, Mapping[str, ConfigValue]] = field(default_factory=dict, compare=False)
    queries: Mapping[str, ConfigValue] = field(default_factory=dict)
    theme: str | None = None
    theme_file: Path | None = None
    plain: ConfigValue | None = None
    keys: Mapping[str, ConfigValue] = field(default_factory=dict)
    keymap: Keymap | None = None

    def find(self, name: str) -> Profile | None:
        """Return the profile of this name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def find_unique(self, server: Server, user: str | None) -> Profile | None:
        """Return the profile of this server (and user, if given) if exactly one matches."""
        found = [
            profile
            for profile in self.profiles
            if profile.server == server and (not user or profile.user in {None, user})
        ]
        return found[0] if len(found) == 1 else None

    def find_first(self, server: Server, user: str | None) -> Profile | None:
        """Return the first profile of this server (and user, if given)."""
        return next(
            (
                profile
                for profile in self.profiles
                if profile.server == server and user in {None, profile.user}
            ),
            None,
        )


def load_config(*files: Path) -> Config:
    """Read and merge the files, highest priority first; missing ones are skipped.

    Raises `InvalidConfigError`.
    """
    return merge_documents(
        [(file, document) for file in files if (document := read_config_file(file)) is not None]
    )


def merge_documents(layers: Sequence[tuple[Path, Mapping[str, Any]]]) -> Config:
    """Check and merge documents, highest priority first. Raises `InvalidConfigError`."""
    for file, document in layers:
        _check_structure(file, document)
    tables: dict[str, dict[str, ConfigValue]] = {}
    queries: dict[str, ConfigValue] = {}
    keys: dict[str, ConfigValue] = {}
    for file, document in layers:
        if "queries" in document:
            from emtui.local.saved_queries import read_queries  # noqa: PLC0415 - start-up time: if there are any

            queries = read_queries(file, document["queries"]) | queries
        if "keys" in document:
            from emtui.local.key_config import merge_keys, read_keys  # noqa: PLC0415 - the same

            keys = merge_keys(keys, read_keys(file, document["keys"]))
        for name, table in document.get("profiles", {}).items():
            values = {key: ConfigValue(value, file) for key, value in table.items()}
            tables[name] = values | tables.get(name, {})
    for name in (name for name, table in tables.items() if not table):
        raise InvalidConfigError(f"{layers[0][0]}: profile {name}: server is missing.")
    default, theme = _first_value("default_profile", layers), _first_value("theme", layers)
    if default is not None and not (isinstance(default.value, str) and default.value in tables):
        raise InvalidConfigError(
            f"{default.file}: default_profile names {default.value!r}, which is not a profile"
            f"{suggest_name(default.value, tables)}"
        )
    if theme is not None and theme.value not in THEME_NAMES:
        raise InvalidConfigError(
            f"{theme.file}: theme names {theme.value!r}, which is not a theme"
            f"{suggest_name(theme.value, THEME_NAMES)}"
        )
    plain = _first_value("plain", layers)
    if plain is not None and not isinstance(plain.value, bool):
        raise InvalidConfigError(f"{plain.file}: plain must be true or false, not {plain.value!r}.")
    return Config(
        tuple(parse_profile(name, table) for name, table in tables.items()),
        str(default.value) if default else None,
        default.file if default else None,
        tables,
        dict(sorted(queries.items())),
        str(theme.value) if theme else None,
        theme.file if theme else None,
        plain,
        keys,
        _build_keymap(keys),
    )


def _build_keymap(keys: Mapping[str, ConfigValue]) -> Keymap | None:
    """The keys of all commands; None if none is configured. Raises `InvalidConfigError`."""
    if not keys:
        return None
    from emtui.local.key_config import build_keymap  # noqa: PLC0415 - the same

    return build_keymap(keys)


def _first_value(key: str, layers: Iterable[tuple[Path, Mapping[str, Any]]]) -> ConfigValue | None:
    """The value of a top-level key, from the first file that has it."""
    return next((ConfigValue(document[key], file) for file, document in layers if key in document), None)


def read_config_file(file: Path) -> Mapping[str, Any] | None:
    """Read one file, not yet checked; `None` if it is missing. Raises `InvalidConfigError`."""
    return read_toml(file, r" Put a user name with a backslash in single quotes: user = 'EXAMPLE\ops'.")


def _check_structure(file: Path, document: Mapping[str, Any]) -> None:
    """Raise `InvalidConfigError` for an unknown key at the top, and for a profile that is no table."""
    for key in document:
        check_key(file, key, TOP_LEVEL_KEYS)
    tables = document.get("profiles", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise InvalidConfigError(f"{file}: each profile must be a table: [profiles.prod].")


def read_toml(file: Path, hint: str = "") -> Mapping[str, Any] | None:
    """Read TOML from a file owned by the user or root; `None` if it is missing.

    Raises `InvalidConfigError`.
    """
    try:
        text = _read_bytes(file)
    except (FileNotFoundError, NotADirectoryError):  # for a home such as /dev/null
        return None
    except OSError as problem:
        raise InvalidConfigError(f"{file} cannot be read: {problem.strerror}.") from None
    import tomllib  # noqa: PLC0415 - start-up time: only needed with a configuration

    try:
        document = tomllib.loads(text.decode())
    except RecursionError:
        raise InvalidConfigError(f"{file} is nested too deeply.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidConfigError(f"{file} is not TOML: {problem}.{hint}") from None
    if _is_deeper(document, _MAX_DEPTH):
        raise InvalidConfigError(f"{file} is nested too deeply.")
    return document


def _is_deeper(value: object, depth: int) -> bool:
    """Whether there are more than `depth` tables and lists within each other."""
    if not isinstance(value, (dict, list)):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_is_deeper(part, depth - 1) for part in parts)


def _read_bytes(file: Path) -> bytes:
    with os.fdopen(os.open(file, os.O_RDONLY | _NONBLOCKING), "rb") as stream:
        _check_owner(file, os.fstat(stream.fileno()))
        return stream.read()


def _check_owner(file: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InvalidConfigError(f"{file} is not a file.")
    if os.name != "posix":
        return
    if status.st_uid not in {os.geteuid(), 0}:
        raise InvalidConfigError(f"{file} must be owned by you or root.")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise InvalidConfigError(f"{file} is writable by group or others. Run: chmod go-w {file}")
