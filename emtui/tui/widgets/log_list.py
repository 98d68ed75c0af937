"""The lines of one log of which one is under the cursor: its events, and the waits between them.

Events are only ever added, and what is known of waits grows: whatever comes, the cursor stays on
its own line. Lines can be left out, wrapped, moved to the side, followed to their end, and searched.
"""

from __future__ import annotations

from asyncio import sleep
from bisect import bisect_right
from collections.abc import Callable
from itertools import islice

from textual.events import Resize
from textual.reactive import var

from emtui import words
from emtui.em.model import Event, Log
from emtui.triage.steps import Wait
from emtui.triage.stretches import beside
from emtui.triage.trouble import trouble
from emtui.tui.hop import Hop
from emtui.tui.log_lines import (
    EventLine,
    LogLine,
    Rows,
    Spot,
    log_lines,
    one_row_each,
    said,
    wrapped_rows,
)
from emtui.tui.widgets.lines import Lines

STEP = 200
"""Lines looked at between two keys."""
LED_THERE = 2
"""Lines above what sounds like trouble, when a run is opened there."""


class LogList(Lines):
    """The lines of `log_read` that hold `only`, with its `waits` between them; a subclass draws them.

    `sought` is what is searched for. Long messages are cut, or wrapped.
    """

    log_read: var[Log | None] = var(None)
    waits: var[tuple[Wait, ...]] = var(())
    sought: var[str] = var("")
    only: var[str] = var("")
    wraps: var[bool] = var(False)
    shifted: var[int] = var(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = Rows()
        self._matched: tuple[Rows, str, tuple[int, ...]] = (self._rows, "", ())
        self._shown: list[int] = []
        """Which of the events are shown, as places in their order."""
        self.fresh: frozenset[int] = frozenset()
        """The places of those that came while somebody looked, until they have been seen."""
        self._noticed: set[int] = set()
        self.sticks = False
        """Whether the last line is followed as lines come."""
        self._untouched = False
        """Whether the cursor still stands where it was opened: nobody has pressed a key."""
        self.begins_at_trouble = False
        """Whether the cursor stands first on what sounds like trouble, if anything does."""

    def room(self, width: int) -> int:
        """Cells of a message in a list this wide."""
        return width

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they came, in Order."""
        return self.log_read.events if self.log_read else ()

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
        """Which of them the cursor stands on, or stands behind; from 1, 0 without any."""
        return bisect_right(self._shown, self.line.place) if self.line else 0

    # --- other lines ------------------------------------------------------------

    def watch_log_read(self, before: Log | None, after: Log | None) -> None:
        """Other lines: events are only ever added, so the cursor stays on its own, or on the last."""
        first = self.count == 0
        if before and after:
            news = range(len(before.events), len(after.events))
            self.fresh = self.fresh - self._noticed | frozenset(news) if news else self.fresh
            self._noticed.clear()
        self._line_up()
        if first and self.sought and not self._matches(0):
            self.hop(1)
        elif first and self.begins_at_trouble and not self.sought:
            self._begin_at_trouble()

    def _begin_at_trouble(self) -> None:
        """A few lines below the top of the window, so that it is seen what led there."""
        some = enumerate(islice(self._rows.lines, STEP))
        found = next((number for number, line in some if trouble(line.event.message)), None)
        if found is not None:
            self.go(self._rows.starts[found])
            self._untouched = True
            self._stand_high()

    def _stand_high(self) -> None:
        """What comes after the line where it was opened is worth more than what was before."""
        if self._untouched:
            self.go(self.cursor, top=self.cursor - LED_THERE)

    def watch_only(self) -> None:
        """Other lines are shown: the cursor stays on its own, or goes to the next, or the last."""
        self._line_up()

    def watch_waits(self) -> None:
        """Other waits, or more is known of them."""
        self._line_up()

    def watch_wraps(self) -> None:
        """Cut, or wrapped."""
        self.shifted = 0
        self._line_up()
        if self.count:
            self._go_whole(self.cursor)

    def on_resize(self, _: Resize) -> None:
        """Wrap anew."""
        if self.wraps:
            self._line_up()
        self._stand_high()

    def _line_up(self) -> None:
        """Reckon the lines anew; what was under the cursor stays there, on its line of the screen."""
        screen_line = self.cursor - self.top
        spot: Spot = self._rows.spot(self.cursor) if self.count else (0, False, 0)
        lines = log_lines(self.events, self.waits, self.only)
        self._shown = [line.place for line in lines if isinstance(line, EventLine)]
        self._rows = wrapped_rows(lines, self.room(self.size.width)) if self.wraps else one_row_each(lines)
        row = self._rows.end - 1 if self.sticks else self._rows.row_of(spot)
        self.renew(self._rows.end, row, row - screen_line)
        self._stand_high()

    def notice(self) -> None:
        """Somebody has had before the eyes what is in the window."""
        self._untouched = False
        if self.fresh and self.count:
            last = min(self.top + self.window, self.count)
            self._noticed.update(self._rows.line(row).place for row in range(self.top, last))

    # --- moving -----------------------------------------------------------------

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: one that is not the last ends the following."""
        super().go(cursor, top=top)
        self.sticks = self.sticks and self.cursor == self.count - 1

    def go_to_wait(self, place: int) -> bool:
        """To the wait that follows the event at this place; false if it is not shown."""
        row = self._rows.row_of((place, True, 0))
        if not self.count or self._rows.spot(row)[:2] != (place, True):
            return False
        self.go(row)
        return True

    async def hop_to(self, wanted: Callable[[LogLine], bool], step: int) -> bool:
        """To the next (or previous) line that is wanted; false if there is none."""
        number = self._rows.number(self.cursor) if self.count else 0
        end = len(self._rows.lines) if step > 0 else -1
        return await self._hop_among(range(number + step, end, step), wanted)

    async def hop_round(self, wanted: Callable[[LogLine], bool], step: int) -> bool:
        """To the first (or, backwards, the last) line that is wanted; false if the cursor comes before it."""
        number = self._rows.number(self.cursor) if self.count else 0
        first = 0 if step > 0 else len(self._rows.lines) - 1
        return await self._hop_among(range(first, number, step), wanted)

    async def _hop_among(self, numbers: range, wanted: Callable[[LogLine], bool]) -> bool:
        """To the first of these lines that is wanted; other work has its turn meanwhile."""
        rows = self._rows
        for start in range(0, len(numbers), STEP):
            found = next((n for n in numbers[start : start + STEP] if wanted(rows.lines[n])), None)
            if found is not None:
                spot = rows.spot(rows.starts[found])
                self._go_whole(self._rows.row_of(spot))
                return True
            await sleep(0)
        return False

    def hop(self, step: int) -> Hop:
        """To the next (or previous) line with what is sought, round the end, this one at last."""
        found = self._matching()
        if not found:
            return Hop.NONE
        here = self._rows.number(self.cursor)
        number = beside(found, here, step)
        self._go_whole(self._rows.starts[number])
        return Hop.between(here, number, step)

    def _go_whole(self, row: int) -> None:
        """To this row, with the rest of its line in sight as far as there is room for it."""
        below = self._rows.last_row(row) - self.window + 1
        self.go(row, top=max(self.top, min(below, row)))

    def _matching(self) -> tuple[int, ...]:
        """The numbers of the lines that hold what is sought, looked for once."""
        rows, sought = self._rows, self.sought
        if self._matched[0] is not rows or self._matched[1] != sought:
            found = (number for number, line in enumerate(rows.lines) if self._holds(line)) if sought else ()
            self._matched = rows, sought, tuple(found)
        return self._matched[2]

    @property
    def matches(self) -> int:
        """How many events hold what is sought."""
        return len(self._matching())

    @property
    def match_here(self) -> int:
        """Which of them the cursor stands on, from 1; 0 if it stands on none."""
        found = self._matching()
        number = self._rows.number(self.cursor) if self.count else -1
        place = bisect_right(found, number)
        return place if place and found[place - 1] == number else 0

    def _matches(self, row: int) -> bool:
        return row < self.count and self._holds(self._rows.line(row))

    def _holds(self, line: LogLine) -> bool:
        sought = words.folded(self.sought)
        return (
            bool(sought) and isinstance(line, EventLine) and sought in words.folded(line.event.message or "")
        )

    def shift(self, step: int) -> bool:
        """Move the messages half their room to the left (or back); false at either end."""
        room = self.room(self.size.width)
        last = min(self.top + self.window, self.count)
        lines = map(self._rows.line, range(self.top, last))
        longest = max((words.cells(words.one_line(said(line.event))) for line in lines), default=0)
        wanted = max(self.shifted + step * (room // 2), 0)
        if wanted == self.shifted or (step > 0 and self.shifted + room >= longest):
            return False
        self.shifted = wanted
        return True

    def watch_shifted(self) -> None:
        """Another part of the messages."""
        self.refresh()

    def watch_sought(self) -> None:
        """Other marks; the first match from here on."""
        if self.sought and not self._matches(self.cursor):
            self.hop(1)
        self.refresh()
