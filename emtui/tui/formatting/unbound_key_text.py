"""Messages for a key that runs no command on this screen."""

from __future__ import annotations

from emtui.keys.key_names import is_non_latin_key, is_special_key
from emtui.keys.keymap import Keymap, key_label


def other_screen_text(keymap: Keymap, key: str) -> str:
    """Return what the key does in the list, a session or a comparison; empty if nothing."""
    command = keymap.find_session_command(key)
    if command is None:
        return ""
    return f"{key_label(key)} is not available here ({command.scope.value}: {command.description})."


def layout_text(keymap: Keymap, character: str | None) -> str:
    """Return what to do if the keyboard types no Latin letters: the keys that work nevertheless."""
    if not character or not is_non_latin_key(character):
        return ""
    keys = ["the arrow keys, Enter, Esc"]
    for name in ("help", "refresh"):
        keys += [f"{key_label(key)} ({name})" for key in keymap.find(name).keys if is_special_key(key)][:1]
    return (
        f"{character} is not a command: switch to a Latin keyboard layout, or use {', '.join(keys)};"
        " ctrl+c twice quits."
    )
