"""Completion of queries: keys and type names, then values.

Every suggestion is a valid term or a key that needs a value. Suggestions start with the typed text, or
contain it if none starts with it. Older names of values are accepted but not suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.query.parser import KEYS, format_term
from emtui.query.query_context import IS_WORDS
from emtui.query.quoting import has_open_quote, last_term, unquote
from emtui.query.states import suggested_states
from emtui.text_format import fold_text

_KEY_AND_VALUE = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_LIST_KEYS = frozenset({"state", "type", "is"})
"""Keys that accept several values, separated by commas."""
_MIN_SUBSTRING_LENGTH = 3
"""Characters of a word from which on names that contain it are suggested."""
_NUMBER, _COMPARED_NUMBER = re.compile("[0-9]{1,3}"), re.compile("[<>]?=?[0-9]{1,3}")
_TIME_SUGGESTIONS = ("15m", "1h", "8h", "24h", "7d", "30d")
_UNITS = ("m", "h", "d", "s")
_DURATION_SUGGESTIONS = (">1m", ">10m", ">1h", "<1m")
_RATIO_SUGGESTIONS = (">1.5", ">2", ">3", ">10")


@dataclass(frozen=True, slots=True)
class CompletionCandidates:
    """Names from the current list: of its session types, and of the states that the server sent."""

    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """The part of a text from `start` to `end`, and its possible replacements, best first."""

    start: int
    end: int
    suggestions: tuple[str, ...] = ()

    def apply(self, text: str, index: int) -> tuple[str, int]:
        """The text with one of the words inserted, and the new cursor position."""
        suggestion = self.suggestions[index % len(self.suggestions)]
        return text[: self.start] + suggestion + text[self.end :], self.start + len(suggestion)


def complete(text: str, cursor: int, candidates: CompletionCandidates) -> Completion:
    """The suggestions at this cursor position."""
    raw = last_term(text[:cursor])
    negation_length = 1 if raw[:1] in {"-", "!"} else 0
    body, start = raw[negation_length:], cursor - len(raw) + negation_length
    match = _KEY_AND_VALUE.fullmatch(body)
    if not match:
        return Completion(start, cursor, _complete_bare_word(body, candidates))
    key, value = match[1].lower(), match[2]
    last_value = value[_last_value_start(value) :] if key in _LIST_KEYS else value
    suggestions = tuple(word for word in _complete_value(key, last_value, candidates) if word != last_value)
    return Completion(cursor - len(last_value), cursor, suggestions)


def without_incomplete_key(text: str, cursor: int) -> str:
    """The text without the word at the cursor if it is a key without a value, or a prefix of a key.

    Otherwise the start of `took:>10m` would be searched for as the word `too` while it is typed.
    """
    raw = last_term(text[:cursor])
    key_prefix = raw.lstrip("-!").lower()
    is_key_start = bool(key_prefix) and any(f"{key}:".startswith(key_prefix) for key in KEYS)
    if not is_key_start or not (text[cursor : cursor + 1] or " ").isspace():
        return text
    return text[: cursor - len(raw)] + text[cursor:]


def _last_value_start(value: str) -> int:
    """Where the last value of a comma list begins; a quoted value is completed as a whole."""
    comma_positions = (
        position
        for position, char in enumerate(value)
        if char == "," and not has_open_quote(value[:position])
    )
    return max((position + 1 for position in comma_positions), default=0)


def _complete_bare_word(typed: str, candidates: CompletionCandidates) -> tuple[str, ...]:
    """Keys, and session types once something is typed."""
    keys = tuple(f"{key}:" for key in KEYS if key.startswith(typed.lower()))
    if not typed or '"' in typed:
        return () if typed else keys
    matching = _matching_names if len(typed) >= _MIN_SUBSTRING_LENGTH else _names_with_prefix
    return (*keys, *(format_term("type", name) for name in matching(typed, candidates.types)))


def _complete_value(key: str, typed: str, candidates: CompletionCandidates) -> Sequence[str]:
    match key:
        case "state":
            return [
                format_term("", name)
                for name in _matching_names(unquote(typed), suggested_states(typed, candidates.states))
            ]
        case "type":
            return [format_term("", name) for name in _matching_names(unquote(typed), candidates.types)]
        case "is":
            return _matching_names(typed, IS_WORDS)
        case "since" | "before" | "until":
            return _complete_number(typed, _TIME_SUGGESTIONS, _NUMBER)
        case "took":
            return _complete_number(typed, _DURATION_SUGGESTIONS, _COMPARED_NUMBER)
        case "ratio":
            return _names_with_prefix(typed, _RATIO_SUGGESTIONS)
        case _:
            return ()


def _matching_names(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that start with the typed text, ignoring case; if none does, those that contain it."""
    all_names = tuple(dict.fromkeys(map(str, names)))
    prefix_matches = _names_with_prefix(typed, all_names)
    return prefix_matches or tuple(name for name in all_names if fold_text(typed) in fold_text(name))


def _names_with_prefix(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that start with the typed text, ignoring case."""
    return tuple(name for name in names if fold_text(name).startswith(fold_text(typed)))


def _complete_number(
    typed: str, defaults: tuple[str, ...], number_pattern: re.Pattern[str]
) -> tuple[str, ...]:
    """Common durations; after a number, its possible units."""
    if not number_pattern.fullmatch(typed):
        return _names_with_prefix(typed, defaults)
    return tuple(dict.fromkeys((*_names_with_prefix(typed, defaults), *(typed + unit for unit in _UNITS))))
