"""Queries with absolute times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import make_run

from emtui.em.model import Outcome
from emtui.query import parse
from emtui.query.absolute_times import period_query, with_absolute_clock_times, with_absolute_times

NOW = datetime(2026, 11, 23, 2, 12, 4, 250_000, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("since:02:10", "since:2026-11-23T01:10Z"),
        ("since:02:10:04", "since:2026-11-23T01:10:04Z"),
        ("-until:2026-11-22", "-until:2026-11-22T22:59:59.999999Z"),
        ('bs02 before:"Sat 02:10" state:failed', "bs02 before:2026-11-21T01:10Z state:failed"),
        ("since:1h", "since:2026-11-23T01:12:04Z"),
        ("bs02", "bs02"),
    ],
)
def test_times_are_written_in_utc_with_the_shortest_precision(typed: str, meant: str) -> None:
    query = parse(typed, now=NOW, zone=PARIS)
    assert with_absolute_times(query).text == meant
    assert [term.moment for term in parse(meant, now=NOW, zone=UTC).terms] == [
        term.moment for term in query.terms
    ]


def test_a_relative_time_is_kept_if_only_the_zone_changes() -> None:
    query = parse('since:"24h" until:02:10', now=NOW, zone=PARIS)
    assert with_absolute_clock_times(query).text == "since:24h until:2026-11-23T01:10Z"


@given(
    runs=st.lists(st.tuples(st.integers(-90, 90), st.sampled_from(list(Outcome))), max_size=30),
    minutes=st.integers(0, 60),
)
def test_the_query_of_a_period_matches_exactly_the_runs_that_started_in_it(
    runs: list[tuple[int, Outcome]], minutes: int
) -> None:
    start, end = NOW, NOW + timedelta(minutes=minutes)
    sessions = [make_run(NOW + timedelta(minutes=offset), outcome=outcome) for offset, outcome in runs]
    query = parse(period_query(start, end), now=NOW, zone=PARIS)
    assert [run for run in sessions if query.matches(run)] == [
        run for run in sessions if run.started and start <= run.started < end
    ]
    assert not query.matches(replace(make_run(NOW, outcome=Outcome.RUNNING), started=None))


def test_the_query_of_a_period_is_short() -> None:
    text = period_query(NOW.replace(minute=0, second=0, microsecond=0), NOW.replace(second=0, microsecond=0))
    assert text == "-before:2026-11-23T02:00Z before:2026-11-23T02:12Z"
