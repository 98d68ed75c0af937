"""What `state:` takes: outcomes, the documented words of every family, and whatever the server said.

A word that is neither of the first two may be the server's own, which only its list can tell. Before the
list is there such a word is let through; the first list then decides, once for each term.
"""

from __future__ import annotations

from collections.abc import Iterable

from emtui.em.model import STATE_WORDS, Outcome, Session
from emtui.query.query_context import Test
from emtui.query.query_errors import BadQuery, nearest
from emtui.text_format import folded

_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
SYSTEM_WORDS = ("InProgress", "CompletedSuccessfully", "CompletedWarning", "Error")
"""What a system session may say that is no outcome: the words of other families are not offered."""
MOST = 100
"""Words of a list that are offered and named: a server has a dozen."""


_DOCUMENTED = frozenset(map(folded, STATE_WORDS))


def only_the_list_tells(value: str) -> bool:
    """Whether a word of this value is neither an outcome nor documented."""
    return any(name not in _OUTCOMES and name not in _DOCUMENTED for name in map(folded, _names(value)))


def state_test(value: str, said: Iterable[str] | None) -> Test:
    """A test of outcome, State and Result for a comma list.

    `said` are the words of the list, once it is there. Raises `BadQuery` for a word that is none of them.
    """
    names = _names(value)
    if said is not None and only_the_list_tells(value):
        names = _checked(value, names, tuple(said))
    wanted = frozenset(map(folded, (*names, value.strip())))
    outcomes = frozenset(_OUTCOMES[name] for name in wanted if name in _OUTCOMES)
    words = wanted - _OUTCOMES.keys()
    known: dict[tuple[str | None, str | None, bool, bool], bool] = {}

    def test(session: Session) -> bool:
        """Every key goes through the whole list with this, and thousands of sessions have the same words."""
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
    """The names, if each of them is known; one word of the server may have commas in it."""
    listed = frozenset(map(folded, said))
    if folded(value.strip()) in listed:
        return []
    for name in names:
        if only_the_list_tells(name) and folded(name) not in listed:
            raise BadQuery(f"{name!r} is not a state: {_instead(name, said[:MOST])}", name)
    return names


def _instead(name: str, said: tuple[str, ...]) -> str:
    """What was probably meant, else what there is."""
    if guess := nearest(name, (*STATE_WORDS, *said, *Outcome)):
        return f"did you mean {guess}?"
    words = [word for word in said if folded(word) not in _OUTCOMES]
    listed = f"; the list says {', '.join(words)}" if words else ""
    return f"known are {', '.join(Outcome)}{listed}."


def offered_states(typed: str, said: Iterable[str]) -> tuple[str, ...]:
    """What may be typed: outcomes; after a first letter the server's words, too, as the list has them."""
    words: dict[str, str] = {str(outcome): str(outcome) for outcome in Outcome}
    if typed:
        for word in (*said, *SYSTEM_WORDS):
            words.setdefault(folded(word), word)
    return tuple(words.values())


def readable(said: Iterable[str]) -> tuple[str, ...]:
    """Those of the list's words that a query can be completed with."""
    fit = [word for word in said if word.isprintable() and '"' not in word and "," not in word]
    return tuple(sorted(fit, key=str.casefold)[:MOST])
