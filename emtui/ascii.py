"""Conversion of text to ASCII, for terminals and locales without Unicode.

The width is kept: a character of two cells becomes two, combining marks are dropped. Characters without an
equivalent become `?`.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache

from emtui import text_format

ASCII_EQUIVALENTS = {
    "■": "X",
    "▲": "!",
    "►": "*",
    "○": "o",
    "·": ".",
    "▌": ">",
    "▄": "_",
    "█": "#",
    "░": ":",
    "▒": "=",
    "▓": "%",
    "▐": "[",
    "─": "-",
    "│": "|",
    "┬": "+",
    "┴": "+",
    "┼": "+",
    "›": "/",
    "‹": "<",
    "…": "~",
    "×": "x",
    "±": "~",
    "–": "-",
    "—": "-",
    "−": "-",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "⏎": "|",
    "•": "-",
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
"""Characters that emtui draws and that servers often send; the arrows show sort orders."""
UNKNOWN_CHARACTER = "?"
ERROR_HANDLER_NAME = "emtui.ascii"
"""Name of the codec error handler that replaces characters which cannot be encoded."""


def to_ascii(text: str) -> str:
    """`text` in ASCII, with the same width in cells."""
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
