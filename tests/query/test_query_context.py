"""Query terms that depend on the context: durations, ratios, unseen, stuck, acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Result, Session, uid_from_guid
from emtui.query import IncrementalFilter, InvalidQueryError, Query, QueryContext, parse
from emtui.triage.baseline import Baselines, compute_baselines

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GUID = "3f2a0b1c-0000-4000-8000-0000000000{:02x}"


def run(number: int, took: timedelta | None, kind: str = "CollectJob", state: str = "Success") -> Session:
    """A run that started `took` before now; it has ended unless its state says otherwise."""
    started = None if took is None else NOW - took
    return Session(
        uid_from_guid(GUID.format(number)), None, kind, started, None if state != "Success" else NOW, state
    )


def earlier_runs(*minutes: int) -> list[Session]:
    """Successes of a day before, which took so long."""
    begun = [NOW - timedelta(days=1, minutes=10 * place) for place in range(len(minutes))]
    past = [
        replace(run(number, MINUTE), started=at, ended=at + minutes[number] * MINUTE)
        for number, at in enumerate(begun)
    ]
    return [replace(one, uid=uid_from_guid(GUID.format(number + 100))) for number, one in enumerate(past)]


BASELINES = compute_baselines(earlier_runs(1, 1, 1, 1, 1, 2))
QUICK, AS_USUAL, SLOW = run(1, MINUTE / 2), run(2, MINUTE), run(3, 3 * MINUTE)
RUNNING_LONG = run(4, 10 * MINUTE, state="InProgress")
RUNNING_SHORT = run(5, timedelta(seconds=100), state="InProgress")
OTHER_TYPE = run(6, 20 * MINUTE, "LogExport")
NEVER_STARTED = run(7, None, state="Pondering")
ALL = (QUICK, AS_USUAL, SLOW, RUNNING_LONG, RUNNING_SHORT, OTHER_TYPE, NEVER_STARTED)


@dataclass(frozen=True)
class AcknowledgedUids:
    """Acknowledgements by UID."""

    uids: frozenset[str] = field(default_factory=frozenset)

    def for_run(self, session: Session) -> str | None:
        return "a note" if session.uid in self.uids else None


CONTEXT = QueryContext(
    NOW, BASELINES, {QUICK.uid: "+", OTHER_TYPE.uid: "~"}, AcknowledgedUids(frozenset({SLOW.uid}))
)


def parse_query(text: str, context: QueryContext = CONTEXT, now: datetime = NOW) -> Query:
    return parse(text, now=now, zone=UTC, context=context)


def matching_numbers(query: Query) -> set[int]:
    return {int(one.id[-2:], 16) for one in ALL if query.matches(one)}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("took:>3m", {4, 6}),
        ("took:>=3m", {3, 4, 6}),
        ("took:3m", {3, 4, 6}),
        ("took:<1m", {1}),
        ("took:<=60s", {1, 2}),
        ("took:1m40s took:<=100s", {5}),
        ("took:0.5m took:<1m", {1}),
        ("-took:>3m", {1, 2, 3, 5, 7}),
        ("!took:0s", {7}),
    ],
)
def test_took_compares_the_duration_up_to_the_last_list_for_running_sessions(
    text: str, numbers: set[int]
) -> None:
    assert matching_numbers(parse_query(text)) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ratio:>2", {3, 4}),
        ("ratio:3", {3, 4}),
        ("ratio:>3x", {4}),
        ("ratio:<1", {1}),
        ("ratio:<=1.0", {1, 2}),
        ("ratio:0", {1, 2, 3, 4, 5}),
    ],
)
def test_ratio_compares_the_duration_with_the_usual_one_if_there_is_one(text: str, numbers: set[int]) -> None:
    assert matching_numbers(parse_query(text)) == numbers


def test_a_run_in_a_running_state_of_another_family_can_be_stuck_despite_its_end() -> None:
    working = replace(RUNNING_LONG, state="Working", result=Result("None"))
    assert parse_query("is:stuck").matches(working)
    assert parse_query("is:stuck").matches(replace(working, ended=NOW))
    assert not parse_query("is:stuck").matches(replace(working, ended=NOW, result=Result("Failed")))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("is:running", {4, 5}),
        ("is:unseen", {1, 6}),
        ("is:unusual", {3, 4, 5}),
        ("is:stuck", {4}),
        ("is:acknowledged", {3}),
        ("is:known", {3}),
        ("IS:Known,stuck", {3, 4}),
        ("is:unusual !is:known", {4, 5}),
        ("is:unusual !is:Acknowledged", {4, 5}),
        ("-is:running,unseen", {2, 3, 7}),
    ],
)
def test_is_selects_running_unseen_unusual_stuck_or_acknowledged_runs(text: str, numbers: set[int]) -> None:
    assert matching_numbers(parse_query(text)) == numbers


def test_before_excludes_the_given_time_and_until_includes_it() -> None:
    moment = (NOW - 3 * MINUTE).isoformat()
    assert matching_numbers(parse_query(f'before:"{moment}"')) == {4, 6}
    assert matching_numbers(parse_query(f'until:"{moment}"')) == {3, 4, 6}
    assert matching_numbers(parse_query("before:2026-11-23")) == set()


def test_a_missing_context_matches_nothing() -> None:
    nothing = QueryContext(unseen=())
    assert [
        matching_numbers(parse_query(text, nothing)) for text in ("ratio:>0", "is:unusual,stuck,known,unseen")
    ] == [
        set(),
        set(),
    ]
    assert matching_numbers(parse_query("took:>5m", nothing)) == {4, 6}


def test_without_a_viewer_is_unseen_is_rejected_with_a_message() -> None:
    with pytest.raises(InvalidQueryError, match="only in the session browser"):
        parse_query("is:unseen", QueryContext())


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("took:ten", "took:ten", ">10m"),
        ("took:>", "took:>", ">10m"),
        ("took:10", "took:10", ">10m"),
        ("took:=>1m", "took:=>1m", ">10m"),
        ("ratio:>often", "ratio:>often", ">2"),
        ("ratio:nan", "ratio:nan", ">2"),
        ("is:", "is:", "needs a value"),
        ("is:,", "is:", "running, unseen"),
        ("is:failed", "failed", "write state:failed"),
        ("is:knwon", "knwon", "did you mean is:acknowledged?"),
        ("is:xyz", "xyz", "valid values are running, unseen, unusual, stuck and acknowledged."),
        ("is:stuk", "stuk", "did you mean is:stuck?"),
        ("before:noon", "before:noon", "02:10"),
    ],
)
def test_an_invalid_term_is_reported_in_one_sentence_with_its_span(text: str, word: str, hint: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse_query(f"collect {text} more")
    assert caught.value.word == word
    assert hint in str(caught.value)
    assert caught.value.span
    start, end = caught.value.span
    assert f"collect {text} more"[start:end] == word


@pytest.mark.parametrize("word", ["unsen", "unsee", "", ",", "bogus", "unseenn"])
def test_unseen_is_suggested_only_with_a_viewer(word: str) -> None:
    for beyond in (CONTEXT, QueryContext()):
        with pytest.raises(InvalidQueryError) as caught:
            parse_query(f"is:{word}", beyond)
        assert "unseen" not in str(caught.value).replace(word or "-", "") or beyond.unseen is not None
    with pytest.raises(InvalidQueryError, match="unseen"):
        parse_query(f"is:{word or ','}")


def test_a_query_depends_only_on_the_context_of_its_terms() -> None:
    assert parse_query('bs02 state:failed type:CollectJob since:24h "is:stuck"').depends_on == frozenset()
    assert parse_query("took:>1m").depends_on == {"now"}
    assert parse_query("is:running,unseen").depends_on == {"unseen"}
    assert parse_query("ratio:>2 is:known").depends_on == {"now", "baselines", "acknowledged"}
    assert parse_query("is:acknowledged").depends_on == {"acknowledged"}


def test_a_query_stays_the_same_object_unless_its_context_has_changed() -> None:
    later = QueryContext(NOW + MINUTE, Baselines(), (), AcknowledgedUids())
    plain, known = parse_query("collect since:1h"), parse_query("is:known since:1h")
    assert plain.with_context(later) is plain
    assert known.with_context(replace(later, acknowledged=CONTEXT.acknowledged)) is known
    changed = known.with_context(later)
    assert changed is not known
    assert changed.text == known.text
    assert changed.terms[1] is known.terms[1]
    assert matching_numbers(changed) == set()


def test_a_running_session_takes_longer_with_each_list() -> None:
    query = parse_query("took:>10m type:CollectJob")
    assert matching_numbers(query) == set()
    assert matching_numbers(query.with_context(QueryContext(NOW + MINUTE))) == {4}
    assert matching_numbers(parse_query("took:>10m type:CollectJob", QueryContext(), NOW + MINUTE)) == {4}


TEXTS = (
    "took:>1m",
    "took:>1m c",
    "took:1m",
    "ratio:>2",
    "ratio:>2 co",
    "is:unseen",
    "is:unseen,stuck",
    "-is:unseen",
    "is:acknowledged",
    "is:known",
    "is:known,unusual !took:3m",
    "before:5m",
    "until:5m co",
    "database",
    "database r",
    "database replication",
    "database replication x",
    '"database replication"',
    "-database replication",
    "data collection",
    "",
)
CONTEXTS = (
    CONTEXT,
    QueryContext(NOW + MINUTE, Baselines(), {SLOW.uid: "+"}, AcknowledgedUids()),
    QueryContext(None, BASELINES, ()),
)
NOWS = (NOW, NOW + 9 * MINUTE)


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(CONTEXTS), st.sampled_from(NOWS)), max_size=6)
)
def test_matches_do_not_depend_on_earlier_queries(
    asked: list[tuple[str, QueryContext, datetime]],
) -> None:
    latest = None
    for text, beyond, now in asked:
        query = parse_query(text, beyond, now)
        latest = IncrementalFilter(ALL, query, latest)
        while not latest.is_done:
            latest.step()
        assert {int(one.id[-2:], 16) for one in latest.matches} == matching_numbers(query)


@given(st.sampled_from(TEXTS), st.sampled_from(CONTEXTS), st.sampled_from(CONTEXTS))
def test_a_query_with_another_context_matches_as_if_parsed_again(
    text: str, before: QueryContext, after: QueryContext
) -> None:
    assert matching_numbers(parse_query(text, before).with_context(after)) == matching_numbers(
        parse_query(text, after)
    )


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_a_narrower_query_matches_a_subset(one: str, other: str) -> None:
    for beyond, again in product(CONTEXTS, CONTEXTS):
        narrow, wide = parse_query(one, beyond), parse_query(other, again)
        if narrow.narrows(wide):
            assert matching_numbers(narrow) <= matching_numbers(wide)


SIGNS = st.sampled_from(["", ">", "<", ">=", "<="])
LENGTHS = st.from_regex(r"[0-9]{1,3}(\.[0-9])?[smhdSMHD]([0-9]{1,2}[smh])?", fullmatch=True)
TERMS = st.one_of(
    st.builds("took:{}{}".format, SIGNS, LENGTHS),
    st.builds("ratio:{}{}".format, SIGNS, st.from_regex(r"[0-9]{1,3}(\.[0-9])?x?", fullmatch=True)),
    st.lists(st.sampled_from(["running", "Unseen", "stuck", "known"]), min_size=1).map(
        lambda names: "is:" + ",".join(names)
    ),
    st.sampled_from(
        ['before:"2026-11-23 02:10"', "before:5m", "database", "replication", '"data collection"']
    ),
)


@given(st.lists(st.builds("{}{}".format, st.sampled_from(["", "-", "!"]), TERMS), max_size=4).map(" ".join))
def test_a_parsed_query_is_formatted_and_parsed_as_the_same(text: str) -> None:
    query = parse_query(text)
    assert parse_query(query.text).text == query.text
    assert matching_numbers(parse_query(query.text)) == matching_numbers(query)
    again = " ".join(term.text for term in query.terms)
    assert matching_numbers(parse_query(again)) == matching_numbers(query)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("database replication", {1, 2, 3, 4, 5, 7}),
        ("Data Collection took:>2m", {3, 4}),
        ('"data collection"', {1, 2, 3, 4, 5, 7}),
        ("data-collection", {1, 2, 3, 4, 5, 7}),
        ("database", set()),
        ("replication database", set()),
        ("database is:running replication", set()),
        ("-database replication", set()),
        ("log export", {6}),
    ],
)
def test_adjacent_words_that_are_a_label_of_the_web_ui_match_the_type(text: str, numbers: set[int]) -> None:
    assert matching_numbers(parse_query(text)) == numbers


def test_words_of_a_label_still_match_as_text() -> None:
    session = Session(
        uid_from_guid(GUID.format(9)),
        None,
        "LogExport",
        state="Failed",
        result=Result("Failed", "Database Replication"),
    )
    assert parse_query("database replication").matches(session)
