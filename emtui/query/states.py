"""Values of `state:`: outcomes, the documented states of every family, and states from the list.

A value that is neither an outcome nor documented can only be checked against the list. Before the first
list it is accepted; the first list then decides, once for each term.
"""

from __future__ import annotations

from collections.abc import Iterable

from emtui.em.model import STATE_WORDS, Outcome, Session
from emtui.query.query_context import Test
from emtui.query.query_errors import BadQuery, nearest
from emtui.text_format import folded

_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
SYSTEM_WORDS = ("InProgress", "CompletedSuccessfully", "CompletedWarning", "Error")
"""States of system sessions that are not outcomes; those of other families are not suggested."""
MOST = 100
"""Maximum number of states of a list that are suggested; a server has a dozen."""


_DOCUMENTED = frozenset(map(folded, STATE_WORDS))


def only_the_list_tells(value: str) -> bool:
    """Whether a name in this value is neither an outcome nor documented."""
    return any(name not in _OUTCOMES and name not in _DOCUMENTED for name in map(folded, _names(value)))


def state_test(value: str, said: Iterable[str] | None) -> Test:
    """A test of outcome, State and Result for a comma list.

    `said` are the states of the list, `None` before the first one. Raises `BadQuery` for unknown names.
    """
    names = _names(value)
    if said is not None and only_the_list_tells(value):
        names = _checked(value, names, tuple(said))
    wanted = frozenset(map(folded, (*names, value.strip())))
    outcomes = frozenset(_OUTCOMES[name] for name in wanted if name in _OUTCOMES)
    words = wanted - _OUTCOMES.keys()
    known: dict[tuple[str | None, str | None, bool, bool], bool] = {}

    def test(session: Session) -> bool:
        """Cached by state: each key press tests the whole list, and thousands of sessions have the same."""
        result = session.result
        alike = session.state, result.word, result.canceled, session.ended is not None
        found = known.get(alike)
        if found is None:
            said = (session.state, result.word)
            found = session.outcome in outcomes or any(folded(word) in words for word in said if word)
            known[alike] = found
        return found

    return test


def _names(value: str) -> list[str]:
    return [name for part in value.split(",") if (name := part.strip())]


def _checked(value: str, names: list[str], said: tuple[str, ...]) -> list[str]:
    """The names if each one is known; a state of the server may contain commas."""
    listed = frozenset(map(folded, said))
    if folded(value.strip()) in listed:
        return []
    for name in names:
        if only_the_list_tells(name) and folded(name) not in listed:
            raise BadQuery(f"{name!r} is not a state: {_instead(name, said[:MOST])}", name)
    return names


def _instead(name: str, said: tuple[str, ...]) -> str:
    """The nearest known state, else all of them."""
    if guess := nearest(name, (*STATE_WORDS, *said, *Outcome)):
        return f"did you mean {guess}?"
    words = [word for word in said if folded(word) not in _OUTCOMES]
    listed = f"; states in the list: {', '.join(words)}" if words else ""
    return f"valid values are {', '.join(Outcome)}{listed}."


def offered_states(typed: str, said: Iterable[str]) -> tuple[str, ...]:
    """Suggestions: outcomes, and after a first letter also the states of the list."""
    words: dict[str, str] = {str(outcome): str(outcome) for outcome in Outcome}
    if typed:
        for word in (*said, *SYSTEM_WORDS):
            words.setdefault(folded(word), word)
    return tuple(words.values())


def readable(said: Iterable[str]) -> tuple[str, ...]:
    """The states of the list that can be suggested."""
    fit = [word for word in said if word.isprintable() and '"' not in word and "," not in word]
    return tuple(sorted(fit, key=str.casefold)[:MOST])
