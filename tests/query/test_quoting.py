"""Splitting of queries into terms, and quoting."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Result, Session, uid_from_guid
from emtui.query import Query, format_term, parse, split_terms, with_closed_quote
from emtui.query.quoting import quote, unquote

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
SPECIAL_TEXTS = st.text(alphabet='ab:\\"" -!\t\n*é', min_size=1, max_size=8)
VALUES = st.one_of(SPECIAL_TEXTS, st.text(min_size=1))
KEYS = st.sampled_from(["", "message", "name"])


def parse_query(text: str) -> Query:
    return parse(text, now=NOW, zone=UTC)


def session_with_message(text: str) -> Session:
    """A run of which this text is all that can be read: both its name and its message."""
    return Session(uid_from_guid("0"), text, None, result=Result(None, text))


def query_matches(query: str, text: str) -> bool:
    return parse_query(query).matches(session_with_message(text))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (r'"\""', 'the "backup" server'),
        (r"\"backup\"", 'the "backup" server'),
        (r'"the \"backup\" server"', 'the "backup" server'),
        (r'message:"the \"backup"', 'the "backup" server'),
        (r"message:\"backup\"", 'the "backup" server'),
        (r"\\bs02\share", r"cannot open \\bs02\share"),
        (r"EXAMPLE\backup", r"EXAMPLE\backup cannot log on"),
        (r'"EXAMPLE\backup cannot"', r"EXAMPLE\backup cannot log on"),
        (r'"open \\bs02\share"', r"cannot open \\bs02\share"),
        (r"message:C:\temp\\", "found C:\\temp\\\\ full"),
        (r'"in C:\Program Files\\"', "in C:\\Program Files\\"),
        (r'name:"C:\Program Files\\" server', "C:\\Program Files\\ on a server"),
        ("it's", "it's full"),
    ],
)
def test_quotes_and_backslashes_match_literally(query: str, text: str) -> None:
    assert query_matches(query, text)
    assert not query_matches(query, "nothing of that on any server")


@given(KEYS, VALUES)
def test_every_text_is_quoted_so_that_it_is_parsed_as_the_same_text(key: str, value: str) -> None:
    (found,) = parse_query(format_term(key, value)).terms
    assert (found.key, found.text) == (key, format_term(key, value))
    assert unquote(quote(value)) == value
    assert found.test(session_with_message(value))
    assert found.test(session_with_message(f"before {value} after"))
    assert not key or not found.test(session_with_message(""))


@given(st.lists(st.tuples(st.booleans(), KEYS, VALUES), max_size=4))
def test_adjacent_terms_stay_separate(terms: list[tuple[bool, str, str]]) -> None:
    written = [
        f"-{format_term(key, value)}" if turned else format_term(key, value) for turned, key, value in terms
    ]
    query = parse_query(" ".join(written))
    assert [found.text for found in query.terms] == written
    assert parse_query(query.text).text == query.text


@given(SPECIAL_TEXTS)
def test_an_unclosed_quote_is_closed_without_a_change_of_meaning(text: str) -> None:
    terms = [unquote(found[0]) for found in split_terms(text)]
    assert [unquote(found[0]) for found in split_terms(with_closed_quote(text))] == terms
    assert [unquote(found[0]) for found in split_terms(f"{with_closed_quote(text)} next")] == [*terms, "next"]


def test_an_unclosed_quote_extends_to_the_end_and_a_backslash_does_not_escape_a_blank() -> None:
    assert query_matches('message:"cannot connect', "cannot connect")
    assert not query_matches('message:"cannot connect', "connect, cannot")
    assert [found[0] for found in split_terms("cannot\\ connect")] == ["cannot\\", "connect"]
