"""One session: what became of it, and its events below, with the focus on them.

Shows at once what the list knew, then what the server says now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from emtui import words
from emtui.em.model import Log, Session
from emtui.triage.incidents import TROUBLE
from emtui.tui.commands import Place, bindings
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import WIDE, summary
from emtui.tui.formatting.session_text import head
from emtui.tui.log_words import line_text, line_title
from emtui.tui.screens.hopping import Hopping
from emtui.tui.widgets.event_list import EventList
from emtui.tui.widgets.key_value_list import KeyValueList
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.server_table import ServerTable
from emtui.tui.widgets.status_line import StatusLine


class DetailScreen(Hopping):
    """A session and its events."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.DETAIL)
    AUTO_FOCUS = "EventList"

    class Elsewhere(Message):
        """The person wants another session: `way` is older, newer, next_row or previous_row."""

        def __init__(self, session: Session, way: str) -> None:
            super().__init__()
            self.session = session
            self.way = way

    def body(self) -> Iterable[Widget]:
        """The head, the events, the whole line under the cursor."""
        yield StatusLine(id="head")
        yield Paragraph(4, id="message")
        yield KeyValueList(id="explained")
        yield ServerTable(id="servers")
        yield StatusLine(id="search")
        yield self.prompt()
        yield EventList(id="events").data_bind(
            DetailScreen.log_read,
            DetailScreen.waits,
            DetailScreen.worst,
            DetailScreen.began,
            DetailScreen.zone,
            DetailScreen.sought,
            DetailScreen.only,
        )
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show what is known, ask for the rest, and follow the end of what still runs."""
        self.show_session()
        self.events.clocks, self.events.wraps = self.ctx.settings.clocks, self.ctx.settings.wraps
        self.events.sticks = self.session.running
        self.events.begins_at_trouble = self.session.outcome in TROUBLE
        self.action_ask()
        self._keep_up()

    # --- showing ----------------------------------------------------------------

    def position(self) -> str:
        """`3 of 7 events`."""
        events = self.events
        return words.place(events.ordinal, events.shown, "event") if events.count else ""

    def watch_zone(self) -> None:
        """Other times in the head."""
        super().watch_zone()
        if self.stands:
            self.show_session()
            self.show_explanation()

    def show_session(self) -> None:
        """The head and the message."""
        self.began = self.session.started
        self.query_one("#head", StatusLine).show(head(self.session, self._clock()))
        self.query_one("#message", Paragraph).show(summary(self.session))
        self.show_search()

    def on_lines_moved(self) -> None:
        """The whole text of the line under the cursor."""
        line = self.events.line
        self.query_one("#tail", Paragraph).show(line_text(line) if line else "")
        if self.sought:
            self.show_found()
        self.show_foot()

    def action_stick(self) -> None:
        """Follow the end, or no more."""
        if self.events.sticks:
            self.events.sticks = False
            self.say("The end is not followed any more.")
        elif not self.session.running:
            self.say("This run has ended: nothing will come.")
        else:
            self.events.action_bottom()
            self.events.sticks = True
            self.say("The end is followed, until you move up.")

    def action_elapsed(self) -> None:
        """When each event came: by the clock, or since the start."""
        if self.size.width >= WIDE:
            self.say("Time and offset both stand here already.")
            return
        self.ctx.settings.clocks = self.events.clocks = not self.events.clocks
        self.say("The time of each event." if self.events.clocks else "How long after the start each came.")

    def action_wrap(self) -> None:
        """Cut long lines, or wrap them."""
        self.ctx.settings.wraps = self.events.wraps = not self.events.wraps
        self.say("Long lines are wrapped." if self.events.wraps else "Long lines are cut; l shows their end.")

    def action_left(self) -> None:
        """Back to the beginning of long lines."""
        if not self.events.shift(-1):
            self.say("This is where the lines begin.")

    def action_right(self) -> None:
        """To the end of long lines."""
        if self.events.wraps:
            self.say("Long lines are wrapped: nothing is hidden. z cuts them.")
        elif not self.events.shift(1):
            self.say("No line goes on to the right.")

    # --- handing over -----------------------------------------------------------

    def location(self, below: Location | None, /) -> Location | None:
        """The run that is open; it stands for the whole view."""
        return replace(below, session=self.session, view="", is_list=False) if below else None

    @property
    def log_here(self) -> Log | None:
        """Its log, where it was read."""
        return self.log_read

    @property
    def run_here(self) -> Session:
        """The one that is open."""
        return self.session

    def action_copy(self) -> None:
        """The event or the wait under the cursor, whole."""
        line = self.events.line
        if line is None:
            self.say("There is no line to copy.")
            return
        from emtui.tui.formatting.plain_text import log_line

        self.ctx.exporter.copy(log_line(line, self.events.counts_from, self._clock().zone))

    def plain_text(self) -> Callable[[], str]:
        """What became of it, its message, and all its events and waits, also those that are not shown."""
        from emtui.tui.formatting.plain_text import session_text

        origin, clock = self.ctx.exporter.origin(self._as_of), self._clock()
        session, log, waits = self.session, self.log_read, self.waits
        return lambda: session_text(origin, session, log, clock, waits)

    # --- moving about -----------------------------------------------------------

    def action_open(self) -> None:
        """The whole line under the cursor."""
        line = self.events.line
        if line is None:
            self.say("There is no line to open.")
        else:
            title = line_title(line, self.session, self._clock().zone)
            self.ctx.navigator.open_text(title, line_text(line))

    def action_difference(self) -> None:
        """What is different from the last good run."""
        self.ctx.navigator.push(self.ctx.navigator.make.comparison(self, None))

    def action_choose(self) -> None:
        """What is different from a run of one's choice."""
        near = self.explanation.last_good if self.explanation else None
        nav = self.ctx.navigator
        nav.pick_run(self.session, near, lambda run: nav.push(nav.make.comparison(self, run)))

    def action_facts(self) -> None:
        """All that the server said of this run, its message whole; from there, the XML that came."""
        self.ctx.navigator.push(self.ctx.navigator.make.raw(self, xml=False))

    def action_older(self) -> None:
        """The run of the same type before this one."""
        self.post_message(self.Elsewhere(self.session, "older"))

    def action_newer(self) -> None:
        """The run of the same type after this one."""
        self.post_message(self.Elsewhere(self.session, "newer"))

    def action_next_row(self) -> None:
        """The next row of the list."""
        self.post_message(self.Elsewhere(self.session, "next_row"))

    def action_previous_row(self) -> None:
        """The previous row of the list."""
        self.post_message(self.Elsewhere(self.session, "previous_row"))

    def action_undo(self) -> None:
        """Stop asking, else end the search, else show all lines, else take away the trouble, else go back."""
        if not (self.action_stop() or self.forget_search()):
            super().action_undo()
