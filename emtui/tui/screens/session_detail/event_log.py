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
from emtui.triage.error_keywords import trouble
from emtui.triage.step_timing import Wait
from emtui.tui.formatting.log_model import (
    EventLine,
    LogLine,
    LogRows,
    Spot,
    WaitLine,
    log_lines,
    moved_left,
    one_row_each,
    said,
    wrapped_rows,
)
from emtui.tui.formatting.search_matches import Matches, highlighted
from emtui.tui.formatting.session_columns import WIDE
from emtui.tui.screens.session_detail.event_row import MESSAGE, TIME, wait_pieces, why_worst
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList, strip_of

TROUBLE = "!"
CLOCK = 17
"""Cells of the time with its day, where there is room for it beside the offset."""
STEP = 200
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
    worst: var[Wait | None] = var(None)
    started: var[datetime | None] = var(None)
    zone: var[tzinfo | None] = var(None)
    clocks: var[bool] = var(False)
    search_text: var[str] = var("")
    filter_text: var[str] = var("")
    wraps: var[bool] = var(False)
    shifted: var[int] = var(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = LogRows()
        self._matched: tuple[LogRows, Matches] = (self._rows, Matches())
        self._shown: list[int] = []
        """Which of the events are shown, as places in their order."""
        self.fresh: frozenset[int] = frozenset()
        """The places of those that came while somebody looked, until they have been seen."""
        self._viewed: set[int] = set()
        self.follows_end = False
        """Whether the last line is followed as lines come."""
        self._is_untouched = False
        """Whether the cursor still stands where it was opened: nobody has pressed a key."""
        self.begins_at_trouble = False
        """Whether the cursor stands first on what sounds like trouble, if anything does."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they came, in Order."""
        return self.session_log.events if self.session_log else ()

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor: an event, or a wait."""
        return self._rows.line(self.cursor) if self.count else None

    @property
    def selected(self) -> Event | None:
        """The event under the cursor, or the one that the wait under it follows."""
        return self.line.event if self.line else None

    @property
    def shown(self) -> int:
        """How many events are shown."""
        return len(self._shown)

    @property
    def ordinal(self) -> int:
        """Which of them the cursor is on, or behind; from 1, 0 without any."""
        return bisect_right(self._shown, self.line.place) if self.line else 0

    @property
    def _number(self) -> int:
        """Which line the cursor is on, from 0; -1 without any."""
        return self._rows.number(self.cursor) if self.count else -1

    # --- other lines ------------------------------------------------------------

    def watch_session_log(self, before: Log | None, after: Log | None) -> None:
        """Other lines: events are only ever added, so the cursor stays on its own, or on the last."""
        is_first = self.count == 0
        if before and after:
            added = range(len(before.events), len(after.events))
            self.fresh = self.fresh - self._viewed | frozenset(added) if added else self.fresh
            self._viewed.clear()
        self._lay_out()
        if is_first and self.search_text and self._number not in self.matches.places:
            self.next_match(1)
        elif is_first and self.begins_at_trouble and not self.search_text:
            self._begin_at_trouble()

    def _begin_at_trouble(self) -> None:
        """A few lines below the top of the window, so that it is seen what led there."""
        some = enumerate(islice(self._rows.lines, STEP))
        found = next((number for number, line in some if trouble(line.event.message)), None)
        if found is not None:
            self.move_to(self._rows.starts[found])
            self._is_untouched = True
            self._scroll_to_context()

    def _scroll_to_context(self) -> None:
        """What comes after the line where it was opened is worth more than what was before."""
        if self._is_untouched:
            self.move_to(self.cursor, top=self.cursor - CONTEXT_LINES)

    def watch_filter_text(self) -> None:
        """Other lines are shown: the cursor stays on its own, or goes to the next, or the last."""
        self._lay_out()

    def watch_waits(self) -> None:
        """Other waits, or more is known of them."""
        self._lay_out()

    def watch_wraps(self) -> None:
        """Cut, or wrapped."""
        self.shifted = 0
        self._lay_out()
        if self.count:
            self._go_whole(self.cursor)

    def watch_worst(self) -> None:
        """Another one is marked."""
        self.refresh()

    def watch_clocks(self) -> None:
        """The time of day, or the offset."""
        self.refresh()

    def watch_zone(self) -> None:
        """Other times."""
        self.refresh()

    def watch_shifted(self) -> None:
        """Another part of the messages."""
        self.refresh()

    def watch_search_text(self) -> None:
        """Other marks; the first match from here on."""
        if self.search_text and self._number not in self.matches.places:
            self.next_match(1)
        self.refresh()

    def on_resize(self, _: Resize) -> None:
        """Wrap anew."""
        if self.wraps:
            self._lay_out()
        self._scroll_to_context()

    def _lay_out(self) -> None:
        """Reckon the lines anew; what was under the cursor stays there, on its line of the screen."""
        screen_line = self.cursor - self.top
        spot: Spot = self._rows.spot(self.cursor) if self.count else (0, False, 0)
        lines = log_lines(self.events, self.waits, self.filter_text)
        self._shown = [line.place for line in lines if isinstance(line, EventLine)]
        self._rows = wrapped_rows(lines, self.room(self.size.width)) if self.wraps else one_row_each(lines)
        row = self._rows.end - 1 if self.follows_end else self._rows.row_of(spot)
        self.replace_rows(self._rows.end, row, row - screen_line)
        self._scroll_to_context()

    def mark_viewed(self) -> None:
        """Somebody has had before the eyes what is in the window."""
        self._is_untouched = False
        if self.fresh and self.count:
            last = min(self.top + self.window, self.count)
            self._viewed.update(self._rows.line(row).place for row in range(self.top, last))

    # --- moving -----------------------------------------------------------------

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: one that is not the last ends the following."""
        super().move_to(cursor, top=top)
        self.follows_end = self.follows_end and self.cursor == self.count - 1

    def go_to_wait(self, place: int) -> bool:
        """To the wait that follows the event at this place; false if it is not shown."""
        row = self._rows.row_of((place, True, 0))
        if not self.count or self._rows.spot(row)[:2] != (place, True):
            return False
        self.move_to(row)
        return True

    async def go_to_next(self, fits: Callable[[LogLine], bool], step: int) -> bool:
        """To the next (or previous) line that fits; false if there is none."""
        end = len(self._rows.lines) if step > 0 else -1
        return await self._go_to_first(range(max(self._number, 0) + step, end, step), fits)

    async def go_round(self, fits: Callable[[LogLine], bool], step: int) -> bool:
        """To the first (or, backwards, the last) line that fits; false if the cursor comes before it."""
        first = 0 if step > 0 else len(self._rows.lines) - 1
        return await self._go_to_first(range(first, max(self._number, 0), step), fits)

    async def _go_to_first(self, numbers: range, fits: Callable[[LogLine], bool]) -> bool:
        """To the first of these lines that fits; other work has its turn meanwhile."""
        rows = self._rows
        for start in range(0, len(numbers), STEP):
            found = next((n for n in numbers[start : start + STEP] if fits(rows.lines[n])), None)
            if found is not None:
                self._go_whole(self._rows.row_of(rows.spot(rows.starts[found])))
                return True
            await sleep(0)
        return False

    def _go_whole(self, row: int) -> None:
        """To this row, with the rest of its line in sight as far as there is room for it."""
        below = self._rows.last_row(row) - self.window + 1
        self.move_to(row, top=max(self.top, min(below, row)))

    def shift(self, step: int) -> bool:
        """Move the messages half their room to the left (or back); false at either end."""
        room = self.room(self.size.width)
        last = min(self.top + self.window, self.count)
        lines = map(self._rows.line, range(self.top, last))
        longest = max(
            (text_format.cells(text_format.one_line(said(line.event))) for line in lines), default=0
        )
        shifted = max(self.shifted + step * (room // 2), 0)
        if shifted == self.shifted or (step > 0 and self.shifted + room >= longest):
            return False
        self.shifted = shifted
        return True

    # --- searching --------------------------------------------------------------

    @property
    def matches(self) -> Matches:
        """The numbers of the lines whose event holds what is searched for, looked for once."""
        rows, text = self._rows, self.search_text
        if self._matched[0] is not rows or self._matched[1].text != text:
            sought = text_format.folded(text)
            found = (number for number, line in enumerate(rows.lines) if _holds(line, sought)) if text else ()
            self._matched = rows, Matches(text, tuple(found))
        return self._matched[1]

    @property
    def which_match(self) -> str:
        """`2 of 3`, for the match under the cursor; empty if there is none."""
        return self.matches.which(self._number)

    def next_match(self, step: int) -> str:
        """To the next (or previous) match, round the end, this one at last; what is to be said of that."""
        number, remark = self.matches.next(self._number, step)
        if number is not None:
            self._go_whole(self._rows.starts[number])
        return remark

    # --- drawing ----------------------------------------------------------------

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<{CLOCK}}" if width >= WIDE else ""
        titles = f"{clock}{'Time' if self._by_clock(width) else 'Offset':>{TIME}}  Event"
        return strip_of([("   ", PLAIN), (text_format.fit(titles, max(width - 3, 0)), HEADING)], width)

    def render_row(self, place: int, width: int) -> Pieces:
        """One event, a further part of its message, or one wait."""
        line = self._rows.line(place)
        cursor = CURSOR if place == self.cursor else " "
        room = self.room(width)
        indent = " " * (width - room - 1)
        if isinstance(line, WaitLine):
            why = why_worst(line.wait, self.worst, self.waits)
            return [(cursor + indent, PLAIN), *wait_pieces(line.wait, why, room)]
        text = text_format.cut(moved_left(self._rows.text(place), self.shifted), room)
        message = highlighted(text, self.search_text)
        if self._rows.part(place):
            return [(cursor + indent, PLAIN), *message]
        clock = f"{self._clock(line.event):<{CLOCK}}" if width >= WIDE else ""
        when = self._time_of_day(line.event) if self._by_clock(width) else self._offset(line.event)
        guess = TROUBLE if trouble(line.event.message) else " "
        new = NEW if line.place in self.fresh else " "
        time = f"{when:>{TIME}}".ljust(TIME + 2)
        return [(cursor + guess + new, PLAIN), (clock, FAINT), (time, PLAIN), *message]

    def room(self, width: int) -> int:
        """Cells of a message in a list this wide."""
        return max(width - MESSAGE - (CLOCK if width >= WIDE else 0), 8)

    def _clock(self, event: Event) -> str:
        return text_format.clock_long(event.time, self.zone) if event.time and self.zone else ""

    def _by_clock(self, width: int) -> bool:
        """Whether the time stands in place of the offset: where there is room, both stand there."""
        return self.clocks and width < WIDE

    def _time_of_day(self, event: Event) -> str:
        return self._clock(event).rpartition(" ")[2]

    @property
    def counts_from(self) -> datetime | None:
        """The start of the run; where it is unknown, the first event."""
        return self.started or next((other.time for other in self.events if other.time), None)

    def _offset(self, event: Event) -> str:
        start = self.counts_from
        return text_format.offset(event.time - start) if event.time and start else ""


def _holds(line: LogLine, sought: str) -> bool:
    return isinstance(line, EventLine) and sought in text_format.folded(line.event.message or "")
