"""The lines of a log as they are shown: its events, and between two of them how long was waited.

Pure. A place is that of an event in its log, from 0; a wait has the place of the event that it
follows. A row is one line of the screen: where long messages are wrapped, a line may take several.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from typing import TypeAlias

from emtui import text_format
from emtui.em.model import Event
from emtui.triage.step_timing import Wait

MAX_ROWS_PER_MESSAGE = 100
"""Rows that one message may take: a licence has fifty, and some have thousands."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event."""

    event_index: int
    event: Event


@dataclass(frozen=True, slots=True)
class WaitLine:
    """How long it took from the event at this place to the next one, or to now."""

    event_index: int
    event: Event
    wait: Wait


LogLine: TypeAlias = EventLine | WaitLine
LogPosition: TypeAlias = tuple[int, bool, int]
"""Where one stands in a log whatever is shown of it: an event's place, whether behind it, which part."""


def log_lines(
    events: Sequence[Event], waits: Iterable[Wait] = (), filter_text: str = ""
) -> tuple[LogLine, ...]:
    """The events that hold `only`, each with the wait that follows it."""
    wait_by_event = {wait.step.index: wait for wait in waits}
    folded_filter = text_format.fold_text(filter_text)
    lines: list[LogLine] = []
    for event_index, event in enumerate(events):
        if folded_filter in text_format.fold_text(event.message or ""):
            lines.append(EventLine(event_index, event))
            if event_index in wait_by_event:
                lines.append(WaitLine(event_index, event, wait_by_event[event_index]))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class LogRows:
    """The lines, and on which row each begins; `end` is how many rows there are.

    `width` is that of the parts of a message, in cells; without one it is on one row.
    """

    lines: tuple[LogLine, ...] = ()
    starts: Sequence[int] = ()
    end: int = 0
    width: int | None = None

    def line_index(self, row: int) -> int:
        """Which line stands on this row."""
        return bisect_left(self.starts, row + 1) - 1

    def line_at(self, row: int) -> LogLine:
        """The line on this row."""
        return self.lines[self.line_index(row)]

    def part_index(self, row: int) -> int:
        """Which of its parts stands on this row; 0 is the first."""
        return row - self.starts[self.line_index(row)]

    def last_row_of_line(self, row: int) -> int:
        """The row on which the line on this row ends."""
        next_line = self.line_index(row) + 1
        return (self.starts[next_line] if next_line < len(self.lines) else self.end) - 1

    def text_at(self, row: int) -> str:
        """What of the message of an event stands on this row: a part, or all of it on one line."""
        full_text = event_text(self.line_at(row).event)
        return (
            wrap_message(full_text, self.width)[self.part_index(row)]
            if self.width
            else text_format.join_lines(full_text)
        )

    def position_at(self, row: int) -> LogPosition:
        """Where one stands who stands on this row."""
        line = self.line_at(row)
        return line.event_index, isinstance(line, WaitLine), self.part_index(row)

    def row_at(self, position: LogPosition) -> int:
        """The row of this spot, else of the next line that is shown, else the last one."""
        event_index, is_wait, part = position
        line_index = bisect_left(self.lines, (event_index, is_wait), key=_line_order)
        if line_index == len(self.lines):
            return max(self.end - 1, 0)
        after = self.starts[line_index + 1] if line_index + 1 < len(self.lines) else self.end
        is_shown = _line_order(self.lines[line_index]) == (event_index, is_wait)
        return min(self.starts[line_index] + part, after - 1) if is_shown else self.starts[line_index]


def _line_order(line: LogLine) -> tuple[int, bool]:
    return line.event_index, isinstance(line, WaitLine)


def unwrapped_rows(lines: tuple[LogLine, ...]) -> LogRows:
    """Long messages are cut."""
    return LogRows(lines, range(len(lines)), len(lines))


def wrapped_rows(lines: tuple[LogLine, ...], width: int) -> LogRows:
    """Long messages go on below themselves, in `width` cells."""
    sizes = (
        len(wrap_message(event_text(line.event), width)) if isinstance(line, EventLine) else 1
        for line in lines
    )
    *starts, end = accumulate(sizes, initial=0)
    return LogRows(lines, starts, end, width)


def event_text(event: Event) -> str:
    """What is odd about an event, and its message."""
    parse_problem = f"not readable: {event.parse_problem} · " if event.parse_problem else ""
    return parse_problem + (event.message or "")


@lru_cache(maxsize=512)
def wrap_message(text: str, width: int) -> tuple[str, ...]:
    """The text in lines of at most `width` cells, broken between words where there are some.

    Of a very long one only the first lines: whoever wants the others opens it.
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
    """The text without its first `cells`, and `‹` to say so."""
    if not cells:
        return text
    used = 0
    for index, char in enumerate(text):
        if used >= cells:
            return "‹" + text[index + 1 :]
        used += text_format.cell_width(char)
    return "‹"
