"""Text with nothing but ASCII in it, for terminals and locales that have no more.

As wide as it was: what takes one cell becomes one character, what takes two becomes
two, and a mark that takes none is left out. What is unknown is a `?`, never nothing.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache

from emtui import text_format

ASCII_EQUIVALENTS = {
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
UNKNOWN_CHARACTER = "?"
ERROR_HANDLER_NAME = "emtui.ascii"
"""The name of how an encoding may treat what it has no bytes for."""


def to_ascii(text: str) -> str:
    """`text` in ASCII, in as many cells."""
    return text if text.isascii() else "".join(map(_to_ascii_char, text))


@lru_cache(maxsize=4096)
def _to_ascii_char(char: str) -> str:
    if char.isascii():
        return char
    width = text_format.cell_width(char)
    base = unicodedata.normalize("NFD", char)[0]
    return ASCII_EQUIVALENTS.get(char) or (
        base if width == 1 and base.isascii() else UNKNOWN_CHARACTER * width
    )


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end


codecs.register_error(ERROR_HANDLER_NAME, _replace_unencodable)
