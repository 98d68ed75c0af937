"""The card of days and hours, against runs counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.hour_card import DayRow, build_hour_card, notable_days
from emtui.triage.runs_by_type import start_time

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    UTC,
    BERLIN,
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/Havana"),
    ZoneInfo("Africa/Cairo"),
]


def totals(row: DayRow) -> dict[int, int]:
    """The number of runs in each column that has any."""
    return {hour: cell.total for hour, cell in enumerate(row.cells) if cell.total}


def runs_at(*times: str, outcome: Outcome = Outcome.SUCCESS) -> list[Session]:
    """Runs at these times in UTC, newest first."""
    return sorted(
        (make_run(datetime.fromisoformat(f"{time}:00+00:00"), outcome=outcome) for time in times),
        key=start_time,
        reverse=True,
    )


def test_runs_are_in_the_column_of_their_hour_in_the_shown_zone() -> None:
    runs = runs_at("2026-11-22T22:59", "2026-11-22T23:00", "2026-11-23T02:10", "2026-11-23T02:55")
    rows = build_hour_card(runs, NOON, BERLIN, 2)
    assert [row.date for row in rows] == [date(2026, 11, 22), date(2026, 11, 23)]
    assert [totals(row) for row in rows] == [{23: 1}, {0: 1, 3: 2}]
    assert all(len(row.cells) == 24 for row in rows)


def test_a_row_counts_its_failures_and_has_the_median_of_its_successes() -> None:
    runs = [
        make_run(NOON - HOUR, duration=4 * MINUTE),
        make_run(NOON - 2 * HOUR, duration=HOUR, outcome=Outcome.FAILED),
        make_run(NOON - 3 * HOUR, duration=2 * MINUTE),
        make_run(NOON - 4 * HOUR, duration=3 * MINUTE),
        make_run(NOON - 26 * HOUR, outcome=Outcome.FAILED),
    ]
    yesterday, today = build_hour_card(runs, NOON, UTC, 2)
    assert (today.failed, today.total, today.median) == (1, 4, 3 * MINUTE)
    assert (yesterday.failed, yesterday.total, yesterday.median) == (1, 1, None)


def test_the_column_of_the_repeated_hour_holds_both_hours() -> None:
    runs = runs_at("2026-10-25T00:10", "2026-10-25T01:10", "2026-10-25T02:10", outcome=Outcome.FAILED)
    (row,) = build_hour_card(runs, datetime(2026, 10, 25, 12, tzinfo=UTC), BERLIN, 1)
    assert totals(row) == {2: 2, 3: 1}
    assert row.cells[2].end - row.cells[2].start == 2 * HOUR
    assert (row.failed, row.total) == (3, 3)


def test_the_column_of_the_skipped_hour_is_empty() -> None:
    runs = runs_at("2026-03-29T00:59", "2026-03-29T01:00")  # 01:59 and 03:00
    (row,) = build_hour_card(runs, datetime(2026, 3, 29, 12, tzinfo=UTC), BERLIN, 1)
    assert totals(row) == {1: 1, 3: 1}
    assert row.cells[2].start == row.cells[2].end


def test_hours_can_be_divided() -> None:
    runs = runs_at("2026-11-23T03:10", "2026-11-23T03:15", "2026-11-23T03:59")
    (row,) = build_hour_card(runs, NOON, UTC, 1, cells_per_hour=4)
    assert len(row.cells) == 96
    assert totals(row) == {12: 1, 13: 1, 15: 1}


def test_a_run_that_still_runs_is_in_the_column_in_which_it_started() -> None:
    (row,) = build_hour_card([make_run(NOON - HOUR, outcome=Outcome.RUNNING)], NOON, UTC, 1)
    assert [cell.running_count for cell in row.cells] == [0] * 24
    assert row.cells[11].worst is Outcome.RUNNING


def test_the_short_form_has_the_days_with_something_bad_and_today() -> None:
    runs = [
        run
        for run in make_series("CollectJob", HOUR, count=24 * 6)
        if run.started not in {NOON - 2 * DAY, NOON - 4 * DAY}
    ]
    runs = sorted([*runs, make_run(NOON - 2 * DAY, outcome=Outcome.WARNING)], key=start_time, reverse=True)
    rows = build_hour_card(runs, NOON, UTC, 6, missed=[NOON - 4 * DAY])
    assert [row.date.day for row in notable_days(rows)] == [19, 21, 23]


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2026, 1, 9), datetime(2026, 12, 30)),  # noqa: DTZ001 # made aware below
    offsets=st.lists(st.tuples(st.integers(0, 8 * 24 * 60), st.sampled_from(list(Outcome))), max_size=40),
    parts=st.sampled_from([1, 3, 4]),
)
def test_no_run_is_lost_or_counted_twice(
    zone: tzinfo, now: datetime, offsets: list[tuple[int, Outcome]], parts: int
) -> None:
    now_utc = now.replace(tzinfo=UTC)
    runs = sorted(
        (
            make_run(now_utc - offset * MINUTE, f"Type{number}", outcome=outcome)
            for number, (offset, outcome) in enumerate(offsets)
        ),
        key=start_time,
        reverse=True,
    )
    rows = build_hour_card(runs, now_utc, zone, 7, cells_per_hour=parts)
    first = rows[0].cells[0].start
    expected = [run for run in runs if start_time(run) >= first]
    assert sum(row.total for row in rows) == sum(cell.total for row in rows for cell in row.cells)
    assert sum(row.total for row in rows) == len(expected)
    assert sum(row.failed for row in rows) == sum(1 for run in expected if run.has_failed)
    for row in rows:
        assert len(row.cells) == 24 * parts
        assert all(one.end == other.start for one, other in pairwise(row.cells))
    for run in expected if parts == 1 else []:
        local = start_time(run).astimezone(zone)
        row = next(row for row in rows if row.date == local.date())
        cell = row.cells[local.hour]
        assert cell.start <= start_time(run) < cell.end


@pytest.mark.parametrize("zone", ZONES)
def test_the_hours_of_a_year_follow_each_other(zone: tzinfo) -> None:
    rows = build_hour_card([], datetime(2026, 12, 31, 12, tzinfo=UTC), zone, 365)
    cells = [cell for row in rows for cell in row.cells]
    assert all(one.end == other.start for one, other in pairwise(cells))
    assert sum((cell.end - cell.start for cell in cells), timedelta()) == 365 * DAY
