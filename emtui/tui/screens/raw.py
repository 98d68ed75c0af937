"""What the server said of a run: what was read of it, and the XML that it was read from.

The XML is asked for when it is wanted; it is made harmless to print, and is otherwise as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.em.errors import EmError
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.tui.commands import Place, bindings
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import Clock
from emtui.tui.formatting.session_text import facts
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.text_viewer import TextScreen

MOST = 100_000
"""Characters of an answer that are shown: more would hold up every key."""
_BETWEEN_TAGS = re.compile(r">[ \t]*<")


class RawPage(TextScreen):
    """The facts of a run that is open; `i` turns to the XML, and back. With `xml` it begins with that."""

    PLACE: ClassVar[Place] = Place.RAW
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.RAW)

    def __init__(self, ctx: AppContext, feed: SessionFeed, *, xml: bool = False) -> None:
        super().__init__(ctx, feed.state.session.name or feed.state.session.id, "")
        self._feed = feed
        self._begins_with_xml = xml
        self._by_name_only = False
        """Whether the facts that are shown are those of a run of which no more was known."""
        self._xml = ""
        self._as_of: datetime | None = None

    def body(self) -> Iterable[Widget]:
        """The facts, to begin with."""
        self.text = self._facts()
        return super().body()

    def on_mount(self) -> None:
        """Show more of a run as soon as it is known; ask for the XML, if that is wanted."""
        watching = self._feed.watch(self._know_more)
        self.run_worker(watching, group="session feed", description="show what becomes known of a session")
        if self._begins_with_xml:
            self._ask_once()

    @property
    def view(self) -> str:
        """What `--view` calls it."""
        return "xml" if self.shows_xml else "facts"

    def location(self, below: Location | None, /) -> Location | None:
        """The run below, at what the server said of it."""
        return replace(below, view=self.view) if below else None

    @property
    def shows_xml(self) -> bool:
        """Whether the XML stands here, not the facts."""
        return bool(self._xml) and self.text == self._xml

    def _facts(self) -> str:
        session = self._feed.state.session
        self._by_name_only = not session.complete
        return facts(session, Clock(self._feed.server_now, self.zone))

    def _show_facts(self) -> None:
        self.turn_to(self._feed.state.session.name or self._feed.state.session.id, self._facts())

    def _know_more(self, state: SessionState) -> None:
        if self._by_name_only and state.session.complete and self.stands and not self.shows_xml:
            self._show_facts()

    def watch_zone(self) -> None:
        """Other times in the facts."""
        super().watch_zone()
        if self.stands and not self.shows_xml:
            self._show_facts()

    def as_of(self) -> datetime | None:
        """When the XML came."""
        return self._as_of if self.shows_xml else None

    def hints(self) -> list[tuple[str, str]]:
        """The same key leads there and back."""
        back, (key, xml), more = BaseScreen.hints(self)
        raw = (key, "facts" if self.shows_xml else xml)
        return [back, raw, *([more] if self.position() else [])]

    def action_raw(self) -> None:
        """The XML, asked for the first time; or the facts again."""
        if self.shows_xml:
            self._show_facts()
        elif self._xml:
            self._show_xml()
        else:
            self._ask_once()
        self.show_top()

    def action_ask(self) -> None:
        """Ask for the XML anew, where it is shown."""
        if not self.shows_xml:
            self.say("i asks the server for the XML of this run.")
        else:
            self._ask_once()

    def _ask_once(self) -> None:
        self.say(f"asking {self._feed.source.server} for the XML  Esc stops")
        if not self.busy:
            self._ask()

    @work(exclusive=True, group="ask", description="ask for the XML of a run")
    async def _ask(self) -> None:
        try:
            session = await self._feed.source.session_xml(self._feed.state.session.uid)
            events = await self._feed.source.events_xml(self._feed.state.session.uid)
        except EmError as problem:
            self.say("")
            self.trouble = str(problem)
            return
        if self.stands:
            self.say("")
            self.trouble, self._as_of = "", self.ctx.clock.now()
            self._xml = "\n\n".join(self._part(*part) for part in (("show", session), ("events", events)))
            self._show_xml()

    def _show_xml(self) -> None:
        self.turn_to(f"{self._feed.state.session.name or self._feed.state.session.id}, as XML", self._xml)
        self.show_top()

    def _part(self, command: str, xml: str) -> str:
        """One answer; of a very long one the beginning, and the command that prints it all."""
        shown = one_tag_a_line(xml[:MOST])
        if len(xml) > MOST:
            count = f"{words.count(MOST)} of {words.count(len(xml))} characters"
            shown += f"\n\n{count}; emtui {command} {self._feed.state.session.id} -o xml prints them all."
        return shown

    @property
    def busy(self) -> bool:
        """Whether the XML is being asked for."""
        return any(worker.group == "ask" and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Stop asking; false if nothing was being asked."""
        if not self.busy:
            return False
        self.workers.cancel_group(self, "ask")
        self.say("Stopped. i asks again.")
        return True

    def action_undo(self) -> None:
        """Stop asking, else what every page does."""
        if not self.action_stop():
            super().action_undo()


def one_tag_a_line(xml: str) -> str:
    """A document that came as one line, broken between its tags, where nothing stands."""
    return xml if "\n" in xml.strip() else _BETWEEN_TAGS.sub(">\n<", xml)
