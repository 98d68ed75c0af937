"""Grouping of successful runs: expanding, collapsing, and a stable selection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_factory import HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes
from tui_driver import SessionTableDriver, session_table

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import DISTANT_PAST, Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.query import SortOrder, parse
from emtui.triage.grouping import RunGroup
from emtui.tui.screens.session_list.row_format import format_start_range, format_success_count
from emtui.tui.theme import CHANGED_MARK, NEW_MARK

GOOD, BAD, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.RUNNING
NIGHT = [
    *runs_with_outcomes(BAD, *[GOOD] * 9, BAD, *[GOOD] * 5),
    *runs_with_outcomes(*[GOOD] * 3, type_name="LogExport", interval=HOUR),
]


def snapshot_of(*runs: Session, at: datetime = NOON) -> Snapshot:
    ordered = sorted(runs, key=lambda one: (one.started or DISTANT_PAST, one.uid), reverse=True)
    return Snapshot(tuple(ordered), at)


@asynccontextmanager
async def grouped_list(runs: Sequence[Session], lines: int = 11) -> AsyncIterator[SessionTableDriver]:
    async with session_table((80, lines)) as listed:
        listed.show(snapshot_of(*runs))
        await listed.wait_rows()
        await listed.pause()
        yield listed


async def test_a_group_shows_its_count_type_length_and_since_when() -> None:
    async with grouped_list(NIGHT) as listed:
        assert [line for line in listed.rows() if line] == [
            "▌ · 3 ok      LogExport              12:00:00   1m30s        since 10:00",
            "  ■ failed    CollectJob             12:00:00   1m30s",
            "  · 9 ok      CollectJob             11:45:00   1m30s        since 09:45",
            "  ■ failed    CollectJob             09:30:00   1m30s",
            "  · 5 ok      CollectJob             09:15:00   1m30s        since 08:15",
        ]
        assert len(listed.sessions()) == listed.match_count() == len(NIGHT)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (timedelta(hours=20), timedelta(hours=1), "16:00–11:00"),
        (timedelta(hours=30), timedelta(hours=1), "Sun 06:00 – 11:00"),
        (timedelta(hours=40), timedelta(hours=30), "Sat 20:00 – Sun 06:00"),
        (timedelta(hours=34), timedelta(hours=30), "Sun 02:00 – 06:00"),
        (timedelta(days=20), timedelta(hours=30), "3 Nov – Sun 06:00"),
        (timedelta(days=20), timedelta(days=10), "3 Nov – 13 Nov"),
        (timedelta(days=20), timedelta(days=20), "3 Nov"),
    ],
)
def test_a_group_shows_its_start_range_in_as_few_cells_as_there_are(
    since: timedelta, until: timedelta, expected: str
) -> None:
    assert (
        format_start_range(RunGroup([make_run(NOON - until), make_run(NOON - since)]), TimeContext(NOON, UTC))
        == expected
    )
    assert len(expected) <= 21


@pytest.mark.parametrize(
    ("number", "expected"),
    [(2, "· 2 ok"), (95, "· 95 ok"), (2_366, "· 2,366 ok"), (10_366, "· 10366 ok")],
)
def test_the_number_of_grouped_runs_is_never_cut(number: int, expected: str) -> None:
    assert format_success_count(number, 10) == expected
    assert len(expected) <= 10


async def test_the_position_counts_runs_not_rows() -> None:
    async with grouped_list(NIGHT) as listed:
        assert listed.position() == "1 of 19 runs"
        listed.move_to(2)
        assert listed.position() == "3 of 19 runs"
        listed.move_to(3)
        assert listed.position() == "14 of 19 runs"


async def test_a_group_expands_in_place_and_any_of_its_runs_collapses_it() -> None:
    async with grouped_list(NIGHT) as listed:
        listed.move_to(2)
        newest = listed.selected()
        assert await listed.toggle_group()
        assert isinstance(listed.row_value(), Session)
        assert (listed.selected(), listed.cursor(), listed.row_count()) == (newest, 2, 13)
        listed.move_to(6)
        assert await listed.toggle_group()
        assert listed.is_group()
        assert (listed.selected(), listed.cursor(), listed.row_count()) == (newest, 2, 5)


async def test_without_a_group_nothing_expands() -> None:
    async with grouped_list(NIGHT) as listed:
        listed.move_to(1)
        assert not await listed.toggle_group()
        assert listed.row_count() == 5


async def test_selecting_a_hidden_run_expands_only_its_own_group() -> None:
    async with grouped_list(NIGHT) as listed:
        assert listed.select(NIGHT[4].uid)
        assert listed.selected() == NIGHT[4]
        assert listed.row_count() == 13
        assert listed.select(NIGHT[11].uid)
        assert listed.is_group(), "the newest run of a fold is what its row stands for"
        assert listed.selected() == NIGHT[11]
        assert not listed.select(make_run(NOON - 99 * HOUR).uid)


async def test_the_neighbors_of_a_run_are_rows_of_the_list() -> None:
    async with grouped_list(NIGHT) as listed:
        assert listed.neighbor(NIGHT[0].uid, 1) == NIGHT[1]
        assert listed.neighbor(NIGHT[1].uid, 1) == NIGHT[10], "the fold is one row"
        assert listed.neighbor(NIGHT[16].uid, -1) is None


async def test_select_next_skips_groups_and_finds_a_run_inside_one() -> None:
    async with grouped_list(NIGHT) as listed:
        assert await listed.select_next(lambda one: one.outcome is BAD, 1)
        assert await listed.select_next(lambda one: one.outcome is BAD, 1)
        assert (listed.selected(), listed.row_count()) == (NIGHT[10], 5)
        assert await listed.select_next(lambda one: one is NIGHT[3], -1)
        assert (listed.selected(), listed.row_count()) == (NIGHT[3], 13)


async def test_an_unusually_long_run_is_found_from_the_first_paint_on() -> None:
    slow, stuck = (
        make_run(NOON - 100 * MINUTE, duration=9 * MINUTE),
        make_run(NOON - 181 * MINUTE, outcome=RUNNING),
    )
    async with grouped_list([*make_series("CollectJob", 15 * MINUTE, count=30), slow, stuck]) as listed:
        assert await listed.select_next(listed.is_unusual, 1)
        assert listed.selected() == slow
        assert listed.rows()[listed.cursor()].endswith("9m00s  6.0×")
        assert await listed.select_next(listed.is_unusual, 1)
        assert listed.selected() == stuck
        assert not await listed.select_next(listed.is_unusual, 1)


async def test_a_selected_group_stays_on_its_line_and_an_open_one_open() -> None:
    runs = [*NIGHT, *runs_with_outcomes(*[BAD] * 20, type_name="LicAutoUpdate", until=NOON - 50 * HOUR)]
    runs += runs_with_outcomes(*[BAD] * 20, type_name="VcPluginJob", until=NOON - HOUR, interval=MINUTE)
    async with grouped_list(runs) as listed:
        listed.select(NIGHT[13].uid)
        listed.move_to(listed.cursor(), top=listed.cursor() - 4)
        count, selected = listed.row_count(), listed.selected()
        more = runs_with_outcomes(*[BAD] * 3, type_name="LogExport", until=NOON + HOUR)
        listed.show(snapshot_of(*runs, *more))
        assert listed.row_count() == count + 3
        assert (listed.selected(), listed.cursor_line()) == (selected, 4)
        assert await listed.toggle_group()
        assert (listed.is_group(), listed.cursor_line()) == (True, 4)
        listed.show(snapshot_of(*runs))
        assert (listed.is_group(), listed.cursor_line()) == (True, 4)


async def test_a_new_successful_run_joins_the_group_that_is_open() -> None:
    async with grouped_list(NIGHT[:8]) as listed:
        listed.move_to(1)
        await listed.toggle_group()
        count = listed.row_count()
        listed.show(snapshot_of(*NIGHT[:8], make_run(NOON - 20 * MINUTE)))
        assert listed.row_count() == count + 1
        listed.show(snapshot_of(make_run(NOON + MINUTE), *NIGHT[1:8]))
        assert listed.row_count() == 8, "nothing parts them any more"


async def test_new_runs_are_grouped_apart_and_seen_ones_join_with_the_next_change_only() -> None:
    runs = make_series("CollectJob", 15 * MINUTE, count=20)
    async with grouped_list(runs[2:]) as listed:
        newest = snapshot_of(*runs)
        listed.set_marks({runs[0].uid: CHANGED_MARK, runs[1].uid: NEW_MARK})
        listed.show(newest)
        assert [line[:31].rstrip() for line in listed.rows() if line] == [
            "▌~· 2 ok      CollectJob", "  · 18 ok     CollectJob",
        ]  # fmt: skip
        assert listed.marked_in_window() == {runs[0].uid, runs[1].uid}
        listed.set_marks({})
        listed.show(Snapshot(newest.sessions, NOON + MINUTE))
        assert listed.row_count() == 2, "no row moves when nothing happened"
        listed.show(snapshot_of(*runs[:-1]))
        assert listed.row_count() == 1


async def test_new_runs_are_counted_above_the_window_though_they_are_grouped() -> None:
    runs = make_series("CollectJob", 15 * MINUTE, count=20)
    async with grouped_list(
        [*runs, *runs_with_outcomes(*[BAD] * 30, type_name="LogExport", until=NOON - HOUR)]
    ) as listed:
        listed.set_marks({one.uid: NEW_MARK for one in runs[:3]})
        listed.show(
            snapshot_of(*runs, *runs_with_outcomes(*[BAD] * 31, type_name="LogExport", until=NOON - HOUR))
        )
        listed.move("bottom")
        assert listed.new_above() == 3


async def test_a_query_another_order_and_a_key_ungroup_all_runs() -> None:
    async with grouped_list(NIGHT) as listed:
        listed.move_to(2)
        newest = listed.selected()
        listed.set_query(parse("collectjob", now=NOON, zone=UTC))
        assert (listed.row_count(), listed.selected(), listed.can_group()) == (16, newest, False)
        listed.set_query(parse("", now=NOON, zone=UTC))
        assert (listed.row_count(), listed.selected(), listed.can_group()) == (5, newest, True)
        listed.set_order(SortOrder("type", is_descending=False))
        assert (listed.row_count(), listed.can_group()) == (len(NIGHT), False)
        listed.set_order(SortOrder())
        await listed.group_all(groups=False)
        assert (listed.row_count(), listed.selected()) == (len(NIGHT), newest)
        await listed.group_all(groups=True)
        assert (listed.row_count(), listed.selected()) == (5, newest)


async def test_a_long_list_is_grouped_in_the_background_and_shown_when_complete() -> None:
    runs = make_series("CollectJob", MINUTE, count=9_000)
    async with grouped_list(NIGHT) as listed:
        listed.show(snapshot_of(*runs))
        turns = 0
        while listed.row_count() == 5:
            await asyncio.sleep(0)
            turns += 1
        assert listed.row_count() == 1
        assert turns > 10


STATES = [GOOD, GOOD, GOOD, GOOD, BAD, RUNNING]
outcomes_and_types_lists = st.lists(
    st.tuples(st.sampled_from(STATES), st.sampled_from(["CollectJob", "LogExport"])), max_size=40
)


def runs_a_minute_apart(outcomes_and_types: list[tuple[Outcome, str]], new_count: int) -> list[Session]:
    """Runs a minute apart, including newly started ones."""
    return [
        make_run(NOON - timedelta(minutes=index - new_count), kind, outcome=state)
        for index, (state, kind) in enumerate(outcomes_and_types)
    ]


@settings(max_examples=40)
@given(drawn=outcomes_and_types_lists, new=st.integers(0, 6), hand=st.integers(0, 40), opens=st.booleans())
def test_the_selected_run_stays_selected_alone_or_in_its_group(
    drawn: list[tuple[Outcome, str]], new: int, hand: int, opens: bool
) -> None:
    async def check() -> None:
        runs = runs_a_minute_apart(drawn, new)
        async with grouped_list(runs[new:], lines=9) as listed:
            listed.set_following(wanted=False)
            listed.move_to(min(hand, max(listed.row_count() - 1, 0)))
            if opens:
                await listed.toggle_group()
            selected, line = listed.selected(), listed.cursor_line()
            listed.show(snapshot_of(*runs))
            assert sorted(one.uid for one in listed.sessions()) == sorted(one.uid for one in runs)
            if selected:
                current = listed.row_value()
                assert current
                assert selected in ([current] if isinstance(current, Session) else current.runs)
                last_top = max(listed.row_count() - listed.window_height(), 0)
                assert listed.window_top() == max(min(listed.cursor() - line, last_top), 0)

    asyncio.run(check())
