"""Tells pasted text from typed text where the terminal does not mark pastes."""

from __future__ import annotations

import re

from textual import events

_MAX_TYPED_AT_ONCE = 3
"""Keys that may arrive in one read when they are typed, whatever they are."""
_MIN_PASTED_LINE = 6
"""Characters of a line from which on it counts as pasted."""
_MAX_REPEATED_KEYS = 3
"""Different keys, at most, in a burst of keys that are held down or pressed repeatedly."""


def is_unmarked_paste(text: str) -> bool:
    """Whether text that arrived in one read was pasted rather than typed.

    Typed keys pile up on a slow connection, too: a key held down, or a line typed into a prompt.
    """
    lines = [line for line in re.split(r"[\r\n\t]+", text) if line]
    if len(text) <= _MAX_TYPED_AT_ONCE or not all(map(str.isprintable, lines)):
        return False
    if all(line[0] in "/:" for line in lines) or len(set("".join(lines))) <= _MAX_REPEATED_KEYS:
        return False
    return max(map(len, lines)) >= _MIN_PASTED_LINE


class UnmarkedPasteEvent(events.Event):
    """Much text in one read: a paste, or the typed `keys` where a text field has the focus."""

    def __init__(self, text: str, keys: tuple[events.Key, ...]) -> None:
        super().__init__()
        self.text = text.replace("\r", "\n")
        self.keys = keys

    @property
    def line_count(self) -> int:
        """Number of non-empty lines."""
        return sum(map(bool, self.text.split("\n")))


class EscapeOrAltEvent(events.Event):
    """ESC and a key in one read: `alt_keys` in a text field, elsewhere Esc and then the key."""

    def __init__(self, alt_keys: tuple[events.Key, ...], keys: tuple[events.Key, ...]) -> None:
        super().__init__()
        self.alt_keys = alt_keys
        self.keys = (events.Key("escape", "\x1b"), *keys)
