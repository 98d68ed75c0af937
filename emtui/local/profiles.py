"""Profiles: named servers, kept in a TOML file that people edit. Never a password.

The file is the user's own (0600), written atomically, and keeps its comments. What
it holds is refused in one sentence if it cannot be meant: an unknown key, a file that
others may write, a user name with a control character.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from emtui.em.address import Server, parse_pin, parse_server
from emtui.em.errors import BadAddress, BadSetting

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class BadConfig(BadSetting):
    """The configuration cannot be used; one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One named server.

    `keyring` names the backend that holds its password, if one does; the first line
    that `password_command` (a program and its arguments) prints is the password, if
    somebody set one.
    """

    name: str
    server: Server
    user: str | None = None
    pin: str | None = None
    ca_file: Path | None = None
    no_proxy: bool = False
    allow_http: bool = False
    keyring: str | None = None
    password_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says."""

    profiles: tuple[Profile, ...] = ()
    default: str | None = None

    def find(self, name: str) -> Profile | None:
        """The profile of this name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def of(self, server: Server, user: str | None) -> Profile | None:
        """The first profile of this server, of this user if one is given."""
        return next((one for one in self.profiles if one.server == server and user in {None, one.user}), None)


_TOP = ("default_profile", "profiles")
_KEYS = tuple(field.name for field in fields(Profile) if field.name != "name")
_FLAGS = ("no_proxy", "allow_http")
_WANTED = dict.fromkeys(_FLAGS, "true or false") | {"password_command": 'a list: ["program", "argument"]'}
_TEXTS = ("server", "user", "pin", "ca_file", "keyring")


def load(path: Path) -> Config:
    """Read the file; a missing one is an empty configuration. Raises `BadConfig`."""
    try:
        with path.open("rb") as file:
            _check_owner(path, os.fstat(file.fileno()))
            document = tomllib.load(file)
    except FileNotFoundError:
        return Config()
    except OSError as problem:
        raise BadConfig(f"{path} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        hint = r" A user with a backslash stands in single quotes: user = 'EXAMPLE\ops'."
        raise BadConfig(f"{path} is not TOML: {problem}.{hint}") from None
    return _config(path, document)


def _check_owner(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BadConfig(f"{path} is not a file.")
    if os.name != "posix":
        return
    if status.st_uid not in {os.geteuid(), 0}:
        raise BadConfig(f"{path} belongs to somebody else: it must be yours, or root's.")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise BadConfig(f"{path} can be written by others: chmod 600 it.")


def _config(path: Path, document: Mapping[str, Any]) -> Config:
    _known(path, document, _TOP)
    tables = document.get("profiles", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise BadConfig(f"{path}: profiles stand in tables of their own: [profiles.prod].")
    profiles = tuple(_profile(path, name, table) for name, table in tables.items())
    default = document.get("default_profile")
    if default is not None and default not in tables:
        raise BadConfig(
            f"{path}: default_profile names {default!r}, which is no profile{_near(default, tables)}."
        )
    return Config(profiles, default)


def _known(path: Path, table: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
    for key in table:
        if key not in known:
            raise BadConfig(f"{path}: {where}{key} is not a key of the configuration{_near(key, known)}.")


def _near(word: object, known: object) -> str:
    found = difflib.get_close_matches(str(word), list(known), n=1)  # type: ignore[call-overload]
    return f": did you mean {found[0]}?" if found else ""


def _profile(path: Path, name: str, table: Mapping[str, Any]) -> Profile:
    where = f"{path}: profile {name}: "
    check_name(name, where)
    _known(path, table, _KEYS, f"profile {name}: ")
    for key, value in table.items():
        if not _fits(key, value):
            raise BadConfig(f"{where}{key} must be {_WANTED.get(key, 'a text')}.")
    if "server" not in table:
        raise BadConfig(f"{where}a server is missing.")
    try:
        profile = Profile(
            name,
            parse_server(table["server"], allow_http=table.get("allow_http", False)),
            user=check_user(table.get("user"), where),
            pin=parse_pin(table["pin"]) if "pin" in table else None,
            ca_file=_path(path, table.get("ca_file")),
        )
    except BadAddress as problem:
        raise BadConfig(f"{where}{problem}") from None
    return replace(
        profile,
        **{key: table[key] for key in (*_FLAGS, "keyring") if key in table},
        password_command=tuple(table.get("password_command", ())),
    )


def _fits(key: str, value: object) -> bool:
    """Whether a value has the type that this key takes."""
    if key in _FLAGS:
        return isinstance(value, bool)
    if key in _TEXTS:
        return isinstance(value, str)
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def check_name(name: str, where: str = "") -> str:
    """The name of a profile, if it may be one. Raises `BadConfig`."""
    if not _NAME.fullmatch(name):
        raise BadConfig(
            f"{where}{name!r} is no name for a profile: letters, digits, dot, dash and underscore."
        )
    return name


def check_user(user: str | None, where: str = "") -> str | None:
    r"""The user, unless it holds a control character: `"EXAMPLE\backup"` is a backspace in TOML."""
    if user is not None and not user.isprintable():
        raise BadConfig(
            f"{where}the user holds a control character: write a backslash in single quotes,"
            r" user = 'EXAMPLE\backup'."
        )
    return user


def _path(path: Path, text: str | None) -> Path | None:
    """A relative file is meant beside the configuration."""
    return None if text is None else path.parent / Path(text).expanduser()
