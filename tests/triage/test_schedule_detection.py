"""Schedules: the interval of a type, its next due run, and when it is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.overdue_runs import DueRuns, find_due_runs
from emtui.triage.schedule_detection import IdlePeriod, detect_schedule
from emtui.triage.type_status import compute_type_statuses

QUARTER = 15 * MINUTE


def runs_at(*starts: datetime, kind: str = "CollectJob") -> list[Session]:
    return [make_run(start, kind) for start in sorted(starts, reverse=True)]


def due_at(runs: Sequence[Session], now: datetime) -> DueRuns:
    found = find_due_runs(runs, detect_schedule(runs), now)
    assert found is not None
    return found


def weekday_runs(until: datetime, weeks: int = 4) -> list[Session]:
    days = (until - number * DAY for number in range(7 * weeks))
    return runs_at(*(day for day in days if day.weekday() < 5))


def office_hour_runs(until: datetime, weeks: int = 4) -> list[Session]:
    hours = (until - number * HOUR for number in range(7 * 24 * weeks))
    return runs_at(*(hour for hour in hours if 8 <= hour.hour < 18 and hour.weekday() < 5))


def test_an_interval_of_15_minutes_is_detected_and_rounded() -> None:
    jittered = [make_run(NOON - place * QUARTER + place * 7 % 40 * SECOND) for place in range(100)]
    found = detect_schedule(jittered)
    assert found is not None
    assert found.interval == QUARTER
    assert found.sample_size == 99
    assert found.spread < MINUTE


def test_irregular_runs_have_no_schedule_and_are_never_overdue() -> None:
    starts = [NOON - timedelta(hours=hours) for hours in (1, 2, 9, 11, 30, 33, 50, 81, 83, 90, 120, 121)]
    assert detect_schedule(runs_at(*starts)) is None
    assert find_due_runs(runs_at(*starts), None, NOON + 90 * DAY) is None


def test_too_few_runs_have_no_schedule_unless_exact_and_weekly() -> None:
    assert detect_schedule(make_series("C", HOUR, count=5)) is None
    assert detect_schedule(make_series("C", HOUR, count=6)) is not None
    weekly = detect_schedule(make_series("C", 7 * DAY, count=4))
    assert weekly is not None
    assert (weekly.interval, weekly.sample_size) == (7 * DAY, 3)
    assert detect_schedule(make_series("C", 7 * DAY, count=3)) is None
    assert detect_schedule(runs_at(*(NOON - days * DAY for days in (0, 7, 15, 21)))) is None


def test_four_runs_were_due_and_none_began() -> None:
    runs = make_series("CollectJob", QUARTER, NOON, 2_000)
    found = due_at(runs, NOON + 62 * MINUTE)
    assert found.is_overdue
    assert (found.overdue_since, found.overdue_count, found.next_start) == (NOON + QUARTER, 4, NOON + QUARTER)
    assert found.sample_size == 200


def test_a_short_delay_is_not_overdue() -> None:
    runs = make_series("CollectJob", QUARTER, NOON, 2_000)
    assert not due_at(runs, NOON + QUARTER + MINUTE).is_overdue
    assert due_at(runs, NOON + QUARTER + 2 * MINUTE).is_overdue
    nightly = make_series("LicAutoUpdate", DAY, NOON, 30)
    assert not due_at(nightly, NOON + DAY + 2 * HOUR).is_overdue
    assert due_at(nightly, NOON + DAY + 4 * HOUR).is_overdue


def test_the_next_run_is_predicted() -> None:
    assert (
        due_at(make_series("CollectJob", QUARTER, NOON, 2_000), NOON + 4 * MINUTE).next_start
        == NOON + QUARTER
    )
    assert due_at(make_series("LicAutoUpdate", DAY, NOON, 30), NOON + HOUR).next_start == NOON + DAY
    assert due_at(make_series("VcPluginJob", 5 * DAY, NOON, 6), NOON + HOUR).next_start == NOON + 5 * DAY


@pytest.mark.parametrize("hours", range(0, 72, 5))
def test_a_weekday_type_is_not_overdue_on_the_weekend(hours: int) -> None:
    friday = NOON - 3 * DAY
    found = due_at(weekday_runs(friday), friday + hours * HOUR)
    assert not found.is_overdue
    assert found.next_start == NOON


def test_a_weekday_type_is_overdue_on_monday() -> None:
    friday = NOON - 3 * DAY
    found = due_at(weekday_runs(friday), NOON + 4 * HOUR)
    assert (found.overdue_since, found.overdue_count) == (NOON, 1)


@pytest.mark.parametrize("hours", range(17))
def test_a_daytime_type_is_not_overdue_at_night(hours: int) -> None:
    evening = NOON.replace(hour=17)
    found = due_at(office_hour_runs(evening), evening + hours * HOUR - MINUTE)
    assert not found.is_overdue


@pytest.mark.parametrize(("every", "excused"), [(HOUR, 2 * HOUR), (6 * HOUR, 7 * HOUR), (DAY, HOUR)])
def test_a_pause_of_everything_excuses_a_run_for_an_hour_and_a_frequent_one_for_its_interval_more(
    every: timedelta, excused: timedelta
) -> None:
    pause = IdlePeriod(NOON, NOON + HOUR, 3, ("CollectJob",), 9)
    assert not pause.explains(NOON - SECOND, every)
    assert pause.explains(NOON, every)
    assert pause.explains(NOON + HOUR + excused, every)
    assert not pause.explains(NOON + HOUR + excused + SECOND, every)
    assert IdlePeriod(NOON, None, 3, ("CollectJob",), 9).explains(NOON + 90 * DAY, every)


def test_a_daytime_type_is_overdue_in_the_morning_except_the_hour_of_a_clock_change() -> None:
    evening = NOON.replace(hour=17)
    morning = evening + 15 * HOUR
    assert not due_at(office_hour_runs(evening), morning + 50 * MINUTE).is_overdue
    found = due_at(office_hour_runs(evening), morning + 2 * HOUR)
    assert (found.overdue_since, found.overdue_count) == (morning + HOUR, 2)


@pytest.mark.parametrize("change", [HOUR, -HOUR])
def test_a_daily_run_moved_by_a_clock_change_is_not_overdue(change: timedelta) -> None:
    before = make_series("LicAutoUpdate", DAY, NOON, 28)
    assert not due_at(before, NOON + DAY + HOUR + MINUTE).is_overdue
    after = [make_run(NOON + DAY + change, "LicAutoUpdate"), *before]
    found = due_at(after, NOON + 2 * DAY)
    assert not found.is_overdue
    assert found.next_start == NOON + 2 * DAY + change


def test_a_running_type_is_not_overdue_and_a_long_run_excuses_the_slots_it_covers() -> None:
    older = make_series("CatalogCrawlJob", 4 * HOUR, NOON - 4 * HOUR, 180)
    going_on = [make_run(NOON, "CatalogCrawlJob", outcome=Outcome.RUNNING), *older]
    assert find_due_runs(going_on, detect_schedule(going_on), NOON + 9 * HOUR) is None
    ended = [make_run(NOON, "CatalogCrawlJob", duration=5 * HOUR), *older]
    assert not due_at(ended, NOON + 6 * HOUR).is_overdue
    assert due_at(ended, NOON + 10 * HOUR).overdue_since == NOON + 8 * HOUR


def test_a_young_list_knows_the_day_but_not_the_weekend() -> None:
    three_days = make_series("CollectJob", QUARTER, NOON, 3 * 96)
    assert due_at(three_days, NOON + HOUR).is_overdue
    one_day = make_series("CollectJob", QUARTER, NOON, 96)
    assert not due_at(one_day, NOON + HOUR).is_overdue
    five_nights = make_series("LicAutoUpdate", DAY, NOON, 6)
    assert not due_at(five_nights, NOON + 2 * DAY).is_overdue


def test_a_silence_of_a_month_is_counted_up_to_an_end() -> None:
    runs = make_series("CollectJob", MINUTE, NOON, 30_000, duration=SECOND)
    found = due_at(runs, NOON + 14 * DAY)
    assert found.is_overdue
    assert (found.overdue_count, found.is_minimum) == (5_000, True)


def test_manual_runs_in_between_change_nothing() -> None:
    runs = [
        *make_series("CollectJob", QUARTER, NOON, 2_000),
        *(make_run(NOON - k * DAY - 7 * MINUTE) for k in range(9)),
    ]
    runs.sort(key=lambda one: one.started or NOON, reverse=True)
    found = detect_schedule(runs)
    assert found is not None
    assert found.interval == QUARTER


@given(
    st.integers(1, 7 * 24 * 60).map(lambda minutes: minutes * MINUTE),
    st.integers(6, 60),
    st.floats(0, 0.1),
    st.integers(0, 2**16),
)
def test_any_regular_interval_is_detected_and_not_overdue_while_kept(
    every: timedelta, count: int, jitter: float, seed: int
) -> None:
    strays = [every * jitter * ((seed * (place + 3) * 2654435761 % 1000) / 1000) for place in range(count)]
    runs = [make_run(NOON - place * every + stray) for place, stray in enumerate(strays)]
    found = detect_schedule(runs)
    assert found is not None
    assert abs(found.interval - every) <= every * 0.05
    assert found.sample_size == count - 1
    now = (runs[0].started or NOON) + every * 0.99
    assert not due_at(runs, now).is_overdue


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), st.integers(-(10**6), 10**7))
def test_any_starts_are_accepted_and_overdue_runs_were_due(starts: list[int], now: int) -> None:
    runs = runs_at(*(NOON + start * SECOND for start in starts))
    when = NOON + now * SECOND
    found = find_due_runs(runs, detect_schedule(runs), when)
    if found and found.overdue_since:
        assert (runs[0].started or NOON) < found.overdue_since <= when
        assert found.overdue_count >= 1
        assert found.sample_size >= 3


@pytest.mark.parametrize("now", [NOON, datetime(8000, 1, 1, tzinfo=UTC)])
def test_runs_thousands_of_years_apart_have_no_schedule_and_do_not_overflow(now: datetime) -> None:
    runs = runs_at(*(datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 4313, 6656, 8999)))
    assert detect_schedule(runs) is None
    assert compute_type_statuses(runs, now).statuses[0].due is None
