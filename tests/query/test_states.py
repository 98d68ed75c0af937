"""`state:` accepts outcomes, documented states, and states of the first list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import STATE_VALUES, Outcome, Result, Session, state_values, uid_from_guid
from emtui.query import (
    CompletionCandidates,
    InvalidQueryError,
    Query,
    QueryContext,
    completable_words,
    complete,
    format_term,
    parse,
)
from emtui.query.absolute_times import with_absolute_times

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
STATE_AND_RESULT_WORDS = (
    ("Dreaming", "Perhaps"),
    ("Stopped", "Failed"),
    ("CompletedSuccessfully", "CompletedWarning"),
    ("Träumt, tief", None),
    (None, "Success"),
    ("Working", "None"),
)
SESSIONS = tuple(
    Session(
        uid_from_guid(f"3f2a0b1c-0000-4000-8000-{number:012x}"), started=NOW, state=state, result=Result(word)
    )
    for number, (state, word) in enumerate(STATE_AND_RESULT_WORDS)
)
LISTED = state_values(SESSIONS)


def parse_query(text: str, states: tuple[str, ...] | None = LISTED) -> Query:
    return parse(text, now=NOW, zone=UTC, context=QueryContext(unseen=(), states=states))


def matching_numbers(query: Query) -> set[int]:
    return {number for number, session in enumerate(SESSIONS) if query.matches(session)}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("state:Dreaming", {0}),
        ("state:dREAMING", {0}),
        ("state:perhaps", {0}),
        ("state:stopped", {1}),
        ("state:completedwarning", {2}),
        ("state:completedsuccessfully", {2}),
        ("state:none", {5}),
        ("state:Working", {5}),
        ("state:Stoping", set()),
        ("state:failed,perhaps", {0, 1}),
        ("-state:dreaming", {1, 2, 3, 4, 5}),
        ('state:"Träumt, tief"', {3}),
        ('state:"TRA\u0308UMT, TIEF"', {3}),
        ("state:success", {4}),
        ("state:warning", {2}),
    ],
)
def test_every_state_and_result_in_the_list_is_accepted_ignoring_case(text: str, numbers: set[int]) -> None:
    assert matching_numbers(parse_query(text)) == numbers
    before = parse_query(text, None)
    decided = before.with_context(QueryContext(unseen=(), states=LISTED))
    assert matching_numbers(decided) == numbers, "typed before the list is there"


@pytest.mark.parametrize("word", STATE_VALUES)
def test_a_documented_state_of_any_family_needs_no_list(word: str) -> None:
    for states in (None, ()):
        assert parse_query(f"state:{word}", states).depends_on == frozenset()


def test_an_undocumented_state_is_accepted_until_the_first_list_decides() -> None:
    early = parse_query("state:Dreaming,faild", None)
    assert matching_numbers(early) == {0}
    assert early.depends_on == {"states"}
    with pytest.raises(InvalidQueryError, match="'faild' is not a state: did you mean failed") as caught:
        early.with_context(QueryContext(unseen=(), states=LISTED))
    assert caught.value.word == "faild"
    decided = parse_query("state:Dreaming", None).with_context(QueryContext(unseen=(), states=LISTED))
    assert decided.depends_on == frozenset()
    assert decided.with_context(QueryContext(unseen=(), states=())) is decided, (
        "a later list without the word is no error"
    )


def test_the_suggested_state_may_be_one_of_the_list() -> None:
    with pytest.raises(InvalidQueryError, match="'Dreamin' is not a state: did you mean Dreaming"):
        parse_query("state:Dreamin")
    with pytest.raises(
        InvalidQueryError,
        match=r"valid values are running, .*unknown; states in the list: Dreaming, Perhaps, Sto",
    ):
        parse_query("state:xyz")
    with pytest.raises(
        InvalidQueryError, match=r"valid values are running, success, warning, failed, canceled, unknown\.$"
    ):
        parse_query("state:xyz", ())


def test_a_query_keeps_the_typed_case_and_completion_uses_the_case_of_the_server() -> None:
    assert (
        with_absolute_times(parse_query("state:dReaming -state:FAILED")).text
        == "state:dReaming -state:FAILED"
    )
    offers = CompletionCandidates(states=completable_words(LISTED))
    assert complete("state:drea", len("state:drea"), offers).suggestions == ("Dreaming",)
    assert complete("state:COMPLETEDW", len("state:COMPLETEDW"), CompletionCandidates()).suggestions == (
        "CompletedWarning",
    )
    assert complete("state:", len("state:"), offers).suggestions == tuple(Outcome)
    assert complete("state:fail", len("state:fail"), offers).suggestions == ("failed",)
    assert complete("state:Träumt", len("state:Träumt"), offers).suggestions == ()


@given(st.text(min_size=1, max_size=12).map(str.strip).filter(bool))
def test_every_state_of_the_server_can_be_queried(word: str) -> None:
    session = Session(SESSIONS[0].uid, state=word)
    query = parse(
        format_term("state", word), now=NOW, zone=UTC, context=QueryContext(states=state_values([session]))
    )
    folded = word.casefold()
    assert query.matches(session) == (folded not in set(Outcome) or folded == session.outcome)
