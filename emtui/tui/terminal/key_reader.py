"""Turns input tokens into Textual events: keys, pastes and the mouse. It never fails on any input.

Textual's parser raises on numbers out of range, and types out sequences that are longer than it
expects. So reports of the kitty keyboard protocol are read here and passed on in their simplest
form: one number for the key, one for its modifiers, one for its text. Press and repeat become the
key, release is ignored, alternate keys are left out. Other sequences are passed on only if Textual
knows them; for an unknown one the result is `None`, and the caller drops it.
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

from emtui.tui.terminal.input_filter import (
    ESC,
    AltKey,
    BracketedPaste,
    EscapeKey,
    EscapeOrAltKey,
    KeySequence,
    Token,
    UnmarkedPaste,
)
from emtui.tui.terminal.paste_detection import EscapeOrAltEvent, UnmarkedPasteEvent

_REPORT = re.compile(r"\x1b(?:\[([\d:;]*)([u~A-FHPQS])|O([\d;]+)([A-FHPQS]))")
_MOUSE = re.compile(r"\x1b\[<(\d{1,3});(\d{1,4});(\d{1,4})[Mm]")
_MODE = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_SIZE = re.compile(r"\x1b\[48[\d;:]*t")
_IGNORED = re.compile(r"\x1b(?:\[[IO]|\[\d+;\d+R|\[20[01]~|\[<[\d;]*[Mm]|\[M.*|O.)", re.DOTALL)
"""Focus reports, cursor positions, paste markers and other mouse protocols: never requested."""

SHIFT, ALT, CTRL, CAPS_LOCK = 1, 2, 4, 64
_KEY_MODIFIERS = 63
"""Bits of the modifiers that change the key; caps lock and num lock do not."""
_RELEASED = 3
_ESC_CODE, _BACKSPACE_CODE, _CTRL_H_CODE = 27, 127, 8
_KEYPAD = {57409 + index: ord(sign) for index, sign in enumerate("./*-+")} | {
    57415: ord("="),
    57416: ord(","),
}
_KEYPAD |= {57399 + digit: ord("0") + digit for digit in range(10)}
"""Keypad keys that type a character."""
_MAX_CODE_POINT = 0x10FFFF
_PRIVATE_KEYS = range(0xE000, 0xF900)
"""Key numbers that the protocol uses for keys without text."""
_MAX_DIGITS = 7
_MAX_LEGACY_MODIFIER = 16
"""Largest modifier number in the legacy form without a key number."""
_MOUSE_BUTTONS = 128


@dataclass(frozen=True, slots=True)
class ResizeReport:
    """The terminal reported a new size; the size itself is read from the terminal."""


ReadResult: TypeAlias = Sequence[Message | ResizeReport]


class KeyReader:
    """Reads tokens: text, complete sequences, pastes."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def read(self, token: Token) -> ReadResult | None:
        """Return the events of a token: empty if it is to be ignored, None if it is unreadable."""
        match token:
            case EscapeKey():
                return (events.Key("escape", ESC),)
            case AltKey(text):
                return self._alt_events(text)
            case EscapeOrAltKey(text):
                return (EscapeOrAltEvent(self._alt_events(text), self._key_events(text)),)
            case BracketedPaste(text):
                return (events.Paste(text.replace("\x00", "")),)
            case UnmarkedPaste(text):
                return (UnmarkedPasteEvent(text, self._key_events(text)),)
            case KeySequence(text):
                return self._read_sequence(text) if text.startswith(ESC) else self._parse(text)
        return None

    def _read_sequence(self, text: str) -> ReadResult | None:
        if _SIZE.fullmatch(text):
            return (ResizeReport(),)
        if _MODE.fullmatch(text):
            return self._parse(text)
        if mouse := _MOUSE.fullmatch(text):
            return self._parse(text) if int(mouse[1]) < _MOUSE_BUTTONS else ()
        if (known_key := ANSI_SEQUENCES_KEYS.get(text)) and not _REPORT.fullmatch(text):
            is_esc_and_key = isinstance(known_key, tuple) and len(known_key) > 1  # Textual: Esc, then a key
            return () if is_esc_and_key else self._parse(text)
        if _IGNORED.fullmatch(text):
            return ()
        reports = normalize_report(text)
        if reports is None:
            return None
        events_of = [event for report in reports for event in self._parse(report)]
        return events_of if len(reports) == 1 else _composed_text(events_of)

    def _key_events(self, text: str) -> tuple[events.Key, ...]:
        return tuple(event for event in self.read(KeySequence(text)) or () if isinstance(event, events.Key))

    def _alt_events(self, text: str) -> tuple[events.Key, ...]:
        """The same keys together with Alt: they type nothing."""
        return tuple(events.Key(f"alt+{key.key}", None) for key in self._key_events(text))

    def _parse(self, text: str) -> list[Message]:
        try:
            return [event for event in self._parser.feed(text) if _is_expected(event)]
        except Exception:  # noqa: BLE001 - Textual's parser may raise anything, and must be replaced then
            self._parser = XTermParser()
            return []


def _is_expected(event: Message) -> bool:
    return isinstance(
        event,
        events.Key
        | events.MouseEvent
        | messages.TerminalSupportsSynchronizedOutput
        | messages.InBandWindowResize,
    )


def _composed_text(typed: list[Message]) -> ReadResult:
    """Text composed by an input method arrives at once."""
    keys = tuple(event for event in typed if isinstance(event, events.Key))
    return (UnmarkedPasteEvent("".join(key.character or "" for key in keys), keys),) if keys else ()


def normalize_report(sequence: str) -> list[str] | None:
    """Return a key report in the form that Textual reads, one per typed character; None if it is none."""
    report = _REPORT.fullmatch(sequence)
    if not report:
        return None
    numbers, end = (report[1] or report[3] or ""), report[2] or report[4]
    fields = numbers.split(";")
    if len(fields) > 3:
        return None
    key, modifiers_held, typed = (part.split(":") for part in (*fields, "", "")[:3])
    code, modifiers = _parse_number(key[0], 1), _parse_number(modifiers_held[0], 1)
    event_type = _parse_number(modifiers_held[1], 1) if len(modifiers_held) > 1 else 1
    if code is None or modifiers is None or event_type is None or not 0 < event_type <= _RELEASED:
        return None
    if end not in "u~" and len(fields) == 1 and 1 < code <= _MAX_LEGACY_MODIFIER:
        code, modifiers = 1, code  # legacy form: only the modifiers
    if not 0 <= modifiers <= 256:
        return None
    text = "".join(filter(None, map(_printable_character, typed)))
    return [] if event_type == _RELEASED else _key_report(code, max(modifiers - 1, 0), text, end)


def _key_report(code: int, modifiers: int, text: str, end: str) -> list[str] | None:
    if end == "~" and code == _ESC_CODE and text:
        code, end = ord(text), "u"  # as xterm reports other keys
        text = text if modifiers & _KEY_MODIFIERS == SHIFT else ""
    if end == "u":
        code = _BACKSPACE_CODE if code == _CTRL_H_CODE else _KEYPAD.get(code, code)
    is_functional = f"{code}{end}" in FUNCTIONAL_KEYS
    if not is_functional and not (end == "u" and (_printable_character(str(code)) or (code == 0 and text))):
        return None
    modifiers_held = modifiers & _KEY_MODIFIERS
    text = "" if is_functional else _text_of_key(code, modifiers, text)
    if text and modifiers_held & CTRL:
        modifiers_held = 0  # AltGr, as some terminals report it
    head = f"\x1b[{code};{modifiers_held + 1 if modifiers_held else ''};"
    return [f"{head}{ord(character)}{end}" for character in text] or [f"{head}{end}"]


def _text_of_key(code: int, modifiers: int, text: str) -> str:
    """Return the text that a key types: as reported, else derived from key and modifiers."""
    modifiers_held = modifiers & _KEY_MODIFIERS
    if modifiers_held & ~(SHIFT | ALT) and modifiers_held & ~SHIFT != CTRL | ALT:
        return ""
    base_text = chr(code) if code else ""
    if text:
        return "" if modifiers_held & ALT and text.lower() == base_text.lower() else text
    if modifiers_held == 0 and not modifiers & CAPS_LOCK:
        return base_text
    shifted = bool(modifiers_held & SHIFT) is not bool(modifiers & CAPS_LOCK)
    if modifiers_held & ~SHIFT or not base_text.isalpha():
        return base_text if not modifiers_held or base_text == " " else ""
    return base_text.upper() if shifted and len(base_text.upper()) == 1 else base_text


def _parse_number(digits: str, default: int) -> int | None:
    """Parse a number of limited length; `default` where it is missing."""
    return int(digits or default) if len(digits) <= _MAX_DIGITS else None


def _printable_character(digits: str) -> str | None:
    """Return the character with this code point, if it is printable."""
    number = _parse_number(digits, 0)
    if (
        number is None
        or number > _MAX_CODE_POINT
        or number in _PRIVATE_KEYS
        or number in range(0xD800, 0xE000)
    ):
        return None
    return chr(number) if chr(number).isprintable() else None
