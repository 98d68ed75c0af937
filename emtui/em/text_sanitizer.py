"""Sanitize received text: remove control, invisible and bidirectional characters.

Control characters become control pictures, invisible and bidirectional ones their code point in
brackets, `⟨U+202E⟩`. Newline and tab are kept. Joiners and variation selectors are kept where writing
needs them: between the letters of a script that uses them (Persian, Hindi), in emoji, after ideographs.
Anywhere else they could only deceive.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"
"""Replaces characters that XML does not allow."""

INVISIBLE = (
    "\u007f-\u009f"  # DEL and C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # no width, or none seen
    "\u2028\u2029"  # line and paragraph separator
    "\U000e0000-\U000e007f"  # tags
)
"""Characters without a glyph or a width: a set for a regular expression."""

JOINERS = "\u200c\u200d"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f"
"""Variation selectors, the Mongolian ones last: a set for a regular expression."""

_CONTROLS = "\x00-\x08\x0b-\x1f\ud800-\udfff"
_FLAG = "\U0001f3f4(?:{})\U000e007f".format(
    "|".join("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in ("gbeng", "gbsct", "gbwls"))
)
"""The flags of England, Scotland and Wales: the only ones encoded with tags."""
_UNSAFE = re.compile(f"{_FLAG}|\r\n|[{_CONTROLS}{INVISIBLE}{SELECTORS}]")
_TERMINAL_CONTROLS = re.compile(f"{_FLAG}|\r\n|(?![{JOINERS}])[{_CONTROLS}{INVISIBLE}]")
_SELECTOR = re.compile(f"[{SELECTORS}]")
_JOINING = re.compile(
    "[\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1cff\ua840-\ua8ff"
    "\ua980-\uabff\ufb50-\ufdff\ufe70-\ufefe\U00010a00-\U00010aff\U00010d00-\U00010d3f"
    "\U00010f30-\U00010fdf\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
"""Scripts whose letters change with their neighbors: Arabic, those of India, Mongolian, and others."""
_VIRAMA = 9
"""The combining class of the sign that removes a letter's vowel; a joiner may follow it at a word's end."""
_IDEOGRAPH = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3001\u3002\uff01-\uff1f]"
)
_DOTTED = re.compile("[\u1000-\u109f\uaa60-\uaa7f\ua840-\ua877]")
_EXTRA_EMOJI = frozenset("‼⁉〰〽ℹ")  # noqa: RUF001 - meant
"""Emoji outside the symbol categories of Unicode."""
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_EMOJI = range(0x1F000, 0x1FB00)
_KEYCAP = "\u20e3"


def guard_output(text: str) -> str:
    """`text` with terminal control characters replaced by U+FFFD: the last check before output.

    One character for one, so that widths stay as computed. Joiners and selectors are kept: part of a line
    does not show whether they are in place.
    """
    if text.isprintable():
        return text
    return _TERMINAL_CONTROLS.sub(
        lambda found: found[0] if found[0][0] == "\U0001f3f4" else REPLACEMENT * len(found[0]), text
    )


def clean(text: str) -> str:
    r"""`text` without terminal control characters and invisible characters.

    C0 and DEL become control pictures, C1, bidi and zero-width characters `⟨U+202E⟩`,
    `\r\n` a newline, lone surrogates U+FFFD. Cleaning twice changes nothing more.
    """
    if text.isprintable() and (text.isascii() or not _SELECTOR.search(text)):
        return text
    return _UNSAFE.sub(_make_harmless, text)


def is_valid_joiner(text: str, index: int) -> bool:
    """Whether the character at this index is a joiner or variation selector with a legitimate use there."""
    if index == 0:
        return False
    previous, char, following = text[index - 1], text[index], text[index + 1 : index + 2]
    if char not in JOINERS:
        return bool(_SELECTOR.fullmatch(char)) and _is_valid_selector(previous, char, following)
    if unicodedata.combining(previous) == _VIRAMA:
        return True
    if char == "\u200d" and _is_emoji(following):
        base = text[max(index - 2, 0)] if _SELECTOR.fullmatch(previous) else previous
        return _is_emoji(base) or ord(previous) in _SKIN_TONES
    if not (_JOINING.fullmatch(following) and _is_letter(previous) and _is_letter(following)):
        return False
    return char == "\u200c" or bool(_JOINING.fullmatch(previous))


def _is_letter(char: str) -> bool:
    """Whether this is a letter, a mark or a digit: `VM` may have a Persian ending after a joiner."""
    return unicodedata.category(char)[0] in "LMN" and not _SELECTOR.fullmatch(char)


def _is_emoji(char: str) -> bool:
    """Whether this is a symbol that may be part of an emoji, also of later Unicode versions."""
    code = ord(char) if char else 0
    return code in _EMOJI or (0x2190 <= code <= 0x3299 and unicodedata.category(char) in {"So", "Sm"})


def _is_valid_selector(previous: str, selector: str, following: str) -> bool:
    code = ord(selector)
    if code < 0xFE00:
        return "\u1800" <= previous <= "\u18af" and _is_letter(previous)
    if _IDEOGRAPH.fullmatch(previous):
        return True
    if code >= 0xE0100:
        return False
    if previous in "0123456789#*":
        return following == _KEYCAP
    if _DOTTED.fullmatch(previous):
        return code == 0xFE00
    symbol = unicodedata.category(previous) in {"So", "Sm"} and not previous.isascii()
    return symbol or previous in _EXTRA_EMOJI or _is_emoji(previous)


def _make_harmless(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\r\n":
        return "\n"
    if len(character) > 1:
        return character  # a flag
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT
    if is_valid_joiner(match.string, match.start()):
        return character
    return f"⟨U+{code:04X}⟩"


def shorten(text: str, max_length: int) -> str:
    """`text` cleaned, on one line, shortened to `max_length` characters, for use in a sentence."""
    line = " ".join(clean(text).split())
    return line if len(line) <= max_length else line[: max_length - 1] + "…"
