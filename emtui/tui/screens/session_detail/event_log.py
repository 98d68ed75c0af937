"""The events of one session by Order, as a waterfall: one row per event, with a bar for its step.

The bar shows where in the run the step lay and how long it took, against its usual duration. Events are only
added and steps only gain details, so the cursor stays on its line. Lines can be filtered, wrapped, scrolled
sideways, followed and searched.

Events have no severity: a suspected error, found by keywords, is marked with `!` and drawn in red.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import ClassVar

from rich.style import Style
from textual.events import Resize
from textual.geometry import Size
from textual.reactive import var
from textual.strip import Strip

from emtui import text_format
from emtui.em.model import Event, Log
from emtui.triage.error_keywords import find_error_keyword
from emtui.triage.step_timing import StepHistory, Wait, step_at
from emtui.tui.formatting.log_model import (
    EventLine,
    LogPosition,
    LogRows,
    event_text,
    log_lines,
    scroll_left,
    unwrapped_rows,
    wrapped_rows,
)
from emtui.tui.formatting.search_matches import SearchMatches, highlight_matches
from emtui.tui.formatting.step_bars import (
    Track,
    is_timed,
    run_length,
    step_style,
    track_heading,
    track_spans,
)
from emtui.tui.screens.session_detail.event_row import GAP, EventColumns, event_columns, heading_text
from emtui.tui.theme import ACCENT_STYLE, CURSOR_MARK, ERROR_STYLE, FAINT, NEW_MARK, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, join_blanks, render_strip

ERROR_MARK = "!"
NEW_STEP = "new"
"""In place of the usual duration of a step that no successful run has."""
LINES_PER_YIELD = 200
"""Lines examined before yielding to other tasks."""
CONTEXT_LINES = 2
"""Lines shown above the first suspected error when a session opens there."""


class EventLog(VirtualList):
    """The lines of `session_log` that contain `filter_text`, with the durations of their steps.

    `history` has the usual durations. Offsets count from `started`; the track ends with the run, at `ended`,
    or at `until` while it is running. `shows_clock_times` replaces the offsets by the time of day. Matches of
    `search_text` are underlined. Long messages are cut, or wrapped with `wraps_messages`.
    """

    HEADING_LINES: ClassVar[int] = 1

    session_log: var[Log | None] = var(None)
    history: var[StepHistory] = var(StepHistory())
    started: var[datetime | None] = var(None)
    ended: var[datetime | None] = var(None)
    until: var[datetime | None] = var(None)
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
        self._run_length = timedelta()
        """What the track stands for."""
        self.unseen_indexes: frozenset[int] = frozenset()
        """Indexes of the events added since the session was opened and not yet viewed."""
        self._viewed_indexes: set[int] = set()
        self.is_following_end = False
        """Whether the cursor stays on the last line as lines are added."""
        self._drawn_size = Size()
        self._is_at_initial_line = False
        """Whether the cursor is where the log was opened: no key has been pressed since."""
        self.opens_at_first_error = False
        """Whether the cursor starts on the first suspected error, if there is one."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All events by Order."""
        return self.session_log.events if self.session_log else ()

    @property
    def line(self) -> EventLine | None:
        """The line under the cursor."""
        return self._rows.line_at(self.cursor) if self.count else None

    @property
    def selected(self) -> Event | None:
        """The event under the cursor."""
        return self.line.event if self.line else None

    @property
    def step(self) -> Wait | None:
        """The step under the cursor, with its usual duration."""
        return self._step_of(self.line.event_index) if self.line else None

    def _step_of(self, event_index: int) -> Wait:
        return self.history.assess(step_at(self.events, event_index, self.until))

    @property
    def is_line_cut(self) -> bool:
        """Whether the row under the cursor does not show its whole message."""
        if not self.line:
            return False
        text = text_format.join_lines(event_text(self.line.event))
        room = self.message_width(self.size.width)
        return not self.wraps_messages and (text_format.cell_width(text) > room or self.horizontal_offset > 0)

    @property
    def shown_count(self) -> int:
        """Number of events shown."""
        return len(self._rows.lines)

    @property
    def ordinal(self) -> int:
        """Number of the shown event under the cursor, from 1; 0 if there is none."""
        return self._line_number + 1

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
        self._measure_run()
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

    def watch_history(self) -> None:
        """Show the usual durations."""
        self.refresh()

    def watch_started(self) -> None:
        """Count offsets from another start."""
        self._measure_run()

    def watch_ended(self) -> None:
        """End the track with the run."""
        self._measure_run()

    def watch_until(self) -> None:
        """Show how long the step of a running session has lasted."""
        self._measure_run()

    def _measure_run(self) -> None:
        """Update what the track stands for, and draw all bars."""
        self._run_length = run_length(self.events, self.offset_origin, self.ended, self.until)
        self.refresh()

    def watch_wraps_messages(self) -> None:
        """Cut or wrap the messages."""
        self.horizontal_offset = 0
        self._lay_out()
        if self.count:
            self._show_full_line(self.cursor)

    def watch_shows_clock_times(self) -> None:
        """Show the time of day or the offset."""
        self._lay_out()

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
        spot: LogPosition = self._rows.position_at(self.cursor) if self.count else (0, 0)
        lines = log_lines(self.events, self.filter_text)
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

    def go_to_event(self, index: int) -> bool:
        """Move to the event at this index; false if it is not shown."""
        row = self._rows.row_at((index, 0))
        if not self.count or self._rows.line_at(row).event_index != index:
            return False
        self._show_full_line(row)
        return True

    async def go_to_next(self, predicate: Callable[[EventLine], bool], step: int) -> bool:
        """Move to the next (or previous) matching line; false if there is none."""
        end = len(self._rows.lines) if step > 0 else -1
        return await self._go_to_first(range(max(self._line_number, 0) + step, end, step), predicate)

    async def go_to_next_wrapped(self, predicate: Callable[[EventLine], bool], step: int) -> bool:
        """Move to the first (backwards: last) matching line before the cursor is reached; false if none."""
        first = 0 if step > 0 else len(self._rows.lines) - 1
        return await self._go_to_first(range(first, max(self._line_number, 0), step), predicate)

    async def _go_to_first(self, numbers: range, predicate: Callable[[EventLine], bool]) -> bool:
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

    def render_line(self, y: int) -> Strip:
        """Draw one line; after a change of size, the initial line is scrolled to its place first."""
        if self.size != self._drawn_size:
            self._drawn_size = self.size
            if self._is_at_initial_line:
                self.top = self._clamp_top(self.cursor - CONTEXT_LINES)
        return super().render_line(y)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns, and the scale of the track; blank without events."""
        if not self.count:
            return Strip.blank(width)
        columns = self._columns(width)
        scale = track_heading(Track(self._run_length, columns.track))
        return render_strip([(heading_text(columns, scale), FAINT)], width)

    def cursor_cells(self, width: int) -> int:
        """Tint the marks and the times; the bars and the text keep their ground, which costs fewer bytes."""
        columns = self._columns(width)
        return columns.message_start - columns.duration_cells

    def render_row(self, row: int, width: int) -> StyledSpans:
        """An event with the bar of its step, or a continuation of its message."""
        line, columns = self._rows.line_at(row), self._columns(width)
        is_error = find_error_keyword(line.event.message) is not None
        time_style = ERROR_STYLE if is_error else FAINT
        cursor = (CURSOR_MARK, ACCENT_STYLE) if row == self.cursor else (" ", time_style)
        step = self._step_of(line.event_index)
        text = text_format.truncate(
            scroll_left(self._rows.text_at(row), self.horizontal_offset), columns.message
        )
        message_style = ERROR_STYLE if is_error else PLAIN if is_timed(step) else FAINT
        message = highlight_matches(text, self.search_text, message_style)
        if self._rows.part_index(row):
            return [cursor, (" " * (columns.message_start - 1), PLAIN), *message]
        unseen_mark = NEW_MARK if line.event_index in self.unseen_indexes else " "
        marks = (f"{ERROR_MARK if is_error else ' '}{unseen_mark}", time_style)
        columns_before_message = [
            cursor,
            marks,
            *self._time_cells(line.event, columns, time_style),
            *self._duration_cells(line.event, step, columns, is_error=is_error),
        ]
        return [*join_blanks(columns_before_message, message_style), *message]

    def _time_cells(self, event: Event, columns: EventColumns, style: Style) -> StyledSpans:
        cells = (
            (columns.clock, f"{self._format_clock(event):<{columns.clock}}"),
            (columns.offset, f"{self._format_offset(event):>{columns.offset}}"),
        )
        return [(text.ljust(width + len(GAP)), style) for width, text in cells if width]

    def _duration_cells(
        self, event: Event, step: Wait, columns: EventColumns, *, is_error: bool
    ) -> StyledSpans:
        """The bar, the duration and the usual one."""
        origin, style = self.offset_origin, step_style(step, is_error=is_error)
        offset = event.time - origin if event.time and origin else None
        took = text_format.format_duration(step.step.duration) if step.step.duration is not None else ""
        usual = text_format.format_duration(step.usual.usual) if step.usual else ""
        if step.log_count_without:
            usual = NEW_STEP
        if not is_timed(step):
            took = usual = ""
        spans: StyledSpans = []
        if columns.track:
            track = Track(self._run_length, columns.track)
            spans += [*track_spans(track, offset, step, is_error=is_error), (" ", PLAIN)]
        if columns.took:
            spans.append((f"{took:>{columns.took}}{GAP}", style))
        if columns.usual:
            spans.append((f"{usual:>{columns.usual}}{GAP}", style if usual == NEW_STEP else FAINT))
        return spans

    def message_width(self, width: int) -> int:
        """Cells of a message in a list of this width."""
        return self._columns(width).message

    def _columns(self, width: int) -> EventColumns:
        return event_columns(width, shows_clock_times=self.shows_clock_times)

    def _format_clock(self, event: Event) -> str:
        """The time of day; with a letter if it is ambiguous."""
        long_time = text_format.format_long_time(event.time, self.zone) if event.time and self.zone else ""
        return long_time.rpartition(" ")[2]

    @property
    def offset_origin(self) -> datetime | None:
        """Start of the run; if unknown, the time of the first event."""
        return self.started or next((other.time for other in self.events if other.time), None)

    def _format_offset(self, event: Event) -> str:
        start = self.offset_origin
        return text_format.format_offset(event.time - start) if event.time and start else ""


def _contains(line: EventLine, needle: str) -> bool:
    return needle in text_format.fold_text(line.event.message or "")
