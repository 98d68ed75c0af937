"""From screen to screen: which run is opened, by its row, its name or a finding about it.

Screens wish for another one by a message or a call; the list under them follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from emtui.tui.commands import Place
from emtui.tui.logging_on import LoggingOn
from emtui.tui.start import Start

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.triage.finding import Finding
    from emtui.tui.screens.detail import DetailScreen
    from emtui.tui.screens.keeping_up import KeepingUp

OF_SESSIONS = (Place.LOOKUP, Place.DETAIL, Place.DIFFERENCE)
"""Where there are commands for sessions, and a name of one can be opened."""


class Opening(LoggingOn, inherit_bindings=False):
    """An app that opens runs."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._target = start.target
        self._wanted_view = None if start.target else start.view
        self._finding: Finding | None = None

    def on_keeping_up_learned(self, event: KeepingUp.Learned) -> None:
        """The list knows it too."""
        if self.lookup_screen:
            self.lookup_screen.learn({event.session.uid: event.session})

    def on_following_resumed(self) -> None:
        """After sleep whatever runs is asked for at once, not only the list."""
        for page in self.pages:
            page.resumed()

    async def on_detail_screen_elsewhere(self, event: DetailScreen.Elsewhere) -> None:
        """Another session in place of this one; the list follows."""
        from emtui.tui.screens.detail import DetailScreen

        if not self.lookup_screen or not isinstance(self.screen, DetailScreen):
            return
        found = self.lookup_screen.neighbour(event.session, event.way)
        if found is None:
            self.screen.say(f"There is no {event.way.replace('_', ' ')} in the list.")
        else:
            self.lookup_screen.sessions.select(found.uid)
            await self.switch_screen(DetailScreen(self.lookup_screen.client, found))

    def open_session(self, session: Session) -> None:
        """Into a session; from now on keys are meant for it."""
        if self.client:
            from emtui.tui.screens.detail import DetailScreen

            self.push_screen(DetailScreen(self.client, session))

    def open_difference(self, session: Session, other: Session | None = None) -> None:
        """Into a session, at its difference with another one: the last good one, unless told."""
        if self.client:
            from emtui.tui.screens.detail import DetailScreen
            from emtui.tui.screens.difference import DifferenceScreen

            detail = DetailScreen(self.client, session)
            self.push_screen(detail)
            self.push_screen(DifferenceScreen(detail, other))

    def open_raw(self, session: Session, *, xml: bool) -> None:
        """Into a session, at what the server said of it."""
        if self.client:
            from emtui.tui.screens.detail import DetailScreen
            from emtui.tui.screens.raw import RawPage

            detail = DetailScreen(self.client, session)
            self.push_screen(detail)
            self.push_screen(RawPage(detail, xml=xml))

    def go_to(self, text: str, compare: str | None = None, view: str | None = None) -> None:
        """Open the session that this text names, in this view or beside another one if told.

        Else say what is wrong.
        """
        from emtui import lookup

        screen = self.lookup_screen
        if screen is None:
            return
        try:
            session = screen.find(lookup.target_in(text))
            named = compare and compare != lookup.LAST_GOOD
            other = screen.find(lookup.target_in(compare)) if compare and named else None
        except (lookup.BadQuery, lookup.NoMatch, lookup.SeveralMatch) as error:
            self.page.say(str(error))
            return
        screen.sessions.select(session.uid)
        if compare:
            self.open_difference(session, other)
        elif view:
            self.open_raw(session, xml=view == "xml")
        else:
            self.open_session(session)

    def _open_target(self) -> None:
        """The session that was asked for at the start, once."""
        target, self._target = self._target, None
        if target:
            self.go_to(target, self._start.compare, self._start.view)

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside a field is never run as keys: what names a run opens it, anything else is a query.

        It names one if it is one line with one GUID, too, unless it is a query with a key, such as `id:`.
        """
        screen = self.lookup_screen
        text = " ".join(event.text.split())
        several = len(event.text.strip().splitlines()) > 1
        if screen is None or not text or self.page.PLACE not in OF_SESSIONS:
            return
        from emtui import lookup

        if not lookup.names_session(text) and (several or screen.is_keyed(text)):
            self._offer(text)
            return
        try:
            lookup.target_in(text)
        except lookup.SeveralNamed as error:
            self.page.say(str(error))
        except lookup.BadQuery:
            self._offer(text)
        else:
            self.go_to(text)

    def _offer(self, text: str) -> None:
        if self.lookup_screen and self.screen is self.lookup_screen:
            self.lookup_screen.offer(text)
        else:
            self.page.say("What was pasted is no ID; on the list it would be a query.")

    def on_knowing_judged(self) -> None:
        """Pages above the list that show what is thought of it show the latest."""
        for page in self.pages:
            page.judged()
        self._open_view()

    def _open_view(self) -> None:
        """The page above the list that was asked for at the start, unless somebody has gone on meanwhile."""
        view, self._wanted_view = self._wanted_view, None
        screen = self.lookup_screen
        if view and screen and self.screen is screen and self.focused is screen.sessions:
            screen.action_board() if view == "types" else screen.action_findings()

    async def action_attention(self) -> None:
        """To the next finding: its row in the list, or its run where one is open."""
        screen = self.lookup_screen
        if screen is None or screen.attention is None:
            self.page.say("Nothing is known yet.")
            return
        was_last = screen.is_last_finding(self._finding)
        finding = self._finding = screen.next_finding(self._finding)
        if finding is None:
            self.page.say("Nothing needs you.")
            return
        await screen.point_at(finding)
        run = screen.run_of(finding)
        while self.screen is not screen and not (self.page.PLACE is Place.DETAIL and run):
            await self.pop_screen()
        if run and self.screen is not screen:
            from emtui.tui.screens.detail import DetailScreen

            await self.switch_screen(DetailScreen(screen.client, run))
        if was_last:
            self.page.say_too("Continued from the first alert.")
