"""The cursor of a timeline: lanes, runs, scroll and zoom, newer lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.run_lanes import LaneDescription, RunPosition, Timeline, build_timeline
from emtui.triage.timeline_cursor import SPANS, TimelineCursor, start_cursor

BY_TYPE = LaneDescription(lambda run: run.type or "")
QUARTERS, NIGHTLY = (
    make_series("a", 15 * MINUTE, NOON, 4 * 24 * 40),
    make_series("b", DAY, NOON - 9 * HOUR, 40, duration=HOUR),
)
RARE = [make_run(NOON - 3 * DAY, "c", outcome=Outcome.FAILED)]


def timeline_of(*runs: Session, now: datetime = NOON + MINUTE) -> Timeline:
    return build_timeline(runs, BY_TYPE, now)


def open_cursor(session: Session | None = None) -> TimelineCursor:
    return start_cursor(timeline_of(*QUARTERS, *NIGHTLY, *RARE), 96, UTC, session)


def selected(cursor: TimelineCursor | None) -> Session:
    assert cursor
    assert cursor.session
    return cursor.session


def test_it_opens_at_the_newest_run_of_the_first_lane_in_the_last_24_hours() -> None:
    cursor = open_cursor()
    assert selected(cursor) == QUARTERS[0]
    assert cursor.follows_now
    assert cursor.window.until == NOON + 15 * MINUTE
    assert cursor.window.span == DAY


def test_it_opens_at_a_run_and_brings_an_old_one_into_the_window() -> None:
    cursor = open_cursor(RARE[0])
    assert selected(cursor) == RARE[0]
    assert cursor.lane == 2
    assert cursor.window.contains(NOON - 3 * DAY)
    assert not cursor.follows_now
    assert open_cursor(make_run(NOON, "unlisted")).lane == 0


def test_run_by_run_to_older_and_newer_ones_of_the_lane() -> None:
    cursor = open_cursor()
    assert cursor.to_neighbor(1) is None
    older = cursor.to_neighbor(-1)
    assert selected(older) == QUARTERS[1]
    assert older
    assert older.window == cursor.window
    assert selected(older.to_neighbor(1)) == QUARTERS[0]


def test_a_run_beyond_the_edge_is_brought_into_the_window() -> None:
    cursor: TimelineCursor | None = open_cursor(NIGHTLY[0])
    for expected in NIGHTLY[1:5]:
        assert cursor
        cursor = cursor.to_neighbor(-1)
        assert selected(cursor) == expected
        assert cursor
        assert cursor.cells_of_run
    while cursor and selected(cursor) != NIGHTLY[0]:
        cursor = cursor.to_neighbor(1)
    assert cursor
    assert cursor.follows_now, "the newest runs are shown up to now again"


def test_the_oldest_run_is_the_end() -> None:
    assert open_cursor(NIGHTLY[-1]).to_neighbor(-1) is None


def test_another_lane_keeps_the_time_and_takes_its_nearest_run() -> None:
    cursor = open_cursor(NIGHTLY[0]).to_lane(0)
    assert selected(cursor).started == NOON - 9 * HOUR
    assert selected(cursor.to_lane(1)) == NIGHTLY[0]
    empty = cursor.to_lane(2)
    assert empty.session is None
    assert empty.time == NOON - 9 * HOUR
    assert selected(empty.to_neighbor(-1)) == RARE[0]
    assert empty.to_neighbor(1) is None
    assert selected(empty.to_lane(1)) == NIGHTLY[0], "the time stays on the way through an empty lane"


def test_scrolling_takes_the_nearest_run_of_the_lane_along() -> None:
    cursor: TimelineCursor | None = open_cursor()
    assert cursor
    assert cursor.scrolled(1) is None
    earlier = cursor.scrolled(-1)
    assert earlier
    assert earlier.window.until == NOON + 15 * MINUTE - 6 * HOUR
    assert earlier.cells_of_run
    later = earlier.scrolled(1)
    assert later
    assert later.follows_now
    for _ in range(200):
        following = cursor.scrolled(-1) if cursor else None
        if following is None:
            break
        cursor = following
    assert cursor
    assert cursor.timeline.first_start
    assert cursor.window.since <= cursor.timeline.first_start < cursor.window.until


def test_zooming_stays_at_now_or_around_the_run() -> None:
    cursor = open_cursor()
    out = cursor.zoomed(1)
    assert out
    assert out.window.span == SPANS[2]
    assert out.follows_now
    assert [cursor.zoomed(-1), (longest := out.zoomed(1)) and longest.zoomed(1)][1] is None
    shortest = open_cursor(RARE[0]).zoomed(-1)
    assert shortest
    assert shortest.zoomed(-1) is None
    assert selected(shortest) == RARE[0]
    assert shortest.cells_of_run
    old_in_window = open_cursor(NIGHTLY[0]).zoomed(-1)
    assert old_in_window
    assert selected(old_in_window) == NIGHTLY[0]
    assert old_in_window.cells_of_run, "nine hours ago, and the window is six hours long"
    assert old_in_window.back_to_now().window == cursor.window


def test_a_run_longer_than_the_window_stays_selected() -> None:
    long = make_run(NOON - 3 * DAY, "a", outcome=Outcome.RUNNING)
    cursor = start_cursor(timeline_of(long), 96, UTC)
    assert selected(cursor) == long
    assert list(cursor.cells_of_run) == list(range(96))
    assert cursor.to_neighbor(-1) is None
    assert selected(cursor.scrolled(-1)) == long
    assert selected(cursor.zoomed(-1)) == long


def test_a_newer_list_keeps_lane_run_and_window() -> None:
    cursor = open_cursor(QUARTERS[5])
    newer = timeline_of(*QUARTERS, *NIGHTLY, make_run(NOON, "A"), now=NOON + HOUR)
    after = cursor.on(newer)
    assert selected(after) == QUARTERS[5]
    assert after.lane == 1
    assert after.window.until == NOON + HOUR + 15 * MINUTE
    scrolled = cursor.scrolled(-1)
    assert scrolled
    assert scrolled.on(newer).window == scrolled.window


def test_a_run_that_is_gone_leaves_its_lane_and_the_nearest_run() -> None:
    cursor = open_cursor(NIGHTLY[0])
    assert selected(cursor.on(timeline_of(*QUARTERS))) == QUARTERS[36]
    gone = cursor.on(timeline_of(*QUARTERS, *NIGHTLY[1:]))
    assert gone.lane == 1
    assert gone.session is None


def test_nothing_moves_without_runs() -> None:
    cursor = start_cursor(timeline_of(), 96, UTC)
    assert cursor.session is None
    assert cursor.current_lane is None
    assert cursor.to_neighbor(1) is None
    assert cursor.scrolled(-1) is None
    assert cursor.zoomed(1)
    assert cursor.to_lane(3).lane == 0
    assert cursor.back_to_now().session is None
    assert cursor.on(timeline_of(*RARE)).lane == 0


def test_the_window_follows_now_by_whole_cells() -> None:
    timeline = timeline_of(*QUARTERS)
    windows = {
        start_cursor(timeline_of(*QUARTERS, now=NOON + seconds * timedelta(seconds=1)), 96, UTC).window
        for seconds in range(0, 899, 60)
    }
    assert windows == {start_cursor(timeline, 96, UTC).window}


def test_positions_are_found_in_the_order_of_time() -> None:
    timeline = timeline_of(*QUARTERS, *NIGHTLY, *RARE)
    assert timeline.positions_of(lambda run: run.has_failed) == [RunPosition(2, 0)]
    starts = [timeline.start_of(found) for found in timeline.positions_of(lambda run: run.type == "b")]
    assert starts == sorted(starts)
