"""The events of one session, in Order: when after its start, what; and how long was waited between two.

The server gives no severity, so no line has a colour of its own: a `!` marks words that suggest
trouble, which is a guess.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import ClassVar

from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Event
from emtui.triage.steps import Wait
from emtui.triage.trouble import trouble
from emtui.tui.event_rows import MESSAGE, TIME, marked, wait_pieces, why_worst
from emtui.tui.formatting.session_columns import WIDE
from emtui.tui.log_lines import WaitLine, moved_left
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN
from emtui.tui.widgets.lines import Pieces, strip_of
from emtui.tui.widgets.log_list import LogList

TROUBLE = "!"
CLOCK = 17
"""Cells of the time with its day, where there is room for it beside the offset."""


class EventList(LogList):
    """The lines of a log, with the `worst` wait marked.

    `began` is what offsets count from; with `clocks` the time of day stands in place of the offset.
    """

    HEADING: ClassVar[int] = 1

    worst: var[Wait | None] = var(None)
    began: var[datetime | None] = var(None)
    zone: var[tzinfo | None] = var(None)
    clocks: var[bool] = var(False)

    def watch_worst(self) -> None:
        """Another one is marked."""
        self.refresh()

    def watch_clocks(self) -> None:
        """The time of day, or the offset."""
        self.refresh()

    def watch_zone(self) -> None:
        """Other times."""
        self.refresh()

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        clock = f"{'Time':<{CLOCK}}" if width >= WIDE else ""
        titles = f"{clock}{'Time' if self._by_clock(width) else 'Offset':>{TIME}}  Event"
        return strip_of([("   ", PLAIN), (words.fit(titles, max(width - 3, 0)), HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One event, a further part of its message, or one wait."""
        line = self._rows.line(place)
        cursor = CURSOR if place == self.cursor else " "
        room = self.room(width)
        indent = " " * (width - room - 1)
        if isinstance(line, WaitLine):
            why = why_worst(line.wait, self.worst, self.waits)
            return [(cursor + indent, PLAIN), *wait_pieces(line.wait, why, room)]
        message = marked(words.cut(moved_left(self._rows.text(place), self.shifted), room), self.sought)
        if self._rows.part(place):
            return [(cursor + indent, PLAIN), *message]
        clock = f"{self._clock(line.event):<{CLOCK}}" if width >= WIDE else ""
        when = self._time_of_day(line.event) if self._by_clock(width) else self._offset(line.event)
        guess = TROUBLE if trouble(line.event.message) else " "
        new = NEW if line.place in self.fresh else " "
        stands = f"{when:>{TIME}}".ljust(TIME + 2)
        pieces: Pieces = [(cursor + guess + new, PLAIN), (clock, FAINT), (stands, PLAIN)]
        return pieces + message

    def room(self, width: int) -> int:
        """Cells of a message in a list this wide."""
        return max(width - MESSAGE - (CLOCK if width >= WIDE else 0), 8)

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
