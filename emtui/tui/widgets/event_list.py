"""The events of one session, in Order: when after its start, how long since the last one, what.

The server gives no severity, so no line has a colour of its own.
"""

from __future__ import annotations

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
    """The lines of `log_read`; `began` is what offsets count from, `sought` what is marked in them."""

    HEADING: ClassVar[int] = 1

    log_read: var[Log | None] = var(None)
    began: var[datetime | None] = var(None)
    zone: var[tzinfo | None] = var(None)
    sought: var[str] = var("")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sticks = False
        """Whether the last line is followed as lines come."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they came, in Order."""
        return self.log_read.events if self.log_read else ()

    @property
    def selected(self) -> Event | None:
        """The event under the cursor."""
        return self.events[self.cursor] if self.events else None

    def watch_log_read(self) -> None:
        """Other lines: events are only ever added, so the cursor stays on its own, or on the last."""
        first, last = self.count == 0, len(self.events) - 1
        self.renew(len(self.events), last if self.sticks else self.cursor, self.top)
        if first and self.sought and not self._matches(0):
            self.hop(1)

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
        message = self.events[place].message or "" if place < self.count else ""
        return bool(self.sought) and self.sought.casefold() in message.casefold()

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<17}" if width >= WIDE else ""
        titles = f"{clock}{'Offset':>8}  {'Gap':>6}  Event"
        return strip_of([("  ", PLAIN), (words.fit(titles, max(width - 2, 0)), HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One event."""
        event = self.events[place]
        mark = f"{CURSOR} " if place == self.cursor else "  "
        clock = f"{self._clock(event):<17}" if width >= WIDE else ""
        pieces: Pieces = [(mark, PLAIN), (clock, FAINT), (f"{self._offset(event):>8}  ", PLAIN)]
        pieces.append((f"{self._gap(place):>6}  ", PLAIN))
        return pieces + self._marked(words.cut(words.one_line(_said(event)), max(width - 20 - len(clock), 8)))

    def _clock(self, event: Event) -> str:
        return words.clock_long(event.time, self.zone) if event.time and self.zone else ""

    def _offset(self, event: Event) -> str:
        began = self.began or next((other.time for other in self.events if other.time), None)
        return words.offset(event.time - began) if event.time and began else ""

    def _gap(self, place: int) -> str:
        gap = gap_before(self.events, place)
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
