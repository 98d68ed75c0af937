"""Lanes and cells of a timeline, against runs counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run, make_series

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.baseline import compute_baselines
from emtui.triage.run_lanes import (
    CellAxis,
    CellKind,
    CellPart,
    LaneDescription,
    RunPosition,
    Timeline,
    build_timeline,
    lane_cells,
)
from emtui.triage.time_axis import STEPS, Window, day_of, find_step, window_until

BERLIN = ZoneInfo("Europe/Berlin")
BY_TYPE = LaneDescription(lambda run: run.type or "")
KIND_SIGNS = " .>o?=!x#X"
"""A sign for each kind of cell, from the best to the worst."""


def timeline_of(*runs: Session, now: datetime = NOON, **parts: object) -> Timeline:
    return build_timeline(runs, BY_TYPE, now, **parts)  # type: ignore[arg-type] # as its parameters are


def signs(timeline: Timeline, axis: CellAxis, lane: int = 0) -> str:
    """The kind of each cell of a lane; a start of several cells is `[`, the end of a running one `>`."""
    cells = lane_cells(timeline, timeline.lanes[lane], axis)
    return "".join(
        "[" if cell == (CellKind.SUCCESS, CellPart.START) else KIND_SIGNS[cell.kind] for cell in cells
    )


def quarters(until: datetime, count: int = 8) -> Window:
    """The last cells of 15 minutes before this time."""
    return Window(until, count * 15 * MINUTE, 15 * MINUTE)


def test_a_run_shows_in_each_cell_it_touches_and_one_shorter_than_a_cell_in_one() -> None:
    long, short = make_run(NOON - 100 * MINUTE, duration=40 * MINUTE), make_run(NOON - 14 * MINUTE)
    assert signs(timeline_of(long, short), quarters(NOON)) == " [..   ."


def test_a_run_that_ends_where_a_cell_begins_does_not_touch_it() -> None:
    assert signs(timeline_of(make_run(NOON - HOUR, duration=30 * MINUTE)), quarters(NOON)) == "    [.  "


def test_a_run_without_duration_takes_one_cell() -> None:
    at_edge = make_run(NOON - HOUR, duration=timedelta())
    assert signs(timeline_of(at_edge), quarters(NOON)) == "    .   "
    assert signs(timeline_of(replace(at_edge, ended=None)), quarters(NOON)) == "    .   "


def test_a_run_that_began_before_the_window_or_ends_after_it_is_cut() -> None:
    run = make_run(NOON - 10 * HOUR, duration=8 * HOUR + 20 * MINUTE)
    assert signs(timeline_of(run), quarters(NOON)) == "..      "
    assert signs(timeline_of(run), quarters(NOON - 5 * HOUR)) == "........"
    assert signs(timeline_of(run), quarters(NOON - 9 * HOUR)) == "    [..."


def test_a_running_run_goes_on_until_now() -> None:
    run = make_run(NOON - 50 * MINUTE, outcome=Outcome.RUNNING)
    window = quarters(NOON + 10 * MINUTE)
    timeline = timeline_of(run)
    assert signs(timeline, window) == "    >>>>"
    parts = [cell.part for cell in lane_cells(timeline, timeline.lanes[0], window)][4:]
    assert parts == [CellPart.START, CellPart.BODY, CellPart.BODY, CellPart.RUNNING_TIP]


@pytest.mark.parametrize(
    ("outcome", "sign"),
    [(Outcome.FAILED, "X"), (Outcome.WARNING, "!"), (Outcome.CANCELED, "o"), (Outcome.UNKNOWN, "?")],
)
def test_the_worst_run_of_a_cell_is_drawn(outcome: Outcome, sign: str) -> None:
    worse = make_run(NOON - 14 * MINUTE, outcome=outcome)
    others = (make_run(NOON - 10 * MINUTE), make_run(NOON - 12 * MINUTE, outcome=Outcome.RUNNING))
    assert signs(timeline_of(worse, *others), quarters(NOON, 1)) == sign


def test_the_part_of_a_run_beyond_its_usual_duration_is_set_off() -> None:
    before = make_series("CollectJob", DAY, NOON - DAY, 10, duration=15 * MINUTE)
    slow = make_run(NOON - 90 * MINUTE, duration=HOUR)
    timeline = timeline_of(slow, *before, baselines=compute_baselines([slow, *before]))
    assert signs(timeline, quarters(NOON)) == "  [===  "
    stuck = make_run(NOON - 90 * MINUTE, outcome=Outcome.RUNNING)
    timeline = timeline_of(stuck, *before, baselines=compute_baselines([stuck, *before]))
    assert signs(timeline, quarters(NOON + MINUTE)) == " >######"


def test_a_run_that_was_due_is_marked_unless_something_worse_ran() -> None:
    due = (NOON - 100 * MINUTE, NOON - 20 * MINUTE)
    failed = make_run(NOON - 20 * MINUTE, outcome=Outcome.FAILED)
    timeline = timeline_of(failed, make_run(NOON - 99 * MINUTE), missed_starts=lambda _: due)
    assert signs(timeline, quarters(NOON)) == " x    X "


def test_lanes_are_in_the_given_order_and_then_by_label() -> None:
    description = LaneDescription(lambda run: run.type or "", str.upper, ("z", "never"), "job")
    runs = [make_run(NOON, kind) for kind in ("b", "z", "a")]
    timeline = build_timeline([*runs, replace(runs[0], uid=Uid("1"), started=None)], description, NOON)
    assert [lane.label for lane in timeline.lanes] == ["Z", "NEVER", "A", "B"]
    assert [len(lane.runs) for lane in timeline.lanes] == [1, 0, 1, 1]
    assert timeline.undated_count == 1
    assert timeline.noun == "job"


def test_300_lanes_of_jobs_need_only_another_description() -> None:
    runs = [
        replace(make_run(NOON - number * MINUTE), name=f"Backup {number % 300:03}") for number in range(900)
    ]
    runs = [replace(run, uid=Uid(f"{number}")) for number, run in enumerate(runs)]
    timeline = build_timeline(runs, LaneDescription(lambda run: run.name or "", noun="job"), NOON)
    assert len(timeline.lanes) == 300
    assert all(len(lane.runs) == 3 for lane in timeline.lanes)
    assert timeline.positions[Uid("310")] == RunPosition(10, 1)


def test_what_ran_at_the_same_time_overlaps_and_does_not_merely_touch() -> None:
    selected = make_run(NOON - HOUR, "a", duration=30 * MINUTE)
    touching = make_run(NOON - 30 * MINUTE, "b", duration=10 * MINUTE)
    over_its_end = make_run(NOON - 31 * MINUTE, "c", duration=10 * MINUTE)
    around = make_run(NOON - 9 * HOUR, "d", outcome=Outcome.RUNNING)
    instant = make_run(NOON - 40 * MINUTE, "e", duration=timedelta())
    timeline = timeline_of(selected, touching, over_its_end, around, instant)
    assert timeline.concurrent_with(RunPosition(0, 0)) == {2: [0], 3: [0], 4: [0]}
    assert timeline.concurrent_with(RunPosition(4, 0)) == {0: [0], 3: [0]}


def test_a_timeline_without_runs_or_with_a_run_in_the_future() -> None:
    assert timeline_of().lanes == ()
    assert timeline_of().first_start is None
    assert timeline_of(make_run(NOON + HOUR)).end == NOON + HOUR


# --- axes -------------------------------------------------------------------------


def test_cells_begin_at_round_times_of_the_clock_and_the_last_one_contains_now() -> None:
    now = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
    window = window_until(now, DAY, 144, UTC)
    assert (window.step, window.cell_count) == (10 * MINUTE, 144)
    assert window.until == datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
    assert window_until(window.until, DAY, 144, UTC).until == window.until + 10 * MINUTE
    kathmandu = window_until(now, 7 * DAY, 96, ZoneInfo("Asia/Kathmandu"))
    assert kathmandu.step == 2 * HOUR
    assert kathmandu.until.astimezone(ZoneInfo("Asia/Kathmandu")).strftime("%H:%M") == "08:00"


def test_a_step_is_the_shortest_that_fits_and_divides_a_day() -> None:
    assert [find_step(DAY, cells) for cells in (146, 96, 57, 24, 5)] == [
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        6 * HOUR,
    ]
    assert all(DAY % step == timedelta() for step in STEPS)


@pytest.mark.parametrize(
    ("day", "hours", "before", "after"),
    [((3, 29), 23, "01:59", "03:00"), ((10, 25), 25, "02:59", "02:00")],
)
def test_a_day_of_a_clock_change_has_24_cells_of_an_hour_by_the_clock(
    day: tuple[int, int], hours: int, before: str, after: str
) -> None:
    noon = datetime(2026, *day, 12, tzinfo=UTC)
    axis = day_of(noon, 0, HOUR, BERLIN)
    assert axis.until - axis.since == hours * HOUR
    assert axis.cell_count == 24
    assert axis.clock_change
    moments = (axis.clock_change - MINUTE, axis.clock_change)
    assert [moment.astimezone(BERLIN).strftime("%H:%M") for moment in moments] == [before, after]
    assert axis.cell_at(noon) == (14 if hours == 23 else 13)


def test_a_run_through_a_repeated_hour_takes_its_cells_once() -> None:
    axis = day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), 0, HOUR / 2, BERLIN)
    start = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 02:40 before the change
    assert list(axis.cells_between(start, start + HOUR)) == [5, 4]  # until 02:40 after it
    run = make_run(start, duration=2 * HOUR)  # until 03:40
    covered = [
        cell for cell, sign in enumerate(signs(timeline_of(run, now=start + DAY), axis)) if sign != " "
    ]
    assert covered == [4, 5, 6, 7]


def test_a_run_through_a_skipped_hour_leaves_its_cells_empty() -> None:
    axis = day_of(datetime(2026, 3, 29, 12, tzinfo=UTC), 0, HOUR / 2, BERLIN)
    run = make_run(datetime(2026, 3, 29, 0, 40, tzinfo=UTC), duration=40 * MINUTE)  # 01:40 to 03:20
    covered = [cell for cell, sign in enumerate(signs(timeline_of(run), axis)) if sign != " "]
    assert covered == [3, 6]


def test_a_run_across_midnight_shows_on_both_days() -> None:
    run = make_run(datetime(2026, 11, 22, 23, 10, tzinfo=UTC), duration=2 * HOUR)
    days = [day_of(NOON, number, HOUR, UTC) for number in (1, 0)]
    assert [signs(timeline_of(run), day) for day in days] == [" " * 23 + ".", ".." + " " * 22]


# --- what always holds ------------------------------------------------------------

MINUTES = st.integers(-2_000, 0)
RUNS = st.lists(
    st.tuples(MINUTES, st.integers(0, 900), st.sampled_from("abc"), st.sampled_from(list(Outcome))),
    max_size=25,
)


@given(RUNS, st.integers(-30, 0), st.sampled_from([MINUTE, 20 * MINUTE, HOUR]), st.integers(1, 50))
def test_each_run_of_a_window_is_in_one_lane_and_its_cells_cover_it(
    rows: list[tuple[int, int, str, Outcome]], hours_ago: int, step: timedelta, count: int
) -> None:
    runs = [
        replace(
            make_run(NOON + start * MINUTE, kind, duration=length * MINUTE + SECOND, outcome=outcome),
            uid=Uid(str(number)),
        )
        for number, (start, length, kind, outcome) in enumerate(rows)
    ]
    timeline = timeline_of(*runs)
    window = Window(NOON + hours_ago * HOUR, count * step, step)
    listed = [run.uid for lane in timeline.lanes for run in lane.runs]
    assert sorted(listed) == sorted(run.uid for run in runs)
    drawn = [lane_cells(timeline, lane, window) for lane in timeline.lanes]
    for number, lane in enumerate(timeline.lanes):
        shown = set(lane.overlapping(window.since, window.until))
        covered: set[int] = set()
        for index, (start, end) in enumerate(zip(lane.starts, lane.ends, strict=True)):
            is_in_window = start < window.until and (end > window.since or start >= window.since)
            assert (index in shown) == is_in_window
            if not is_in_window:
                continue
            cells = window.cells_between(start, end)
            covered.update(cells)
            assert window.since + cells[0] * step <= max(start, window.since)
            assert window.since + (cells[-1] + 1) * step >= min(end, window.until)
            worst = max(drawn[number][cell].kind for cell in cells)
            assert worst != CellKind.EMPTY
        filled = {cell for cell, drawn_cell in enumerate(drawn[number]) if drawn_cell.kind != CellKind.EMPTY}
        assert filled == covered


def test_a_run_starts_at_most_a_day_from_now() -> None:
    soon, later = make_run(NOON + 23 * HOUR), make_run(NOON + 25 * HOUR)
    timeline = timeline_of(later, soon, make_run(NOON - HOUR))
    assert timeline.end == soon.started
    assert timeline.undated_count == 1
    assert later.uid not in timeline.positions


def test_a_run_that_ends_in_years_is_drawn_until_now() -> None:
    run = make_run(NOON - HOUR, duration=4000 * DAY)
    today = day_of(NOON, 0, HOUR, UTC)
    assert signs(timeline_of(run), today) == " " * 11 + "." + " " * 12
