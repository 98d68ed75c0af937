"""The same failure again is one incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.incidents import incident_of, incidents, incidents_of
from emtui.triage.runs_by_type import by_type

EVERY = 15 * MINUTE
OK, BAD = Outcome.SUCCESS, Outcome.FAILED


def saying(message: str, session: Session) -> Session:
    return replace(session, result=replace(session.result, message=message))


def test_the_same_words_with_other_numbers_are_one_incident() -> None:
    runs = series("CollectJob", EVERY, count=40)
    for place, seconds in ((4, 10), (5, 11), (9, 10)):
        runs[place] = run(
            NOON - place * EVERY, outcome=BAD, message=f"bs02.example.net closed after {seconds} s"
        )
    runs[7] = run(NOON - 7 * EVERY, outcome=BAD, message="bs01.example.net closed after 10 s")
    first, second = incidents(by_type(runs))
    assert (first.count, second.count) == (3, 1)
    assert first.message == "bs02.example.net closed after 10 s"
    assert (first.last, first.first) == (NOON - 4 * EVERY, NOON - 9 * EVERY)
    assert first.recovered == NOON - 3 * EVERY
    assert second.recovered == NOON - 6 * EVERY
    assert first.rests_on == 40
    assert incident_of(runs, runs[5]) == first
    assert incident_of(runs, runs[0]) is None


def test_an_incident_goes_on_until_a_run_has_done_its_work() -> None:
    (incident,) = incidents_of(outcomes(Outcome.RUNNING, BAD, BAD, OK, OK))
    assert incident.goes_on
    assert incident.count == 2
    (over,) = incidents_of(outcomes(Outcome.WARNING, BAD, OK), frozenset({BAD}))
    assert over.recovered == NOON


def test_a_warned_run_does_not_end_the_warnings() -> None:
    runs = outcomes(Outcome.WARNING, Outcome.WARNING, OK)
    other = saying("another warning", runs[0])
    newest, older = incidents_of([other, *runs[1:]])
    assert newest.goes_on
    assert older.goes_on


def test_nights_are_counted_by_their_days() -> None:
    (incident,) = incidents_of(outcomes(BAD, BAD, BAD, every=DAY))
    assert incident.days(UTC) == 3


@pytest.mark.parametrize(
    ("zone", "days"), [("UTC", 3), ("Europe/Berlin", 2), ("America/New_York", 2), ("Asia/Kolkata", 2)]
)
def test_days_are_those_of_the_zone_that_is_shown(zone: str, days: int) -> None:
    starts = [NOON + hours * HOUR for hours in (11.5, 13, 36.5)]  # 23:30 and 01:00, 00:30 two days later
    (incident,) = incidents_of([run(start, outcome=BAD) for start in reversed(starts)])
    assert incident.days(ZoneInfo(zone)) == days


@given(st.lists(st.sampled_from([OK, BAD, Outcome.WARNING, Outcome.RUNNING]), max_size=30))
def test_every_troubled_run_is_in_exactly_one_incident(row: list[Outcome]) -> None:
    runs = outcomes(*row)
    uids = [uid for incident in incidents_of(runs) for uid in incident.uids]
    assert sorted(uids) == sorted(one.uid for one in runs if one.outcome in {BAD, Outcome.WARNING})
    for incident in incidents_of(runs):
        assert incident.first <= incident.last
        assert incident.recovered is None or incident.recovered > incident.last
        assert incident.count <= incident.rests_on == len(runs)
