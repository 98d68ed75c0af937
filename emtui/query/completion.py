"""Completion of queries: keys and type names, then values.

Every suggestion is a valid term or a key that needs a value. Suggestions start with the typed text, or
contain it if none starts with it. Older names of values are accepted but not suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.query.parser import KEYS, term
from emtui.query.query_context import IS
from emtui.query.quoting import is_open, last_term, unquoted
from emtui.query.states import offered_states
from emtui.text_format import folded

_KEYED = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_LISTS = frozenset({"state", "type", "is"})
"""Keys that accept several values, separated by commas."""
_LONG_ENOUGH = 3
"""Characters of a word from which on names that contain it are suggested."""
_NUMBER, _COMPARED = re.compile("[0-9]{1,3}"), re.compile("[<>]?=?[0-9]{1,3}")
_TIMES = ("15m", "1h", "8h", "24h", "7d", "30d")
_UNITS = ("m", "h", "d", "s")
_LENGTHS = (">1m", ">10m", ">1h", "<1m")
_RATIOS = (">1.5", ">2", ">3", ">10")


@dataclass(frozen=True, slots=True)
class Offers:
    """Names from the current list: of its session types, and of the states that the server sent."""

    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """The part of a text from `start` to `end`, and its possible replacements, best first."""

    start: int
    end: int
    words: tuple[str, ...] = ()

    def applied(self, text: str, place: int) -> tuple[str, int]:
        """The text with one of the words inserted, and the new cursor position."""
        word = self.words[place % len(self.words)]
        return text[: self.start] + word + text[self.end :], self.start + len(word)


def complete(text: str, cursor: int, offers: Offers) -> Completion:
    """The suggestions at this cursor position."""
    raw = last_term(text[:cursor])
    turned = 1 if raw[:1] in {"-", "!"} else 0
    body, start = raw[turned:], cursor - len(raw) + turned
    keyed = _KEYED.fullmatch(body)
    if not keyed:
        return Completion(start, cursor, _bare(body, offers))
    key, value = keyed[1].lower(), keyed[2]
    last = value[_last_part(value) :] if key in _LISTS else value
    words = tuple(word for word in _values(key, last, offers) if word != last)
    return Completion(cursor - len(last), cursor, words)


def without_key(text: str, cursor: int) -> str:
    """The text without the word at the cursor if it is a key without a value, or a prefix of a key.

    Otherwise the start of `took:>10m` would be searched for as the word `too` while it is typed.
    """
    raw = last_term(text[:cursor])
    body = raw.lstrip("-!").lower()
    begun = bool(body) and any(f"{key}:".startswith(body) for key in KEYS)
    if not begun or not (text[cursor : cursor + 1] or " ").isspace():
        return text
    return text[: cursor - len(raw)] + text[cursor:]


def _last_part(value: str) -> int:
    """Where the last value of a comma list begins; a quoted value is completed as a whole."""
    commas = (place for place, char in enumerate(value) if char == "," and not is_open(value[:place]))
    return max((place + 1 for place in commas), default=0)


def _bare(typed: str, offers: Offers) -> tuple[str, ...]:
    """Keys, and session types once something is typed."""
    keys = tuple(f"{key}:" for key in KEYS if key.startswith(typed.lower()))
    if not typed or '"' in typed:
        return () if typed else keys
    fitting = _fitting if len(typed) >= _LONG_ENOUGH else _beginning
    return (*keys, *(term("type", name) for name in fitting(typed, offers.types)))


def _values(key: str, typed: str, offers: Offers) -> Sequence[str]:
    match key:
        case "state":
            return [
                term("", name) for name in _fitting(unquoted(typed), offered_states(typed, offers.states))
            ]
        case "type":
            return [term("", name) for name in _fitting(unquoted(typed), offers.types)]
        case "is":
            return _fitting(typed, IS)
        case "since" | "before" | "until":
            return _counted(typed, _TIMES, _NUMBER)
        case "took":
            return _counted(typed, _LENGTHS, _COMPARED)
        case "ratio":
            return _beginning(typed, _RATIOS)
        case _:
            return ()


def _fitting(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that start with the typed text, ignoring case; if none does, those that contain it."""
    every = tuple(dict.fromkeys(map(str, names)))
    found = _beginning(typed, every)
    return found or tuple(name for name in every if folded(typed) in folded(name))


def _beginning(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that start with the typed text, ignoring case."""
    return tuple(name for name in names if folded(name).startswith(folded(typed)))


def _counted(typed: str, known: tuple[str, ...], number: re.Pattern[str]) -> tuple[str, ...]:
    """Common durations; after a number, its possible units."""
    if not number.fullmatch(typed):
        return _beginning(typed, known)
    return tuple(dict.fromkeys((*_beginning(typed, known), *(typed + unit for unit in _UNITS))))
