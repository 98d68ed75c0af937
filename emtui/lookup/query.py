"""The query language: words and `key:value`, all of which must hold.

A word stands for itself in name, type, message, state, result, outcome or id,
without case; `"…"` keeps blanks together; a `-` or `!` in front turns a term round.
Keys: `state: type: since: until: message: name: id:`. The options of the command
line are the same thing under other names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from emtui.em.model import SYSTEM_URN, Outcome, Session, find_guid
from emtui.lookup.bad import BadQuery, meant, nearest
from emtui.lookup.moments import parse_moment
from emtui.lookup.types import type_test

KEYS = ("state", "type", "since", "until", "message", "name", "id")

Test = Callable[[Session], bool]
"""Whether a session satisfies one term."""

_CONTAINED = frozenset({"", "message", "name"})
"""Keys of terms that look for a text within another."""
_RELATIVE = frozenset({"since", "until"})
"""Keys of which the same text means another moment later on."""
_ALIKE = 4096
"""Of how many kinds of sessions it is remembered whether a word stands in them."""
_UID_LENGTH = len(SYSTEM_URN) + 36
"""What is as long as this is the prefix and a GUID."""
_OF_GUID = re.compile(r"[0-9a-f-]*")
_SERVER_STATES = ("InProgress", "CompletedSuccessfully", "CompletedWarning", "Failed", "Error")
_TERM = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_KEYED = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_NEEDS_QUOTES = re.compile(r"\s|^$|^[-!].|^[A-Za-z_]+:|^[A-Za-z]+://")
_TIMES = "write 30s, 15m, 24h, 7d, 02:10 or 2026-11-23T02:10"


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it would be typed again, its key (empty for a word), and what it asks.

    `needle` is the text that it looks for, if a longer one can only be found in fewer sessions;
    `at` the moment that it means, if it means one.
    """

    text: str
    key: str
    test: Test
    needle: str = ""
    at: datetime | None = None

    def narrows(self, other: Term) -> bool:
        """Whether all that satisfy this one are sure to satisfy the other."""
        if self.key != other.key or self.key in _RELATIVE:
            return self is other
        return self.text == other.text or bool(other.needle and other.needle in self.needle)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read."""

    terms: tuple[Term, ...] = ()

    @property
    def text(self) -> str:
        """The query as it would be typed again; the same text means the same query."""
        return " ".join(term.text for term in self.terms)

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.terms

    @property
    def keys(self) -> frozenset[str]:
        """The keys that stand in it."""
        return frozenset(term.key for term in self.terms if term.key)

    def only(self, keys: frozenset[str]) -> Query:
        """The part of it that has these keys."""
        return Query(tuple(term for term in self.terms if term.key in keys))

    def narrows(self, other: Query) -> bool:
        """Whether it is sure to match only what the other matches."""
        return all(any(mine.narrows(term) for mine in self.terms) for term in other.terms)

    def matches(self, session: Session) -> bool:
        """Whether every term holds."""
        return all(term.test(session) for term in self.terms)


def haystack(session: Session) -> str:
    """Where words are looked for, folded."""
    result = session.result
    said = (
        session.name,
        session.type,
        result.message,
        session.state,
        result.word,
        session.outcome,
        session.id,
    )
    return "\n".join(filter(None, said)).casefold()


def term(key: str, value: str) -> str:
    """`key:value` as it is typed in a query, quoted where it must be."""
    return f"{key}:{_quoted(value)}" if key else _quoted(value)


def _quoted(value: str) -> str:
    plain = value.replace('"', "")
    return f'"{plain}"' if _NEEDS_QUOTES.search(plain) else plain


@dataclass(frozen=True, slots=True)
class _Reader:
    now: datetime
    zone: tzinfo

    def term(self, turned: bool, key: str, value: str) -> Term:
        test = self.test(key, value)
        text = term(key, value)
        at = self._moment(key, value) if key in _RELATIVE else None
        if turned:
            return Term(f"-{text}", key, _not(test), at=at)
        return Term(text, key, test, value.casefold() if key in _CONTAINED else "", at)

    def test(self, key: str, value: str) -> Test:
        if key and not value.strip():
            raise BadQuery(f"{key}: needs a value after it.", f"{key}:")
        match key:
            case "state":
                return _state_test(value)
            case "type":
                fits = type_test(value)
                return lambda session: fits(session.type)
            case "since":
                since = self._moment(key, value)
                return lambda s: s.running or (s.started is not None and s.started >= since)
            case "until":
                until = self._moment(key, value)
                return lambda s: s.started is not None and s.started <= until
            case _:
                return _text_test(key, value.casefold())

    def _moment(self, key: str, value: str) -> datetime:
        try:
            return parse_moment(value.strip(), now=self.now, zone=self.zone, last=key == "until")
        except ValueError:
            raise BadQuery(f"{key}:{value} is not a time: {_TIMES}.", f"{key}:{value}") from None


def _text_test(key: str, needle: str) -> Test:
    match key:
        case "message":
            return lambda session: needle in (session.message or "").casefold()
        case "name":
            return lambda session: needle in (session.name or "").casefold()
        case "id":
            start = find_guid(needle) or needle
            return lambda session: session.id.startswith(start)
        case _:
            return _word_test(needle)


def _word_test(needle: str) -> Test:
    """Whether it stands in the haystack, without making one for each session: most of it is alike in many.

    Every key goes through the whole list with this, so it is one function, and calls few.
    """
    if "\n" in needle:
        return lambda session: needle in haystack(session)
    known: dict[tuple[object, ...], bool] = {}
    of_guid = _OF_GUID.fullmatch(needle) is not None

    def test(session: Session) -> bool:
        name, result, uid = session.name, session.result, session.uid
        if name and needle in name.casefold():
            return True
        alike = (session.type, session.state, result.word, result.message, result.canceled)
        found = known.get(alike)
        if found is None:
            if len(known) >= _ALIKE:
                known.clear()
            found = known[alike] = _stands_in_common(needle, session)
        if found:
            return True
        if len(uid) != _UID_LENGTH:
            return needle in session.id.casefold()
        return of_guid and needle in uid[len(SYSTEM_URN) :].casefold()

    return test


def _stands_in_common(needle: str, session: Session) -> bool:
    result = session.result
    said = (session.type, result.message, session.state, result.word, session.outcome)
    return any(needle in text.casefold() for text in said if text)


def _state_test(value: str) -> Test:
    outcomes, states = set(), set()
    for name in filter(None, (part.strip().casefold() for part in value.split(","))):
        if name in set(Outcome):
            outcomes.add(Outcome(name))
        elif name in {state.casefold() for state in _SERVER_STATES}:
            states.add(name)
        else:
            known = (*Outcome, *(state for state in _SERVER_STATES if state.casefold() not in set(Outcome)))
            raise BadQuery(f"{name!r} is not a state: {meant(name, known)}", name)
    if not states:
        return lambda session: session.outcome in outcomes
    return lambda session: session.outcome in outcomes or _own_state(session) in states


def _own_state(session: Session) -> str:
    return (session.state or session.result.word or "").casefold()


def parse(text: str, *, now: datetime, zone: tzinfo) -> Query:
    """Read a query; raises `BadQuery` at the first word that cannot be read.

    An unclosed quote reaches to the end, so that a query may be read while it is typed.
    """
    reader = _Reader(now, zone)
    split = [_split(raw) for raw in _TERM.findall(text)]
    return Query(tuple(reader.term(*parts) for parts in split if parts[1] or parts[2]))


def _not(test: Test) -> Test:
    return lambda session: not test(session)


def _split(raw: str) -> tuple[bool, str, str]:
    """Whether the term is turned round, its key (empty for a word) and its value without quotes."""
    turned = len(raw) > 1 and raw[0] in "-!"
    body = raw[1:] if turned else raw
    keyed = _KEYED.fullmatch(body)
    if not keyed:
        return turned, "", body.replace('"', "")
    key, value = keyed[1].lower(), keyed[2].replace('"', "")
    if key in KEYS:
        return turned, key, value
    if guid := find_guid(body):
        return turned, "id", guid
    if value.startswith("//"):
        return turned, "", body.replace('"', "")
    guess = nearest(key, KEYS)
    hint = f"did you mean {guess}:?" if guess else f'put quotes around "{body}" to look for that text.'
    raise BadQuery(f"{keyed[1]}: is no key of a query: {hint}", body)
