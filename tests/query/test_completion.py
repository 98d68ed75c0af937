"""Completion of queries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import SESSION_TYPES
from emtui.query import (
    KEYS,
    CompletionCandidates,
    InvalidQueryError,
    QueryContext,
    complete,
    parse,
    searchable_type_names,
    without_incomplete_key,
)

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
LISTED = ("CollectJob", "CatalogReplicationJob", "LicAutoUpdate", "DatabaseMaintenance")
CANDIDATES = CompletionCandidates(tuple(searchable_type_names(LISTED)))


def suggestions_for(text: str) -> tuple[str, ...]:
    return complete(text, len(text), CANDIDATES).suggestions


def is_readable(text: str) -> bool:
    try:
        parse(text, now=NOW, zone=UTC, context=QueryContext(unseen=()))
    except InvalidQueryError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", tuple(f"{key}:" for key in KEYS)),
        ("st", ("state:",)),
        ("r", ("ratio:",)),
        ("bs02 -st", ("state:",)),
        ("!i", ("is:", "id:")),
        ("rep", ("type:CatalogReplicationJob", 'type:"Database Replication"', 'type:"Catalog Replication"')),
        ("state:", ("running", "success", "warning", "failed", "canceled", "unknown")),
        ("state:f", ("failed",)),
        ("state:fail", ("failed",)),
        ("state:completedw", ("CompletedWarning",)),
        ("state:failed,w", ("warning",)),
        ("STATE:failed", ()),
        ("type:coll", ("CollectJob",)),
        ("type:rep", ("CatalogReplicationJob", '"Database Replication"', '"Catalog Replication"')),
        ("type:data", ("DatabaseMaintenance", '"Database Replication"', '"Data Collection"')),
        ('type:"data c', ('"Data Collection"',)),
        ("type:nothing", ()),
        ("collect", ("type:CollectJob",)),
        ("is:un", ("unseen", "unusual")),
        ("is:a", ("acknowledged",)),
        ("is:kno", ("acknowledged",)),
        ("is:known", ()),
        ("is:running,", ("unseen", "unusual", "stuck", "acknowledged")),
        ("since:", ("15m", "1h", "8h", "24h", "7d", "30d")),
        ("since:2", ("24h", "2m", "2h", "2d", "2s")),
        ("took:", (">1m", ">10m", ">1h", "<1m")),
        ("took:>5", (">5m", ">5h", ">5d", ">5s")),
        ("ratio:", (">1.5", ">2", ">3", ">10")),
        ("message:bs", ()),
        ("bs02 ", tuple(f"{key}:" for key in KEYS)),
        ("stat:", ()),
    ],
)
def test_keys_are_suggested_before_values(text: str, words: tuple[str, ...]) -> None:
    if text == "is:running,":
        words = ("running", *words)
    assert suggestions_for(text) == words


def test_a_word_takes_the_place_of_the_part_that_was_typed() -> None:
    text = "bs02 -state:success,fai since:24h"
    done = complete(text, len("bs02 -state:success,fai"), CANDIDATES)
    assert done.apply(text, 0) == (
        "bs02 -state:success,failed since:24h",
        len("bs02 -state:success,failed"),
    )
    done = complete('type:"data c', 12, CANDIDATES)
    assert done.apply('type:"data c', 0) == ('type:"Data Collection"', 22)


def test_a_key_takes_the_place_of_its_letters_and_leaves_the_minus() -> None:
    for sign in "-!":
        text = f"bs02 {sign}st"
        assert complete(text, len(text), CANDIDATES).apply(text, 0) == (f"bs02 {sign}state:", 12)


READABLE_QUERIES = st.sampled_from(
    ["", "bs02 ", '"two words" ', "state:failed ", "-is:stuck type:data* ", "es "]
)
INCOMPLETE_TERMS = st.one_of(
    st.text("abcdefilnorstuyk", max_size=6),
    st.builds(
        "{}{}:{}{}".format,
        st.sampled_from(["", "-", "!"]),
        st.sampled_from(KEYS),
        st.sampled_from(["", "", '"', ">", "<="]),
        st.text("abcdefilnorstu123", max_size=5),
    ),
)


@given(READABLE_QUERIES, INCOMPLETE_TERMS, st.sampled_from(["", " bs02", " is:running"]))
def test_every_suggestion_is_valid_or_a_key_that_needs_a_value(before: str, begun: str, after: str) -> None:
    text = before + begun
    done = complete(text + after, len(text), CANDIDATES)
    for place, word in enumerate(done.suggestions):
        completed, end = done.apply(text + after, place)
        if word.endswith(":"):
            assert complete(completed, end, CANDIDATES).suggestions or word in {"message:", "name:", "id:"}
        else:
            assert is_readable(completed[:end])


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("bs02 too", "bs02 "),
        ("s", ""),
        ("-state:", ""),
        ("TYPE", ""),
        ("state:f", "state:f"),
        ("bs02", "bs02"),
        ("tooth", "tooth"),
        ("bs02 ", "bs02 "),
        ("-", "-"),
        ('"s', '"s'),
    ],
)
def test_a_key_without_a_value_is_not_searched_for_while_it_is_typed(text: str, rest: str) -> None:
    assert without_incomplete_key(text, len(text)) == rest
    assert without_incomplete_key(text + " is:stuck", len(text)) == rest + " is:stuck"
    assert without_incomplete_key(text + "x", len(text)) == text + "x"


@pytest.mark.parametrize("key", KEYS)
def test_every_suggested_value_is_valid(key: str) -> None:
    for first in ("", *"abcdefgilmnoprstuw1234567890<>"):
        text = f"{key}:{first}"
        done = complete(text, len(text), CANDIDATES)
        for place in range(len(done.suggestions)):
            assert is_readable(done.apply(text, place)[0])


def test_names_that_cannot_be_queried_are_not_suggested() -> None:
    assert list(searchable_type_names(["Collect", "A,B", "A\nB", "BrandNewJob", "Br[1]", 'A"B'])) == [
        'A"B',
        "Br[1]",
        "BrandNewJob",
        "Collect",
    ]
    assert "Catalog Crawl" in searchable_type_names(["CatalogCrawlJob"])
    assert list(searchable_type_names(["CatalogCrawlJob", "catalog crawl"])) == [
        "catalog crawl",
        "CatalogCrawlJob",
    ]
    assert set(SESSION_TYPES) <= set(searchable_type_names(SESSION_TYPES))
