"""What the framework is told of what was typed: keys, pastes and the mouse; nothing that comes makes it fail.

The framework's own parser raises on a number that it cannot use, and types out what is longer than
it expects. So a report of the kitty keyboard protocol is read here, and handed on in the plainest
form: one number for the key, one for its modifiers, one for its text. Pressed and repeated are the
key, released is nothing, alternate keys are left out. Of other sequences only those are handed on
that the framework knows; what nobody knows is `None`, to be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from emtui.tui.inlet import ESC, Alt, Escape, EscapeOrAlt, Heard, Keys, Lump, Pasted
from emtui.tui.lumps import InOnePiece, Lumped

_REPORT = re.compile(r"\x1b(?:\[([\d:;]*)([u~A-FHPQS])|O([\d;]+)([A-FHPQS]))")
_MOUSE = re.compile(r"\x1b\[<(\d{1,3});(\d{1,4});(\d{1,4})[Mm]")
_MODE = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_SIZE = re.compile(r"\x1b\[48[\d;:]*t")
_NOTHING = re.compile(r"\x1b(?:\[[IO]|\[\d+;\d+R|\[20[01]~|\[<[\d;]*[Mm]|\[M.*|O.)", re.DOTALL)
"""Focus, a position of the cursor, what is left of a paste, a mouse that nobody has: nobody asked."""

SHIFT, ALT, CTRL, CAPS_LOCK = 1, 2, 4, 64
_COUNTED = 63
"""The modifiers that make another key; the locks of capitals and numbers do not."""
_RELEASED = 3
_ESCAPED, _BACKSPACE, _CONTROL_H = 27, 127, 8
_KEYPAD = {57409 + place: ord(sign) for place, sign in enumerate("./*-+")} | {
    57415: ord("="),
    57416: ord(","),
}
_KEYPAD |= {57399 + digit: ord("0") + digit for digit in range(10)}
"""Keys of the keypad that type something."""
_LARGEST = 0x10FFFF
_PRIVATE = range(0xE000, 0xF900)
"""Numbers of keys that type nothing, in the protocol."""
_DIGITS = 7
_OLDER = 16
"""The largest number of modifiers in the form without a key."""
_MOUSE_BUTTONS = 128


@dataclass(frozen=True, slots=True)
class Resized:
    """The terminal has said that its size is another one; which, it is asked for."""


Read: TypeAlias = Sequence[Message | Resized]


class KeyReader:
    """Reads what was meant: text, one whole sequence, a paste."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def read(self, heard: Heard) -> Read | None:
        """The events that this is, none if it means nothing here, None if nobody can read it."""
        match heard:
            case Escape():
                return (events.Key("escape", ESC),)
            case Alt(text):
                return self._with_alt(text)
            case EscapeOrAlt(text):
                return (InOnePiece(self._with_alt(text), self._keys(text)),)
            case Pasted(text):
                return (events.Paste(text.replace("\x00", "")),)
            case Lump(text):
                return (Lumped(text, self._keys(text)),)
            case Keys(text):
                return self._sequence(text) if text.startswith(ESC) else self._feed(text)
        return None

    def _sequence(self, text: str) -> Read | None:
        if _SIZE.fullmatch(text):
            return (Resized(),)
        if _MODE.fullmatch(text):
            return self._feed(text)
        if mouse := _MOUSE.fullmatch(text):
            return self._feed(text) if int(mouse[1]) < _MOUSE_BUTTONS else ()
        if (named := ANSI_SEQUENCES_KEYS.get(text)) and not _REPORT.fullmatch(text):
            pressed_apart = isinstance(named, tuple) and len(named) > 1  # Esc and a key, for Alt and a key
            return () if pressed_apart else self._feed(text)
        if _NOTHING.fullmatch(text):
            return ()
        plain = plainest(text)
        if plain is None:
            return None
        events_of = [event for one in plain for event in self._feed(one)]
        return events_of if len(plain) == 1 else _words(events_of)

    def _keys(self, text: str) -> tuple[events.Key, ...]:
        return tuple(event for event in self.read(Keys(text)) or () if isinstance(event, events.Key))

    def _with_alt(self, text: str) -> tuple[events.Key, ...]:
        """The same key, pressed together with Alt: it types nothing."""
        return tuple(events.Key(f"alt+{key.key}", None) for key in self._keys(text))

    def _feed(self, text: str) -> list[Message]:
        try:
            return [event for event in self._parser.feed(text) if _is_of_use(event)]
        except Exception:  # noqa: BLE001 - the framework's parser may raise anything, and is of no use then
            self._parser = XTermParser()
            return []


def _is_of_use(event: Message) -> bool:
    return isinstance(
        event,
        events.Key
        | events.MouseEvent
        | messages.TerminalSupportsSynchronizedOutput
        | messages.InBandWindowResize,
    )


def _words(typed: list[Message]) -> Read:
    """What an input method has put together comes at once."""
    keys = tuple(event for event in typed if isinstance(event, events.Key))
    return (Lumped("".join(key.character or "" for key in keys), keys),) if keys else ()


def plainest(sequence: str) -> list[str] | None:
    """A report of a key as the framework can read it, one for each character typed; None if it is none."""
    report = _REPORT.fullmatch(sequence)
    if not report:
        return None
    numbers, end = (report[1] or report[3] or ""), report[2] or report[4]
    fields = numbers.split(";")
    if len(fields) > 3:
        return None
    key, held, typed = (part.split(":") for part in (*fields, "", "")[:3])
    code, modifiers = _number(key[0], 1), _number(held[0], 1)
    happened = _number(held[1], 1) if len(held) > 1 else 1
    if code is None or modifiers is None or happened is None or not 0 < happened <= _RELEASED:
        return None
    if end not in "u~" and len(fields) == 1 and 1 < code <= _OLDER:
        code, modifiers = 1, code  # an older form: only the modifiers
    if not 0 <= modifiers <= 256:
        return None
    text = "".join(filter(None, map(_character, typed)))
    return [] if happened == _RELEASED else _pressed(code, max(modifiers - 1, 0), text, end)


def _pressed(code: int, modifiers: int, text: str, end: str) -> list[str] | None:
    if end == "~" and code == _ESCAPED and text:
        code, end = ord(text), "u"  # as xterm reports other keys
        text = text if modifiers & _COUNTED == SHIFT else ""
    if end == "u":
        code = _BACKSPACE if code == _CONTROL_H else _KEYPAD.get(code, code)
    named = f"{code}{end}" in FUNCTIONAL_KEYS
    if not named and not (end == "u" and (_character(str(code)) or (code == 0 and text))):
        return None
    held = modifiers & _COUNTED
    text = "" if named else _typed(code, modifiers, text)
    if text and held & CTRL:
        held = 0  # AltGr, as some report it
    head = f"\x1b[{code};{held + 1 if held else ''};"
    return [f"{head}{ord(character)}{end}" for character in text] or [f"{head}{end}"]


def _typed(code: int, modifiers: int, text: str) -> str:
    """What a key types: its own word, unless no text can be meant; else what it stands for."""
    held = modifiers & _COUNTED
    if held & ~(SHIFT | ALT) and held & ~SHIFT != CTRL | ALT:
        return ""
    own = chr(code) if code else ""
    if text:
        return "" if held & ALT and text.lower() == own.lower() else text
    if held == 0 and not modifiers & CAPS_LOCK:
        return own
    shifted = bool(held & SHIFT) is not bool(modifiers & CAPS_LOCK)
    if held & ~SHIFT or not own.isalpha():
        return own if not held or own == " " else ""
    return own.upper() if shifted and len(own.upper()) == 1 else own


def _number(digits: str, otherwise: int) -> int | None:
    """A number that is not too long to be one; `otherwise` where there is none."""
    return int(digits or otherwise) if len(digits) <= _DIGITS else None


def _character(digits: str) -> str | None:
    """The character of this number, if it is one that can be typed."""
    number = _number(digits, 0)
    if number is None or number > _LARGEST or number in _PRIVATE or number in range(0xD800, 0xE000):
        return None
    return chr(number) if chr(number).isprintable() else None
