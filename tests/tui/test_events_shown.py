"""Which events are shown, what stands before and between them, and where the cursor stays meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult

from emtui.em.model import Event, Log
from emtui.triage.steps import Usuals, UsualStep, steps, waits
from emtui.tui.log_lines import EventLine, LogLine
from emtui.tui.theme import THEME
from emtui.tui.widgets.event_list import EventList

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTS = ("bs01", "bs02", "bs01", "bs03", "bs02")


def log(*messages: str) -> Log:
    """Lines a minute apart."""
    events = (Event(n, NOON + timedelta(minutes=n), text) for n, text in enumerate(messages))
    return Log(tuple(events))


class Stage(App[None]):
    """Nothing but the events of a run that began at noon."""

    def compose(self) -> ComposeResult:
        self.register_theme(THEME)
        self.theme = THEME.name
        events = EventList()
        events.began, events.zone = NOON, UTC
        yield events


def drawn(events: EventList) -> list[str]:
    """The lines below the heading, as painted."""
    painted = [strip.text.rstrip() for strip in events.render_lines(events.size.region)]
    return [line for line in painted[1:] if line]


async def test_only_the_lines_that_hold_the_text_are_shown_with_their_own_times() -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        events.only = "BS02"
        assert [line.split() for line in drawn(events)] == [
            ["›", "+1m00s", "bs02"],
            ["+4m00s", "bs02"],
        ]
        events.only = "nowhere"
        assert events.selected is None
        assert not events.hop(1)
        events.only = ""
        assert events.count == len(HOSTS)


@pytest.mark.parametrize(
    ("cursor", "only", "row"), [(1, "bs02", 0), (2, "bs02", 1), (4, "bs01", 1), (3, "", 3)]
)
async def test_the_cursor_stays_on_its_line_or_goes_to_the_next_or_the_last(
    cursor: int, only: str, row: int
) -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        events.go(cursor)
        events.only = only
        assert events.cursor == row


async def test_lines_that_come_are_shown_if_they_hold_it_and_the_search_goes_on_within_them() -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        events.only = "bs02"
        events.log_read = log(*HOSTS, "bs02 failed", "bs03 failed")
        assert events.count == 3
        events.sought = "failed"
        assert events.matches == 1
        assert events.cursor == 2


async def test_the_time_of_day_stands_in_place_of_the_offset_where_there_is_no_room_for_both() -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        assert drawn(events)[1].split()[0] == "+1m00s"
        events.clocks = True
        assert drawn(events)[1].split()[0] == "12:01:00"
        await pilot.resize_terminal(130, 12)
        await pilot.pause()
        assert drawn(events)[1].split()[:4] == ["Mon", "23", "12:01:00", "+1m00s"]


# --- waits ------------------------------------------------------------------------------

USUAL = {"bs01": UsualStep(timedelta(seconds=14), timedelta(seconds=31), 20)}


def show_waits(events: EventList, usual: Usuals) -> None:
    events.waits = waits(steps(events.events), usual)


async def test_what_is_usual_comes_later_and_moves_nothing() -> None:
    async with Stage().run_test(size=(70, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        show_waits(events, {})
        assert drawn(events)[:3] == ["›     +0.0s  bs01", "              1m00s", "     +1m00s  bs02"]
        events.go(2)
        as_ever = UsualStep(timedelta(minutes=1), timedelta(minutes=1), 20)
        show_waits(events, {"bs02": as_ever, "bs03": as_ever, **USUAL})
        events.worst = events.waits[0]
        assert drawn(events)[1] == "              1m00s  usually 14s (20 runs)   <- slowest"
        assert drawn(events)[2].startswith("›    +1m00s  bs02")


async def test_waits_that_are_inserted_leave_the_cursor_on_its_event_and_on_its_line_of_the_screen() -> None:
    async with Stage().run_test(size=(70, 9)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS * 5)
        events.go(20)
        events.go(17)
        screen_line = events.cursor - events.top
        show_waits(events, {})
        assert isinstance(events.line, EventLine)
        assert events.line.place == 17
        assert events.cursor - events.top == screen_line


async def test_the_count_is_of_events_whether_waits_stand_between_them_or_not() -> None:
    async with Stage().run_test(size=(70, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log(*HOSTS)
        show_waits(events, {})
        assert (events.count, events.shown, events.ordinal) == (9, 5, 1)
        events.action_bottom()
        assert events.ordinal == 5
        events.action_up()
        assert events.ordinal == 4, "behind the fourth"
        events.only = "bs02"
        assert (events.shown, events.ordinal) == (2, 2)
        events.sought = "bs"
        assert events.matches == 2


async def test_a_wait_is_gone_to_if_its_event_is_shown() -> None:
    async with Stage().run_test(size=(70, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        assert not events.go_to_wait(0)
        events.log_read = log(*HOSTS)
        show_waits(events, {})
        assert events.go_to_wait(3)
        assert events.cursor == 7
        events.only = "bs01"
        assert not events.go_to_wait(3)
        assert not events.go_to_wait(4)


# --- long lines -------------------------------------------------------------------------

LICENCE = "This licence is granted to\nExample Ltd and ends soon"


async def test_long_lines_are_wrapped_below_themselves_and_cut_again() -> None:
    async with Stage().run_test(size=(28, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log("short", LICENCE, "last")
        assert drawn(events)[1] == "     +1m00s  This licence i…"
        events.go(2)
        events.wraps = True
        assert drawn(events) == [
            "      +0.0s  short",
            "     +1m00s  This licence is",
            "             granted to",
            "             Example Ltd and",
            "             ends soon",
            "›    +2m00s  last",
        ]
        events.go(3)
        assert events.line == EventLine(1, events.events[1])
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert drawn(events)[2:] == ["›            Example Ltd and ends soon", "     +2m00s  last"]
        events.wraps = False
        assert events.cursor == 1


async def test_what_is_cut_off_at_the_right_can_be_moved_to() -> None:
    async with Stage().run_test(size=(33, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log("short", "0123456789" * 3)
        assert not events.shift(-1)
        assert events.shift(1)
        assert drawn(events) == ["›     +0.0s  ‹", "     +1m00s  ‹1234567890123456789"]
        assert not events.shift(1), "its end is there"
        assert events.shift(-1)
        assert drawn(events)[0] == "›     +0.0s  short"


# --- marks ------------------------------------------------------------------------------


async def test_words_that_suggest_trouble_have_a_mark_that_can_be_hopped_to() -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log("bs01", "bs02 failed", "0 errors", "bs03 refused")
        assert [line[:3] for line in drawn(events)] == ["›  ", " ! ", "   ", " ! "]

        def marked(line: LogLine) -> bool:
            return "f" in (line.event.message or "")

        assert await events.hop_to(marked, 1)
        assert events.cursor == 1
        assert await events.hop_to(marked, 1)
        assert events.cursor == 3
        assert not await events.hop_to(marked, 1)
        assert await events.hop_to(marked, -1)
        assert events.cursor == 1


async def test_lines_that_come_while_one_looks_are_marked_until_they_were_before_the_eyes() -> None:
    async with Stage().run_test(size=(60, 12)) as pilot:
        events = pilot.app.query_one(EventList)
        events.log_read = log("one", "two")
        assert events.fresh == frozenset()
        events.log_read = log("one", "two", "three")
        assert [line[2] for line in drawn(events)] == [" ", " ", "+"]
        events.log_read = log("one", "two", "three", "four")
        assert events.fresh == {2, 3}, "nobody has pressed a key"
        events.notice()
        assert events.fresh == {2, 3}, "marks go with the next news, not while one reads"
        events.log_read = log("one", "two", "three", "four", "five")
        assert events.fresh == {4}
