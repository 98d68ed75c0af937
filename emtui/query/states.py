"""Values of `state:`: outcomes, the documented states of every family, and states from the list.

A value that is neither an outcome nor documented can only be checked against the list. Before the first
list it is accepted; the first list then decides, once for each term.
"""

from __future__ import annotations

from collections.abc import Iterable

from emtui.em.model import STATE_VALUES, Outcome, Session
from emtui.query.query_context import SessionPredicate
from emtui.query.query_errors import InvalidQueryError, closest_match
from emtui.text_format import fold_text

_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
SYSTEM_STATE_WORDS = ("InProgress", "CompletedSuccessfully", "CompletedWarning", "Error")
"""States of system sessions that are not outcomes; those of other families are not suggested."""
MAX_STATE_WORDS = 100
"""Maximum number of states of a list that are suggested; a server has a dozen."""


_DOCUMENTED_WORDS = frozenset(map(fold_text, STATE_VALUES))


def needs_listed_words(value: str) -> bool:
    """Whether a name in this value is neither an outcome nor documented."""
    return any(
        name not in _OUTCOMES and name not in _DOCUMENTED_WORDS
        for name in map(fold_text, _split_words(value))
    )


def state_test(value: str, listed_words: Iterable[str] | None) -> SessionPredicate:
    """A test of outcome, State and Result for a comma list.

    `listed_words` are the states of the list, `None` before the first one. Raises `InvalidQueryError` for
    unknown names.
    """
    names = _split_words(value)
    if listed_words is not None and needs_listed_words(value):
        names = _check_words(value, names, tuple(listed_words))
    folded_words = frozenset(map(fold_text, (*names, value.strip())))
    outcomes = frozenset(_OUTCOMES[name] for name in folded_words if name in _OUTCOMES)
    words = folded_words - _OUTCOMES.keys()
    cache: dict[tuple[str | None, str | None, bool, bool], bool] = {}

    def test(session: Session) -> bool:
        """Cached by state: each key press tests the whole list, and thousands of sessions have the same."""
        result = session.result
        cache_key = session.state, result.value, result.is_canceled, session.ended is not None
        is_match = cache.get(cache_key)
        if is_match is None:
            session_words = (session.state, result.value)
            is_match = session.outcome in outcomes or any(
                fold_text(word) in words for word in session_words if word
            )
            cache[cache_key] = is_match
        return is_match

    return test


def _split_words(value: str) -> list[str]:
    return [name for part in value.split(",") if (name := part.strip())]


def _check_words(value: str, names: list[str], listed_words: tuple[str, ...]) -> list[str]:
    """The names if each one is known; a state of the server may contain commas."""
    folded_listed_words = frozenset(map(fold_text, listed_words))
    if fold_text(value.strip()) in folded_listed_words:
        return []
    for name in names:
        if needs_listed_words(name) and fold_text(name) not in folded_listed_words:
            raise InvalidQueryError(
                f"{name!r} is not a state: {_suggest(name, listed_words[:MAX_STATE_WORDS])}", name
            )
    return names


def _suggest(name: str, listed_words: tuple[str, ...]) -> str:
    """The nearest known state, else all of them."""
    if suggestion := closest_match(name, (*STATE_VALUES, *listed_words, *Outcome)):
        return f"did you mean {suggestion}?"
    words = [word for word in listed_words if fold_text(word) not in _OUTCOMES]
    listed_phrase = f"; states in the list: {', '.join(words)}" if words else ""
    return f"valid values are {', '.join(Outcome)}{listed_phrase}."


def suggested_states(typed: str, listed_words: Iterable[str]) -> tuple[str, ...]:
    """Suggestions: outcomes, and after a first letter also the states of the list."""
    words: dict[str, str] = {str(outcome): str(outcome) for outcome in Outcome}
    if typed:
        for word in (*listed_words, *SYSTEM_STATE_WORDS):
            words.setdefault(fold_text(word), word)
    return tuple(words.values())


def completable_words(listed_words: Iterable[str]) -> tuple[str, ...]:
    """The states of the list that can be suggested."""
    completable = [
        word for word in listed_words if word.isprintable() and '"' not in word and "," not in word
    ]
    return tuple(sorted(completable, key=str.casefold)[:MAX_STATE_WORDS])
