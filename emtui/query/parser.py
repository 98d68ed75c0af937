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
from emtui.query.query_context import (
    EMPTY_CONTEXT,
    STATES,
    TYPES,
    QueryContext,
    SessionPredicate,
    context_test,
    required_context,
)
from emtui.query.query_errors import InvalidQueryError, closest_match
from emtui.query.quoting import quote, split_terms, unquote
from emtui.query.session_query import TIME_KEYS, Query, Term
from emtui.query.states import needs_listed_words, state_test
from emtui.query.text_match import text_test
from emtui.query.time_parsing import TimeNotRepeatedError, TimeNotRepeatedNowError, parse_moment
from emtui.query.type_aliases import TypePhrase, find_type_phrases, is_listed, needs_listed_types, type_test

KEYS = ("state", "type", "since", "before", "until", "took", "ratio", "is", "message", "name", "id")

_TEXT_KEYS = frozenset({"", "message", "name"})
"""Keys whose terms match a part of a text; the empty key is a word."""
_KEY_AND_VALUE = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_TIME_SYNTAX = 'write 30s, 15m, 24h, 7d, 02:10, "Sat 02:10" or 2026-11-23T02:10'


def format_term(key: str, value: str) -> str:
    """`key:value` as it is typed in a query, quoted if necessary."""
    return f"{key}:{quote(value)}" if key else quote(value)


@dataclass(frozen=True, slots=True)
class _TermBuilder:
    now: datetime
    zone: tzinfo
    context: QueryContext
    is_lenient: bool = False
    """Whether to accept times that are invalid only at this `now`; they are read as `now`."""
    accept_unknown_types: bool = False
    """Whether type names were checked against a list: later lists reject none of them."""

    def with_context(self, context: QueryContext) -> _TermBuilder:
        """The same with another context; a context without a time gets the time of this builder."""
        accept_unknown_types = self.accept_unknown_types or self.context.types is not None
        return replace(
            self,
            context=context if context.now else replace(context, now=self.now),
            accept_unknown_types=accept_unknown_types,
        )

    def build_term(self, is_negated: bool, key: str, value: str, phrase: TypePhrase | None = None) -> Term:
        """One term; `phrase` is the type that a word names together with adjacent words."""
        is_listed_type = phrase is not None and is_listed(phrase.words, self.context.types)
        test, dependencies = self._build_test(
            key, value, phrase.session_type if phrase and not is_listed_type else ""
        )
        needed_context, text = self._required_context(key, value, phrase), format_term(key, value)
        needle = text_format.fold_text(value) if key in _TEXT_KEYS and not is_negated and not phrase else ""
        return Term(
            f"-{text}" if is_negated else text,
            key,
            _negate(test) if is_negated else test,
            needle,
            (*dependencies, *self.context.values(needed_context)),
            (lambda new_context: self.with_context(new_context).build_term(is_negated, key, value, phrase))
            if needed_context
            else None,
            needed_context,
        )

    def _required_context(self, key: str, value: str, phrase: TypePhrase | None) -> tuple[str, ...]:
        """The parts of the context that the term depends on; for a state, the list until it was checked."""
        if key == "state" and self.context.states is None and needs_listed_words(value):
            return (STATES,)
        if phrase or (key == "type" and needs_listed_types(value)):
            return (TYPES,)
        return required_context(key, value)

    def _build_test(
        self, key: str, value: str, session_type: str
    ) -> tuple[SessionPredicate, tuple[object, ...]]:
        """The test of a term, and what its result depends on besides its text."""
        if key and not (value if key in _TEXT_KEYS else value.strip()):
            raise InvalidQueryError(f"{key}: needs a value.", f"{key}:")
        match key:
            case "state":
                return state_test(value, self.context.states), ()
            case "type":
                matches_type = type_test(value, self.context.types, accept_unknown=self.accept_unknown_types)
                return lambda session: matches_type(session.type), ()
            case _ if key in TIME_KEYS:
                moment = self._parse_moment(key, value)
                return _time_test(key, moment), (moment,)
            case "took" | "ratio" | "is":
                return context_test(key, value, self.context, self.context.now or self.now), ()
            case _:
                return text_test(key, text_format.fold_text(value), session_type), (
                    session_type,
                ) if session_type else ()

    def _parse_moment(self, key: str, value: str) -> datetime:
        try:
            return parse_moment(value.strip(), now=self.now, zone=self.zone, prefer_latest=key == "until")
        except TimeNotRepeatedError as problem:
            if self.is_lenient and isinstance(problem, TimeNotRepeatedNowError):
                return self.now
            raise InvalidQueryError(f"{key}:{value}: {problem}", f"{key}:{value}") from None
        except ValueError:
            raise InvalidQueryError(
                f"{key}:{value} is not a time: {_TIME_SYNTAX}.", f"{key}:{value}", f'{key}:"Sat 02:10"'
            ) from None


def _time_test(key: str, moment: datetime) -> SessionPredicate:
    match key:
        case "since":
            return lambda s: s.is_running or (s.started is not None and s.started >= moment)
        case "before":
            return lambda s: s.started is not None and s.started < moment
        case _:
            return lambda s: s.started is not None and s.started <= moment


def parse(
    text: str, *, now: datetime, zone: tzinfo, context: QueryContext = EMPTY_CONTEXT, is_lenient: bool = False
) -> Query:
    """Parse a query; raises `InvalidQueryError` with the position of the first invalid word.

    An unclosed quote extends to the end, so that a query can be parsed while it is typed. `is_lenient`
    accepts times that are invalid only at this `now`: for a query that is parsed before the server's clock
    is known, and again after that.
    """
    builder, terms = _TermBuilder(now, zone, EMPTY_CONTEXT, is_lenient).with_context(context), []
    term_matches = split_terms(text)
    phrases = _type_phrases_by_index([term_match[0] for term_match in term_matches])
    for index, term_match in enumerate(term_matches):
        try:
            is_negated, key, value = _split_term(term_match[0])
            if key or value:
                terms.append(builder.build_term(is_negated, key, value, phrases.get(index)))
        except InvalidQueryError as error:
            error.span = _find_span(error.word, text, *term_match.span())
            raise
    return Query(tuple(terms))


def _find_span(word: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the invalid word: where it is a value, else where it occurs, else the whole term."""
    if not word:
        return start, end
    value_pattern = re.compile(rf'(?<=[:,"\s]){re.escape(word)}(?=[,"\s]|\Z)', re.IGNORECASE)
    word_pattern = re.compile(re.escape(word), re.IGNORECASE)
    match = value_pattern.search(text, start, end) or word_pattern.search(text, start, end)
    return match.span() if match else (start, end)


def _type_phrases_by_index(raw_terms: list[str]) -> dict[int, TypePhrase]:
    """The types that adjacent bare words name together, by the positions of the words."""
    phrases: dict[int, TypePhrase] = {}
    adjacent_words: list[tuple[int, str]] = []
    for index, raw in [*enumerate(raw_terms), (len(raw_terms), "-end")]:
        word = unquote(raw)
        if not _is_bare_word(raw):
            phrases_by_number = find_type_phrases([text for _, text in adjacent_words])
            phrases |= {adjacent_words[number][0]: phrase for number, phrase in phrases_by_number.items()}
            adjacent_words = []
        elif word:
            adjacent_words.append((index, word))
    return phrases


def _is_bare_word(raw: str) -> bool:
    return not (len(raw) > 1 and raw[0] in "-!") and not _KEY_AND_VALUE.fullmatch(raw)


def _negate(test: SessionPredicate) -> SessionPredicate:
    return lambda session: not test(session)


def _split_term(raw: str) -> tuple[bool, str, str]:
    """Whether the term is negated, its key (empty for a word) and its value without quotes."""
    is_negated = len(raw) > 1 and raw[0] in "-!"
    body = raw[1:] if is_negated else raw
    match = _KEY_AND_VALUE.fullmatch(body)
    if not match:
        return is_negated, "", unquote(body)
    key, value = match[1].lower(), unquote(match[2])
    if key in KEYS:
        return is_negated, key, value
    if guid := find_guid(body):
        return is_negated, "id", guid
    if value.startswith("//"):
        return is_negated, "", unquote(body)
    sentence = f"Unknown query key {match[1]!r}:"
    if suggestion := closest_match(key, KEYS):
        raise InvalidQueryError(f"{sentence} did you mean {suggestion}:?", body)
    text = quote(unquote(body))
    raise InvalidQueryError(f"{sentence} to search for this text, write {text}.", body, text)
