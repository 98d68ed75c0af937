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

MOST_ROWS = 100
"""Rows that one message may take: a licence has fifty, and some have thousands."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event."""

    place: int
    event: Event


@dataclass(frozen=True, slots=True)
class WaitLine:
    """How long it took from the event at this place to the next one, or to now."""

    place: int
    event: Event
    wait: Wait


LogLine: TypeAlias = EventLine | WaitLine
Spot: TypeAlias = tuple[int, bool, int]
"""Where one stands in a log whatever is shown of it: an event's place, whether behind it, which part."""


def log_lines(events: Sequence[Event], waits: Iterable[Wait] = (), only: str = "") -> tuple[LogLine, ...]:
    """The events that hold `only`, each with the wait that follows it."""
    waited = {wait.step.place: wait for wait in waits}
    sought = text_format.folded(only)
    lines: list[LogLine] = []
    for place, event in enumerate(events):
        if sought in text_format.folded(event.message or ""):
            lines.append(EventLine(place, event))
            if place in waited:
                lines.append(WaitLine(place, event, waited[place]))
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

    def number(self, row: int) -> int:
        """Which line stands on this row."""
        return bisect_left(self.starts, row + 1) - 1

    def line(self, row: int) -> LogLine:
        """The line on this row."""
        return self.lines[self.number(row)]

    def part(self, row: int) -> int:
        """Which of its parts stands on this row; 0 is the first."""
        return row - self.starts[self.number(row)]

    def last_row(self, row: int) -> int:
        """The row on which the line on this row ends."""
        number = self.number(row) + 1
        return (self.starts[number] if number < len(self.lines) else self.end) - 1

    def text(self, row: int) -> str:
        """What of the message of an event stands on this row: a part, or all of it on one line."""
        whole = said(self.line(row).event)
        return broken(whole, self.width)[self.part(row)] if self.width else text_format.one_line(whole)

    def spot(self, row: int) -> Spot:
        """Where one stands who stands on this row."""
        line = self.line(row)
        return line.place, isinstance(line, WaitLine), self.part(row)

    def row_of(self, spot: Spot) -> int:
        """The row of this spot, else of the next line that is shown, else the last one."""
        place, behind, part = spot
        number = bisect_left(self.lines, (place, behind), key=_order)
        if number == len(self.lines):
            return max(self.end - 1, 0)
        after = self.starts[number + 1] if number + 1 < len(self.lines) else self.end
        same = _order(self.lines[number]) == (place, behind)
        return min(self.starts[number] + part, after - 1) if same else self.starts[number]


def _order(line: LogLine) -> tuple[int, bool]:
    return line.place, isinstance(line, WaitLine)


def one_row_each(lines: tuple[LogLine, ...]) -> LogRows:
    """Long messages are cut."""
    return LogRows(lines, range(len(lines)), len(lines))


def wrapped_rows(lines: tuple[LogLine, ...], width: int) -> LogRows:
    """Long messages go on below themselves, in `width` cells."""
    sizes = (len(broken(said(line.event), width)) if isinstance(line, EventLine) else 1 for line in lines)
    *starts, end = accumulate(sizes, initial=0)
    return LogRows(lines, starts, end, width)


def said(event: Event) -> str:
    """What is odd about an event, and its message."""
    odd = f"not readable: {event.odd} · " if event.odd else ""
    return odd + (event.message or "")


@lru_cache(maxsize=512)
def broken(text: str, width: int) -> tuple[str, ...]:
    """The text in lines of at most `width` cells, broken between words where there are some.

    Of a very long one only the first lines: whoever wants the others opens it.
    """
    lines = text[: MOST_ROWS * width * text_format.MARKS_A_CELL].replace("\t", " ").split("\n")
    parts = (part for line in lines for part in text_format.wrapped(line, width, width // 2))
    *kept, last = islice(parts, MOST_ROWS + 1)
    return (
        (*kept[:-1], text_format.cut(kept[-1] + text_format.ELLIPSIS, width))
        if len(kept) == MOST_ROWS
        else (*kept, last)
    )


def moved_left(text: str, cells: int) -> str:
    """The text without its first `cells`, and `‹` to say so."""
    if not cells:
        return text
    used = 0
    for place, char in enumerate(text):
        if used >= cells:
            return "‹" + text[place + 1 :]
        used += text_format.cells(char)
    return "‹"
