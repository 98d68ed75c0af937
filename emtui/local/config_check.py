"""Every mistake of the configuration, each with its file and line.

The files are read by the same functions as for any command, which stop at the first mistake. Its setting
is the one without which the error changes; it is left out, and the rest is read again.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emtui.local.configuration import Config, merge_documents, read_config_file
from emtui.local.profiles import InvalidConfigError

MAX_MISTAKES = 100
"""Mistakes that are reported."""
_PROFILE = re.compile(r": profile ([^:]+): ")
_HEADER = re.compile(r"\s*\[[^\[].*\]\s*(?:#.*)?")
_ASSIGNMENT = re.compile(r"\s*([^\s=#\[][^=]*?)\s*=")

_PLACEHOLDER = "placeholder.invalid"
PROFILE_DEPTH = 2
"""Keys that lead to a profile: `profiles` and its name."""

Layer = tuple[Path, dict[str, Any]]
KeyPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigMistake:
    """A mistake, as one sentence; `line` counts from 1, `None` if it has no line."""

    file: Path | None
    line: int | None
    key: KeyPath
    sentence: str


@dataclass(frozen=True, slots=True)
class _Repair:
    """The key that is wrong, and the files without it."""

    file: Path
    key: KeyPath
    layers: list[Layer]


def find_mistakes(files: Sequence[Path]) -> tuple[Config | None, list[ConfigMistake]]:
    """The configuration if it is valid, and the mistakes in the order in which they were found."""
    mistakes: list[ConfigMistake] = []
    layers: list[Layer] = []
    for file in files:
        try:
            document = read_config_file(file)
        except InvalidConfigError as error:
            mistakes.append(_mistake(str(error), file, ()))
        else:
            layers += [(file, copy.deepcopy(dict(document)))] if document is not None else []
    while len(mistakes) < MAX_MISTAKES:
        config, error_text = _merge(layers)
        if config is not None:
            return (None if mistakes else config), sorted(mistakes, key=lambda one: _position(one, files))
        repair = next(_repairs(error_text, layers), None)
        if repair is None:
            mistakes.append(
                _mistake(error_text, next((f for f, _ in layers if str(f) in error_text), None), ())
            )
            break
        mistakes.append(_mistake(error_text, repair.file, repair.key))
        layers = repair.layers
    return None, sorted(mistakes, key=lambda one: _position(one, files))


def _position(mistake: ConfigMistake, files: Sequence[Path]) -> tuple[int, int]:
    """Where a mistake is in the files."""
    return files.index(mistake.file) if mistake.file in files else 0, mistake.line or 0


def _merge(layers: Sequence[Layer]) -> tuple[Config | None, str]:
    """The configuration, or the first error."""
    try:
        return merge_documents(layers), ""
    except InvalidConfigError as error:
        return None, str(error)


def _repairs(error_text: str, layers: list[Layer]) -> Iterator[_Repair]:
    """The files without one setting, where that changes the error; first the settings that it names."""
    all_keys = [(file, key) for file, document in layers for key in _key_paths(document)]
    named_profile = _PROFILE.search(error_text)
    of_profile = [(file, key) for file, key in all_keys if named_profile and named_profile[1] in key[1:2]]
    candidates = of_profile or all_keys
    words = set(re.findall(r"[\w-]+", error_text.split(": ", 1)[-1]))
    candidates.sort(key=lambda one: (str(one[0]) not in error_text, one[1][-1] not in words, -len(one[1])))
    for change in (_complete_profile, _remove, _remove_profile):
        for file, key in candidates:
            changed = copy.deepcopy(layers)
            change(changed, file, key)
            if _merge(changed)[1] != error_text:
                yield _Repair(file, key, changed)


def _key_paths(table: dict[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key of a document, those of its tables before the tables."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _key_paths(value, (*path, key))
        yield (*path, key)


def _complete_profile(layers: list[Layer], file: Path, key: KeyPath) -> None:
    """Give a profile the server that it lacks, so that its other settings are checked."""
    if key[:1] == ("profiles",) and len(key) == PROFILE_DEPTH and not _has_server(layers, key[1]):
        _table(layers, file, key)["server"] = _PLACEHOLDER


def _remove(layers: list[Layer], file: Path, key: KeyPath) -> None:
    """Remove a setting or a table; a profile keeps a server."""
    if key[:1] == ("profiles",) and len(key) == PROFILE_DEPTH:
        return
    _table(layers, file, key[:-1]).pop(key[-1], None)
    if key[:1] == ("profiles",) and len(key) > PROFILE_DEPTH and not _has_server(layers, key[1]):
        _table(layers, file, key[:PROFILE_DEPTH])["server"] = _PLACEHOLDER


def _remove_profile(layers: list[Layer], _file: Path, key: KeyPath) -> None:
    """Remove a whole profile, and what names it."""
    if key[:1] != ("profiles",) or len(key) != PROFILE_DEPTH:
        return
    for _, document in layers:
        document.get("profiles", {}).pop(key[1], None)
        if document.get("default_profile") == key[1]:
            del document["default_profile"]


def _has_server(layers: Sequence[Layer], name: str) -> bool:
    """Whether any file sets the server of this profile."""
    return any("server" in document.get("profiles", {}).get(name, {}) for _, document in layers)


def _table(layers: Sequence[Layer], file: Path, key: KeyPath) -> dict[str, Any]:
    """The table of a file at these keys; an empty one if there is none."""
    table: dict[str, Any] = next(document for other, document in layers if other == file)
    for part in key:
        below = table.get(part)
        if not isinstance(below, dict):
            return {}
        table = below
    return table


def _mistake(error_text: str, file: Path | None, key: KeyPath) -> ConfigMistake:
    sentence = error_text.removeprefix(f"{file}: ")
    if not key:
        position = re.search(r"\(at line (\d+), column", error_text)
        return ConfigMistake(file, int(position[1]) if position else None, key, sentence)
    return ConfigMistake(file, _find_line(file, key) if file else None, key, sentence)


def _find_line(file: Path, key: KeyPath) -> int | None:
    """The line of a key, or of the header of its table; `None` if it is not found."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    table: KeyPath = ()
    for number, line in enumerate(lines, 1):
        if _HEADER.fullmatch(line):
            table = _parse_path(line)
            if table == key:
                return number
        elif (assignment := _ASSIGNMENT.match(line)) and (
            path := (*table, *_parse_path(f"{assignment[1]} = 0"))
        )[: len(key)] == key:
            return number if path else None
    return None


def _parse_path(line: str) -> KeyPath:
    """The keys that a header or an assignment names, as TOML reads them."""
    try:
        table: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ("",)
    path: KeyPath = ()
    while isinstance(table, dict) and table:
        ((key, table),) = table.items()
        path = (*path, key)
    return path
