"""One session: what became of it, and its events below, with the focus on them.

Shows at once what the list knew, then what the server says now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from emtui import words
from emtui.em.model import Session
from emtui.tui.columns import WIDE, summary
from emtui.tui.commands import Place, bindings
from emtui.tui.describe import event_title, facts, head
from emtui.tui.screens.hopping import Hopping
from emtui.tui.screens.text import TextPage
from emtui.tui.widgets.event_list import EventList
from emtui.tui.widgets.oneline import OneLine
from emtui.tui.widgets.pairs import Pairs
from emtui.tui.widgets.paragraph import Paragraph


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
        yield OneLine(id="head")
        yield Paragraph(4, id="message")
        yield Pairs(id="explained")
        yield OneLine(id="search")
        yield self.prompt()
        yield EventList(id="events").data_bind(
            DetailScreen.log_read,
            DetailScreen.began,
            DetailScreen.zone,
            DetailScreen.sought,
            DetailScreen.only,
        )
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show what is known, ask for the rest, and follow the end of what still runs."""
        self.show_session()
        self.events.clocks = self.emtui.clocks
        self.events.sticks = self.session.running
        self.action_ask()
        self._keep_up()

    # --- showing ----------------------------------------------------------------

    def position(self) -> str:
        """`3/7`."""
        events = self.events
        return f"{words.count(events.cursor + 1)}/{words.count(events.count)}" if events.count else ""

    def watch_zone(self) -> None:
        """Other times in the head."""
        super().watch_zone()
        if self.stands:
            self.show_session()
            self.show_explanation()

    def show_session(self) -> None:
        """The head and the message."""
        self.began = self.session.started
        self.query_one("#head", OneLine).show(head(self.session, self._clock()))
        self.query_one("#message", Paragraph).show(summary(self.session))
        self.show_search()

    def on_lines_moved(self) -> None:
        """The whole text of the line under the cursor."""
        event = self.events.selected
        self.query_one("#tail", Paragraph).show((event.message or "") if event else "")
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
        self.emtui.clocks = self.events.clocks = not self.events.clocks
        self.say("The time of each event." if self.events.clocks else "How long after the start each came.")

    # --- handing over -----------------------------------------------------------

    @property
    def run_here(self) -> Session:
        """The one that is open."""
        return self.session

    def action_copy(self) -> None:
        """The event under the cursor, whole."""
        event = self.events.selected
        if event is None:
            self.say("There is no line to copy.")
            return
        from emtui.tui.plain import event_line

        self.emtui.copy(event_line(event, self.events.counts_from, self._clock().zone))

    def plain_text(self) -> Callable[[], str]:
        """What became of it, its message, and all its events, also those that are not shown."""
        from emtui.tui.plain import session_text

        origin, session, log, clock = (
            self.emtui.origin(self._as_of),
            self.session,
            self.log_read,
            self._clock(),
        )
        return lambda: session_text(origin, session, log, clock)

    # --- moving about -----------------------------------------------------------

    def action_open(self) -> None:
        """The whole line under the cursor."""
        event = self.events.selected
        if event is None:
            self.say("There is no line to open.")
        else:
            title = event_title(event, self.session, self._clock().zone)
            self.emtui.push_screen(TextPage(title, event.message or ""))

    def action_difference(self) -> None:
        """What is different from the last good run."""
        from emtui.tui.screens.difference import DifferenceScreen

        self.emtui.push_screen(DifferenceScreen(self))

    def action_choose(self) -> None:
        """What is different from a run of one's choice."""
        from emtui.tui.screens.choosing import choose
        from emtui.tui.screens.difference import DifferenceScreen

        near = self.explanation.last_good if self.explanation else None
        choose(self, self.session, near, lambda run: self.emtui.push_screen(DifferenceScreen(self, run)))

    def action_facts(self) -> None:
        """All that the server said of this run, its message whole."""
        title = self.session.name or self.session.id
        self.emtui.push_screen(TextPage(title, facts(self.session, self._clock())))

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
