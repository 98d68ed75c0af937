"""The events of one session, in Order: when after its start, what; and how long was waited between two.

Events are only ever added, and what is known of waits grows: whatever comes, the cursor stays on its own
line. Lines can be left out, wrapped, moved to the side, followed to their end, and searched.

The server gives no severity, so no line has a colour of its own: a `!` marks words that suggest
trouble, which is a guess.
"""

from __future__ import annotations

from asyncio import sleep
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, tzinfo
from itertools import islice
from typing import ClassVar

from textual.events import Resize
from textual.reactive import var
from textual.strip import Strip

from emtui import text_format
from emtui.em.model import Event, Log
from emtui.triage.error_keywords import find_error_keyword
from emtui.triage.step_timing import Wait
from emtui.tui.formatting.log_model import (
    EventLine,
    LogLine,
    LogPosition,
    LogRows,
    WaitLine,
    event_text,
    log_lines,
    scroll_left,
    unwrapped_rows,
    wrapped_rows,
)
from emtui.tui.formatting.search_matches import SearchMatches, highlight_matches
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.screens.session_detail.event_row import (
    MESSAGE_START,
    TIME_CELLS,
    wait_spans,
    worst_wait_reason,
)
from emtui.tui.theme import CURSOR_MARK, FAINT, HEADING, NEW_MARK, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

TROUBLE_MARK = "!"
CLOCK_CELLS = 17
"""Cells of the time with its day, where there is room for it beside the offset."""
LINES_PER_TURN = 200
"""Lines looked at between two keys."""
CONTEXT_LINES = 2
"""Lines above what sounds like trouble, when a session is opened there."""


class EventLog(VirtualList):
    """The lines of `session_log` that hold `filter_text`, with its `waits` between them, the `worst` marked.

    `search_text` is what is searched for. `started` is what offsets count from; with `clocks` the time of
    day stands in place of the offset. Long messages are cut, or wrapped.
    """

    HEADING_LINES: ClassVar[int] = 1

    session_log: var[Log | None] = var(None)
    waits: var[tuple[Wait, ...]] = var(())
    worst_wait: var[Wait | None] = var(None)
    started: var[datetime | None] = var(None)
    zone: var[tzinfo | None] = var(None)
    shows_clock_times: var[bool] = var(False)
    search_text: var[str] = var("")
    filter_text: var[str] = var("")
    wraps_messages: var[bool] = var(False)
    horizontal_offset: var[int] = var(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = LogRows()
        self._cached_matches: tuple[LogRows, SearchMatches] = (self._rows, SearchMatches())
        self._shown_indexes: list[int] = []
        """Which of the events are shown, as places in their order."""
        self.unseen_indexes: frozenset[int] = frozenset()
        """The places of those that came while somebody looked, until they have been seen."""
        self._viewed_indexes: set[int] = set()
        self.is_following_end = False
        """Whether the last line is followed as lines come."""
        self._is_at_initial_line = False
        """Whether the cursor still stands where it was opened: nobody has pressed a key."""
        self.is_opened_at_trouble = False
        """Whether the cursor stands first on what sounds like trouble, if anything does."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they came, in Order."""
        return self.session_log.events if self.session_log else ()

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor: an event, or a wait."""
        return self._rows.line_at(self.cursor) if self.count else None

    @property
    def selected(self) -> Event | None:
        """The event under the cursor, or the one that the wait under it follows."""
        return self.line.event if self.line else None

    @property
    def shown_count(self) -> int:
        """How many events are shown."""
        return len(self._shown_indexes)

    @property
    def ordinal(self) -> int:
        """Which of them the cursor is on, or behind; from 1, 0 without any."""
        return bisect_right(self._shown_indexes, self.line.event_index) if self.line else 0

    @property
    def _line_number(self) -> int:
        """Which line the cursor is on, from 0; -1 without any."""
        return self._rows.line_index(self.cursor) if self.count else -1

    # --- other lines ------------------------------------------------------------

    def watch_session_log(self, before: Log | None, after: Log | None) -> None:
        """Other lines: events are only ever added, so the cursor stays on its own, or on the last."""
        is_first = self.count == 0
        if before and after:
            added = range(len(before.events), len(after.events))
            self.unseen_indexes = (
                self.unseen_indexes - self._viewed_indexes | frozenset(added)
                if added
                else self.unseen_indexes
            )
            self._viewed_indexes.clear()
        self._lay_out()
        if is_first and self.search_text and self._line_number not in self.matches.line_indexes:
            self.next_match(1)
        elif is_first and self.is_opened_at_trouble and not self.search_text:
            self._go_to_first_trouble()

    def _go_to_first_trouble(self) -> None:
        """A few lines below the top of the window, so that it is seen what led there."""
        numbered_lines = enumerate(islice(self._rows.lines, LINES_PER_TURN))
        first_number = next(
            (number for number, line in numbered_lines if find_error_keyword(line.event.message)), None
        )
        if first_number is not None:
            self.move_to(self._rows.starts[first_number])
            self._is_at_initial_line = True
            self._scroll_to_context()

    def _scroll_to_context(self) -> None:
        """What comes after the line where it was opened is worth more than what was before."""
        if self._is_at_initial_line:
            self.move_to(self.cursor, top=self.cursor - CONTEXT_LINES)

    def watch_filter_text(self) -> None:
        """Other lines are shown: the cursor stays on its own, or goes to the next, or the last."""
        self._lay_out()

    def watch_waits(self) -> None:
        """Other waits, or more is known of them."""
        self._lay_out()

    def watch_wraps_messages(self) -> None:
        """Cut, or wrapped."""
        self.horizontal_offset = 0
        self._lay_out()
        if self.count:
            self._show_full_line(self.cursor)

    def watch_worst_wait(self) -> None:
        """Another one is marked."""
        self.refresh()

    def watch_shows_clock_times(self) -> None:
        """The time of day, or the offset."""
        self.refresh()

    def watch_zone(self) -> None:
        """Other times."""
        self.refresh()

    def watch_horizontal_offset(self) -> None:
        """Another part of the messages."""
        self.refresh()

    def watch_search_text(self) -> None:
        """Other marks; the first match from here on."""
        if self.search_text and self._line_number not in self.matches.line_indexes:
            self.next_match(1)
        self.refresh()

    def on_resize(self, _: Resize) -> None:
        """Wrap anew."""
        if self.wraps_messages:
            self._lay_out()
        self._scroll_to_context()

    def _lay_out(self) -> None:
        """Reckon the lines anew; what was under the cursor stays there, on its line of the screen."""
        screen_line = self.cursor - self.top
        spot: LogPosition = self._rows.position_at(self.cursor) if self.count else (0, False, 0)
        lines = log_lines(self.events, self.waits, self.filter_text)
        self._shown_indexes = [line.event_index for line in lines if isinstance(line, EventLine)]
        self._rows = (
            wrapped_rows(lines, self.message_width(self.size.width))
            if self.wraps_messages
            else unwrapped_rows(lines)
        )
        row = self._rows.end - 1 if self.is_following_end else self._rows.row_at(spot)
        self.replace_rows(self._rows.end, row, row - screen_line)
        self._scroll_to_context()

    def mark_viewed(self) -> None:
        """Somebody has had before the eyes what is in the window."""
        self._is_at_initial_line = False
        if self.unseen_indexes and self.count:
            last = min(self.top + self.window_height, self.count)
            self._viewed_indexes.update(self._rows.line_at(row).event_index for row in range(self.top, last))

    # --- moving -----------------------------------------------------------------

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: one that is not the last ends the following."""
        super().move_to(cursor, top=top)
        self.is_following_end = self.is_following_end and self.cursor == self.count - 1

    def go_to_wait(self, index: int) -> bool:
        """To the wait that follows the event at this place; false if it is not shown."""
        row = self._rows.row_at((index, True, 0))
        if not self.count or self._rows.position_at(row)[:2] != (index, True):
            return False
        self.move_to(row)
        return True

    async def go_to_next(self, predicate: Callable[[LogLine], bool], step: int) -> bool:
        """To the next (or previous) line that fits; false if there is none."""
        end = len(self._rows.lines) if step > 0 else -1
        return await self._go_to_first(range(max(self._line_number, 0) + step, end, step), predicate)

    async def go_to_next_wrapped(self, predicate: Callable[[LogLine], bool], step: int) -> bool:
        """To the first (or, backwards, the last) line that fits; false if the cursor comes before it."""
        first = 0 if step > 0 else len(self._rows.lines) - 1
        return await self._go_to_first(range(first, max(self._line_number, 0), step), predicate)

    async def _go_to_first(self, numbers: range, predicate: Callable[[LogLine], bool]) -> bool:
        """To the first of these lines that fits; other work has its turn meanwhile."""
        rows = self._rows
        for start in range(0, len(numbers), LINES_PER_TURN):
            number = next(
                (n for n in numbers[start : start + LINES_PER_TURN] if predicate(rows.lines[n])), None
            )
            if number is not None:
                self._show_full_line(self._rows.row_at(rows.position_at(rows.starts[number])))
                return True
            await sleep(0)
        return False

    def _show_full_line(self, row: int) -> None:
        """To this row, with the rest of its line in sight as far as there is room for it."""
        below = self._rows.last_row_of_line(row) - self.window_height + 1
        self.move_to(row, top=max(self.top, min(below, row)))

    def shift(self, step: int) -> bool:
        """Move the messages half their room to the left (or back); false at either end."""
        room = self.message_width(self.size.width)
        last = min(self.top + self.window_height, self.count)
        lines = map(self._rows.line_at, range(self.top, last))
        longest = max(
            (text_format.cell_width(text_format.join_lines(event_text(line.event))) for line in lines),
            default=0,
        )
        offset = max(self.horizontal_offset + step * (room // 2), 0)
        if offset == self.horizontal_offset or (step > 0 and self.horizontal_offset + room >= longest):
            return False
        self.horizontal_offset = offset
        return True

    # --- searching --------------------------------------------------------------

    @property
    def matches(self) -> SearchMatches:
        """The numbers of the lines whose event holds what is searched for, looked for once."""
        rows, text = self._rows, self.search_text
        if self._cached_matches[0] is not rows or self._cached_matches[1].text != text:
            needle = text_format.fold_text(text)
            numbers = (
                (number for number, line in enumerate(rows.lines) if _contains(line, needle)) if text else ()
            )
            self._cached_matches = rows, SearchMatches(text, tuple(numbers))
        return self._cached_matches[1]

    @property
    def match_position(self) -> str:
        """`2 of 3`, for the match under the cursor; empty if there is none."""
        return self.matches.position_text(self._line_number)

    def next_match(self, step: int) -> str:
        """To the next (or previous) match, round the end, this one at last; what is to be said of that."""
        number, remark = self.matches.next_match(self._line_number, step)
        if number is not None:
            self._show_full_line(self._rows.starts[number])
        return remark

    # --- drawing ----------------------------------------------------------------

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<{CLOCK_CELLS}}" if width >= WIDE_CELLS else ""
        titles = (
            f"{clock}{'Time' if self._is_clock_in_place_of_offset(width) else 'Offset':>{TIME_CELLS}}  Event"
        )
        return render_strip(
            [("   ", PLAIN), (text_format.fit_width(titles, max(width - 3, 0)), HEADING)], width
        )

    def render_row(self, row: int, width: int) -> StyledSpans:
        """One event, a further part of its message, or one wait."""
        line = self._rows.line_at(row)
        cursor = CURSOR_MARK if row == self.cursor else " "
        room = self.message_width(width)
        indent = " " * (width - room - 1)
        if isinstance(line, WaitLine):
            reason = worst_wait_reason(line.wait, self.worst_wait, self.waits)
            return [(cursor + indent, PLAIN), *wait_spans(line.wait, reason, room)]
        text = text_format.truncate(scroll_left(self._rows.text_at(row), self.horizontal_offset), room)
        message = highlight_matches(text, self.search_text)
        if self._rows.part_index(row):
            return [(cursor + indent, PLAIN), *message]
        clock = f"{self._format_clock(line.event):<{CLOCK_CELLS}}" if width >= WIDE_CELLS else ""
        time_text = (
            self._format_time_of_day(line.event)
            if self._is_clock_in_place_of_offset(width)
            else self._format_offset(line.event)
        )
        trouble_mark = TROUBLE_MARK if find_error_keyword(line.event.message) else " "
        unseen_mark = NEW_MARK if line.event_index in self.unseen_indexes else " "
        time_cell = f"{time_text:>{TIME_CELLS}}".ljust(TIME_CELLS + 2)
        return [(cursor + trouble_mark + unseen_mark, PLAIN), (clock, FAINT), (time_cell, PLAIN), *message]

    def message_width(self, width: int) -> int:
        """Cells of a message in a list this wide."""
        return max(width - MESSAGE_START - (CLOCK_CELLS if width >= WIDE_CELLS else 0), 8)

    def _format_clock(self, event: Event) -> str:
        return text_format.format_long_time(event.time, self.zone) if event.time and self.zone else ""

    def _is_clock_in_place_of_offset(self, width: int) -> bool:
        """Whether the time stands in place of the offset: where there is room, both stand there."""
        return self.shows_clock_times and width < WIDE_CELLS

    def _format_time_of_day(self, event: Event) -> str:
        return self._format_clock(event).rpartition(" ")[2]

    @property
    def offset_origin(self) -> datetime | None:
        """The start of the run; where it is unknown, the first event."""
        return self.started or next((other.time for other in self.events if other.time), None)

    def _format_offset(self, event: Event) -> str:
        start = self.offset_origin
        return text_format.format_offset(event.time - start) if event.time and start else ""


def _contains(line: LogLine, needle: str) -> bool:
    return isinstance(line, EventLine) and needle in text_format.fold_text(line.event.message or "")
