"""How often a type runs, when the next run is due, and since when it is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.schedule_detection import Due, Outage, due, rhythm
from emtui.triage.type_status import standings

QUARTER = 15 * MINUTE


def at(*starts: datetime, kind: str = "CollectJob") -> list[Session]:
    return [run(start, kind) for start in sorted(starts, reverse=True)]


def asked(runs: Sequence[Session], now: datetime) -> Due:
    found = due(runs, rhythm(runs), now)
    assert found is not None
    return found


def weekdays(until: datetime, weeks: int = 4) -> list[Session]:
    days = (until - number * DAY for number in range(7 * weeks))
    return at(*(day for day in days if day.weekday() < 5))


def office_hours(until: datetime, weeks: int = 4) -> list[Session]:
    hours = (until - number * HOUR for number in range(7 * 24 * weeks))
    return at(*(hour for hour in hours if 8 <= hour.hour < 18 and hour.weekday() < 5))


def test_a_quarter_of_an_hour_is_found_and_said_round() -> None:
    jittered = [run(NOON - place * QUARTER + place * 7 % 40 * SECOND) for place in range(100)]
    found = rhythm(jittered)
    assert found is not None
    assert found.every == QUARTER
    assert found.rests_on == 99
    assert found.spread < MINUTE


def test_runs_at_random_have_no_rhythm_and_are_never_late() -> None:
    starts = [NOON - timedelta(hours=hours) for hours in (1, 2, 9, 11, 30, 33, 50, 81, 83, 90, 120, 121)]
    assert rhythm(at(*starts)) is None
    assert due(at(*starts), None, NOON + 90 * DAY) is None


def test_too_few_runs_have_no_rhythm_unless_they_are_exact_and_weekly() -> None:
    assert rhythm(series("C", HOUR, count=5)) is None
    assert rhythm(series("C", HOUR, count=6)) is not None
    weekly = rhythm(series("C", 7 * DAY, count=4))
    assert weekly is not None
    assert (weekly.every, weekly.rests_on) == (7 * DAY, 3)
    assert rhythm(series("C", 7 * DAY, count=3)) is None
    assert rhythm(at(*(NOON - days * DAY for days in (0, 7, 15, 21)))) is None


def test_four_runs_were_due_and_none_began() -> None:
    runs = series("CollectJob", QUARTER, NOON, 2_000)
    found = asked(runs, NOON + 62 * MINUTE)
    assert found.late
    assert (found.since, found.count, found.next) == (NOON + QUARTER, 4, NOON + QUARTER)
    assert found.rests_on == 200


def test_a_run_that_is_only_a_little_late_is_not_called_late() -> None:
    runs = series("CollectJob", QUARTER, NOON, 2_000)
    assert not asked(runs, NOON + QUARTER + MINUTE).late
    assert asked(runs, NOON + QUARTER + 2 * MINUTE).late
    nightly = series("LicAutoUpdate", DAY, NOON, 30)
    assert not asked(nightly, NOON + DAY + 2 * HOUR).late
    assert asked(nightly, NOON + DAY + 4 * HOUR).late


def test_the_next_run_is_foretold() -> None:
    assert asked(series("CollectJob", QUARTER, NOON, 2_000), NOON + 4 * MINUTE).next == NOON + QUARTER
    assert asked(series("LicAutoUpdate", DAY, NOON, 30), NOON + HOUR).next == NOON + DAY
    assert asked(series("VcPluginJob", 5 * DAY, NOON, 6), NOON + HOUR).next == NOON + 5 * DAY


@pytest.mark.parametrize("hours", range(0, 72, 5))
def test_what_runs_on_weekdays_is_not_late_over_the_weekend(hours: int) -> None:
    friday = NOON - 3 * DAY
    found = asked(weekdays(friday), friday + hours * HOUR)
    assert not found.late
    assert found.next == NOON


def test_what_runs_on_weekdays_is_late_on_monday() -> None:
    friday = NOON - 3 * DAY
    found = asked(weekdays(friday), NOON + 4 * HOUR)
    assert (found.since, found.count) == (NOON, 1)


@pytest.mark.parametrize("hours", range(17))
def test_what_rests_at_night_is_not_late_at_night(hours: int) -> None:
    evening = NOON.replace(hour=17)
    found = asked(office_hours(evening), evening + hours * HOUR - MINUTE)
    assert not found.late


@pytest.mark.parametrize(("every", "excused"), [(HOUR, 2 * HOUR), (6 * HOUR, 7 * HOUR), (DAY, HOUR)])
def test_a_pause_of_everything_excuses_a_run_for_an_hour_and_a_frequent_one_for_its_interval_more(
    every: timedelta, excused: timedelta
) -> None:
    pause = Outage(NOON, NOON + HOUR, 3, ("CollectJob",), 9)
    assert not pause.holds(NOON - SECOND, every)
    assert pause.holds(NOON, every)
    assert pause.holds(NOON + HOUR + excused, every)
    assert not pause.holds(NOON + HOUR + excused + SECOND, every)
    assert Outage(NOON, None, 3, ("CollectJob",), 9).holds(NOON + 90 * DAY, every)


def test_what_rests_at_night_is_late_in_the_morning_but_for_the_hour_of_a_clock_change() -> None:
    evening = NOON.replace(hour=17)
    morning = evening + 15 * HOUR
    assert not asked(office_hours(evening), morning + 50 * MINUTE).late
    found = asked(office_hours(evening), morning + 2 * HOUR)
    assert (found.since, found.count) == (morning + HOUR, 2)


@pytest.mark.parametrize("change", [HOUR, -HOUR])
def test_a_daily_run_that_the_clock_change_moved_is_not_late(change: timedelta) -> None:
    before = series("LicAutoUpdate", DAY, NOON, 28)
    assert not asked(before, NOON + DAY + HOUR + MINUTE).late
    after = [run(NOON + DAY + change, "LicAutoUpdate"), *before]
    found = asked(after, NOON + 2 * DAY)
    assert not found.late
    assert found.next == NOON + 2 * DAY + change


def test_a_run_that_goes_on_is_not_late_and_one_that_took_long_excuses_what_it_covered() -> None:
    older = series("CatalogCrawlJob", 4 * HOUR, NOON - 4 * HOUR, 180)
    going_on = [run(NOON, "CatalogCrawlJob", outcome=Outcome.RUNNING), *older]
    assert due(going_on, rhythm(going_on), NOON + 9 * HOUR) is None
    ended = [run(NOON, "CatalogCrawlJob", took=5 * HOUR), *older]
    assert not asked(ended, NOON + 6 * HOUR).late
    assert asked(ended, NOON + 10 * HOUR).since == NOON + 8 * HOUR


def test_a_young_list_knows_the_day_but_not_the_weekend() -> None:
    three_days = series("CollectJob", QUARTER, NOON, 3 * 96)
    assert asked(three_days, NOON + HOUR).late
    one_day = series("CollectJob", QUARTER, NOON, 96)
    assert not asked(one_day, NOON + HOUR).late
    five_nights = series("LicAutoUpdate", DAY, NOON, 6)
    assert not asked(five_nights, NOON + 2 * DAY).late


def test_a_silence_of_a_month_is_counted_up_to_an_end() -> None:
    runs = series("CollectJob", MINUTE, NOON, 30_000, took=SECOND)
    found = asked(runs, NOON + 14 * DAY)
    assert found.late
    assert (found.count, found.at_least) == (5_000, True)


def test_manual_runs_in_between_change_nothing() -> None:
    runs = [
        *series("CollectJob", QUARTER, NOON, 2_000),
        *(run(NOON - k * DAY - 7 * MINUTE) for k in range(9)),
    ]
    runs.sort(key=lambda one: one.started or NOON, reverse=True)
    found = rhythm(runs)
    assert found is not None
    assert found.every == QUARTER


@given(
    st.integers(1, 7 * 24 * 60).map(lambda minutes: minutes * MINUTE),
    st.integers(6, 60),
    st.floats(0, 0.1),
    st.integers(0, 2**16),
)
def test_any_steady_interval_is_found_and_nothing_is_late_while_it_is_kept(
    every: timedelta, count: int, jitter: float, seed: int
) -> None:
    strays = [every * jitter * ((seed * (place + 3) * 2654435761 % 1000) / 1000) for place in range(count)]
    runs = [run(NOON - place * every + stray) for place, stray in enumerate(strays)]
    found = rhythm(runs)
    assert found is not None
    assert abs(found.every - every) <= every * 0.05
    assert found.rests_on == count - 1
    now = (runs[0].started or NOON) + every * 0.99
    assert not asked(runs, now).late


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), st.integers(-(10**6), 10**7))
def test_whatever_the_starts_nothing_breaks_and_what_is_late_was_due(starts: list[int], now: int) -> None:
    runs = at(*(NOON + start * SECOND for start in starts))
    when = NOON + now * SECOND
    found = due(runs, rhythm(runs), when)
    if found and found.since:
        assert (runs[0].started or NOON) < found.since <= when
        assert found.count >= 1
        assert found.rests_on >= 3


@pytest.mark.parametrize("now", [NOON, datetime(8000, 1, 1, tzinfo=UTC)])
def test_runs_thousands_of_years_apart_have_no_rhythm_and_leave_the_calendar_whole(now: datetime) -> None:
    runs = at(*(datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 4313, 6656, 8999)))
    assert rhythm(runs) is None
    assert standings(runs, now).types[0].due is None
