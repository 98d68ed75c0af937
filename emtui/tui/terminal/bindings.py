"""Textual's bindings, made from the table of commands; for configured keys, those of one object."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode

from emtui.keys.keymap import DEFAULT_KEYMAP, Keymap, action_for
from emtui.keys.tui_commands import CommandScope, TuiCommand


@runtime_checkable
class KeymapHost(Protocol):
    """An application that has its own keys."""

    @property
    def keymap(self) -> Keymap:
        """The keys of all commands."""


def bindings_for(*scopes: CommandScope, keymap: Keymap = DEFAULT_KEYMAP) -> list[BindingType]:
    """Return the bindings of these scopes, hidden from Textual's own footer; each has an ID."""
    return [binding for command in keymap.commands_in(*scopes) for binding in _bindings_of_command(command)]


def _bindings_of_command(command: TuiCommand) -> list[Binding]:
    binding_id = f"{command.scope.name}.{command.name}"
    if command.takes_key:
        return [
            Binding(key, f"{command.name}('{key}')", command.description, show=False, id=binding_id)
            for key in command.keys
        ]
    keys = ",".join(command.keys)
    return (
        [Binding(keys, action_for(command), command.description, show=False, id=binding_id)] if keys else []
    )


def use_keymap(node: DOMNode, keymap: Keymap, *scopes: CommandScope) -> None:
    """Bind the keys of these scopes, the last one first; a class has the default keys."""
    if keymap is not DEFAULT_KEYMAP:
        _replace_bindings(node, bindings_for(*scopes, keymap=keymap))


def _replace_bindings(node: DOMNode, bindings: list[BindingType]) -> None:
    """Replace the bindings of this object that have an ID; the others stay where no new one has their key.

    Textual's own keymap cannot take away the last key of a command.
    """
    bound = {
        key: unnamed
        for key, found in node._bindings.key_to_bindings.items()  # noqa: SLF001 - Textual has no public name for this
        if (unnamed := [binding for binding in found if binding.id is None])
    }
    for key, binding in BindingsMap(bindings):
        bound[key] = [*(other for other in bound.get(key, ()) if other.priority), binding]
    node._bindings = BindingsMap.from_keys(bound)  # noqa: SLF001 - the same
