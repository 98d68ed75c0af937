"""Text from the wire, made harmless: nothing that moves, hides or turns what stands beside it.

Control characters become their pictures, invisible and turning ones their names in
brackets, `⟨U+202E⟩`. Newline and tab stay: one-line places show them in their own way.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
"""What stands where a character was that no document may hold."""

INVISIBLE = (
    "\u007f-\u009f"  # DEL and C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # no width, or none seen
    "\u2028\u2029"  # line and paragraph separator
    "\U000e0000-\U000e007f"  # tags
)
"""What is neither a picture nor room on a line: a set for a regular expression."""

_HARMFUL = re.compile(f"\r\n|[\x00-\x08\x0b-\x1f\ud800-\udfff{INVISIBLE}]")


def guarded(text: str) -> str:
    """`text` with U+FFFD for what `clean` would have changed: the last door before a terminal or a file.

    One character for one, so that widths stay as they were reckoned.
    """
    if text.isprintable():
        return text
    return _HARMFUL.sub(lambda found: REPLACEMENT * len(found.group()), text)


def clean(text: str) -> str:
    r"""`text` with nothing in it that a terminal obeys or an eye misses.

    C0 and DEL become control pictures, C1, bidi and zero-width characters `⟨U+202E⟩`,
    `\r\n` a newline, lone surrogates U+FFFD. Cleaning twice changes nothing more.
    """
    if text.isprintable():
        return text
    return _HARMFUL.sub(_harmless, text)


def _harmless(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\r\n":
        return "\n"
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT
    return f"⟨U+{code:04X}⟩"


def brief(text: str, most: int) -> str:
    """`text` cleaned, on one line, of at most `most` characters, for the inside of a sentence."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
