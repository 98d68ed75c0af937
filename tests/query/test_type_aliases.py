"""`type:` accepts listed types first, then globs, documented names, and labels of the web UI."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emtui.em.model import SESSION_TYPES, Session, type_names, uid_from_guid
from emtui.query import (
    InvalidQueryError,
    LatestSessionRef,
    Query,
    QueryContext,
    find_session,
    format_term,
    parse,
    parse_session_ref,
    searchable_type_names,
)

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
TYPES = (
    *("CollectJob", "CatalogCrawlJob", "catalog crawl", "SyncCheck", "SyncCheckForProductUpdatesOption"),
    *("Collect", "A,B", "Nightly * copy", "What?", "Job [new]", "Prüflauf", 'The "old" one', "-type:x"),
)
SESSIONS = tuple(
    Session(uid_from_guid(f"3f2a0b1c-0000-4000-8000-{number:012x}"), None, kind, NOW, NOW, "Success")
    for number, kind in enumerate(TYPES)
)


def parse_query(text: str, types: tuple[str, ...] | None = TYPES) -> Query:
    return parse(text, now=NOW, zone=UTC, context=QueryContext(unseen=(), types=types))


def matching_types(query: Query) -> list[str]:
    return [str(session.type) for session in SESSIONS if query.matches(session)]


@pytest.mark.parametrize("kind", TYPES)
def test_a_listed_type_is_matched_exactly_and_finds_only_its_own_runs(kind: str) -> None:
    for typed in (kind, kind.upper(), kind.lower()):
        text = format_term("type", typed)
        assert matching_types(parse_query(text)) == [kind]
        assert matching_types(parse_query(text, None).with_context(QueryContext(unseen=(), types=TYPES))) == [
            kind
        ], "before the list"
        assert kind in matching_types(parse_query(text, None)), "nothing is lost that may be meant"
        others = [other for other in TYPES if other != kind]
        assert matching_types(parse_query(f"-{text}")) == others


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("type:Sync*", ["SyncCheck", "SyncCheckForProductUpdatesOption"]),
        ("type:Sync*k", ["SyncCheck"]),
        ("type:synccheck,COLLECT", ["SyncCheck", "Collect"]),
        ('type:"catalog-crawl"', ["CatalogCrawlJob"]),
        ('type:"catalog crawl",CatalogCrawlJob', ["CatalogCrawlJob", "catalog crawl"]),
        ('type:"Database Replication"', ["CollectJob"]),
        ('type:"data collection",SyncCheck', ["CollectJob", "SyncCheck"]),
        ("type:NeverHeardOf", []),
        ("type:PRU\u0308FLAUF", ["Prüflauf"]),
        ('type:"pru\u0308flauf"', ["Prüflauf"]),
        ("type:*crawl*", ["CatalogCrawlJob", "catalog crawl"]),
        ("catalog crawl", ["CatalogCrawlJob", "catalog crawl"]),
    ],
)
def test_other_names_and_globs_are_unaffected_by_listed_types(text: str, kinds: list[str]) -> None:
    assert matching_types(parse_query(text)) == kinds
    assert matching_types(parse_query(text, None).with_context(QueryContext(unseen=(), types=TYPES))) == kinds


def test_without_such_a_listed_type_the_label_is_the_documented_type() -> None:
    others = tuple(kind for kind in TYPES if kind != "catalog crawl")
    assert "CatalogCrawlJob" in matching_types(parse_query('type:"catalog crawl"', others))
    words, own = parse_query("database replication", others), ("Database Replication", "CollectJob")
    assert matching_types(words) == ["CollectJob"]
    assert matching_types(words.with_context(QueryContext(unseen=(), types=own))) == [], (
        "the words are the list's own name"
    )
    assert matching_types(
        words.with_context(QueryContext(unseen=(), types=own)).with_context(
            QueryContext(unseen=(), types=others)
        )
    ) == ["CollectJob"]


def test_a_mistyped_type_is_rejected_by_the_first_list_only() -> None:
    early = parse_query("type:SyncChek", None)
    assert matching_types(early) == []
    with pytest.raises(
        InvalidQueryError, match="No session type is called 'SyncChek': did you mean SyncCheck"
    ):
        early.with_context(QueryContext(unseen=(), types=TYPES))
    taken = parse_query("type:SyncCheck")
    for later in ((), None, ("CollectJob",)):
        assert matching_types(taken.with_context(QueryContext(unseen=(), types=later))) == ["SyncCheck"]
    with pytest.raises(InvalidQueryError):
        parse_query("type:SyncCheck", ("CollectJob",))


def test_a_type_that_is_listed_later_is_used_from_then_on() -> None:
    query = parse_query('type:"catalog crawl"', ("CatalogCrawlJob",))
    assert matching_types(query) == ["CatalogCrawlJob"]
    assert query.with_context(QueryContext(unseen=(), types=("CatalogCrawlJob",))) is query, (
        "nothing is gone through again"
    )
    assert matching_types(query.with_context(QueryContext(unseen=(), types=TYPES))) == ["catalog crawl"]


@pytest.mark.parametrize(
    "text", [*(f"type:{kind}" for kind in SESSION_TYPES), "type:*Job", "type:collectjob"]
)
def test_a_documented_name_or_a_glob_needs_no_list(text: str) -> None:
    assert parse_query(text, None).depends_on == frozenset()


def test_latest_uses_the_same_type_names() -> None:
    assert find_session(parse_session_ref("latest:SyncCheck"), SESSIONS).type == "SyncCheck"
    assert find_session(parse_session_ref("latest:catalog crawl"), SESSIONS).type == "catalog crawl"
    assert find_session(parse_session_ref("latest:Database Replication"), SESSIONS).type == "CollectJob"
    assert find_session(LatestSessionRef("A,B"), SESSIONS).type == "A,B"
    with pytest.raises(InvalidQueryError, match="did you mean SyncCheck"):
        find_session(parse_session_ref("latest:SyncChek"), SESSIONS)


@given(st.text(min_size=1, max_size=12).map(str.strip).filter(bool))
@example(",")
def test_every_listed_type_can_be_queried(kind: str) -> None:
    session = Session(SESSIONS[0].uid, type=kind)
    types = type_names([session])
    assert parse(format_term("type", kind), now=NOW, zone=UTC, context=QueryContext(types=types)).matches(
        session
    )
    for name in searchable_type_names(types):
        query = parse(
            f"{format_term('type', name)},LogExport", now=NOW, zone=UTC, context=QueryContext(types=types)
        )
        assert query.matches(session)
