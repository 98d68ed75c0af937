"""One session: what became of it, and its events below, with the focus on them.

Shows at once what the list knew, then what the server says now. A failed answer
leaves on the screen what was there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import random
from time import monotonic
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from emtui import words
from emtui.em.errors import EmError, ServerTrouble
from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.monitor.health import STALE_AFTER
from emtui.monitor.pace import LEAST, Pace
from emtui.triage.steps import Wait
from emtui.triage.telling import usual_wait
from emtui.tui.columns import WIDE, Clock, summary
from emtui.tui.commands import Place, bindings
from emtui.tui.describe import event_title, facts, head, server_words
from emtui.tui.screens.explaining import Explaining
from emtui.tui.screens.text import TextPage
from emtui.tui.theme import BOLD, FAINT
from emtui.tui.widgets.event_list import EventList
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.oneline import OneLine
from emtui.tui.widgets.pairs import Pairs
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.prompt import Prompt

PACE = Pace(every=LEAST)
"""What runs is asked for more often than the list, while somebody looks at it."""

SOONEST = 0.5
"""Seconds between two looks, however fast the time of a recording goes."""


class DetailScreen(Explaining):
    """A session and its events."""

    PLACE: ClassVar[Place] = Place.DETAIL
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.DETAIL)
    AUTO_FOCUS = "EventList"

    began: var[datetime | None] = var(None)
    sought: var[str] = var("")
    only: var[str] = var("")
    asking: var[bool] = var(False)

    class Learned(Message):
        """The server said more of this session than the list did."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    class Elsewhere(Message):
        """The person wants another session: `way` is older, newer, next_row or previous_row."""

        def __init__(self, session: Session, way: str) -> None:
            super().__init__()
            self.session = session
            self.way = way

    def __init__(self, client: Source, session: Session) -> None:
        super().__init__()
        self.client = client
        self.session = session
        self._as_of: datetime | None = None
        self._missed = 0
        self._sifts = False
        """Whether the prompt is for what is shown, not for what is searched."""

    def body(self) -> Iterable[Widget]:
        """The head, the events, the whole line under the cursor."""
        yield OneLine(id="head")
        yield Paragraph(4, id="message")
        yield Pairs(id="explained")
        yield OneLine(id="search")
        yield Prompt(self._seek, self._search_closed, self.spares_the_line, id="prompt")
        yield EventList(id="events").data_bind(
            DetailScreen.log_read,
            DetailScreen.began,
            DetailScreen.zone,
            DetailScreen.sought,
            DetailScreen.only,
        )
        yield Paragraph(2, id="tail")

    @property
    def events(self) -> EventList:
        """The list of events."""
        return self.query_one(EventList)

    def on_mount(self) -> None:
        """Show what is known, ask for the rest, and follow the end of what still runs."""
        self.show_session()
        self.events.clocks = self.emtui.clocks
        self.events.sticks = self.session.running
        self.action_ask()
        self._keep_up()

    # --- asking -----------------------------------------------------------------

    def action_ask(self) -> None:
        """Ask for the session and its events now, never twice at once."""
        if self.asking:
            self.say("Already asking; Esc stops it.")
        else:
            self._ask(again=self._as_of is not None)

    @work(exclusive=True, group="ask", description="ask for a session and its events")
    async def _ask(self, *, again: bool) -> None:
        self.asking = True
        try:
            await self._look(again=again)
        except EmError as error:
            self.trouble = str(error)
        finally:
            self.asking = False

    @work(exclusive=True, group="follow", description="follow a running session")
    async def _keep_up(self) -> None:
        """What runs is asked for again and again while it is looked at; nothing is said of the asking."""
        pause = PACE.every
        while True:
            await asyncio.sleep(max(pause / self.emtui.speed, SOONEST))
            if self.asking or not self.session.running or not self.is_current or self.emtui.paused:
                continue
            began = monotonic()
            try:
                await self._look(again=True)
            except EmError as error:
                self._missed += 1
                if self._missed >= STALE_AFTER:
                    self.trouble = str(error)
                after = error.retry_after if isinstance(error, ServerTrouble) else None
                pause = PACE.after_trouble(self._missed, after, random())  # noqa: S311 - no secret
            else:
                pause = PACE.after_answer(monotonic() - began, 0)

    async def _look(self, *, again: bool) -> None:
        """The session if it may have changed, and its events, as the server says them now."""
        session = self.session
        if again or session.running or not session.complete:
            asked = await self.client.session(session.uid)
            session = asked if asked.complete or not session.complete else session
        log = await self.client.events(session.uid)
        self.trouble, self._missed = "", 0
        self._as_of = self.emtui.now()
        self._learn(session, log)

    def _learn(self, session: Session, log: Log) -> None:
        if not self.stands:
            return  # the person has gone elsewhere meanwhile
        if session != self.session:
            before, self.session = self.session, session
            self.post_message(self.Learned(session))
            if before.running and not session.running:
                self.say(f"It has ended: {session.outcome}.")
        if log != self.log_read:
            self.log_read = log
        self.show_top()
        self.show_session()
        self.explain()

    @property
    def busy(self) -> bool:
        """Whether the session is being asked for."""
        return self.asking

    def action_stop(self) -> bool:
        """Stop asking; false if nothing was being asked."""
        if not self.asking:
            return False
        self.workers.cancel_group(self, "ask")
        self.say("Stopped. r asks again.")
        return True

    # --- showing ----------------------------------------------------------------

    def as_of(self) -> datetime | None:
        """When the events arrived."""
        return self._as_of

    def position(self) -> str:
        """`3/7`."""
        events = self.events
        return f"{words.count(events.cursor + 1)}/{words.count(events.count)}" if events.count else ""

    def watch_asking(self) -> None:
        """Say so where the events will stand."""
        if self.stands:
            self.show_search()
            self.events.empty = self._emptiness()
            if not self.events.count:
                self.events.refresh()

    def watch_zone(self) -> None:
        """Other times in the head."""
        super().watch_zone()
        if self.stands:
            self.show_session()
            self.show_explanation()

    def _emptiness(self) -> tuple[str, ...]:
        if self.asking:
            return (f"asking {self.client.server} for the events", "Esc stops")
        if self.log_read is None:
            return ("No events yet. r asks for them.",)
        if self.only and self.log_read.events:
            return (f"No event holds “{self.only}”.", "Esc shows all events")
        return ("The server has no events of this run.",)

    def show_session(self) -> None:
        """The head and the message."""
        self.began = self.session.started
        self.query_one("#head", OneLine).show(head(self.session, self._clock()))
        self.query_one("#message", Paragraph).show(summary(self.session))
        self.show_search()

    def _clock(self) -> Clock:
        """By the server's clock, where it is known: a run is as long as it says."""
        now = (self._as_of or self.emtui.now()) + self.emtui.skew
        return Clock(now, self.zone or self.emtui.zone)

    def show_search(self) -> None:
        """What is searched, else the server's own words; at the right how many events there are."""
        said = server_words(self.session)
        left: Pieces = [(f"  server: {said}", FAINT)] if said else []
        if self.sought or self.only:
            left = [("& ", FAINT), (f"{self.only}  ", BOLD)] if self.only else []
            left += [("/ ", FAINT), (self.sought, BOLD)] if self.sought else []
        right: Pieces = [("asking  Esc stops", BOLD)] if self.asking and self.log_read else []
        if not right and self.log_read:
            right = [(self._count(self.log_read), FAINT)]
        self.query_one("#search", OneLine).show(left, right)

    def _count(self, log: Log) -> str:
        if self.sought:
            base = f"{words.count(self.events.count)} {'shown' if self.only else 'events'}"
            return f"{words.count(self.events.matches)} of {base} match"
        if self.only:
            return f"{words.count(self.events.count)} of {words.count(len(log.events))} events shown"
        said = f"{words.count(len(log.events))} events"
        if log.odd:
            said += f", {words.count(log.odd)} not readable whole"
        if log.replaced:
            said += f", {words.count(log.replaced)} characters replaced"
        return said

    def on_lines_moved(self) -> None:
        """The whole text of the line under the cursor."""
        event = self.events.selected
        self.query_one("#tail", Paragraph).show((event.message or "") if event else "")
        self.show_foot()

    # --- searching --------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._type(sifts=False)

    def action_only(self) -> None:
        """Show only the lines that hold a text; empty shows all."""
        self._type(sifts=True)

    def _type(self, *, sifts: bool) -> None:
        self._sifts = sifts
        self.query_one("#search", OneLine).display = False
        self.query_one(Prompt).open(self.only if sifts else self.sought, sign="&" if sifts else "/")
        self.show_foot()

    def _seek(self, text: str) -> None:
        """Each keystroke goes to the first match from here, or hides what does not match."""
        if self._sifts:
            self.only = text
            self.events.empty = self._emptiness()
        else:
            self.sought = text

    async def _search_closed(self, text: str, *, kept: bool) -> None:
        """Enter keeps what is sought; Esc what was sought before."""
        self._seek(text)
        self.query_one(Prompt).close()
        self.query_one("#search", OneLine).display = True
        self.set_focus(self.events)
        self.show_search()
        self.show_foot()
        if kept and text and self.log_read and not self._sifts and not self.events.matches:
            self.say(f"No line holds “{text}”.")

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

    def action_slowest(self) -> None:
        """To the step that it waited in."""
        found = self.explanation
        if found is None:
            self.say("It is not known yet where this run waited.")
            return
        wait = found.silent or found.slowest or max(found.waits, key=_length, default=None)
        if wait is None:
            self.say("This run waited nowhere for as long as five seconds.")
        else:
            self.events.go(wait.step.place)
            usual = usual_wait(wait)
            self.say(f"{words.duration(_length(wait))}{f', {usual}' if usual else ''}")

    def action_next_match(self) -> None:
        """The next line with what is sought."""
        self._hop(1)

    def action_previous_match(self) -> None:
        """The previous line with what is sought."""
        self._hop(-1)

    def _hop(self, step: int) -> None:
        if not self.sought:
            self.say("Nothing is searched yet: / searches.")
        elif not self.events.hop(step):
            self.say(f"No line holds “{self.sought}”.")

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

    def action_elapsed(self) -> None:
        """When each event came: by the clock, or since the start."""
        if self.size.width >= WIDE:
            self.say("Time and offset both stand here already.")
            return
        self.emtui.clocks = self.events.clocks = not self.events.clocks
        self.say("The time of each event." if self.events.clocks else "How long after the start each came.")

    # --- moving about -----------------------------------------------------------

    def action_open(self) -> None:
        """The whole line under the cursor."""
        event = self.events.selected
        if event is None:
            self.say("There is no line to open.")
        else:
            title = event_title(event, self.session, self._clock().zone)
            self.emtui.push_screen(TextPage(title, event.message or ""))

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
        if self.action_stop():
            return
        if self.sought or self.only:
            if self.sought:
                self.sought = ""
            else:
                self.only = ""
            self.show_search()
        else:
            super().action_undo()


def _length(wait: Wait) -> timedelta:
    return wait.step.lasted or timedelta()
