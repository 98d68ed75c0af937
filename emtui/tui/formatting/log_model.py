"""The lines of a log as shown: its events.

Pure. `event_index` is the index of an event in its log, from 0. A row is one line of the screen: if long
messages are wrapped, a line may take several rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from typing import TypeAlias

from emtui import text_format
from emtui.em.model import Event

MAX_ROWS_PER_MESSAGE = 100
"""Maximum rows of one message: a license text has fifty, and some messages have thousands."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event."""

    event_index: int
    event: Event


LogPosition: TypeAlias = tuple[int, int]
"""Position in a log, whatever is shown of it: event index, part index."""


def log_lines(events: Sequence[Event], filter_text: str = "") -> tuple[EventLine, ...]:
    """Return the events that contain `filter_text`."""
    folded_filter = text_format.fold_text(filter_text)
    return tuple(
        EventLine(event_index, event)
        for event_index, event in enumerate(events)
        if not folded_filter or folded_filter in text_format.fold_text(event.message or "")
    )


@dataclass(frozen=True, slots=True)
class LogRows:
    """The lines, and the first row of each; `end` is the number of rows.

    `width` is the wrapping width of messages in cells; `None` puts each message on one row.
    """

    lines: tuple[EventLine, ...] = ()
    starts: Sequence[int] = ()
    end: int = 0
    width: int | None = None

    def line_index(self, row: int) -> int:
        """Index of the line on this row."""
        return bisect_left(self.starts, row + 1) - 1

    def line_at(self, row: int) -> EventLine:
        """The line on this row."""
        return self.lines[self.line_index(row)]

    def part_index(self, row: int) -> int:
        """Index of the line's part on this row, from 0."""
        return row - self.starts[self.line_index(row)]

    def last_row_of_line(self, row: int) -> int:
        """Last row of the line on this row."""
        next_line = self.line_index(row) + 1
        return (self.starts[next_line] if next_line < len(self.lines) else self.end) - 1

    def text_at(self, row: int) -> str:
        """The part of the message on this row, or all of it if messages are not wrapped."""
        full_text = event_text(self.line_at(row).event)
        return (
            wrap_message(full_text, self.width)[self.part_index(row)]
            if self.width
            else text_format.join_lines(full_text)
        )

    def position_at(self, row: int) -> LogPosition:
        """The log position of this row."""
        return self.line_at(row).event_index, self.part_index(row)

    def row_at(self, position: LogPosition) -> int:
        """The row of this position, or of the next shown line, or the last row."""
        event_index, part = position
        line_index = bisect_left(self.lines, event_index, key=_event_index)
        if line_index == len(self.lines):
            return max(self.end - 1, 0)
        after = self.starts[line_index + 1] if line_index + 1 < len(self.lines) else self.end
        is_shown = self.lines[line_index].event_index == event_index
        return min(self.starts[line_index] + part, after - 1) if is_shown else self.starts[line_index]


def _event_index(line: EventLine) -> int:
    return line.event_index


def unwrapped_rows(lines: tuple[EventLine, ...]) -> LogRows:
    """Arrange lines with long messages cut."""
    return LogRows(lines, range(len(lines)), len(lines))


def wrapped_rows(lines: tuple[EventLine, ...], width: int) -> LogRows:
    """Arrange lines with long messages wrapped to `width` cells."""
    sizes = (len(wrap_message(event_text(line.event), width)) for line in lines)
    *starts, end = accumulate(sizes, initial=0)
    return LogRows(lines, starts, end, width)


def event_text(event: Event) -> str:
    """The parse problem of an event, if any, and its message."""
    parse_problem = f"not readable: {event.parse_problem} · " if event.parse_problem else ""
    return parse_problem + (event.message or "")


@lru_cache(maxsize=512)
def wrap_message(text: str, width: int) -> tuple[str, ...]:
    """Wrap a text to `width` cells, between words if possible.

    A very long text is cut after `MAX_ROWS_PER_MESSAGE` lines; opening the event shows the rest.
    """
    lines = (
        text[: MAX_ROWS_PER_MESSAGE * width * text_format.MAX_CHARACTERS_PER_CELL]
        .replace("\t", " ")
        .split("\n")
    )
    parts = (part for line in lines for part in text_format.wrap(line, width, width // 2))
    *full_parts, last = islice(parts, MAX_ROWS_PER_MESSAGE + 1)
    return (
        (*full_parts[:-1], text_format.truncate(full_parts[-1] + text_format.ELLIPSIS, width))
        if len(full_parts) == MAX_ROWS_PER_MESSAGE
        else (*full_parts, last)
    )


def scroll_left(text: str, cells: int) -> str:
    """Cut the first `cells` off a text, marked by `‹`."""
    if not cells:
        return text
    used = 0
    for index, char in enumerate(text):
        if used >= cells:
            return "‹" + text[index + 1 :]
        used += text_format.cell_width(char)
    return "‹"
