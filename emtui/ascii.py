"""Text with nothing but ASCII in it, for terminals and locales that have no more.

As wide as it was: what takes one cell becomes one character, what takes two becomes
two, and a mark that takes none is left out. What is unknown is a `?`, never nothing.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache

from emtui import text_format

PLAIN = {
    "■": "X",
    "▲": "!",
    "►": ">",
    "○": "o",
    "·": ".",
    "›": ">",
    "‹": "<",
    "…": "~",
    "×": "x",
    "±": "~",
    "–": "-",
    "—": "-",
    "−": "-",
    "→": ">",
    "←": "<",
    "↑": "+",
    "↓": "-",
    "⏎": "|",
    "•": "*",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "⟨": "<",
    "⟩": ">",
    "\u00a0": " ",
}
"""What emtui itself draws, and what people's servers often write; the arrows are those of an order."""
UNKNOWN = "?"
ERRORS = "emtui.ascii"
"""The name of how an encoding may treat what it has no bytes for."""


def plain(text: str) -> str:
    """`text` in ASCII, in as many cells."""
    return text if text.isascii() else "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if char.isascii():
        return char
    width = text_format.cells(char)
    bare = unicodedata.normalize("NFD", char)[0]
    return PLAIN.get(char) or (bare if width == 1 and bare.isascii() else UNKNOWN * width)


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(ERRORS, _instead)
