"""The times at which a run was due and none started, counted by hand and against the overdue count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.missed_starts import find_missed_starts, find_missed_starts_by_type
from emtui.triage.runs_by_type import runs_of_type, start_time
from emtui.triage.schedule_detection import IdlePeriods, detect_schedule
from emtui.triage.type_status import compute_type_statuses

QUARTER = 15 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")


def missed(
    runs: list[Session],
    now: datetime = NOON,
    since: datetime = NOON - DAY,
    idle_periods: IdlePeriods = (),
    zone: ZoneInfo | None = None,
) -> list[datetime]:
    schedule = detect_schedule(runs, zone or UTC)
    assert schedule
    return list(find_missed_starts(runs, schedule, since, now, idle_periods))


def without(runs: list[Session], *starts: datetime) -> list[Session]:
    return [run for run in runs if run.started not in starts]


def test_a_type_that_ran_each_time_missed_nothing() -> None:
    assert missed(make_series("CollectJob", QUARTER, count=400)) == []


def test_a_past_gap_lists_each_start_that_was_due_in_it() -> None:
    gap = [NOON - 5 * HOUR, NOON - 5 * HOUR + QUARTER]
    assert missed(without(make_series("CollectJob", QUARTER, count=400), *gap)) == gap


def test_only_the_window_is_searched() -> None:
    runs = without(make_series("CollectJob", QUARTER, count=400), *(NOON - hour * HOUR for hour in (3, 30)))
    assert missed(runs) == [NOON - 3 * HOUR]
    assert missed(runs, since=NOON - 3 * HOUR + MINUTE) == []
    assert missed(runs, since=NOON - 2 * DAY) == [NOON - 30 * HOUR, NOON - 3 * HOUR]


def test_a_late_run_is_not_missed() -> None:
    late = [
        make_run(NOON - 5 * HOUR + 6 * MINUTE),
        *without(make_series("CollectJob", QUARTER, count=400), NOON - 5 * HOUR),
    ]
    late.sort(key=start_time, reverse=True)
    assert missed(late) == []


def test_a_type_that_rests_on_weekends_misses_nothing_on_them() -> None:
    runs = [
        run
        for run in make_series("CollectJob", HOUR, count=24 * 30)
        if run.started and run.started.weekday() < 5
    ]
    assert missed(runs, since=NOON - 8 * DAY) == []


def test_a_run_that_took_longer_than_the_interval_misses_nothing() -> None:
    long_run = make_run(NOON - 5 * HOUR, duration=HOUR)
    overrun = [NOON - 5 * HOUR + number * QUARTER for number in range(4)]
    runs = sorted(
        [long_run, *without(make_series("CollectJob", QUARTER, count=400), *overrun)],
        key=start_time,
        reverse=True,
    )
    assert missed(runs) == []


def test_a_type_silent_for_months_still_misses_its_starts_of_today() -> None:
    runs = make_series("CollectJob", 5 * MINUTE, NOON - 40 * DAY, count=3_000)
    found = missed(runs, since=NOON - HOUR)
    assert found == [NOON - HOUR + number * 5 * MINUTE for number in range(13)]


def test_all_types_at_once_have_the_same_missed_starts() -> None:
    runs = make_series("CollectJob", QUARTER, NOON - 2 * HOUR, count=400)
    others = make_series("CatalogReplicationJob", HOUR, count=100)
    statuses = compute_type_statuses(sorted([*runs, *others], key=start_time, reverse=True), NOON)
    expected = tuple(NOON - 2 * HOUR + number * QUARTER for number in range(1, 9))
    assert find_missed_starts_by_type(statuses, NOON - DAY) == {"CollectJob": expected}
    assert find_missed_starts_by_type(statuses, NOON - HOUR) == {"CollectJob": expected[3:]}


def test_a_type_without_a_schedule_misses_nothing() -> None:
    assert find_missed_starts(make_series("LogExport", DAY, count=2), None, NOON - DAY, NOON) == ()


def test_a_daily_type_keeps_its_time_of_day_when_clocks_change() -> None:
    starts = [datetime(2026, 10, day, 1, 30, tzinfo=BERLIN) for day in range(1, 32)]
    runs = [make_run(start.astimezone(UTC), "LicAutoUpdate") for start in reversed(starts) if start.day != 26]
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert missed(runs, now, now - 10 * DAY, zone=BERLIN) == [datetime(2026, 10, 26, 0, 30, tzinfo=UTC)]


INTERVALS = st.sampled_from([5 * MINUTE, QUARTER, 30 * MINUTE, HOUR, 4 * HOUR, DAY])


@given(
    interval=INTERVALS,
    silent=st.integers(0, 60),
    off=st.integers(0, 3_600),
    zone=st.sampled_from([None, BERLIN]),
)
def test_the_current_streak_has_as_many_as_are_overdue(
    interval: timedelta, silent: int, off: int, zone: ZoneInfo | None
) -> None:
    now = NOON + silent * interval + off * timedelta(seconds=1)
    others = make_series("CatalogReplicationJob", 5 * MINUTE, now, count=12 * 24 * 3)
    runs = make_series("CollectJob", interval, count=300)
    statuses = compute_type_statuses([*runs, *others], now, zone or UTC)
    status = statuses.for_type("CollectJob")
    assert status
    found = find_missed_starts(runs, status.schedule, NOON - 90 * DAY, now, statuses.idle_periods)
    assert len(found) == (status.due.overdue_count if status.due else 0)
    if status.due and status.due.is_overdue:
        assert found[0] == status.due.overdue_since


@pytest.mark.parametrize("hours", [3, 7, 13])
def test_starts_in_an_idle_period_are_missed_during_it_and_after_it(hours: int) -> None:
    """Nothing ran from 04:00 to 04:00 + `hours`: while it lasts, and two days later."""
    began = NOON.replace(hour=4)
    until = began + hours * HOUR
    before = [
        *make_series("CollectJob", QUARTER, began, count=800),
        *make_series("CatalogReplicationJob", HOUR, began, count=200),
    ]
    expected = [began + number * QUARTER for number in range(1, 4 * hours)]
    for now, after in (
        (until - MINUTE, []),
        (
            until + 2 * DAY,
            [
                *make_series("CollectJob", QUARTER, until + 2 * DAY, count=4 * 48 + 1),
                *make_series("CatalogReplicationJob", HOUR, until + 2 * DAY, count=49),
            ],
        ),
    ):
        statuses = compute_type_statuses(sorted([*before, *after], key=start_time, reverse=True), now)
        assert len(statuses.idle_periods) == 1
        status = statuses.for_type("CollectJob")
        assert status
        found = find_missed_starts(status.runs, status.schedule, began - DAY, now, statuses.idle_periods)
        assert list(found) == expected


@pytest.mark.parametrize("later", [HOUR, 4 * HOUR, 6 * HOUR])
def test_a_start_that_a_past_idle_period_explains_after_its_end_is_not_missed(later: timedelta) -> None:
    """Nothing ran from 04:00 to 16:30; a type due at 08:00, 12:00 and 16:00 may start anew after that."""
    began, until = NOON.replace(hour=4), NOON + 4 * HOUR + 30 * MINUTE
    now = until + later
    runs = make_series("CatalogReplicationJob", 4 * HOUR, began, count=100)
    others = [
        *make_series("CollectJob", QUARTER, began, count=800),
        *make_series("CollectJob", QUARTER, now, count=later // QUARTER + 1),
    ]
    statuses = compute_type_statuses(sorted([*runs, *others], key=start_time, reverse=True), now)
    status = statuses.for_type("CatalogReplicationJob")
    assert statuses.idle_periods
    assert status
    found = find_missed_starts(status.runs, status.schedule, began, now, statuses.idle_periods)
    assert list(found)[:3] == [began + number * 4 * HOUR for number in (1, 2, 3)]
    overdue = status.due.overdue_count if status.due else 0
    assert len(found) == 3 + overdue


@given(
    interval=INTERVALS,
    absent=st.sets(st.integers(0, 250), max_size=80),
    jitter=st.lists(st.integers(-60, 60), min_size=300, max_size=300),
    later=st.integers(0, 10),
)
def test_missed_starts_never_overlap_a_run(
    interval: timedelta, absent: set[int], jitter: list[int], later: int
) -> None:
    runs = runs_of_type(
        [
            make_run(NOON - number * interval + timedelta(seconds=jitter[number]), outcome=Outcome.SUCCESS)
            for number in range(300)
            if number not in absent
        ],
        "CollectJob",
    )
    schedule = detect_schedule(runs)
    now = NOON + later * interval
    found = find_missed_starts(runs, schedule, NOON - 300 * interval, now)
    if schedule is None:
        assert found == ()
        return
    assert list(found) == sorted(set(found))
    for slot in found:
        assert slot <= now
        assert all(abs(start_time(run) - slot) >= schedule.tolerance for run in runs)
