"""Which command a key runs on which screen, and what footer, help and palette show of it.

A `Keymap` is made once at the start, from the table of commands and the configuration, and never changes.
Keys have Textual's names: a character has its Unicode name (`slash`), and modifiers are sorted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from emtui.keys.tui_commands import (
    COMMANDS,
    FOOTER_COMMANDS,
    SCOPE_OVERRIDES,
    SESSION_SCOPES,
    STEP_SCOPES,
    TABS,
    CommandScope,
    Tab,
    TuiCommand,
)

CHARACTER_LABELS = {
    "slash": "/",
    "ampersand": "&",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "underscore": "_",
}
NAMED_LABELS = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
    "delete": "Del",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
UNICODE_NAMES = {
    "slash": "solidus",
    "backslash": "reverse_solidus",
    "at": "commercial_at",
    "minus": "hyphen_minus",
    "plus": "plus_sign",
    "underscore": "low_line",
}
"""Characters that Textual does not call by their Unicode name."""
_LABEL_ORDER = ("ctrl", "alt", "shift")

SHARED_SCOPES = (CommandScope.NAVIGATION, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE)
"""Commands of these work on all views."""


def key_label(key: str) -> str:
    """Return the label of a key, such as `/` for Textual's `slash`."""
    label = CHARACTER_LABELS.get(key) or NAMED_LABELS.get(key)
    if label or len(key) == 1:
        return label or key
    *modifiers, base = key.split("+")
    if modifiers:
        return "+".join([*(name for name in _LABEL_ORDER if name in modifiers), key_label(base)])
    return _find_character(key) or key


def _find_character(key: str) -> str | None:
    """Return the character with this name of Textual's."""
    name = UNICODE_NAMES.get(key, key).replace("_", " ")
    for spelling in (name, name.replace("hyphen minus", "hyphen-minus"), name.replace(" than ", "-than ")):
        try:
            return unicodedata.lookup(spelling)
        except KeyError:
            continue
    return None


def types_text(key: str) -> bool:
    """Whether a key types a character, and is text where there is a field."""
    return len(key_label(key)) == 1 or key == "space"


@dataclass(frozen=True)
class Keymap:
    """The commands of all screens with their keys."""

    commands: tuple[TuiCommand, ...] = COMMANDS

    def commands_in(self, *scopes: CommandScope) -> Iterator[TuiCommand]:
        """Yield the commands of these scopes, in the order of the table."""
        return (command for command in self.commands if command.scope in scopes)

    def available_commands(self, scope: CommandScope) -> Iterator[TuiCommand]:
        """Yield the commands that work on this screen, including shared ones, with their descriptions there.

        Commands without keys are included if the screen has the command palette.
        """
        overrides = SCOPE_OVERRIDES.get(scope, {})
        has_palette = overrides.get("commands") != ""
        for command in self.commands_in(scope, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE):
            description = (
                command.description
                if command.scope is scope
                else overrides.get(command.name, command.description)
            )
            if description and (command.keys or has_palette):
                yield command._replace(description=description)

    def find(self, name: str, scope: CommandScope | None = None) -> TuiCommand:
        """Return the command of this name on this screen, else the first one in the table."""
        named = [command for command in self.commands if command.name == name]
        return next((command for command in named if command.scope in {scope, *SHARED_SCOPES}), named[0])

    def label(self, name: str, scope: CommandScope | None = None) -> str:
        """Return the label of the first key of a command; `:name` for one without keys."""
        command = self.find(name, scope)
        return key_label(command.keys[0]) if command.keys else f":{name}"

    def hint(self, name: str, meaning: str, scope: CommandScope | None = None) -> str:
        """Format `r: refresh` for a sentence; `:refresh` if the command has no key."""
        label = self.label(name, scope)
        return label if label == f":{name}" else f"{label}: {meaning}"

    def note(self, scope: CommandScope, *meanings: tuple[str, str]) -> list[tuple[str, str]]:
        """Return the label and meaning of each of these commands that has a key."""
        commands = [(self.find(name, scope), meaning) for name, meaning in meanings]
        return [(key_label(command.keys[0]), meaning) for command, meaning in commands if command.keys]

    def footer_hints(self, scope: CommandScope) -> list[tuple[str, str]]:
        """Return the key and label of each command in the footer of this scope, if it has a key."""
        shared = self.commands_in(*SHARED_SCOPES, CommandScope.PROMPT)
        commands = {command.name: command for command in reversed([*self.commands_in(scope), *shared])}
        return [
            (key_label(commands[name].keys[0]), commands[name].footer_label)
            for name in FOOTER_COMMANDS[scope]
            if commands[name].keys
        ]

    def tab_key(self, tab: Tab, scope: CommandScope) -> str:
        """Return the first key that opens this tab from this screen; empty if there is none."""
        keys = self.find(tab.command, scope).keys if tab.command else ()
        return keys[0] if keys else ""

    def find_session_command(self, key: str) -> TuiCommand | None:
        """Find the command of a key in the list, a session or a comparison, to explain the key elsewhere."""
        return next((command for command in self.commands_in(*SESSION_SCOPES) if key in command.keys), None)


DEFAULT_KEYMAP = Keymap()
"""The keys without a configuration."""


def format_keys(command: TuiCommand) -> str:
    """Format the keys of a command, such as `j Down`; `:name` for one without keys."""
    return " ".join(map(key_label, command.keys)) or f":{command.name}"


def opens_tab(scope: CommandScope, tab: Tab) -> bool:
    """Whether the command of this tab works on this screen."""
    return any(
        command.name == tab.command and command.scope in (scope, CommandScope.EVERY_VIEW)
        for command in COMMANDS
    )


def next_tab(current: CommandScope, step: int) -> Tab:
    """Return the tab after the current one, or with a step of -1 the one before; the ends meet."""
    index = next((index for index, tab in enumerate(TABS) if tab.scope is current), 0)
    return TABS[(index + step) % len(TABS)]


_STEP_BY_PREFIX = {"next": 1, "previous": -1}


def action_for(command: TuiCommand) -> str:
    """Return the action of a command, with its arguments."""
    prefix, _, kind = command.name.partition("_")
    if prefix in _STEP_BY_PREFIX and command.scope in STEP_SCOPES:
        return f"go_to('{kind}', {_STEP_BY_PREFIX[prefix]})"
    return command.action or command.name


def method_name_for(command: TuiCommand) -> str:
    """Return the name of the method that runs the command."""
    return f"action_{action_for(command).partition('(')[0]}"
