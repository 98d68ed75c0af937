"""Parser of the query language: words and `key:value` terms.

A word matches as text (`text_match`), `"…"` quotes blanks (`quoting`), and a leading `-` or `!` negates
a term. The filter options of the command line are translated into such terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import find_guid
from emtui.query.query_context import NOTHING, STATES, TYPES, Beyond, Test, beyond_test, rests_on
from emtui.query.query_errors import BadQuery, nearest
from emtui.query.quoting import quoted, split, unquoted
from emtui.query.session_query import MOMENTS, Query, Term
from emtui.query.states import only_the_list_tells, state_test
from emtui.query.text_match import text_test
from emtui.query.time_parsing import NotTwice, NotTwiceNow, parse_moment
from emtui.query.type_aliases import Named, is_listed, named_by, needs_list, type_test

KEYS = ("state", "type", "since", "before", "until", "took", "ratio", "is", "message", "name", "id")

_CONTAINED = frozenset({"", "message", "name"})
"""Keys whose terms match a part of a text; the empty key is a word."""
_KEYED = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_TIMES = 'write 30s, 15m, 24h, 7d, 02:10, "Sat 02:10" or 2026-11-23T02:10'


def term(key: str, value: str) -> str:
    """`key:value` as it is typed in a query, quoted if necessary."""
    return f"{key}:{quoted(value)}" if key else quoted(value)


@dataclass(frozen=True, slots=True)
class _Reader:
    now: datetime
    zone: tzinfo
    beyond: Beyond
    lenient: bool = False
    """Whether to accept times that are invalid only at this `now`; they are read as `now`."""
    settled: bool = False
    """Whether type names were checked against a list: later lists reject none of them."""

    def upon(self, beyond: Beyond) -> _Reader:
        """The same with another context; without a time of its own it gets the time of this reader."""
        settled = self.settled or self.beyond.types is not None
        return replace(self, beyond=beyond if beyond.now else replace(beyond, now=self.now), settled=settled)

    def term(self, turned: bool, key: str, value: str, named: Named | None = None) -> Term:
        """One term; `named` is the type that a word names together with adjacent words."""
        is_own = named is not None and is_listed(named.words, self.beyond.types)
        test, basis = self._test(key, value, named.type if named and not is_own else "")
        parts, text = self._parts(key, value, named), term(key, value)
        needle = text_format.folded(value) if key in _CONTAINED and not turned and not named else ""
        return Term(
            f"-{text}" if turned else text,
            key,
            _not(test) if turned else test,
            needle,
            (*basis, *self.beyond.parts(parts)),
            (lambda beyond: self.upon(beyond).term(turned, key, value, named)) if parts else None,
            parts,
        )

    def _parts(self, key: str, value: str, named: Named | None) -> tuple[str, ...]:
        """The parts of the context that the term depends on; for a state, the list until it was checked."""
        if key == "state" and self.beyond.states is None and only_the_list_tells(value):
            return (STATES,)
        if named or (key == "type" and needs_list(value)):
            return (TYPES,)
        return rests_on(key, value)

    def _test(self, key: str, value: str, kind: str) -> tuple[Test, tuple[object, ...]]:
        """The test of a term, and what its result depends on besides its text."""
        if key and not (value if key in _CONTAINED else value.strip()):
            raise BadQuery(f"{key}: needs a value.", f"{key}:")
        match key:
            case "state":
                return state_test(value, self.beyond.states), ()
            case "type":
                fits = type_test(value, self.beyond.types, settled=self.settled)
                return lambda session: fits(session.type), ()
            case _ if key in MOMENTS:
                moment = self._moment(key, value)
                return _moment_test(key, moment), (moment,)
            case "took" | "ratio" | "is":
                return beyond_test(key, value, self.beyond, self.beyond.now or self.now), ()
            case _:
                return text_test(key, text_format.folded(value), kind), (kind,) if kind else ()

    def _moment(self, key: str, value: str) -> datetime:
        try:
            return parse_moment(value.strip(), now=self.now, zone=self.zone, last=key == "until")
        except NotTwice as problem:
            if self.lenient and isinstance(problem, NotTwiceNow):
                return self.now
            raise BadQuery(f"{key}:{value}: {problem}", f"{key}:{value}") from None
        except ValueError:
            raise BadQuery(
                f"{key}:{value} is not a time: {_TIMES}.", f"{key}:{value}", f'{key}:"Sat 02:10"'
            ) from None


def _moment_test(key: str, moment: datetime) -> Test:
    match key:
        case "since":
            return lambda s: s.running or (s.started is not None and s.started >= moment)
        case "before":
            return lambda s: s.started is not None and s.started < moment
        case _:
            return lambda s: s.started is not None and s.started <= moment


def parse(
    text: str, *, now: datetime, zone: tzinfo, beyond: Beyond = NOTHING, lenient: bool = False
) -> Query:
    """Parse a query; raises `BadQuery` with the position of the first invalid word.

    An unclosed quote extends to the end, so that a query can be parsed while it is typed. `lenient`
    accepts times that are invalid only at this `now`: for a query that is parsed before the server's clock
    is known, and again after that.
    """
    reader, terms = _Reader(now, zone, NOTHING, lenient).upon(beyond), []
    texts = split(text)
    kinds = _kinds([found[0] for found in texts])
    for place, found in enumerate(texts):
        try:
            turned, key, value = _split(found[0])
            if key or value:
                terms.append(reader.term(turned, key, value, kinds.get(place)))
        except BadQuery as error:
            error.at = _place_of(error.word, text, *found.span())
            raise
    return Query(tuple(terms))


def _place_of(word: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the invalid word: where it is a value, else where it occurs, else the whole term."""
    if not word:
        return start, end
    value = re.compile(rf'(?<=[:,"\s]){re.escape(word)}(?=[,"\s]|\Z)', re.IGNORECASE)
    occurrence = re.compile(re.escape(word), re.IGNORECASE)
    found = value.search(text, start, end) or occurrence.search(text, start, end)
    return found.span() if found else (start, end)


def _kinds(raws: list[str]) -> dict[int, Named]:
    """The types that adjacent bare words name together, by the positions of the words."""
    found: dict[int, Named] = {}
    row: list[tuple[int, str]] = []
    for place, raw in [*enumerate(raws), (len(raws), "-end")]:
        word = unquoted(raw)
        if not _is_bare(raw):
            named = named_by([text for _, text in row])
            found |= {row[number][0]: kind for number, kind in named.items()}
            row = []
        elif word:
            row.append((place, word))
    return found


def _is_bare(raw: str) -> bool:
    return not (len(raw) > 1 and raw[0] in "-!") and not _KEYED.fullmatch(raw)


def _not(test: Test) -> Test:
    return lambda session: not test(session)


def _split(raw: str) -> tuple[bool, str, str]:
    """Whether the term is negated, its key (empty for a word) and its value without quotes."""
    turned = len(raw) > 1 and raw[0] in "-!"
    body = raw[1:] if turned else raw
    keyed = _KEYED.fullmatch(body)
    if not keyed:
        return turned, "", unquoted(body)
    key, value = keyed[1].lower(), unquoted(keyed[2])
    if key in KEYS:
        return turned, key, value
    if guid := find_guid(body):
        return turned, "id", guid
    if value.startswith("//"):
        return turned, "", unquoted(body)
    sentence = f"Unknown query key {keyed[1]!r}:"
    if guess := nearest(key, KEYS):
        raise BadQuery(f"{sentence} did you mean {guess}:?", body)
    text = quoted(unquoted(body))
    raise BadQuery(f"{sentence} to search for this text, write {text}.", body, text)
