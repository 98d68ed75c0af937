"""Cells of time, against runs counted by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run

from emtui.em.model import DISTANT_PAST, Outcome, Session
from emtui.triage.run_cells import RunCell, count_cells, day_edges, even_edges, find_runs_between

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    UTC,
    BERLIN,
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/Havana"),
    ZoneInfo("Africa/Cairo"),
    ZoneInfo("America/St_Johns"),
]
FAILED, SUCCESS, WARNING, RUNNING = Outcome.FAILED, Outcome.SUCCESS, Outcome.WARNING, Outcome.RUNNING


def newest_first(*runs: Session) -> list[Session]:
    return sorted(runs, key=lambda run: (run.started or DISTANT_PAST, run.uid), reverse=True)


def totals(cells: tuple[RunCell, ...]) -> list[int]:
    return [cell.total for cell in cells]


def test_a_run_counts_in_the_cell_in_which_it_started_and_edges_are_half_open() -> None:
    edges = even_edges(NOON, HOUR, 3)
    runs = newest_first(
        make_run(NOON),  # the end is not part of the last cell
        make_run(NOON - SECOND),
        make_run(NOON - HOUR, outcome=FAILED),
        make_run(NOON - HOUR - SECOND, duration=2 * HOUR),  # counts where it started, not where it ended
        make_run(NOON - 3 * HOUR),
        make_run(NOON - 3 * HOUR - SECOND),
    )
    cells = count_cells(runs, edges)
    assert [cell.start for cell in cells] == [NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR]
    assert totals(cells) == [1, 1, 2]
    assert cells[2].outcome_counts == {FAILED: 1, SUCCESS: 1}
    assert cells[2].worst is FAILED
    assert cells[1].worst is SUCCESS


def test_a_cell_without_runs_has_no_outcome() -> None:
    (cell,) = count_cells([], even_edges(NOON, HOUR, 1))
    assert (cell.total, cell.worst, cell.is_known, cell.is_bad) == (0, None, True, False)


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ([SUCCESS, RUNNING], RUNNING),
        ([RUNNING, Outcome.CANCELED], Outcome.CANCELED),
        ([Outcome.CANCELED, Outcome.UNKNOWN], Outcome.UNKNOWN),
        ([Outcome.UNKNOWN, WARNING], WARNING),
        ([WARNING, FAILED, SUCCESS], FAILED),
    ],
)
def test_the_worst_outcome_stands_for_a_cell(outcomes: list[Outcome], worst: Outcome) -> None:
    runs = [make_run(NOON - number * MINUTE, outcome=outcome) for number, outcome in enumerate(outcomes, 1)]
    assert count_cells(runs, even_edges(NOON, HOUR, 1))[0].worst is worst


def test_a_run_that_still_runs_is_known_to_the_last_cell_only() -> None:
    runs = newest_first(
        make_run(NOON - MINUTE, outcome=RUNNING),
        make_run(NOON - 90 * MINUTE, outcome=RUNNING),
        make_run(NOON - 30 * HOUR, outcome=RUNNING),
    )
    cells = count_cells(runs, even_edges(NOON, HOUR, 3))
    assert [cell.running_count for cell in cells] == [0, 0, 2]
    assert totals(cells) == [0, 1, 1]
    assert [cell.worst for cell in cells] == [None, RUNNING, RUNNING]


def test_missed_starts_are_counted_in_their_cells() -> None:
    missed = [NOON - 30 * MINUTE, NOON - 2 * HOUR, NOON, NOON - 3 * HOUR - SECOND]
    cells = count_cells([], even_edges(NOON, HOUR, 3), missed)
    assert [cell.missed_count for cell in cells] == [0, 1, 1]
    assert cells[1].is_bad


def test_a_cell_that_the_list_does_not_cover_is_unknown() -> None:
    edges = even_edges(NOON, HOUR, 4)
    cells = count_cells([], edges, (), NOON - 3 * HOUR, NOON - HOUR)
    assert [cell.is_known for cell in cells] == [False, True, True, False]
    partly_covered = count_cells([], edges, (), NOON - 3 * HOUR + SECOND, NOON - HOUR - SECOND)
    assert [cell.is_known for cell in partly_covered] == [False] * 4
    assert [cell.is_known for cell in count_cells([], edges)] == [True] * 4


def test_a_cell_with_a_run_without_details_is_unknown_and_counts_it() -> None:
    reference = replace(make_run(NOON - MINUTE), is_complete=False, state=None)
    (cell,) = count_cells([reference], even_edges(NOON, HOUR, 1))
    assert (cell.total, cell.worst, cell.is_known) == (1, Outcome.UNKNOWN, False)
    (unclear,) = count_cells([make_run(NOON - MINUTE, outcome=Outcome.UNKNOWN)], even_edges(NOON, HOUR, 1))
    assert unclear.is_known


def test_days_end_at_the_coming_midnight_of_the_zone() -> None:
    edges = day_edges(datetime(2026, 11, 23, 22, 59, tzinfo=UTC), BERLIN, 2)
    assert [f"{edge:%d %H:%M}" for edge in edges] == ["21 23:00", "22 23:00", "23 23:00"]
    after_midnight = day_edges(datetime(2026, 11, 23, 23, tzinfo=UTC), BERLIN, 1)
    assert [f"{edge:%d %H:%M}" for edge in after_midnight] == ["23 23:00", "24 23:00"]


@pytest.mark.parametrize(("day", "hours"), [(25, 25), (24, 24)])
def test_the_day_on_which_clocks_go_back_has_25_hours(day: int, hours: int) -> None:
    start, end = day_edges(datetime(2026, 10, day, 12, tzinfo=UTC), BERLIN, 1)
    assert end - start == hours * HOUR


def test_the_day_on_which_clocks_go_forward_has_23_hours() -> None:
    start, end = day_edges(datetime(2026, 3, 29, 12, tzinfo=UTC), BERLIN, 1)
    assert end - start == 23 * HOUR


def test_a_run_in_the_repeated_hour_counts_in_its_day_once() -> None:
    runs = newest_first(
        make_run(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), outcome=FAILED),  # 02:30, the first time
        make_run(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), outcome=FAILED),  # 02:30 again
        make_run(datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC)),  # 23:59:59 on the 24th
        make_run(datetime(2026, 10, 25, 23, tzinfo=UTC)),  # midnight of the 26th
    )
    assert totals(count_cells(runs, day_edges(datetime(2026, 10, 26, 1, tzinfo=UTC), BERLIN, 3))) == [1, 2, 1]


outcomes = st.sampled_from(list(Outcome))
random_runs = st.lists(
    st.tuples(st.integers(-40 * 24 * 60, 60), outcomes, st.booleans(), st.booleans()), max_size=60
)


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)),  # noqa: DTZ001 # made aware below
    picks=random_runs,
    count=st.integers(1, 40),
    minutes=st.sampled_from([0, 7, 15, 60, 180]),
)
def test_cells_count_what_the_list_counts(
    zone: tzinfo, now: datetime, picks: list[tuple[int, Outcome, bool, bool]], count: int, minutes: int
) -> None:
    now_utc = now.replace(tzinfo=UTC)
    runs = newest_first(
        *(
            replace(
                make_run(now_utc + offset * MINUTE, f"Type{number}", outcome=outcome),
                is_complete=is_complete,
                started=now_utc + offset * MINUTE if has_start else None,
            )
            for number, (offset, outcome, is_complete, has_start) in enumerate(picks)
        )
    )
    edges = even_edges(now_utc, minutes * MINUTE, count) if minutes else day_edges(now_utc, zone, count)
    assert all(earlier <= later for earlier, later in pairwise(edges))
    cells = count_cells(runs, edges)
    in_window = [run for run in runs if run.started and edges[0] <= run.started < edges[-1]]
    expected = Counter(run.outcome if run.is_complete else Outcome.UNKNOWN for run in in_window)
    assert sum((Counter(cell.outcome_counts) for cell in cells), Counter()) == expected
    assert sum(totals(cells)) == len(in_window)
    for cell in cells:
        assert len(find_runs_between(runs, cell.start, cell.end)) == cell.total
    is_running = [run for run in runs if run.is_running and run.is_complete]
    assert cells[-1].running_count == sum(
        1 for run in is_running if run.started is None or run.started < cells[-1].start
    )


@given(zone=st.sampled_from(ZONES), offset=st.integers(0, 365 * 24 * 4))
def test_midnights_are_the_first_moments_of_their_days(zone: tzinfo, offset: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + offset * timedelta(minutes=15)
    edges = day_edges(now, zone, 3)
    assert edges[-2] <= now < edges[-1]
    for edge in edges:
        before, after = (edge - SECOND).astimezone(zone).date(), edge.astimezone(zone).date()
        assert after - before == DAY
