"""Text that comes in one piece: typed on a slow line, or pasted by a terminal that does not say so."""

from __future__ import annotations

import re

from textual import events

_HAND = 3
"""Keys that a hand may well bring into one piece, whatever they are."""
_WORD = 6
"""Characters of a line that it does not."""
_ONE_FINGER = 3
"""How many keys are held or hammered, at the most, when many come at once."""


def is_a_lump(text: str) -> bool:
    """Whether this text, which came at once, was pasted rather than typed.

    Keys pile up on a slow line, too: one that is held, and a line that is typed into a prompt.
    """
    lines = [line for line in re.split(r"[\r\n\t]+", text) if line]
    if len(text) <= _HAND or not all(map(str.isprintable, lines)):
        return False
    if all(line[0] in "/:" for line in lines) or len(set("".join(lines))) <= _ONE_FINGER:
        return False
    return max(map(len, lines)) >= _WORD


class Lumped(events.Event):
    """So much text came at once that it is a paste, unless somebody writes into a field: then `keys`."""

    def __init__(self, text: str, keys: tuple[events.Key, ...]) -> None:
        super().__init__()
        self.text = text.replace("\r", "\n")
        self.keys = keys

    @property
    def lines(self) -> int:
        """How many lines of it are not empty."""
        return sum(map(bool, self.text.split("\n")))


class InOnePiece(events.Event):
    """ESC and a key came at once: `alt` where somebody writes into a field, elsewhere Esc and then `keys`."""

    def __init__(self, alt: tuple[events.Key, ...], keys: tuple[events.Key, ...]) -> None:
        super().__init__()
        self.alt = alt
        self.keys = (events.Key("escape", "\x1b"), *keys)
