"""Letters in a query: composed or not, with case or without, and what stands for others in `type:`."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Result, Session, uid_of
from emtui.query import complete, haystack, parse, parse_order, term
from emtui.query.completion import Offers
from emtui.query.type_aliases import is_type_name, names_of

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")


def run(name: str = "", kind: str = "", message: str = "", number: int = 0) -> Session:
    return Session(uid_of(f"3f2a0b1c-0000-4000-8000-{number:012}"), name, kind, result=Result(None, message))


def finds(query: str, session: Session) -> bool:
    return parse(query, now=NOW, zone=UTC).matches(session)


@pytest.mark.parametrize("typed", FORMS)
@pytest.mark.parametrize("said", FORMS)
@pytest.mark.parametrize("word", ["café", "CAFÉ", "Zürich", "Ångström", "việt"])
def test_composed_and_decomposed_letters_match_each_other(word: str, said: Form, typed: Form) -> None:
    text, query = (unicodedata.normalize(form, word) for form in (said, typed))
    for found in (query, query.upper(), f"message:{query}", f'"say {query}"'):
        assert finds(found, run(message=f"say {text} now"))
    assert finds(f"name:{query}", run(name=text))
    assert finds(query, run(name=text))
    assert finds(query, run(kind=text))
    for found in (query, f"{query}*", f"*{query.lower()}*"):
        assert finds(f"type:{found}", run(kind=text))


def test_a_letter_without_its_mark_is_another_letter() -> None:
    for text in (unicodedata.normalize(form, "café") for form in FORMS):
        assert not finds("cafe", run(message=text))
        assert not finds("type:cafe", run(kind=text))


@pytest.mark.parametrize(
    ("query", "text"),
    [("strasse", "Straße 7"), ("STRASSE", "straße"), ("straße", "STRASSE 7"), ("istanbul", "İSTANBUL")],
)
def test_letters_that_become_longer_without_case_are_found_both_ways(query: str, text: str) -> None:
    assert finds(query, run(message=text))
    assert finds(f"name:{query}", run(name=text))
    assert finds(f"type:{query}*", run(kind=text))


@given(st.text(min_size=1, max_size=6), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_no_form_of_a_text_is_found_where_another_is_not(text: str, said: Form, typed: Form) -> None:
    there, query = (unicodedata.normalize(form, text) for form in (said, typed))
    assert finds(term("message", query), run(message=there))
    assert finds(term("", query), run(name=there))
    assert finds(term("", query), run(message=there)) == (finds(term("", text), run(message=text)))
    assert parse(term("", query), now=NOW, zone=UTC).matches(run(name=there)) or query not in haystack(run())


def test_names_are_sorted_by_their_letters_and_equal_ones_by_uid() -> None:
    composed, plain, apart = (
        run(name, number=number)
        for number, name in enumerate(
            [unicodedata.normalize("NFC", "Éa"), "z", unicodedata.normalize("NFD", "éa")]
        )
    )
    assert parse_order("name").sort((apart, plain, composed), NOW) == (plain, composed, apart)
    assert parse_order("-name").sort((apart, plain, composed), NOW) == (composed, apart, plain)


def test_names_of_types_are_completed_however_their_letters_are_composed() -> None:
    name = unicodedata.normalize("NFD", "ÉxportJob")
    typed = f"type:{unicodedata.normalize('NFC', 'éx')}"
    assert complete(typed, len(typed), Offers((name,))).words == (name,)


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
def test_brackets_in_a_type_stand_for_themselves(query: str, kind: str, whether: bool) -> None:
    assert finds(query, run(kind=kind)) is whether


def test_a_type_with_brackets_or_quotes_is_offered_and_can_be_asked_for() -> None:
    for kind in ("Job[1]", 'My "own" Job', "Odd[*]"):
        assert list(names_of([kind])) == [kind]
        assert finds(term("type", kind), run(kind=kind))


@pytest.mark.parametrize(
    "name", ["Database Replication", "database  maintenance", "Collect Job", "vCenter Plugin"]
)
def test_names_of_the_web_ui_and_of_the_api_are_names_of_types(name: str) -> None:
    assert is_type_name(name)


@pytest.mark.parametrize("name", ["", "CollectJob bs02", "bs02", "Database", "Collect*"])
def test_anything_else_is_no_name_of_a_type(name: str) -> None:
    assert not is_type_name(name)
