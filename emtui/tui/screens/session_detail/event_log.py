"""The events of one session by Order, with their offsets and the pauses between them.

Events are only added and pauses only gain details, so the cursor stays on its line. Lines can be filtered,
wrapped, scrolled sideways, followed and searched.

Events have no severity, so lines have no color of their own: `!` marks a suspected error, found by keywords.
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

ERROR_MARK = "!"
CLOCK_CELLS = 17
"""Cells of day and time, shown next to the offset on wide screens."""
LINES_PER_YIELD = 200
"""Lines examined before yielding to other tasks."""
CONTEXT_LINES = 2
"""Lines shown above the first suspected error when a session opens there."""


class EventLog(VirtualList):
    """The lines of `session_log` that contain `filter_text`, with its `waits`; `worst_wait` is marked.

    Matches of `search_text` are underlined. Offsets count from `started`; `shows_clock_times` replaces them
    by the time of day. Long messages are cut, or wrapped with `wraps_messages`.
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
        """Indexes of the events that are shown."""
        self.unseen_indexes: frozenset[int] = frozenset()
        """Indexes of the events added since the session was opened and not yet viewed."""
        self._viewed_indexes: set[int] = set()
        self.is_following_end = False
        """Whether the cursor stays on the last line as lines are added."""
        self._is_at_initial_line = False
        """Whether the cursor is where the log was opened: no key has been pressed since."""
        self.opens_at_first_error = False
        """Whether the cursor starts on the first suspected error, if there is one."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All events by Order."""
        return self.session_log.events if self.session_log else ()

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor: an event or a pause."""
        return self._rows.line_at(self.cursor) if self.count else None

    @property
    def selected(self) -> Event | None:
        """The event under the cursor, or the one before the pause under it."""
        return self.line.event if self.line else None

    @property
    def shown_count(self) -> int:
        """Number of events shown."""
        return len(self._shown_indexes)

    @property
    def ordinal(self) -> int:
        """Number of the shown event at or before the cursor, from 1; 0 if there is none."""
        return bisect_right(self._shown_indexes, self.line.event_index) if self.line else 0

    @property
    def _line_number(self) -> int:
        """Index of the line under the cursor; -1 without lines."""
        return self._rows.line_index(self.cursor) if self.count else -1

    # --- changed lines ----------------------------------------------------------

    def watch_session_log(self, before: Log | None, after: Log | None) -> None:
        """Show added events; the cursor stays on its line, or on the last one."""
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
        elif is_first and self.opens_at_first_error and not self.search_text:
            self._go_to_first_error()

    def _go_to_first_error(self) -> None:
        """Move to the first suspected error, with a few lines of context above it."""
        numbered_lines = enumerate(islice(self._rows.lines, LINES_PER_YIELD))
        first_number = next(
            (number for number, line in numbered_lines if find_error_keyword(line.event.message)), None
        )
        if first_number is not None:
            self.move_to(self._rows.starts[first_number])
            self._is_at_initial_line = True
            self._scroll_to_context()

    def _scroll_to_context(self) -> None:
        """Scroll the initial line near the top, below its context."""
        if self._is_at_initial_line:
            self.move_to(self.cursor, top=self.cursor - CONTEXT_LINES)

    def watch_filter_text(self) -> None:
        """Filter the lines; the cursor stays on its line, or moves to the next shown or the last one."""
        self._lay_out()

    def watch_waits(self) -> None:
        """Show added or updated pauses."""
        self._lay_out()

    def watch_wraps_messages(self) -> None:
        """Cut or wrap the messages."""
        self.horizontal_offset = 0
        self._lay_out()
        if self.count:
            self._show_full_line(self.cursor)

    def watch_worst_wait(self) -> None:
        """Mark another pause."""
        self.refresh()

    def watch_shows_clock_times(self) -> None:
        """Show the time of day or the offset."""
        self.refresh()

    def watch_zone(self) -> None:
        """Show the times in another zone."""
        self.refresh()

    def watch_horizontal_offset(self) -> None:
        """Scroll the messages sideways."""
        self.refresh()

    def watch_search_text(self) -> None:
        """Underline the matches and move to the first one from here."""
        if self.search_text and self._line_number not in self.matches.line_indexes:
            self.next_match(1)
        self.refresh()

    def on_resize(self, _: Resize) -> None:
        """Wrap to the new width."""
        if self.wraps_messages:
            self._lay_out()
        self._scroll_to_context()

    def _lay_out(self) -> None:
        """Rebuild the rows; the line under the cursor keeps its place on the screen."""
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
        """Record the events in the window as viewed."""
        self._is_at_initial_line = False
        if self.unseen_indexes and self.count:
            last = min(self.top + self.window_height, self.count)
            self._viewed_indexes.update(self._rows.line_at(row).event_index for row in range(self.top, last))

    # --- moving -----------------------------------------------------------------

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Move the cursor to this row; leaving the last row stops following the end."""
        super().move_to(cursor, top=top)
        self.is_following_end = self.is_following_end and self.cursor == self.count - 1

    def go_to_wait(self, index: int) -> bool:
        """Move to the pause after the event at this index; false if it is not shown."""
        row = self._rows.row_at((index, True, 0))
        if not self.count or self._rows.position_at(row)[:2] != (index, True):
            return False
        self.move_to(row)
        return True

    async def go_to_next(self, predicate: Callable[[LogLine], bool], step: int) -> bool:
        """Move to the next (or previous) matching line; false if there is none."""
        end = len(self._rows.lines) if step > 0 else -1
        return await self._go_to_first(range(max(self._line_number, 0) + step, end, step), predicate)

    async def go_to_next_wrapped(self, predicate: Callable[[LogLine], bool], step: int) -> bool:
        """Move to the first (backwards: last) matching line before the cursor is reached; false if none."""
        first = 0 if step > 0 else len(self._rows.lines) - 1
        return await self._go_to_first(range(first, max(self._line_number, 0), step), predicate)

    async def _go_to_first(self, numbers: range, predicate: Callable[[LogLine], bool]) -> bool:
        """Move to the first matching one of these lines, yielding to other tasks between chunks."""
        rows = self._rows
        for start in range(0, len(numbers), LINES_PER_YIELD):
            number = next(
                (n for n in numbers[start : start + LINES_PER_YIELD] if predicate(rows.lines[n])), None
            )
            if number is not None:
                self._show_full_line(self._rows.row_at(rows.position_at(rows.starts[number])))
                return True
            await sleep(0)
        return False

    def _show_full_line(self, row: int) -> None:
        """Move to this row and scroll the rest of its wrapped line into view."""
        below = self._rows.last_row_of_line(row) - self.window_height + 1
        self.move_to(row, top=max(self.top, min(below, row)))

    def shift(self, step: int) -> bool:
        """Scroll the messages by half their width (`step` 1 right, -1 left); false at either end."""
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
        """Matches of the search text, cached until rows or text change."""
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
        """Move to the next (or previous) match, wrapping around; return the message to show."""
        number, remark = self.matches.next_match(self._line_number, step)
        if number is not None:
            self._show_full_line(self._rows.starts[number])
        return remark

    # --- drawing ----------------------------------------------------------------

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<{CLOCK_CELLS}}" if width >= WIDE_CELLS else ""
        titles = (
            f"{clock}{'Time' if self._replaces_offset_by_clock(width) else 'Offset':>{TIME_CELLS}}  Event"
        )
        return render_strip(
            [("   ", PLAIN), (text_format.fit_width(titles, max(width - 3, 0)), HEADING)], width
        )

    def render_row(self, row: int, width: int) -> StyledSpans:
        """An event, a continuation of its message, or a pause."""
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
            if self._replaces_offset_by_clock(width)
            else self._format_offset(line.event)
        )
        error_mark = ERROR_MARK if find_error_keyword(line.event.message) else " "
        unseen_mark = NEW_MARK if line.event_index in self.unseen_indexes else " "
        time_cell = f"{time_text:>{TIME_CELLS}}".ljust(TIME_CELLS + 2)
        return [(cursor + error_mark + unseen_mark, PLAIN), (clock, FAINT), (time_cell, PLAIN), *message]

    def message_width(self, width: int) -> int:
        """Cells of a message in a list of this width."""
        return max(width - MESSAGE_START - (CLOCK_CELLS if width >= WIDE_CELLS else 0), 8)

    def _format_clock(self, event: Event) -> str:
        return text_format.format_long_time(event.time, self.zone) if event.time and self.zone else ""

    def _replaces_offset_by_clock(self, width: int) -> bool:
        """Whether the time replaces the offset; wide lists show both."""
        return self.shows_clock_times and width < WIDE_CELLS

    def _format_time_of_day(self, event: Event) -> str:
        return self._format_clock(event).rpartition(" ")[2]

    @property
    def offset_origin(self) -> datetime | None:
        """Start of the run; if unknown, the time of the first event."""
        return self.started or next((other.time for other in self.events if other.time), None)

    def _format_offset(self, event: Event) -> str:
        start = self.offset_origin
        return text_format.format_offset(event.time - start) if event.time and start else ""


def _contains(line: LogLine, needle: str) -> bool:
    return isinstance(line, EventLine) and needle in text_format.fold_text(line.event.message or "")
