"""The query language: words and `key:value`, read into a query and written again.

A word stands for itself (`text_match`); `"…"` keeps blanks together (`quoting`); a `-` or `!` in front
turns a term round. The options of the command line are the same thing under other names.
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
"""Keys of terms that look for a text within another."""
_KEYED = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_TIMES = 'write 30s, 15m, 24h, 7d, 02:10, "Sat 02:10" or 2026-11-23T02:10'


def term(key: str, value: str) -> str:
    """`key:value` as it is typed in a query, quoted where it must be."""
    return f"{key}:{quoted(value)}" if key else quoted(value)


@dataclass(frozen=True, slots=True)
class _Reader:
    now: datetime
    zone: tzinfo
    beyond: Beyond
    lenient: bool = False
    """Whether a time may stand that is wrong only by this `now`: its moment is no more than a stand-in."""
    settled: bool = False
    """Whether a list has decided about the names of types: a later one refuses none of them."""

    def upon(self, beyond: Beyond) -> _Reader:
        """The same, with what is known now; where that does not say when, it is when the query was read."""
        settled = self.settled or self.beyond.types is not None
        return replace(self, beyond=beyond if beyond.now else replace(beyond, now=self.now), settled=settled)

    def term(self, turned: bool, key: str, value: str, named: Named | None = None) -> Term:
        """One term; `named` is the type that a word names together with its neighbours."""
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
        """What else the term rests on; a state on the words of the list, until they have decided about it."""
        if key == "state" and self.beyond.states is None and only_the_list_tells(value):
            return (STATES,)
        if named or (key == "type" and needs_list(value)):
            return (TYPES,)
        return rests_on(key, value)

    def _test(self, key: str, value: str, kind: str) -> tuple[Test, tuple[object, ...]]:
        """What a term asks, and what its answer hangs on that its text does not say."""
        if key and not (value if key in _CONTAINED else value.strip()):
            raise BadQuery(f"{key}: needs a value after it.", f"{key}:")
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
    """Read a query; raises `BadQuery` at the first word that cannot be read, with the place of it.

    An unclosed quote reaches to the end, so that a query may be read while it is typed. With `lenient`
    it is read before the clock that it goes by is known: what only `now` makes wrong is let through, and
    the query is to be read again.
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
    """Where the part of the text is that cannot be read: a value that is the word, else where it occurs.

    Else the whole term.
    """
    if not word:
        return start, end
    value = re.compile(rf'(?<=[:,"\s]){re.escape(word)}(?=[,"\s]|\Z)', re.IGNORECASE)
    occurrence = re.compile(re.escape(word), re.IGNORECASE)
    found = value.search(text, start, end) or occurrence.search(text, start, end)
    return found.span() if found else (start, end)


def _kinds(raws: list[str]) -> dict[int, Named]:
    """The types that bare words name which stand beside each other, by the places of the words."""
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
    """Whether the term is turned round, its key (empty for a word) and its value without quotes."""
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
    sentence = f"{keyed[1]}: is no key of a query:"
    if guess := nearest(key, KEYS):
        raise BadQuery(f"{sentence} did you mean {guess}:?", body)
    text = quoted(unquoted(body))
    raise BadQuery(f"{sentence} for that text write {text}.", body, text)
