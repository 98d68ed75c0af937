"""The selection is a session, not a row number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from tui_driver import SessionTableDriver, session_table

from emtui.em.model import Outcome, Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot
from emtui.query import SortOrder, parse
from emtui.tui.screens.session_list.row_model import MAX_SYNC_SESSIONS

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINES = 11
"""A heading and ten rows."""


def run(number: int) -> Session:
    """The run with this number: the higher, the newer."""
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type="CollectJob" if number % 2 else "LogExport",
        started=NOON + timedelta(minutes=15 * number),
        ended=NOON + timedelta(minutes=15 * number + 1),
        state="Failed" if number % 5 == 0 else "CompletedSuccessfully",
    )


def snapshot_of(*numbers: int) -> Snapshot:
    """Return a list of these runs, newest first."""
    return Snapshot(tuple(run(number) for number in sorted(numbers, reverse=True)), NOON)


@asynccontextmanager
async def ungrouped_list(snapshot: Snapshot) -> AsyncIterator[SessionTableDriver]:
    """The list without grouping: each row is a run."""
    async with session_table((80, LINES), groups=False) as listed:
        listed.show(snapshot)
        await listed.pause()
        yield listed


def numbers_of(listed: SessionTableDriver) -> list[int]:
    return [int(session.id[:8], 16) for session in listed.sessions()]


async def test_new_runs_leave_the_selected_session_on_its_line() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.move_to(20)
        selected, line = listed.selected(), listed.cursor_line()
        listed.show(snapshot_of(*range(45)))
        assert listed.selected() == selected
        assert listed.cursor_line() == line


async def test_a_selected_first_row_follows_new_runs() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.show(snapshot_of(*range(42)))
        assert listed.selected() == run(41)
        assert (listed.window_top(), listed.cursor()) == (0, 0)


@pytest.mark.parametrize("why", ["not wanted", "under another screen", "not the first row"])
async def test_otherwise_new_runs_are_visible_and_the_selected_session_stays_selected(why: str) -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.set_following(wanted=why != "not wanted", in_front=why != "under another screen")
        listed.move_to(int(why == "not the first row"))
        selected = listed.selected()
        listed.show(snapshot_of(*range(42)))
        assert listed.selected() == selected
        line = int(why == "not the first row")
        assert (listed.window_top(), listed.cursor()) == (2, 2 + line)


async def test_if_the_selected_session_is_gone_its_older_neighbor_is_selected() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.move_to(20)
        gone = int(listed.sessions()[20].id[:8], 16)
        for newest in (40, 45, 50):
            listed.show(snapshot_of(*(number for number in range(newest) if number != gone)))
            assert listed.selected() == run(gone - 1)


async def test_a_filter_keeps_the_selected_session_if_it_matches() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.select(run(15).uid)
        listed.set_query(parse("state:failed", now=NOON, zone=UTC))
        assert numbers_of(listed) == [35, 30, 25, 20, 15, 10, 5, 0]
        assert listed.selected() == run(15)
        listed.set_query(parse("", now=NOON, zone=UTC))
        assert listed.selected() == run(15)


async def test_an_incomplete_query_does_not_move_the_selection() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        for typed in ("l", "lo", "log", "", "state:success", "state:failed"):
            listed.set_query(parse(typed, now=NOON, zone=UTC))
        assert listed.selected() == run(35)
        listed.set_query(parse("", now=NOON, zone=UTC))
        assert listed.selected() == run(39)


async def test_if_the_selected_session_is_gone_while_filtered_out_a_neighbor_is_selected() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.select(run(21).uid)
        listed.set_query(parse("state:failed", now=NOON, zone=UTC))
        assert listed.selected() == run(20)
        listed.show(snapshot_of(*(number for number in range(45) if number != 21)))
        assert listed.selected() == run(20)


async def test_a_filter_that_matches_nothing_selects_nothing_and_recovers() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.set_query(parse("nonesuch", now=NOON, zone=UTC))
        assert listed.selected() is None
        assert listed.position() == "0 of 0 runs"
        listed.set_query(parse("", now=NOON, zone=UTC))
        assert listed.position() == "1 of 40 runs"


async def test_another_order_keeps_the_selected_session() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.select(run(7).uid)
        listed.set_order(SortOrder("started", is_descending=False))
        assert numbers_of(listed) == list(range(40))
        assert listed.selected() == run(7)


async def test_moves_stop_at_the_ends() -> None:
    async with ungrouped_list(snapshot_of(*range(12))) as listed:

        def failed(session: Session) -> bool:
            return session.outcome is Outcome.FAILED

        assert await listed.select_next(failed, 1)
        assert listed.selected() == run(10)
        assert await listed.select_next(failed, 1)
        assert await listed.select_next(failed, 1)
        assert listed.selected() == run(0)
        assert not await listed.select_next(failed, 1)
        assert await listed.select_next(failed, -1)
        assert listed.selected() == run(5)


@pytest.mark.parametrize(
    ("actions", "row"),
    [
        (("down", "down", "up"), 1),
        (("page_down",), 9),
        (("page_down", "page_up"), 0),
        (("half_down", "half_down"), 10),
        (("bottom",), 39),
        (("bottom", "top"), 0),
        (("up",), 0),
    ],
)
async def test_moving(actions: tuple[str, ...], row: int) -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        for action in actions:
            listed.move(action)
        assert listed.cursor() == row
        assert listed.window_top() <= row < listed.window_top() + 10


async def test_the_window_never_shows_empty_lines_while_there_are_rows_above() -> None:
    async with ungrouped_list(snapshot_of(*range(40))) as listed:
        listed.move_to(39)
        listed.show(snapshot_of(*range(12)))
        assert listed.window_top() == 2


@pytest.mark.parametrize("size", [(58, 6), (30, 3), (120, 30)])
async def test_after_a_resize_the_selected_row_is_on_the_screen(size: tuple[int, int]) -> None:
    async with session_table((80, LINES)) as listed:
        listed.show(snapshot_of(*range(40)))
        listed.move_to(39)
        await listed.pause()
        await listed.resize(*size)
        assert sum(line.startswith("▌") for line in listed.rows()) == 1


LONG = 4 * MAX_SYNC_SESSIONS
"""Number of runs of a list that is computed in several steps."""


async def test_a_long_list_is_filtered_in_the_background_and_the_newest_query_wins() -> None:
    async with ungrouped_list(snapshot_of(*range(LONG))) as listed:
        listed.set_query(parse("type:LogExport", now=NOON, zone=UTC))
        listed.set_query(parse("state:failed", now=NOON, zone=UTC))
        assert listed.row_count() == LONG
        turns = 0
        while listed.row_count() == LONG:
            await asyncio.sleep(0)
            turns += 1
        assert listed.row_count() == LONG // 5
        assert turns >= LONG // MAX_SYNC_SESSIONS - 1


async def test_an_action_on_a_row_uses_the_rows_of_the_current_query() -> None:
    async with ungrouped_list(snapshot_of(*range(LONG))) as listed:
        listed.set_query(parse("state:failed", now=NOON, zone=UTC))
        listed.move("down")
        assert listed.selected() == run(LONG - 10)
        listed.set_query(parse("type:LogExport", now=NOON, zone=UTC))
        assert len(listed.sessions()) == LONG // 2


async def test_a_long_list_in_another_order_is_shown_when_it_is_sorted() -> None:
    async with ungrouped_list(snapshot_of(*range(LONG))) as listed:
        listed.select(run(7).uid)
        listed.set_order(SortOrder("started", is_descending=False))
        listed.set_query(parse("state:failed,success", now=NOON, zone=UTC))
        assert listed.painted_selection() == run(7)
        await listed.wait_rows()
        assert numbers_of(listed) == list(range(LONG))
        assert listed.selected() == run(7)


@pytest.mark.parametrize("descending", [False, True])
async def test_runs_with_equal_values_are_sorted_by_uid_in_both_directions(descending: bool) -> None:
    async with ungrouped_list(snapshot_of(*range(20))) as listed:
        listed.set_order(SortOrder("type", is_descending=descending))
        await listed.wait_rows()
        odd_numbers, even_numbers = [*range(1, 20, 2)], [*range(0, 20, 2)]
        assert numbers_of(listed) == (
            [*even_numbers, *odd_numbers] if descending else [*odd_numbers, *even_numbers]
        )


async def test_a_list_that_arrives_while_a_query_is_applied_is_handled_like_any_other() -> None:
    async with ungrouped_list(snapshot_of(*range(LONG))) as listed:
        listed.show(snapshot_of(*range(LONG + 1)))
        listed.set_query(parse("state:failed,success", now=NOON, zone=UTC))
        await listed.wait_rows()
        assert (listed.window_top(), listed.cursor()) == (0, 0)
        assert listed.selected() == run(LONG)
