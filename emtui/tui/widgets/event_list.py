"""The events of one session, in Order: when after its start, how long since the last one, what.

The server gives no severity, so no line has a colour of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Event, Log
from emtui.tui.columns import WIDE
from emtui.tui.theme import CURSOR, FAINT, HEADING, MATCH, PLAIN
from emtui.tui.widgets.lines import Lines, Pieces, strip_of

GAP_WORTH_SHOWING = timedelta(seconds=1)


class EventList(Lines):
    """The lines of `log_read` that hold `only`.

    `began` is what offsets count from, `sought` what is marked in the lines, and with `clocks`
    the time of day stands in place of the offset.
    """

    HEADING: ClassVar[int] = 1

    log_read: var[Log | None] = var(None)
    began: var[datetime | None] = var(None)
    zone: var[tzinfo | None] = var(None)
    sought: var[str] = var("")
    only: var[str] = var("")
    clocks: var[bool] = var(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._places: tuple[int, ...] = ()
        """Which of the events are shown, as places in their order."""
        self.sticks = False
        """Whether the last line is followed as lines come."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they came, in Order."""
        return self.log_read.events if self.log_read else ()

    @property
    def selected(self) -> Event | None:
        """The event under the cursor."""
        return self._event(self.cursor) if self.count else None

    def _event(self, row: int) -> Event:
        return self.events[self._places[row]]

    def watch_log_read(self) -> None:
        """Other lines: events are only ever added, so the cursor stays on its own, or on the last."""
        first = self.count == 0
        self._sift()
        last = len(self._places) - 1
        self.renew(len(self._places), last if self.sticks else self.cursor, self.top)
        if first and self.sought and not self._matches(0):
            self.hop(1)

    def watch_only(self) -> None:
        """Other lines are shown: the cursor stays on its own, or goes to the next, or the last."""
        line, here = self.cursor - self.top, self._places[self.cursor] if self.count else 0
        self._sift()
        row = bisect_left(self._places, here)
        self.renew(len(self._places), row, row - line)

    def _sift(self) -> None:
        only = self.only.casefold()
        self._places = tuple(
            place for place, event in enumerate(self.events) if only in (event.message or "").casefold()
        )

    def watch_clocks(self) -> None:
        """The time of day, or the offset."""
        self.refresh()

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this line: one that is not the last ends the following."""
        super().go(cursor, top=top)
        self.sticks = self.sticks and self.cursor == self.count - 1

    def watch_zone(self) -> None:
        """Other times."""
        self.refresh()

    def watch_sought(self) -> None:
        """Other marks; the first match from here on."""
        if self.sought and not self._matches(self.cursor):
            self.hop(1)
        self.refresh()

    def hop(self, step: int) -> bool:
        """To the next (or previous) line with what is sought, round the end; false if there is none."""
        places = [(self.cursor + step * far) % self.count for far in range(1, self.count + 1)]
        found = next((place for place in places if self._matches(place)), None)
        if found is not None:
            self.go(found)
        return found is not None

    @property
    def matches(self) -> int:
        """How many lines hold what is sought."""
        return sum(1 for place in range(self.count) if self._matches(place))

    def _matches(self, place: int) -> bool:
        message = self._event(place).message or "" if place < self.count else ""
        return bool(self.sought) and self.sought.casefold() in message.casefold()

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<17}" if width >= WIDE else ""
        titles = f"{clock}{'Time' if self._by_clock(width) else 'Offset':>8}  {'Gap':>6}  Event"
        return strip_of([("  ", PLAIN), (words.fit(titles, max(width - 2, 0)), HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One event."""
        event = self._event(place)
        mark = f"{CURSOR} " if place == self.cursor else "  "
        clock = f"{self._clock(event):<17}" if width >= WIDE else ""
        when = self._time_of_day(event) if self._by_clock(width) else self._offset(event)
        pieces: Pieces = [(mark, PLAIN), (clock, FAINT), (f"{when:>8}  ", PLAIN)]
        pieces.append((f"{self._gap(place):>6}  ", PLAIN))
        return pieces + self._marked(words.cut(words.one_line(_said(event)), max(width - 20 - len(clock), 8)))

    def _clock(self, event: Event) -> str:
        return words.clock_long(event.time, self.zone) if event.time and self.zone else ""

    def _by_clock(self, width: int) -> bool:
        """Whether the time stands in place of the offset: where there is room, both stand there."""
        return self.clocks and width < WIDE

    def _time_of_day(self, event: Event) -> str:
        return self._clock(event).rpartition(" ")[2]

    @property
    def counts_from(self) -> datetime | None:
        """The start of the run; where it is unknown, the first event."""
        return self.began or next((other.time for other in self.events if other.time), None)

    def _offset(self, event: Event) -> str:
        began = self.counts_from
        return words.offset(event.time - began) if event.time and began else ""

    def _gap(self, place: int) -> str:
        gap = gap_before(self.events, self._places[place])
        return words.duration(gap) if gap is not None and gap >= GAP_WORTH_SHOWING else ""

    def _marked(self, text: str) -> Pieces:
        """The text with every match of what is sought underlined."""
        folded, sought = text.casefold(), self.sought.casefold()
        if not sought or len(folded) != len(text):
            return [(text, PLAIN)]
        pieces: Pieces = []
        done = 0
        while (found := folded.find(sought, done)) >= 0:
            pieces += [(text[done:found], PLAIN), (text[found : found + len(sought)], MATCH)]
            done = found + len(sought)
        return [*pieces, (text[done:], PLAIN)]


def gap_before(events: tuple[Event, ...], place: int) -> timedelta | None:
    """How long after the previous event this one came, by Order; unknown for the first."""
    now, before = events[place].time, events[place - 1].time if place else None
    return now - before if now and before else None


def _said(event: Event) -> str:
    odd = f"not readable: {event.odd} · " if event.odd else ""
    return odd + (event.message or "")
