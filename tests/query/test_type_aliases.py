"""`type:` takes what the list has, whole and first; then globs, documented names, and those of the web UI."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emtui.em.model import SESSION_TYPES, Session, type_names, uid_of
from emtui.query import BadQuery, Beyond, LatestTarget, Query, find, names_of, parse, parse_target, term

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
KINDS = (
    *("CollectJob", "CatalogCrawlJob", "catalog crawl", "SyncCheck", "SyncCheckForProductUpdatesOption"),
    *("Collect", "A,B", "Nightly * copy", "What?", "Job [new]", "Prüflauf", 'The "old" one', "-type:x"),
)
SESSIONS = tuple(
    Session(uid_of(f"3f2a0b1c-0000-4000-8000-{number:012x}"), None, kind, NOW, NOW, "Success")
    for number, kind in enumerate(KINDS)
)


def read(text: str, types: tuple[str, ...] | None = KINDS) -> Query:
    return parse(text, now=NOW, zone=UTC, beyond=Beyond(unseen=(), types=types))


def found(query: Query) -> list[str]:
    return [str(session.type) for session in SESSIONS if query.matches(session)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_of_the_list_is_taken_whole_and_finds_its_own_runs_alone(kind: str) -> None:
    for typed in (kind, kind.upper(), kind.lower()):
        text = term("type", typed)
        assert found(read(text)) == [kind]
        assert found(read(text, None).upon(Beyond(unseen=(), types=KINDS))) == [kind], "before the list"
        assert kind in found(read(text, None)), "nothing is lost that may be meant"
        others = [other for other in KINDS if other != kind]
        assert found(read(f"-{text}")) == others


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
def test_other_names_and_globs_mean_what_they_meant(text: str, kinds: list[str]) -> None:
    assert found(read(text)) == kinds
    assert found(read(text, None).upon(Beyond(unseen=(), types=KINDS))) == kinds


def test_without_such_a_type_the_web_uis_name_is_the_apis_type() -> None:
    others = tuple(kind for kind in KINDS if kind != "catalog crawl")
    assert "CatalogCrawlJob" in found(read('type:"catalog crawl"', others))
    words, own = read("database replication", others), ("Database Replication", "CollectJob")
    assert found(words) == ["CollectJob"]
    assert found(words.upon(Beyond(unseen=(), types=own))) == [], "the words are the list's own name"
    assert found(words.upon(Beyond(unseen=(), types=own)).upon(Beyond(unseen=(), types=others))) == [
        "CollectJob"
    ]


def test_a_slip_is_refused_once_the_list_is_there_and_only_by_the_first_one() -> None:
    early = read("type:SyncChek", None)
    assert found(early) == []
    with pytest.raises(BadQuery, match="No session type is called 'SyncChek': did you mean SyncCheck"):
        early.upon(Beyond(unseen=(), types=KINDS))
    taken = read("type:SyncCheck")
    for later in ((), None, ("CollectJob",)):
        assert found(taken.upon(Beyond(unseen=(), types=later))) == ["SyncCheck"]
    with pytest.raises(BadQuery):
        read("type:SyncCheck", ("CollectJob",))


def test_a_type_that_comes_later_is_meant_from_then_on() -> None:
    query = read('type:"catalog crawl"', ("CatalogCrawlJob",))
    assert found(query) == ["CatalogCrawlJob"]
    assert query.upon(Beyond(unseen=(), types=("CatalogCrawlJob",))) is query, "nothing is gone through again"
    assert found(query.upon(Beyond(unseen=(), types=KINDS))) == ["catalog crawl"]


@pytest.mark.parametrize(
    "text", [*(f"type:{kind}" for kind in SESSION_TYPES), "type:*Job", "type:collectjob"]
)
def test_a_documented_name_or_a_glob_needs_no_list(text: str) -> None:
    assert read(text, None).rests_on == frozenset()


def test_the_latest_run_of_a_type_is_named_by_the_same_rule() -> None:
    assert find(parse_target("latest:SyncCheck"), SESSIONS).type == "SyncCheck"
    assert find(parse_target("latest:catalog crawl"), SESSIONS).type == "catalog crawl"
    assert find(parse_target("latest:Database Replication"), SESSIONS).type == "CollectJob"
    assert find(LatestTarget("A,B"), SESSIONS).type == "A,B"
    with pytest.raises(BadQuery, match="did you mean SyncCheck"):
        find(parse_target("latest:SyncChek"), SESSIONS)


@given(st.text(min_size=1, max_size=12).map(str.strip).filter(bool))
@example(",")
def test_whatever_the_list_calls_a_type_can_be_asked_for(kind: str) -> None:
    session = Session(SESSIONS[0].uid, type=kind)
    types = type_names([session])
    assert parse(term("type", kind), now=NOW, zone=UTC, beyond=Beyond(types=types)).matches(session)
    for name in names_of(types):
        query = parse(f"{term('type', name)},LogExport", now=NOW, zone=UTC, beyond=Beyond(types=types))
        assert query.matches(session)
