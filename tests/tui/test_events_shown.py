"""Which events are shown, and what stands before them: only those that hold a text, times either way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult

from emtui.em.model import Event, Log
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
