"""Writing the user's configuration: what is there stays as it is, comments and order included.

The new file stands beside the old one until it is whole (0600), then takes its name;
a lock keeps two processes from losing each other's changes.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import tomlkit

from emtui.local import file_lock
from emtui.local.configuration import load
from emtui.local.paths import NOWHERE
from emtui.local.profiles import KEYS, BadConfig, Profile, check_name, check_user

TomlTable = MutableMapping[str, Any]


def save(path: Path, profile: Profile, *beneath: Path) -> None:
    """Write this profile; everything else stays as it is. Raises `BadConfig`.

    What a file `beneath` says already is not written again, so that it stays the team's to change.
    """
    check_name(profile.name)
    check_user(profile.user)
    team = _told(profile.name, beneath)
    with _changed(path, beneath) as document:
        profiles = cast("TomlTable", document.setdefault("profiles", tomlkit.table(is_super_table=True)))
        table = cast("TomlTable", profiles.setdefault(profile.name, tomlkit.table()))
        for key in KEYS:
            value = getattr(profile, key)
            if key in table or team is None or getattr(team, key) != value:
                _put(table, key, value)
        if not table:
            del profiles[profile.name]


def _told(name: str, files: tuple[Path, ...]) -> Profile | None:
    """The profile as the team's files alone have it; one that they leave incomplete is none."""
    try:
        return load(*files).find(name)
    except BadConfig:
        return None


def _put(table: TomlTable, key: str, value: object) -> None:
    """Set a key that has a value, take away one that has none; what is equal is not touched."""
    if value is None or value is False or value == ():
        table.pop(key, None)
    elif value is True or isinstance(value, int):
        if table.get(key) != value:
            table[key] = value
    elif isinstance(value, tuple):
        if table.get(key) != list(value):
            table[key] = list(value)
    elif table.get(key) != str(value):
        table[key] = tomlkit.string(str(value), literal="\\" in str(value) and "'" not in str(value))


@contextmanager
def _changed(path: Path, beneath: tuple[Path, ...]) -> Iterator[tomlkit.TOMLDocument]:
    """The document to change; written when the block ends, if the file could be read as a configuration."""
    target = path.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(target.parent):
            load(target, *beneath)
            before = target.read_text("utf-8") if target.exists() else ""
            document = tomlkit.parse(before)
            yield document
            after = tomlkit.dumps(document)
            _check(path, after, document)
            if after != before:
                _replace(target, after)
    except (ValueError, TypeError, tomlkit.exceptions.TOMLKitError):
        raise BadConfig(
            f"{path} cannot be edited safely: put each profile into a separate table,"
            " [profiles.prod], and try again. Nothing was changed."
        ) from None
    except OSError as problem:
        if path.is_relative_to(NOWHERE):
            raise BadConfig(
                "This user has no home folder for profiles: set HOME or XDG_CONFIG_HOME."
            ) from None
        raise BadConfig(f"{path} cannot be written: {problem.strerror}.") from None


def _check(path: Path, text: str, meant: tomlkit.TOMLDocument) -> None:
    """Raise `ValueError` unless the text says what is meant: dotted keys may end in another's table."""
    if tomllib.loads(text).get("profiles", {}) != meant.unwrap().get("profiles", {}):
        raise ValueError(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Nobody else changes the configuration meanwhile; where folders cannot be opened, as it comes."""
    if os.name != "posix":
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        file_lock.wait(handle)
        yield
    finally:
        os.close(handle)


def _replace(target: Path, text: str) -> None:
    """The file with this text, in one step; `mkstemp` makes it 0600."""
    handle, name = tempfile.mkstemp(prefix=".config-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
