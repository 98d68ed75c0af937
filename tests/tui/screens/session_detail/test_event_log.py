"""The event list: shown lines, pauses, marks, and the position of the cursor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tui_driver import event_log

from emtui.em.model import Event, Log
from emtui.triage.step_timing import UsualStepDuration
from emtui.tui.formatting.log_model import EventLine, LogLine

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTS = ("bs01", "bs02", "bs01", "bs03", "bs02")


def log(*messages: str) -> Log:
    """Events a minute apart."""
    events = (Event(n, NOON + timedelta(minutes=n), text) for n, text in enumerate(messages))
    return Log(tuple(events))


async def test_a_filter_shows_only_matching_lines_with_their_own_times() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.filter("BS02")
        assert [line.split() for line in events.rows()] == [
            ["›", "+1m00s", "bs02"],
            ["+4m00s", "bs02"],
        ]
        events.filter("nowhere")
        assert not events.has_selection()
        assert not events.go_to_match(1)
        events.filter("")
        assert events.row_count() == len(HOSTS)


@pytest.mark.parametrize(
    ("cursor", "filter_text", "row"), [(1, "bs02", 0), (2, "bs02", 1), (4, "bs01", 1), (3, "", 3)]
)
async def test_the_cursor_stays_on_its_line_or_goes_to_the_next_or_the_last(
    cursor: int, filter_text: str, row: int
) -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.move_to(cursor)
        events.filter(filter_text)
        assert events.cursor() == row


async def test_added_lines_are_filtered_too_and_can_be_searched() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.filter("bs02")
        events.show(log(*HOSTS, "bs02 failed", "bs03 failed"))
        assert events.row_count() == 3
        events.search("failed")
        assert events.match_count() == 1
        assert events.cursor() == 2


async def test_the_time_of_day_replaces_the_offset_on_narrow_screens() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log(*HOSTS))
        assert events.rows()[1].split()[0] == "+1m00s"
        events.set_clocks(clocks=True)
        assert events.rows()[1].split()[0] == "12:01:00"
        await events.resize(130, 12)
        assert events.rows()[1].split()[:4] == ["Mon", "23", "12:01:00", "+1m00s"]


# --- pauses -----------------------------------------------------------------------------

USUAL = {"bs01": UsualStepDuration(timedelta(seconds=14), timedelta(seconds=31), 20)}


async def test_usual_durations_that_arrive_later_do_not_move_the_cursor() -> None:
    async with event_log((70, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.show_waits({})
        assert events.rows()[:3] == ["›     +0.0s  bs01", "              1m00s", "     +1m00s  bs02"]
        events.move_to(2)
        as_usual = UsualStepDuration(timedelta(minutes=1), timedelta(minutes=1), 20)
        events.show_waits({"bs02": as_usual, "bs03": as_usual, **USUAL}, slowest=0)
        assert events.rows()[1] == "              1m00s  usually 14s (20 runs)   <- slowest"
        assert events.rows()[2].startswith("›    +1m00s  bs02")


async def test_inserted_pauses_leave_the_cursor_on_its_event_and_screen_line() -> None:
    async with event_log((70, 9), NOON) as events:
        events.show(log(*HOSTS * 5))
        events.move_to(20)
        events.move_to(17)
        screen_line = events.cursor_line()
        events.show_waits({})
        line = events.line()
        assert isinstance(line, EventLine)
        assert line.event_index == 17
        assert events.cursor_line() == screen_line


async def test_the_position_counts_events_but_not_pauses() -> None:
    async with event_log((70, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.show_waits({})
        assert (events.row_count(), events.event_count(), events.event_number()) == (9, 5, 1)
        events.move("bottom")
        assert events.event_number() == 5
        events.move("up")
        assert events.event_number() == 4, "the pause after the fourth"
        events.filter("bs02")
        assert (events.event_count(), events.event_number()) == (2, 2)
        events.search("bs")
        assert events.match_count() == 2


async def test_a_pause_is_selected_only_if_its_event_is_shown() -> None:
    async with event_log((70, 12), NOON) as events:
        assert not events.go_to_wait(0)
        events.show(log(*HOSTS))
        events.show_waits({})
        assert events.go_to_wait(3)
        assert events.cursor() == 7
        events.filter("bs01")
        assert not events.go_to_wait(3)
        assert not events.go_to_wait(4)


# --- long lines -------------------------------------------------------------------------

LICENSE = "This license is granted to\nExample Ltd and ends soon"


async def test_long_lines_can_be_wrapped_and_cut_again() -> None:
    async with event_log((28, 12), NOON) as events:
        events.show(log("short", LICENSE, "last"))
        assert events.rows()[1] == "     +1m00s  This license i…"
        events.move_to(2)
        events.set_wrap(wraps=True)
        assert events.rows() == [
            "      +0.0s  short",
            "     +1m00s  This license is",
            "             granted to",
            "             Example Ltd and",
            "             ends soon",
            "›    +2m00s  last",
        ]
        events.move_to(3)
        assert events.line() == EventLine(1, log("short", LICENSE, "last").events[1])
        await events.resize(60, 12)
        assert events.rows()[2:] == ["›            Example Ltd and ends soon", "     +2m00s  last"]
        events.set_wrap(wraps=False)
        assert events.cursor() == 1


async def test_cut_lines_can_be_scrolled_sideways() -> None:
    async with event_log((33, 12), NOON) as events:
        events.show(log("short", "0123456789" * 3))
        assert not events.scroll_right(-1)
        assert events.scroll_right(1)
        assert events.rows() == ["›     +0.0s  ‹", "     +1m00s  ‹1234567890123456789"]
        assert not events.scroll_right(1), "the end is visible"
        assert events.scroll_right(-1)
        assert events.rows()[0] == "›     +0.0s  short"


# --- marks ------------------------------------------------------------------------------


async def test_suspected_errors_are_marked_and_can_be_jumped_to() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log("bs01", "bs02 failed", "0 errors", "bs03 refused"))
        assert [line[:3] for line in events.rows()] == ["›  ", " ! ", "   ", " ! "]

        def marked(line: LogLine) -> bool:
            return "f" in (line.event.message or "")

        assert await events.go_to_line(marked, 1)
        assert events.cursor() == 1
        assert await events.go_to_line(marked, 1)
        assert events.cursor() == 3
        assert not await events.go_to_line(marked, 1)
        assert await events.go_to_line(marked, -1)
        assert events.cursor() == 1


async def test_new_lines_are_marked_until_viewed() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log("one", "two"))
        assert events.new_event_count() == frozenset()
        events.show(log("one", "two", "three"))
        assert [line[2] for line in events.rows()] == [" ", " ", "+"]
        events.show(log("one", "two", "three", "four"))
        assert events.new_event_count() == {2, 3}, "no key has been pressed"
        events.mark_seen()
        assert events.new_event_count() == {2, 3}, "marks are removed with the next update, not while reading"
        events.show(log("one", "two", "three", "four", "five"))
        assert events.new_event_count() == {4}
