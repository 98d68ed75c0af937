"""Other keys for commands, from `[keys]` of the configuration: checked, then a `Keymap`.

A setting is the name of a command, for all views that have it, or that of a view and a command:
`timeline_view.open`. Enter, Esc and ctrl+c always run what they run by default, and text fields keep their
keys: whatever is configured, one can leave emtui, and what a prompt says about its keys is true.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from emtui.keys.key_names import InvalidKeyError, parse_key
from emtui.keys.keymap import SHARED_SCOPES, Keymap, key_label
from emtui.keys.tui_commands import COMMANDS, OTHER_NAMES, CommandScope, TuiCommand

VIEW_TABLES: Mapping[str, CommandScope] = {
    "list_view": CommandScope.SESSION_LIST,
    "session_view": CommandScope.SESSION_DETAIL,
    "comparison_view": CommandScope.COMPARISON,
    "types_view": CommandScope.OVERVIEW,
    "timeline_view": CommandScope.TIMELINE,
    "alerts_view": CommandScope.ATTENTION,
    "report_view": CommandScope.REPORT,
    "text_view": CommandScope.TEXT_VIEWER,
    "details_view": CommandScope.RAW_VIEW,
}
"""Tables below `[keys]` for one view."""
FIELD_SCOPES = (
    CommandScope.PROMPT,
    CommandScope.QUERY_INPUT,
    CommandScope.COMMAND_PALETTE,
    CommandScope.LOGIN,
    CommandScope.CERTIFICATE,
)
"""Screens and lines with text fields, whose keys are fixed."""
FIXED_KEYS = ("enter", "escape", "ctrl+c")
"""Keys that always run what they run by default."""
FIXED_COMMANDS = {
    "stop": "ctrl+c always cancels, and quits when pressed twice",
    "saved_query": "each digit applies its own saved query",
}
"""Commands whose keys cannot be changed, and why."""


class KeySettingError(ValueError):
    """A setting that cannot be used: its name, and one sentence about it."""

    def __init__(self, setting: str, sentence: str) -> None:
        super().__init__(sentence)
        self.setting = setting


def changeable_commands(scope: CommandScope | None = None) -> dict[str, TuiCommand]:
    """Return the commands that can have other keys, by name; those of one view if there is a scope."""
    return {
        command.name: command
        for command in COMMANDS
        if command.name not in FIXED_COMMANDS
        and command.scope not in FIELD_SCOPES
        and scope in (None, command.scope)
    }


def build_keymap(settings: Mapping[str, Sequence[str]]) -> Keymap:
    """Return the keymap with these keys by setting. Raises `KeySettingError`."""
    parsed = {setting: _parse_setting(setting, keys) for setting, keys in settings.items()}
    keymap = Keymap(tuple(_with_keys(command, parsed) for command in COMMANDS))
    for setting, keys in parsed.items():
        _check_fixed_keys(setting, keys)
    _check_conflicts(keymap, settings)
    return keymap


def _parse_setting(setting: str, keys: Sequence[str]) -> tuple[str, ...]:
    table, _, name = setting.rpartition(".")
    _check_command(setting, table, name)
    return tuple(dict.fromkeys(_parse_key(setting, key) for key in keys))


def _check_command(setting: str, table: str, name: str) -> None:
    if table and table not in VIEW_TABLES:
        views = f"valid names are {', '.join(VIEW_TABLES)}."
        raise KeySettingError(table, f"{table} is not a view{_suggestion(table, VIEW_TABLES, views)}")
    valid = changeable_commands(VIEW_TABLES[table] if table else None)
    if name in valid:
        return
    if name in FIXED_COMMANDS:
        raise KeySettingError(setting, f"{name} cannot be changed: {FIXED_COMMANDS[name]}.")
    found = [command for command in COMMANDS if command.name == name]
    if found and not table:
        raise KeySettingError(setting, f"{name} cannot be changed: the keys of text fields are fixed.")
    if found:
        scopes = {command.scope for command in found}
        others = [f"[keys.{other}]" for other, scope in VIEW_TABLES.items() if scope in scopes]
        raise KeySettingError(
            setting, f"{setting} does not exist: set {name} in {(others or ['[keys]'])[0]}."
        )
    raise KeySettingError(
        setting,
        f"{setting} is not a command"
        + _suggestion(name, valid, "the command palette shows the name of each.", OTHER_NAMES.get(name, ())),
    )


def _suggestion(word: str, names: Iterable[str], otherwise: str, former: Sequence[str] = ()) -> str:
    """Return `: did you mean …?` with the nearest name, or what else helps."""
    valid = [*names]
    nearest = [name for name in former if name in valid] or difflib.get_close_matches(word, valid, n=1)
    return f": did you mean {nearest[0]}?" if nearest else f": {otherwise}"


def _parse_key(setting: str, text: str) -> str:
    try:
        return parse_key(text)
    except InvalidKeyError as problem:
        raise KeySettingError(setting, f"{setting}: {text!r} {problem}") from None


def _with_keys(command: TuiCommand, parsed: Mapping[str, tuple[str, ...]]) -> TuiCommand:
    """Return the command with the keys of its setting, and those that it cannot lose."""
    setting = _setting_of(command, parsed)
    if setting is None:
        return command
    fixed = (key for key in command.keys if key in FIXED_KEYS)
    return command._replace(keys=tuple(dict.fromkeys((*parsed[setting], *fixed))))


def _setting_of(command: TuiCommand, settings: Iterable[str]) -> str | None:
    """Return the setting that applies to a command, that of its view first."""
    if command.scope in FIELD_SCOPES or command.name in FIXED_COMMANDS:
        return None
    tables = [table for table, scope in VIEW_TABLES.items() if scope is command.scope]
    names = (*(f"{table}.{command.name}" for table in tables), command.name)
    return next((name for name in names if name in settings), None)


def _check_fixed_keys(setting: str, keys: Sequence[str]) -> None:
    """Raise `KeySettingError` for a key that always runs another command."""
    table, _, name = setting.rpartition(".")
    changed = [command for command in COMMANDS if _setting_of(command, (setting,))]
    scopes = {VIEW_TABLES[table]} if table else {command.scope for command in changed}
    for key in keys:
        if key not in FIXED_KEYS or any(key in command.keys for command in changed):
            continue
        owners = [
            command for command in COMMANDS if key in command.keys and command.scope not in FIELD_SCOPES
        ]
        owner = next((command for command in owners if command.scope in scopes), owners[0])
        raise KeySettingError(
            setting,
            f"{setting}: {key_label(key)} cannot run {name}: it always runs {owner.name}. Choose another.",
        )


def conflicts_on(scope: CommandScope, keymap: Keymap) -> Iterator[tuple[str, TuiCommand, TuiCommand]]:
    """Yield each key that runs two commands on this screen, and the two."""
    shared_scopes = (CommandScope.EVERYWHERE,) if scope in FIELD_SCOPES else SHARED_SCOPES
    first: dict[str, TuiCommand] = {}
    for command in keymap.commands_in(scope, *shared_scopes):
        for key in command.keys:
            if key in first:
                yield key, first[key], command
            first.setdefault(key, command)


def _check_conflicts(keymap: Keymap, settings: Iterable[str]) -> None:
    """Raise `KeySettingError` if a key runs two commands on one screen."""
    screens = [one for one in CommandScope if one not in SHARED_SCOPES]
    conflicts = ((screen, *conflict) for screen in screens for conflict in conflicts_on(screen, keymap))
    for scope, key, *commands in conflicts:
        by_setting = [
            (setting, command) for command in commands if (setting := _setting_of(command, settings))
        ]
        setting, changed = by_setting[0]
        other = next(command for command in commands if command is not changed)
        raise KeySettingError(
            setting,
            f"{setting}: {key_label(key)} would run both {changed.name} and {other.name} ({scope.value})."
            f" Choose another key for one of them, or [] for no key.",
        )
