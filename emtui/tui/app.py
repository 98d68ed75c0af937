"""The application: what it starts with, which screen is shown, and how it ends.

The app owns the commands that work everywhere; the logon is `logging_on`'s. Screens
ask the client and show what comes; wishes to see another screen come up as messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, work
from textual.binding import Binding, BindingType

from emtui import __version__
from emtui.em.threads import beside
from emtui.monitor.past import PastLogs
from emtui.tui import garbage
from emtui.tui.commands import COMMANDS, Place, bindings
from emtui.tui.ending import LastTimer
from emtui.tui.logging_on import LoggingOn
from emtui.tui.logon import is_known
from emtui.tui.screens.page import Page
from emtui.tui.start import Start

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.local.profiles import Stated
    from emtui.monitor.alarm import Alarm
    from emtui.monitor.recording.replay import Replay
    from emtui.triage.attention import Finding
    from emtui.tui.screens.detail import DetailScreen
    from emtui.tui.screens.keeping_up import KeepingUp
    from emtui.tui.screens.lookup import LookupScreen

T = TypeVar("T")

NOTED_EVERY = 60.0
"""Seconds between two notes of when somebody last looked."""
SHOWN_BY_THEN = 0.1
"""Seconds after which the last look of a recording has been taken in."""
MOUSE_ON = "The mouse is on: to select text hold shift, or turn it off with :mouse."
MOUSE_OFF = "The mouse is off: the terminal selects text again."
_OF_SESSIONS = (Place.LOOKUP, Place.DETAIL, Place.DIFFERENCE)
"""Where there are commands for sessions, and a name of one can be opened."""
_OF_FIELDS = (Place.LOGIN, Place.TRUST, Place.PALETTE)
"""Where a colon is typed into a field."""
SHOWN_AT_LAST = 1.0
"""Seconds after which the first picture is no longer waited for: the terminal may take nothing."""
PRESS_AGAIN = 2.0
"""Within how many seconds a second ctrl+c leaves."""


class EmtuiApp(LoggingOn, inherit_bindings=False):
    """emtui on a terminal."""

    CSS_PATH = "emtui.tcss"
    TITLE = "emtui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "stop", "stop", show=False, priority=True),
        *bindings(Place.EVERYWHERE),
    ]

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._target = start.target
        self._wanted_view = start.view
        self._stop_pressed = -PRESS_AGAIN
        self.wraps = False
        """Whether long events are wrapped rather than cut."""
        self._finding: Finding | None = None
        self.past = PastLogs()
        self._noted: datetime | None = None
        self._last_timer = LastTimer()
        self.way_back = ""
        """The command that comes back to exactly the view that was left; nothing for a demo."""

    @property
    def speed(self) -> float:
        """How many seconds pass on the clock of what is shown in one of ours."""
        return self._start.replay.speed if self._start.replay else 1.0

    @property
    def paused(self) -> bool:
        """Whether nothing is asked by itself."""
        return self.lookup_screen is not None and self.lookup_screen.follow.paused

    @property
    def blind(self) -> bool:
        """Whether the list could not be had for so long that nothing is known of the server."""
        return self.lookup_screen is not None and self.lookup_screen.is_blind

    def identity(self) -> tuple[str, str, str, str]:
        """Mark, profile, server and user, for the first line; of a recording its file, and how it goes on."""
        if self._start.replay:
            return self.mark or "", "", self._start.replay.server, self._start.replay.told
        if self.client is None:
            return self.mark or "", f"emtui {__version__}", "", ""
        profile = self.connection.profile
        name = profile.name if profile else ""
        return self.mark or "", name, str(self.client.server), self.client.user

    def on_mount(self) -> None:
        """Log on first; a recording is shown at once."""
        self.set_timer(SHOWN_AT_LAST, self._first_is_shown)
        self.set_interval(garbage.EVERY, self._sweep)
        if self._start.recorder:
            self._start.recorder.tell = self._say
        if self._start.replay:
            self._play(self._start.replay)
            return
        if self._start.at_once and is_known(self.connection):
            self._list_first()
        else:
            self._ask_who(at_once=self._start.at_once)
        self.set_interval(NOTED_EVERY, self._note)

    def _sweep(self) -> None:
        if self.lookup_screen is None or self.lookup_screen.follow.idle > garbage.NOBODY:
            garbage.sweep()

    def _play(self, replay: Replay) -> None:
        from emtui.tui.screens.lookup import LookupScreen

        self.client = replay
        replay.on_end = lambda: self.set_timer(SHOWN_BY_THEN, partial(self._say, replay.ending))
        self.push_screen(LookupScreen(replay, replay.pace, replay, *self._view()))

    def _say(self, text: str) -> None:
        """In the footer of the screen that is shown; each first line may have changed by it, too."""
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.show_top()
        if isinstance(self.screen, Page):
            self.screen.say(text)

    # --- what is told by itself ----------------------------------------------------

    @cached_property
    def _alarm(self) -> Alarm:
        """What was rung for; nothing is before there is a list."""
        from emtui.monitor.alarm import Alarm

        return Alarm()

    def _tell(self, what: str) -> None:
        """Ring, and run the profile's command, once and seldom."""
        profile = self.connection.profile
        if not (profile and profile.silent):
            self.bell()
        if profile and profile.notify_command:
            self._notify(profile.notify_command, what)

    @work(group="notify", description="run the notify_command")
    async def _notify(self, command: tuple[str, ...], what: str) -> None:
        from emtui.local import notify

        problem = await notify.run(command, what)
        if problem:
            self.page.say(problem)

    def on_watching_moved(self, event: LookupScreen.Moved) -> None:
        """Runs are new or differ: new failures are told, wherever one is."""
        screen = self.lookup_screen
        failure = screen and self._alarm.failure(
            event.changes, screen.snapshot, partial(screen.spares, event.changes)
        )
        if failure:
            self._tell(f"{failure.type} failed on {self.identity()[2]}: {failure.message or 'no message'}")

    def on_watching_sighted(self) -> None:
        """The server is known better or worse: the terminal's title says so, if the profile wants that."""
        name = getattr(self._driver, "name", None)
        profile = self.connection.profile
        if name and profile and profile.title:
            name(f"emtui {profile.name}" + (": BLIND" if self.blind else ""))

    def on_watching_lost(self, event: LookupScreen.Lost) -> None:
        """Nothing is known of the server any more."""
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.show_top()
        if self._alarm.blind():
            self._tell(event.why)

    def on_watching_arrived(self) -> None:
        """A list has come: the session that was asked for at the start can be found in it."""
        self._warn()
        self._look_back()
        target, self._target = self._target, None
        if target:
            self.go_to(target, self._start.compare)

    @property
    def own_queries(self) -> Mapping[str, Stated]:
        """Queries of one's own, by their digits."""
        return self._start.queries

    @property
    def reads_configuration(self) -> bool:
        """Whether the person's configuration counts here: not in a demo, nor for a recording."""
        return not self._start.mark

    @work(group="look back", description="see when somebody last looked")
    async def _look_back(self) -> None:
        """Tell what ended since somebody last looked at this profile's list, unless that was just now."""
        from emtui.local.watermark import last_look
        from emtui.monitor.pace import AWAY

        name, screen = self.kept_under, self.lookup_screen
        since = await beside(partial(last_look, name)) if name else None
        if since and screen and timedelta(seconds=AWAY) <= self.now() - since:
            screen.was_left(since)

    @work(group="note", description="note the last look")
    async def _note(self) -> None:
        await beside(self.note_look)

    def note_look(self) -> None:
        """Write down when somebody last looked, if that has changed."""
        name, screen = self.kept_under, self.lookup_screen
        if name and screen and screen.last_key and screen.last_key != self._noted:
            from emtui.local.watermark import note_look

            self._noted = screen.last_key
            note_look(name, screen.last_key)

    # --- from screen to screen ----------------------------------------------------

    def on_keeping_up_learned(self, event: KeepingUp.Learned) -> None:
        """The list knows it too."""
        if self.lookup_screen:
            self.lookup_screen.learn({event.session.uid: event.session})

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

    def go_to(self, text: str, compare: str | None = None) -> None:
        """Open the session that this text names, beside another one if told; or say what is wrong."""
        from emtui import lookup

        screen = self.lookup_screen
        if screen is None:
            return
        try:
            session = screen.find(lookup.parse_target(text))
            named = compare and compare != lookup.LAST_GOOD
            other = screen.find(lookup.parse_target(compare)) if compare and named else None
        except (lookup.BadQuery, lookup.NoMatch, lookup.SeveralMatch) as error:
            self.page.say(str(error))
            return
        screen.sessions.select(session.uid)
        if compare:
            self.open_difference(session, other)
        else:
            self.open_session(session)

    def touched(self) -> None:
        """Somebody is there: what is new in the list has been seen."""
        if self.lookup_screen:
            self.lookup_screen.touched()

    # --- commands that work everywhere -----------------------------------------------

    def action_mouse(self) -> None:
        """Listen to the mouse, or leave it to the terminal."""
        turn = getattr(self._driver, "turn_mouse", None)
        if turn:
            self.page.say(MOUSE_ON if turn() else MOUSE_OFF)

    def action_help(self) -> None:
        """The keys of this screen."""
        from emtui.tui.manual import manual
        from emtui.tui.screens.text import TextPage

        place = self.page.PLACE
        if place is Place.PAGE:
            self.page.say("A page to read: Space and b turn it, q goes back.")
        else:
            own = {digit: str(stated.value) for digit, stated in self.own_queries.items()}
            self.push_screen(TextPage(f"Keys: {place.value}", manual(place, own)))

    def action_commands(self) -> None:
        """Commands by name, or an ID to go to; not over a note, which is about what the cursor stands on."""
        if self.page.query("#note"):
            self.page.say("A note is being typed: Enter keeps it, Esc drops it.")
        elif self.page.PLACE in _OF_SESSIONS:
            from emtui.tui.screens.palette import PaletteScreen

            self.push_screen(PaletteScreen(self.page.PLACE), self._obey)
        elif self.page.PLACE not in _OF_FIELDS:
            self.page.say("Commands are called from the list, a run, and a difference: q goes back.")

    async def _obey(self, text: str | None) -> None:
        if not text:
            return
        name = {"q": "leave", "q!": "leave"}.get(text, text)
        if name not in {command.name for command in COMMANDS}:
            self.go_to(text)
        elif hasattr(self.screen, f"action_{name}"):
            await self.screen.run_action(name)
        else:
            await self.run_action(name)

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside a field is never run as keys: an ID opens, anything else is offered as a query."""
        screen = self.lookup_screen
        text = " ".join(event.text.split())
        if screen is None or not text or self.page.PLACE not in _OF_SESSIONS:
            return
        from emtui import lookup

        try:
            lookup.parse_target(text)
        except lookup.BadQuery:
            if self.screen is screen:
                screen.offer(text)
        else:
            self.go_to(text)

    def on_knowing_judged(self) -> None:
        """Pages above the list that show what is thought of it show the latest."""
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.judged()
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
        finding = self._finding = screen.next_finding(self._finding)
        if finding is None:
            self.page.say("Nothing needs you.")
            return
        await screen.point_at(finding)
        run = screen.run_of(finding)
        if self.page.PLACE is Place.DIFFERENCE:
            await self.pop_screen()
        if self.page.PLACE is Place.DETAIL and run:
            from emtui.tui.screens.detail import DetailScreen

            await self.switch_screen(DetailScreen(screen.client, run))
        elif self.screen is not screen:
            await self.pop_screen()

    def action_pause(self) -> None:
        """Ask for nothing until the next p or r; or go on."""
        if not self.lookup_screen:
            self.page.say("Nothing is asked for yet.")
            return
        follow = self.lookup_screen.follow
        follow.paused = not follow.paused
        self.page.say("Paused: r asks once, p goes on." if follow.paused else "Going on.")
        self.page.show_top()
        self.lookup_screen.show_top()

    def action_health(self) -> None:
        """How well the server is known, and what knowing it costs."""
        if not self.lookup_screen:
            self.page.say("Nothing is known yet: log on first.")
            return
        from emtui.tui.columns import Clock
        from emtui.tui.health import health
        from emtui.tui.screens.text import TextPage

        clock = Clock(self.now(), self.zone)
        screen, client = self.lookup_screen, self.client
        text = health(screen.follow, client, clock, self._second_try_at)
        self.push_screen(TextPage(f"Health of {self.identity()[2]}", text))

    def action_leave(self) -> None:
        """Leave emtui."""
        self.end(0)

    def end(self, code: int) -> None:
        """Leave, in good order if that is quick enough."""
        self.way_back = self._way_back()
        self._arm(code)
        self.exit(code)

    def end_soon(self, code: int) -> None:
        """The same, from another thread."""
        self._arm(code)
        self._tell_loop(partial(self.exit, code))

    def _arm(self, code: int) -> None:
        """The process ends soon, if there is a terminal that could hold it."""
        let_go = getattr(self._driver, "let_go", None)
        if let_go:
            self._last_timer.arm(code, let_go)

    async def action_stop(self) -> None:
        """Out of the line one types in, else stop what is running; the second press leaves."""
        if self.page.PLACE is Place.LOGIN:
            self.action_leave()
        elif await self.page.restore():
            return
        elif monotonic() - self._stop_pressed < PRESS_AGAIN:
            self.action_leave()
        else:
            self._stop_pressed = monotonic()
            if not self.page.action_stop():
                self.page.say("Nothing is running. ctrl+c again, or Q, leaves emtui.")

    def action_suspend(self) -> None:
        """To the shell; fg comes back to the same view."""
        self.action_suspend_process()
        self._frames.forget()
