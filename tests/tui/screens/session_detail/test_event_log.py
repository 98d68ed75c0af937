"""The event list: shown lines, bars of steps, marks, and the position of the cursor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tui_driver import event_log

from emtui.em.model import Event, Log
from emtui.triage.step_timing import StepHistory, UsualStepDuration
from emtui.tui.formatting.log_model import EventLine
from emtui.tui.theme import ERROR_STYLE

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
            ["▌", "+1m00s", "1m00s", "bs02"],
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
        assert events.rows()[1].split()[0] == "12:01:00"
        await events.resize(160, 12)
        assert events.rows()[1].split()[:2] == ["12:01:00", "+1m00s"]


# --- steps ------------------------------------------------------------------------------

USUAL = {"bs01": UsualStepDuration(timedelta(seconds=30), timedelta(seconds=31), 20)}
HISTORY = StepHistory(USUAL, frozenset({"bs01", "bs03"}), 20)
WIDE = 120


async def test_a_row_has_the_bar_of_its_step_its_duration_and_the_usual_one() -> None:
    async with event_log((WIDE, 12), NOON) as events:
        events.show(log(*HOSTS))
        assert events.heading().split() == [
            *("Offset", "0", "2m", "4m00s", "Took", "Usual", "Event"),
        ]
        assert events.rows()[0] == f"▌    +0.0s  {'▄' * 7:<30}  1m00s          bs01"
        assert events.rows()[-1] == f"    +4m00s  {'│':>30}                 bs02"
        events.show_history(HISTORY)
        assert events.rows()[0] == f"▌    +0.0s  {'▄▄▄▄███':<30}  1m00s     30s  bs01"
        assert events.rows()[1] == f"    +1m00s  {' ' * 7 + '████████':<30}  1m00s     new  bs02"
        assert events.rows()[3] == f"    +3m00s  {' ' * 22 + '▄▄▄▄▄▄▄▄':<30}  1m00s          bs03"


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (58, "Offset Took Event"),
        (80, "Offset 0 2m 4m00s Took Event"),
        (100, "Offset 0 2m 4m00s Took Usual Event"),
        (120, "Offset 0 2m 4m00s Took Usual Event"),
        (200, "Time Offset 0 1m 2m 3m 4m00s Took Usual Event"),
    ],
)
async def test_each_width_has_its_columns_and_their_titles_stand_above_them(width: int, titles: str) -> None:
    async with event_log((width, 12), NOON) as events:
        events.show(log(*HOSTS))
        events.show_history(HISTORY)
        heading, row = events.heading(), events.rows()[0]
        assert heading.split() == titles.split()
        assert heading.index("Event") == row.index("bs01")
        assert heading.index("Offset") + 6 == row.index("+0.0s") + 5
        assert heading.index("Took") + 4 == row.index("1m00s") + 5
        if "Usual" in titles:
            assert heading.index("Usual") + 5 == row.index("30s") + 3


async def test_usual_durations_that_arrive_later_do_not_move_the_cursor() -> None:
    async with event_log((70, 9), NOON) as events:
        events.show(log(*HOSTS * 5))
        events.move_to(20)
        events.move_to(17)
        screen_line, row = events.cursor_line(), events.cursor_row()
        events.show_history(HISTORY)
        assert (events.cursor(), events.cursor_line(), events.cursor_row()) == (17, screen_line, row)


async def test_the_last_step_of_a_running_run_grows_with_each_poll_only() -> None:
    async with event_log((80, 12), NOON) as events:
        events.show(log("bs01", "bs03"))
        events.show_now(NOON + timedelta(minutes=2))
        assert events.rows()[1] == f"    +1m00s  {' ' * 9 + '▄▄▄▄▄▄▄▄►'}  1m00s  bs03"
        before = events.rows()
        await events.pause()
        assert events.rows() == before
        events.show_now(NOON + timedelta(minutes=3))
        assert events.rows()[1] == f"    +1m00s  {' ' * 6 + '▄▄▄▄▄▄▄▄▄▄▄►'}  2m00s  bs03"


async def test_a_suspected_error_is_red_from_its_mark_to_its_text() -> None:
    async with event_log((WIDE, 12), NOON) as events:
        events.show(log("bs01", "bs02 failed", "bs03"))
        events.show_history(HISTORY)
        styles = {segment.style for segment in events.strips()[2] if segment.text.strip()}
        assert styles == {ERROR_STYLE}
        plain = {segment.style for segment in events.strips()[1] if segment.text.strip()}
        assert ERROR_STYLE not in plain


async def test_events_without_times_and_a_run_without_a_start_have_rows_without_bars() -> None:
    async with event_log((80, 12), NOON) as events:
        events.show(Log((Event(1, None, "no time"), Event(2, None, "none"))))
        assert [line.split() for line in events.rows()] == [["▌", "no", "time"], ["none"]]
        assert events.heading().split() == ["Offset", "0", "Took", "Event"]


async def test_the_position_counts_the_shown_events() -> None:
    async with event_log((70, 12), NOON) as events:
        events.show(log(*HOSTS))
        assert (events.row_count(), events.event_count(), events.event_number()) == (5, 5, 1)
        events.move("bottom")
        assert events.event_number() == 5
        events.filter("bs02")
        assert (events.event_count(), events.event_number()) == (2, 2)
        events.search("bs")
        assert events.match_count() == 2


async def test_an_event_is_selected_only_if_it_is_shown() -> None:
    async with event_log((70, 12), NOON) as events:
        assert not events.go_to_event(0)
        events.show(log(*HOSTS))
        assert events.go_to_event(3)
        assert events.cursor() == 3
        events.filter("bs01")
        assert not events.go_to_event(3)
        assert not events.go_to_event(4)


# --- long lines -------------------------------------------------------------------------

LICENSE = "This license is granted to\nExample Ltd and ends soon"


async def test_long_lines_can_be_wrapped_and_cut_again() -> None:
    async with event_log((28, 12), NOON) as events:
        events.show(log("short", LICENSE, "last"))
        assert events.rows()[1] == "    +1m00s  This license is…"
        events.move_to(2)
        events.set_wrap(wraps=True)
        assert events.rows() == [
            "     +0.0s  short",
            "    +1m00s  This license is",
            "            granted to",
            "            Example Ltd and",
            "            ends soon",
            "▌   +2m00s  last",
        ]
        events.move_to(3)
        assert events.line() == EventLine(1, log("short", LICENSE, "last").events[1])
        await events.resize(60, 12)
        assert events.rows()[2:] == [
            "▌                   Example Ltd and ends soon",
            "    +2m00s          last",
        ]
        events.set_wrap(wraps=False)
        assert events.cursor() == 1


async def test_cut_lines_can_be_scrolled_sideways() -> None:
    async with event_log((33, 12), NOON) as events:
        events.show(log("short", "0123456789" * 3))
        assert not events.scroll_right(-1)
        assert events.scroll_right(1)
        assert events.rows() == ["▌    +0.0s  ‹", "    +1m00s  ‹1234567890123456789"]
        assert not events.scroll_right(1), "the end is visible"
        assert events.scroll_right(-1)
        assert events.rows()[0] == "▌    +0.0s  short"


# --- marks ------------------------------------------------------------------------------


async def test_suspected_errors_are_marked_and_can_be_jumped_to() -> None:
    async with event_log((60, 12), NOON) as events:
        events.show(log("bs01", "bs02 failed", "0 errors", "bs03 refused"))
        assert [line[:3] for line in events.rows()] == ["▌  ", " ! ", "   ", " ! "]

        def marked(line: EventLine) -> bool:
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
