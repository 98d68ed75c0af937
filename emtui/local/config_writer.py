"""Write profiles to the user's configuration; comments and order are preserved.

The file is replaced atomically (mode 0600); a lock keeps two processes from losing each
other's changes.
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
from emtui.local.configuration import load_config
from emtui.local.paths import NO_HOME
from emtui.local.profiles import PROFILE_KEYS, InvalidConfigError, Profile, check_profile_name, check_user

TomlTable = MutableMapping[str, Any]


def save_profile(path: Path, profile: Profile, *team_files: Path) -> None:
    """Write this profile and leave everything else unchanged. Raises `InvalidConfigError`.

    Values that the files `team_files` already set are not repeated, so that the team can change them.
    """
    check_profile_name(profile.name)
    check_user(profile.user)
    team_profile = _load_team_profile(profile.name, team_files)
    with _edit_document(path, team_files) as document:
        profiles = cast("TomlTable", document.setdefault("profiles", tomlkit.table(is_super_table=True)))
        table = cast("TomlTable", profiles.setdefault(profile.name, tomlkit.table()))
        for key in PROFILE_KEYS:
            value = getattr(profile, key)
            if key in table or team_profile is None or getattr(team_profile, key) != value:
                _set_value(table, key, value)
        if not table:
            del profiles[profile.name]


def _load_team_profile(name: str, files: tuple[Path, ...]) -> Profile | None:
    """Return the profile from the team files alone; `None` if it is missing or incomplete."""
    try:
        return load_config(*files).find(name)
    except InvalidConfigError:
        return None


def _set_value(table: TomlTable, key: str, value: object) -> None:
    """Set a key, or remove it if it has no value; an equal value is left unchanged."""
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
def _edit_document(path: Path, team_files: tuple[Path, ...]) -> Iterator[tomlkit.TOMLDocument]:
    """Yield the document to edit; write it when the block ends if it is a valid configuration."""
    target = path.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock_folder(target.parent):
            load_config(target, *team_files)
            before = target.read_text("utf-8") if target.exists() else ""
            document = tomlkit.parse(before)
            yield document
            after = tomlkit.dumps(document)
            _check_profiles_intact(path, after, document)
            if after != before:
                _replace_file(target, after)
    except (ValueError, TypeError, tomlkit.exceptions.TOMLKitError):
        raise InvalidConfigError(
            f"{path} cannot be edited safely: put each profile into a separate table,"
            " [profiles.prod], and try again. Nothing was changed."
        ) from None
    except OSError as problem:
        if path.is_relative_to(NO_HOME):
            raise InvalidConfigError(
                "This user has no home directory for profiles: set HOME or XDG_CONFIG_HOME."
            ) from None
        raise InvalidConfigError(f"{path} cannot be written: {problem.strerror}.") from None


def _check_profiles_intact(path: Path, text: str, intended: tomlkit.TOMLDocument) -> None:
    """Raise `ValueError` unless the text has the intended profiles (dotted keys can go astray)."""
    if tomllib.loads(text).get("profiles", {}) != intended.unwrap().get("profiles", {}):
        raise ValueError(path)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Lock the configuration folder; no lock on systems that cannot open folders."""
    if os.name != "posix":
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        file_lock.wait_for_lock(handle)
        yield
    finally:
        os.close(handle)


def _replace_file(target: Path, text: str) -> None:
    """Replace the file atomically; `mkstemp` creates it with mode 0600."""
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
