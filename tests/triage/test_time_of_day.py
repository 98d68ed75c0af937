"""Daily types keep their time of day across clock changes, unless their starts show otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, SECOND, make_run, make_series

from emtui.em.model import Session
from emtui.triage.overdue_runs import DueRuns, find_due_runs
from emtui.triage.prioritization import prioritize_sessions
from emtui.triage.schedule_detection import detect_schedule
from emtui.triage.type_status import compute_type_statuses

BERLIN = ZoneInfo("Europe/Berlin")
SANTIAGO = ZoneInfo("America/Santiago")
CLOCKS_FORWARD, CLOCKS_BACK = datetime(2026, 3, 29), datetime(2026, 10, 25)  # noqa: DTZ001 - days of Berlin
"""The days on which clocks are put on from 02:00 to 03:00, and back from 03:00 to 02:00."""


def utc_of(local: datetime, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def nightly_runs(last: datetime, count: int = 20, zone: ZoneInfo = BERLIN, days: int = 1) -> list[Session]:
    """Runs at this local time up to this day, newest first; one that is left out begins an hour later."""
    return [
        make_run(utc_of(last - number * days * DAY, zone), "DatabaseMaintenance") for number in range(count)
    ]


def due_at(runs: Sequence[Session], now: datetime, zone: ZoneInfo = BERLIN) -> DueRuns:
    found = find_due_runs(runs, detect_schedule(runs, zone), now)
    assert found is not None
    return found


@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
@pytest.mark.parametrize(
    "clock", [timedelta(hours=hour, minutes=10) for hour in (0, 1, 2, 3, 4, 12, 23)], ids=str
)
@pytest.mark.parametrize("day", range(-3, 4))
def test_the_next_nightly_run_is_due_at_the_same_time_of_day(
    change: datetime, clock: timedelta, day: int
) -> None:
    last = change + day * DAY + clock
    runs = nightly_runs(last)
    found = due_at(runs, utc_of(last) + 6 * HOUR)
    assert (found.next_start, found.overdue_since, found.overdue_count) == (utc_of(last + DAY), None, 0)


@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
@pytest.mark.parametrize("days", [2, 7])
def test_a_type_that_runs_every_few_days_keeps_its_time_of_day(change: datetime, days: int) -> None:
    last = change - DAY + timedelta(hours=2, minutes=10)
    runs = nightly_runs(last, days=days)
    assert due_at(runs, utc_of(last) + 6 * HOUR).next_start == utc_of(last + days * DAY)


@pytest.mark.parametrize("runs_again", ["02:10A", "02:10B", "03:00"])
def test_the_day_after_a_clock_change_is_right_in_either_case(runs_again: str) -> None:
    """A schedule may take the second 02:10, or begin what is left out as soon as the clock is put on."""
    if runs_again == "03:00":
        run_at_change, day = utc_of(CLOCKS_FORWARD.replace(hour=3)), CLOCKS_FORWARD
    else:
        run_at_change, day = (
            utc_of(CLOCKS_BACK.replace(hour=2, minute=10), fold="AB".index(runs_again[-1])),
            CLOCKS_BACK,
        )
    before = nightly_runs(day - DAY + timedelta(hours=2, minutes=10))
    found = due_at([make_run(run_at_change, "DatabaseMaintenance"), *before], run_at_change + 6 * HOUR)
    assert found.next_start == utc_of(day + DAY + timedelta(hours=2, minutes=10))


def test_a_skipped_midnight_does_not_affect_the_next_day() -> None:
    day = datetime(2026, 9, 6)  # noqa: DTZ001 - a day of Santiago
    runs = nightly_runs(day, zone=SANTIAGO)
    found = due_at(runs, utc_of(day, SANTIAGO) + 6 * HOUR, SANTIAGO)
    assert found.next_start == utc_of(day + DAY, SANTIAGO)


@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
def test_starts_on_both_sides_that_kept_their_interval_are_due_by_it(change: datetime) -> None:
    first = utc_of(change + 3 * DAY + timedelta(hours=4, minutes=10))
    fixed = make_series("DatabaseMaintenance", DAY, first, 20)
    assert due_at(fixed, first + 6 * HOUR).next_start == first + DAY
    local = nightly_runs(change + 3 * DAY + timedelta(hours=4, minutes=10))
    assert due_at(local, first + 6 * HOUR).next_start == utc_of(
        change + 4 * DAY + timedelta(hours=4, minutes=10)
    )


@pytest.mark.parametrize("every", [15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR])
@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
def test_shorter_intervals_do_not_move(every: timedelta, change: datetime) -> None:
    last = utc_of(change) + 30 * MINUTE
    runs = make_series("CollectJob", every, last, 28 * DAY // every)
    assert due_at(runs, last + MINUTE).next_start == last + every


@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
@pytest.mark.parametrize("missed", [1, 2, 5])
def test_a_nightly_run_is_overdue_from_its_time_of_day(change: datetime, missed: int) -> None:
    last = change - DAY + timedelta(hours=4, minutes=10)
    now = utc_of(last + missed * DAY) + 5 * HOUR
    found = due_at(nightly_runs(last), now)
    assert (found.overdue_since, found.overdue_count) == (utc_of(last + DAY), missed)


@pytest.mark.parametrize("change", [CLOCKS_FORWARD, CLOCKS_BACK], ids=["on", "back"])
@pytest.mark.parametrize("kept", ["time of day", "interval"])
@pytest.mark.parametrize("minutes", range(0, 26 * 60, 10))
def test_two_nightly_types_are_neither_overdue_nor_idle_in_the_hour_of_the_change(
    change: datetime, kept: str, minutes: int
) -> None:
    """Whichever they keep: nobody can know before the first run after the change."""
    last = change - DAY + timedelta(hours=4, minutes=10)
    again = utc_of(last + DAY) if kept == "time of day" else utc_of(last) + DAY
    now = utc_of(last) + minutes * MINUTE
    sessions = list(runs_of_two_types(nightly_runs(last), again if again <= now else None))
    assert prioritize_sessions(sessions, now, BERLIN).findings == ()


def runs_of_two_types(runs: Sequence[Session], again: datetime | None) -> Iterator[Session]:
    for kind in ("DatabaseMaintenance", "LicAutoUpdate"):
        if again:
            yield make_run(again, kind)
        yield from (make_run(one.started, kind) for one in runs if one.started)


def test_without_a_zone_of_its_own_a_list_is_read_in_utc() -> None:
    runs = nightly_runs(CLOCKS_BACK - DAY + timedelta(hours=4, minutes=10))
    (row,) = compute_type_statuses(runs, utc_of(CLOCKS_BACK)).statuses
    assert row.due
    assert row.due.next_start == (runs[0].started or utc_of(CLOCKS_BACK)) + DAY


@given(
    st.sampled_from([BERLIN, SANTIAGO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Casablanca")]),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 364),
    st.integers(0, 30),
    st.sampled_from([1, 7]),
)
def test_the_next_run_is_in_the_future_and_overdue_runs_were_due(
    zone: ZoneInfo, minute: int, day: int, stray: int, days: int
) -> None:
    last = datetime(2026, 1, 1) + day * DAY + minute * MINUTE  # noqa: DTZ001 - a time of the zone
    runs = [
        make_run((one.started or utc_of(last)) + place * 7 % 5 * stray * SECOND)
        for place, one in enumerate(nightly_runs(last, zone=zone, days=days))
    ]
    begun = max(one.started for one in runs if one.started)
    for now in (begun + MINUTE, begun + days * DAY - 2 * HOUR, begun + 3 * days * DAY + 7 * HOUR):
        found = due_at(sorted(runs, key=lambda one: one.started or now, reverse=True), now, zone)
        if found.overdue_since is None:
            assert found.next_start is not None
            assert now < found.next_start <= begun + days * DAY + 2 * HOUR
        else:
            assert begun < found.overdue_since <= now
            assert found.overdue_count == 3
