"""The application: what it starts with, and the commands that work everywhere.

Which run is opened is `opening`'s, what is told by itself `ringing`'s, the logon `logging_on`'s, and how it
ends `leaving`'s. Screens ask the client and show what comes; wishes come up as messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from emtui import __version__
from emtui.local import process
from emtui.monitor.history_cache import HistoryCache
from emtui.tui import garbage
from emtui.tui.commands import COMMANDS, Place, bindings
from emtui.tui.leaving import Leaving
from emtui.tui.logon import is_known
from emtui.tui.looking_back import NOTED_EVERY, LookingBack
from emtui.tui.opening import OF_SESSIONS, Opening
from emtui.tui.ringing import Ringing
from emtui.tui.screens.page import Page
from emtui.tui.start import Start

if TYPE_CHECKING:
    from emtui.local.profiles import Stated
    from emtui.monitor.recording.replay import Replay

SHOWN_BY_THEN = 0.1
"""Seconds after which the last look of a recording has been taken in."""
MOUSE_ON = "The mouse is on: to select text hold shift, or turn it off with :mouse."
MOUSE_OFF = "The mouse is off: the terminal selects text again."
_OF_FIELDS = (Place.LOGIN, Place.TRUST, Place.PALETTE)
"""Where a colon is typed into a field."""
SHOWN_AT_LAST = 1.0
"""Seconds after which the first picture is no longer waited for: the terminal may take nothing."""


class EmtuiApp(Opening, Ringing, LookingBack, Leaving, inherit_bindings=False):
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
        self.wraps = False
        """Whether long events are wrapped rather than cut."""
        self.past = HistoryCache()

    @property
    def speed(self) -> float:
        """How many seconds pass on the clock of what is shown in one of ours."""
        return self._start.replay.speed if self._start.replay else 1.0

    @property
    def paused(self) -> bool:
        """Whether nothing is asked by itself."""
        return self.lookup_screen is not None and self.lookup_screen.follow.paused

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
        if self.lookup_screen is None or self.lookup_screen.follow.idle_time > garbage.NOBODY:
            garbage.sweep()

    def _play(self, replay: Replay) -> None:
        from emtui.tui.screens.lookup import LookupScreen

        self.client = replay
        replay.on_end = lambda: self.set_timer(SHOWN_BY_THEN, partial(self._say, replay.ending))
        self.push_screen(LookupScreen(replay, replay.pace, replay, *self._view()))

    def _say(self, text: str) -> None:
        """In the footer of the screen that is shown; each first line may have changed by it, too."""
        for page in self.pages:
            page.show_top()
        if isinstance(self.screen, Page):
            self.screen.say(text)

    def on_following_arrived(self) -> None:
        """The first list has come: now what was waiting for it can be said, and opened."""
        self._warn()
        self._look_back()
        self._open_target()

    def touched(self) -> None:
        """Somebody is there: what is new in the list has been seen."""
        if self.lookup_screen:
            self.lookup_screen.touched()

    @property
    def own_queries(self) -> Mapping[str, Stated]:
        """Queries of one's own, by their digits."""
        return self._start.queries

    @property
    def reads_configuration(self) -> bool:
        """Whether the person's configuration counts here: not in a demo, nor for a recording."""
        return not self._start.mark

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
        elif self.page.PLACE in OF_SESSIONS:
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
        self.push_screen(TextPage(f"Health of {self.server_name}", text))

    def action_suspend(self) -> None:
        """To the shell; fg comes back to the same view."""
        if not process.under_job_control():
            self.say_not_stopped()
            return
        self.action_suspend_process()
        self._frames.forget()
