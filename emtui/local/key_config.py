"""`[keys]` of the configuration: its format, and how the user's file overrides the team's.

Which commands and keys there are is checked by `emtui.keys`. It is loaded only if there is such a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from emtui.keys import key_settings
from emtui.keys.keymap import Keymap
from emtui.local.profiles import ConfigValue, InvalidConfigError

_EXPECTED = 'must be a key or a list of keys: "n", ["n", "f7"], or [] for none'


def read_keys(file: Path, table: object) -> dict[str, ConfigValue]:
    """Read `[keys]` of a file: keys by `command` or `view.command`. Raises `InvalidConfigError`."""
    if not isinstance(table, dict):
        raise InvalidConfigError(f'{file}: keys must be a table: [keys], then next_failed = "n".')
    return {setting: ConfigValue(keys, file) for setting, keys in _settings(file, table)}


def _settings(
    file: Path, table: Mapping[str, object], view: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in table.items():
        if isinstance(value, dict) and not view:
            yield from _settings(file, value, f"{name}.")
            continue
        keys = [value] if isinstance(value, str) else value
        if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
            raise InvalidConfigError(f"{file}: keys: {view}{name} {_EXPECTED}.")
        yield f"{view}{name}", tuple(keys)


def merge_keys(
    keys: Mapping[str, ConfigValue], team_keys: Mapping[str, ConfigValue]
) -> dict[str, ConfigValue]:
    """Return all settings; a command set for all views replaces the team's settings for single views."""
    inherited = {
        setting: value
        for setting, value in team_keys.items()
        if setting not in keys and setting.rpartition(".")[2] not in keys
    }
    return inherited | dict(keys)


def build_keymap(keys: Mapping[str, ConfigValue]) -> Keymap:
    """Return the keymap with these settings. Raises `InvalidConfigError`."""
    try:
        return key_settings.build_keymap({setting: value.value for setting, value in keys.items()})  # type: ignore[misc] # read_keys
    except key_settings.KeySettingError as problem:
        file = next(value.file for setting, value in keys.items() if problem.setting in setting)
        raise InvalidConfigError(f"{file}: keys: {problem}") from None
