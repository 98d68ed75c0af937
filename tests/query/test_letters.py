"""Letters in a query: composed or not, with case or without, and what stands for others in `type:`."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Result, Session, uid_from_guid
from emtui.query import complete, format_term, parse, parse_sort_order, searchable_text
from emtui.query.completion import CompletionCandidates
from emtui.query.type_aliases import is_type_name, searchable_type_names

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
NormalForm = Literal["NFC", "NFD"]
FORMS: tuple[NormalForm, ...] = ("NFC", "NFD")


def named_session(name: str = "", kind: str = "", message: str = "", number: int = 0) -> Session:
    return Session(
        uid_from_guid(f"3f2a0b1c-0000-4000-8000-{number:012}"), name, kind, result=Result(None, message)
    )


def query_matches(query: str, session: Session) -> bool:
    return parse(query, now=NOW, zone=UTC).matches(session)


@pytest.mark.parametrize("typed", FORMS)
@pytest.mark.parametrize("message", FORMS)
@pytest.mark.parametrize("word", ["café", "CAFÉ", "Zürich", "Ångström", "việt"])
def test_composed_and_decomposed_letters_match_each_other(
    word: str, message: NormalForm, typed: NormalForm
) -> None:
    text, query = (unicodedata.normalize(form, word) for form in (message, typed))
    for found in (query, query.upper(), f"message:{query}", f'"say {query}"'):
        assert query_matches(found, named_session(message=f"say {text} now"))
    assert query_matches(f"name:{query}", named_session(name=text))
    assert query_matches(query, named_session(name=text))
    assert query_matches(query, named_session(kind=text))
    for found in (query, f"{query}*", f"*{query.lower()}*"):
        assert query_matches(f"type:{found}", named_session(kind=text))


def test_a_letter_without_its_mark_is_another_letter() -> None:
    for text in (unicodedata.normalize(form, "café") for form in FORMS):
        assert not query_matches("cafe", named_session(message=text))
        assert not query_matches("type:cafe", named_session(kind=text))


@pytest.mark.parametrize(
    ("query", "text"),
    [("strasse", "Straße 7"), ("STRASSE", "straße"), ("straße", "STRASSE 7"), ("istanbul", "İSTANBUL")],
)
def test_letters_that_become_longer_without_case_are_found_both_ways(query: str, text: str) -> None:
    assert query_matches(query, named_session(message=text))
    assert query_matches(f"name:{query}", named_session(name=text))
    assert query_matches(f"type:{query}*", named_session(kind=text))


@given(st.text(min_size=1, max_size=6), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_all_forms_of_a_text_give_the_same_matches(text: str, message: NormalForm, typed: NormalForm) -> None:
    stored_text, query = (unicodedata.normalize(form, text) for form in (message, typed))
    assert query_matches(format_term("message", query), named_session(message=stored_text))
    assert query_matches(format_term("", query), named_session(name=stored_text))
    assert query_matches(format_term("", query), named_session(message=stored_text)) == (
        query_matches(format_term("", text), named_session(message=text))
    )
    assert parse(format_term("", query), now=NOW, zone=UTC).matches(
        named_session(name=stored_text)
    ) or query not in searchable_text(named_session())


def test_names_are_sorted_by_their_letters_and_equal_ones_by_uid() -> None:
    composed, plain, apart = (
        named_session(name, number=number)
        for number, name in enumerate(
            [unicodedata.normalize("NFC", "Éa"), "z", unicodedata.normalize("NFD", "éa")]
        )
    )
    assert parse_sort_order("name").sort((apart, plain, composed), NOW) == (plain, composed, apart)
    assert parse_sort_order("-name").sort((apart, plain, composed), NOW) == (composed, apart, plain)


def test_names_of_types_are_completed_however_their_letters_are_composed() -> None:
    name = unicodedata.normalize("NFD", "ÉxportJob")
    typed = f"type:{unicodedata.normalize('NFC', 'éx')}"
    assert complete(typed, len(typed), CompletionCandidates((name,))).suggestions == (name,)


@pytest.mark.parametrize(
    ("query", "kind", "whether"),
    [
        ("type:Job[1]", "Job[1]", True),
        ("type:job[1]*", "Job[1]Copy", True),
        ("type:*[a]", "Job[a]", True),
        ("type:Job[1]", "Job1", False),
        ("type:*[ab]", "Joba", False),
        ("type:*[!a]", "Jobb", False),
        ("type:*]", "Job[a]", True),
        ("type:[*", "[odd", True),
        ("type:J?b*", "Job[1]", True),
        ("-type:*[ab]", "Joba", True),
    ],
)
def test_brackets_in_a_type_are_literal(query: str, kind: str, whether: bool) -> None:
    assert query_matches(query, named_session(kind=kind)) is whether


def test_a_type_with_brackets_or_quotes_is_suggested_and_can_be_queried() -> None:
    for kind in ("Job[1]", 'My "own" Job', "Odd[*]"):
        assert list(searchable_type_names([kind])) == [kind]
        assert query_matches(format_term("type", kind), named_session(kind=kind))


@pytest.mark.parametrize(
    "name", ["Database Replication", "database  maintenance", "Collect Job", "vCenter Plugin"]
)
def test_names_of_the_web_ui_and_of_the_api_are_names_of_types(name: str) -> None:
    assert is_type_name(name)


@pytest.mark.parametrize("name", ["", "CollectJob bs02", "bs02", "Database", "Collect*"])
def test_other_words_are_not_names_of_types(name: str) -> None:
    assert not is_type_name(name)
