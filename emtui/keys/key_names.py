"""Reads the names of keys that people write: `ctrl+r`, `C-r`, `F5`, `/`; the screens start without it."""

from __future__ import annotations

import unicodedata

from emtui.keys.keymap import CHARACTER_LABELS, NAMED_LABELS, UNICODE_NAMES, key_label, types_text

_OTHER_NAMES = {
    "return": "enter",
    "esc": "escape",
    "spacebar": "space",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "pgup": "pageup",
    "page_up": "pageup",
    "ins": "insert",
    "del": "delete",
    "bs": "backspace",
    "period": "full_stop",
    "dot": "full_stop",
}
"""Other names that people write."""
_WITH_MODIFIERS = (
    *("down", "up", "left", "right", "pagedown", "pageup", "home", "end", "insert", "delete"),
    *(f"f{number}" for number in range(1, 13) if number != 3),
)
"""Keys that terminals report together with ctrl, alt and shift; F3 with them looks like a cursor position."""
_CTRL_TWINS = {"i": "tab", "m": "enter", "h": "backspace", "[": "escape", "left_square_bracket": "escape"}
"""What a terminal reports for ctrl with these."""
_MODIFIERS = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "c": "ctrl",
    "alt": "alt",
    "meta": "alt",
    "m": "alt",
    "a": "alt",
    "shift": "shift",
    "s": "shift",
}
EXAMPLES = "Write one character or a name such as ctrl+r, f7, space or pagedown."


class InvalidKeyError(ValueError):
    """The text names no key that terminals report; the message ends a sentence that names it."""


def _character_key(character: str) -> str:
    """Return Textual's name of the key that types this character."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return next((short for short, full in UNICODE_NAMES.items() if full == name), name)


def is_special_key(key: str) -> bool:
    """Whether a key types no character, on any keyboard layout, and is not held with another one."""
    return key in NAMED_LABELS


def is_non_latin_key(character: str) -> bool:
    """Whether this is a letter or digit of a non-Latin keyboard layout, such as `й` or `ω`."""
    return (
        character >= "\u0370"
        and character.isalnum()
        and not unicodedata.name(character, "").startswith("LATIN ")
    )


def parse_key(text: str) -> str:
    """Return Textual's name of a key as people write it, or of its label. Raises `InvalidKeyError`."""
    text = text if text == " " else text.strip()
    if not text:
        raise InvalidKeyError(f"is not a key. {EXAMPLES}")
    if len(text) == 1:
        return _parse_character(text)
    if text.startswith("^") and len(text) == 2:
        text = f"ctrl+{text[1]}"
    modifiers, base = _split_modifiers(text)
    if not modifiers:
        return _parse_name(base)
    return _with_modifiers(modifiers, base)


def _parse_character(character: str) -> str:
    if not character.isprintable():
        raise InvalidKeyError(f"is not a key. {EXAMPLES}")
    return _character_key(character)


def _parse_name(text: str) -> str:
    name = text.lower()
    name = _OTHER_NAMES.get(name, name)
    if name not in NAMED_LABELS and name not in CHARACTER_LABELS:
        raise InvalidKeyError(f"is not a key. {EXAMPLES}")
    return name


def _split_modifiers(text: str) -> tuple[set[str], str]:
    """Split `ctrl+shift+f12` or `C-S-f12`; without modifiers the text is the name of the key itself."""
    sign = "+" if "+" in text[1:-1] else "-"
    *heads, base = text[:-1].split(sign)
    base += text[-1]
    modifiers = {_MODIFIERS.get(head.strip().lower(), "") for head in heads}
    return (modifiers, base.strip()) if modifiers and "" not in modifiers else (set(), text)


def _with_modifiers(modifiers: set[str], base: str) -> str:
    key = parse_key(base)
    if key in _WITH_MODIFIERS or (key == "tab" and modifiers == {"shift"}):
        return "+".join([*sorted(modifiers), key])
    if len(key) == 1 and key.isascii() and key.isalpha():
        if modifiers == {"shift"}:
            return key.upper()
        if modifiers == {"ctrl"}:
            return _ctrl_letter(key.lower())
    if modifiers == {"ctrl"} and key in _CTRL_TWINS:
        return _ctrl_letter(key)
    if modifiers == {"shift"} and types_text(key) and key != "space":
        raise InvalidKeyError("is not a key. Write the character that it types, such as ! for shift+1.")
    if modifiers == {"alt"} and types_text(key):
        raise InvalidKeyError(
            f"cannot be used: many terminals send Esc and then {key_label(key)}. {EXAMPLES}"
        )
    raise InvalidKeyError(f"cannot be used: many terminals do not report it. {EXAMPLES}")


def _ctrl_letter(letter: str) -> str:
    if twin := _CTRL_TWINS.get(letter):
        raise InvalidKeyError(f"cannot be used: a terminal reports it as {key_label(twin)}. {EXAMPLES}")
    return f"ctrl+{letter}"
