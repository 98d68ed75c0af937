"""Repetitions of the same failure are one incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.em.model import Outcome, Session
from emtui.triage.incidents import find_incident, find_incidents, find_type_incidents
from emtui.triage.runs_by_type import group_by_type

EVERY = 15 * MINUTE
OK, BAD = Outcome.SUCCESS, Outcome.FAILED


def with_message(message: str, session: Session) -> Session:
    return replace(session, result=replace(session.result, message=message))


def test_the_same_words_with_other_numbers_are_one_incident() -> None:
    runs = make_series("CollectJob", EVERY, count=40)
    for place, seconds in ((4, 10), (5, 11), (9, 10)):
        runs[place] = make_run(
            NOON - place * EVERY, outcome=BAD, message=f"bs02.example.net closed after {seconds} s"
        )
    runs[7] = make_run(NOON - 7 * EVERY, outcome=BAD, message="bs01.example.net closed after 10 s")
    first, second = find_incidents(group_by_type(runs))
    assert (first.count, second.count) == (3, 1)
    assert first.message == "bs02.example.net closed after 10 s"
    assert (first.last, first.first) == (NOON - 4 * EVERY, NOON - 9 * EVERY)
    assert first.recovered_at == NOON - 3 * EVERY
    assert second.recovered_at == NOON - 6 * EVERY
    assert first.sample_size == 40
    assert find_incident(runs, runs[5]) == first
    assert find_incident(runs, runs[0]) is None


def test_an_incident_is_ongoing_until_a_run_succeeds() -> None:
    (incident,) = find_type_incidents(runs_with_outcomes(Outcome.RUNNING, BAD, BAD, OK, OK))
    assert incident.is_ongoing
    assert incident.count == 2
    (over,) = find_type_incidents(runs_with_outcomes(Outcome.WARNING, BAD, OK), frozenset({BAD}))
    assert over.recovered_at == NOON


def test_a_warned_run_does_not_end_the_warnings() -> None:
    runs = runs_with_outcomes(Outcome.WARNING, Outcome.WARNING, OK)
    other = with_message("another warning", runs[0])
    newest, older = find_type_incidents([other, *runs[1:]])
    assert newest.is_ongoing
    assert older.is_ongoing


def test_nights_are_counted_by_their_days() -> None:
    (incident,) = find_type_incidents(runs_with_outcomes(BAD, BAD, BAD, interval=DAY))
    assert incident.count_days(UTC) == 3


@pytest.mark.parametrize(
    ("zone", "days"), [("UTC", 3), ("Europe/Berlin", 2), ("America/New_York", 2), ("Asia/Kolkata", 2)]
)
def test_days_are_those_of_the_zone_that_is_shown(zone: str, days: int) -> None:
    starts = [NOON + hours * HOUR for hours in (11.5, 13, 36.5)]  # 23:30 and 01:00, 00:30 two days later
    (incident,) = find_type_incidents([make_run(start, outcome=BAD) for start in reversed(starts)])
    assert incident.count_days(ZoneInfo(zone)) == days


@given(st.lists(st.sampled_from([OK, BAD, Outcome.WARNING, Outcome.RUNNING]), max_size=30))
def test_every_troubled_run_is_in_exactly_one_incident(row: list[Outcome]) -> None:
    runs = runs_with_outcomes(*row)
    uids = [uid for incident in find_type_incidents(runs) for uid in incident.uids]
    assert sorted(uids) == sorted(one.uid for one in runs if one.outcome in {BAD, Outcome.WARNING})
    for incident in find_type_incidents(runs):
        assert incident.first <= incident.last
        assert incident.recovered_at is None or incident.recovered_at > incident.last
        assert incident.count <= incident.sample_size == len(runs)
