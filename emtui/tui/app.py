"""The application: builds services and screens, and has the commands that work everywhere."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import tzinfo
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input
from textual.worker import Worker

from emtui.local.remembered_logon import can_log_on
from emtui.local.timezones import SystemZone
from emtui.tui.commands import OF_FIELDS, OF_SESSIONS, Place, action_of, bindings, method_of, of
from emtui.tui.context import AppContext
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.screen_factory import Screens
from emtui.tui.screens.base import BaseScreen
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.exporter import Exporter
from emtui.tui.services.list_service import ListService
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator
from emtui.tui.services.viewed import SAVE_EVERY_S
from emtui.tui.terminal import gc_tuning
from emtui.tui.terminal.app_base import TerminalApp

if TYPE_CHECKING:
    from emtui.monitor.list_feed import ListState
    from emtui.monitor.recording.replay_source import Replay

SHOWN_BY_THEN = 0.1
"""Seconds after which the last list of a recording has been shown."""
MOUSE_ON = "The mouse is on: to select text hold shift, or turn it off with :mouse."
MOUSE_OFF = "The mouse is off: the terminal selects text again."
SHOWN_AT_LAST = 1.0
"""Seconds after which the first picture is no longer waited for: the terminal may take nothing."""
PRESS_AGAIN = 2.0
"""Within how many seconds a second ctrl+c quits."""


class EmtuiApp(TerminalApp, inherit_bindings=False):
    """emtui on a terminal."""

    CSS_PATH = "emtui.tcss"
    TITLE = "emtui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "stop", "stop", show=False, priority=True),
        *bindings(Place.EVERYWHERE),
    ]

    zone: var[tzinfo] = var[tzinfo](SystemZone())
    list_state: var[ListState | None] = var(None)
    """What is known of the list now; every screen watches it."""

    def __init__(self, options: LaunchOptions) -> None:
        super().__init__(options.terminal)
        self.clock = DisplayClock(
            options.now, options.zone, options.connection.servers_zone, self._show_times_in
        )
        self.set_reactive(EmtuiApp.zone, self.clock.zone)
        self.navigator = Navigator(self, options)
        self.logon = LogonService(
            self, options, self.clock, self.navigator, lambda: self.lists, self.first_paint
        )
        self.clock.skew = lambda: self.logon.skew
        self.exporter = Exporter(self, options, self.logon)
        self.ctx = AppContext(
            options, self, self.clock, self.logon, self.navigator, self.exporter, lambda: self.lists.feed
        )
        screens = Screens(self.ctx)
        self.navigator.use(screens)
        self.lists = ListService(
            self, self.clock, self.logon, self.navigator, screens.list_feed, self._publish
        )
        self.open_command = ""
        """The command that comes back to exactly the view that was left; nothing for a demo."""
        self._stop_pressed = -PRESS_AGAIN

    def on_mount(self) -> None:
        """Log on first; a recording is shown at once."""
        self.set_timer(SHOWN_AT_LAST, self.mark_first_paint)
        self.set_interval(gc_tuning.COLLECT_INTERVAL_S, self._collect_garbage)
        options = self.ctx.options
        if options.recorder:
            options.recorder.tell = self._say_with_header
        if options.replay:
            self._play(options.replay)
            return
        if options.at_once and can_log_on(self.logon.connection):
            self.logon.show_list_first()
        else:
            self.navigator.show_login(at_once=options.at_once)
        self.set_interval(SAVE_EVERY_S, self.lists.viewed.save_in_background)

    def _collect_garbage(self) -> None:
        if self.lists.feed is None or self.lists.feed.idle_time > gc_tuning.IDLE_S:
            gc_tuning.collect_all()

    def _play(self, replay: Replay) -> None:
        self.logon.client = replay
        replay.on_end = lambda: self.set_timer(SHOWN_BY_THEN, partial(self._say_with_header, replay.ending))
        self.lists.show_list(replay)

    # --- what services need ---------------------------------------------------------

    @property
    def page(self) -> BaseScreen:
        """The screen that is shown; all are ours."""
        return cast("BaseScreen", self.screen)

    def start_worker(
        self, work: Coroutine[object, object, None], group: str, description: str, *, exclusive: bool = False
    ) -> Worker[None]:
        """Run it beside everything else; `exclusive` ends what of the same group still runs."""
        return self.run_worker(work, group=group, description=description, exclusive=exclusive)

    def is_working(self, group: str) -> bool:
        """Whether a worker of this group still runs."""
        return any(worker.group == group and not worker.is_finished for worker in self.workers)

    def say(self, text: str) -> None:
        """Show one sentence in the footer of the screen that is shown, until the next key."""
        self.page.say(text)

    def say_too(self, text: str) -> None:
        """Show one sentence more, after what is shown already."""
        self.page.say_too(text)

    def _say_with_header(self, text: str) -> None:
        """The same, where the first lines may have changed by it, too."""
        for view in self.navigator.views:
            view.show_top()
        if self.navigator.views:
            self.say(text)

    def _show_times_in(self, zone: tzinfo) -> None:
        self.zone = zone
        if self.lists.feed:
            self.lists.feed.set_zone(zone, self.clock.servers_zone)

    def _publish(self, state: ListState | None) -> None:
        self.list_state = state

    def record_activity(self) -> None:
        """Somebody is at the keys."""
        if self.lists.feed:
            self.lists.feed.on_user_activity()

    def copy_to_clipboard(self, text: str) -> None:
        """What is cut out of a field; the framework would tell the terminal itself, passwords included."""
        hidden = isinstance(self.focused, Input) and self.focused.password
        if text and not hidden:
            self.keep_for_paste(text)
            self.exporter.copy(text)

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside a field."""
        self.navigator.paste(event.text)

    # --- commands that work everywhere -----------------------------------------------

    def action_mouse(self) -> None:
        """Listen to the mouse, or leave it to the terminal."""
        is_on = self.toggle_mouse()
        if is_on is not None:
            self.say(MOUSE_ON if is_on else MOUSE_OFF)

    def action_help(self) -> None:
        """The keys of this screen."""
        if self.page.PLACE is Place.PAGE:
            self.say("A page to read: Space and b turn it, q goes back.")
        else:
            self.navigator.open_keys()

    def action_commands(self) -> None:
        """Commands by name, or an ID to go to; not over a note, which is about what the cursor stands on."""
        if self.page.query("#note"):
            self.say("A note is being typed: Enter keeps it, Esc drops it.")
        elif self.page.PLACE in OF_SESSIONS:
            self.navigator.open_palette(self._obey)
        elif self.page.PLACE not in OF_FIELDS:
            self.say("Commands are called from the list, a run, and a difference: q goes back.")

    async def _obey(self, text: str | None) -> None:
        if not text:
            return
        name, place = {"q": "leave", "q!": "leave"}.get(text, text), self.page.PLACE
        named = [command for command in of(place, Place.VIEW, Place.EVERYWHERE) if command.name == name]
        if not named:
            self.navigator.go_to(text)
        elif hasattr(self.screen, method_of(named[0])):
            await self.screen.run_action(action_of(named[0]))
        else:
            await self.run_action(action_of(named[0]))

    def action_clock(self) -> None:
        """The next zone: local, UTC, the server's if it is known."""
        self.say(self.clock.next_zone())

    def action_log_on(self) -> None:
        """Log on again, or elsewhere."""
        if self.ctx.options.replay:
            self.say("This is a recording: there is nobody to log on to.")
        elif self.page.PLACE is not Place.LOGIN:
            self.navigator.show_login()

    async def action_attention(self) -> None:
        """To the next finding: its row in the list, or its run where one is open."""
        await self.navigator.open_next_finding()

    # --- the end --------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave emtui."""
        self.end(0)

    def end(self, code: int) -> None:
        """Leave, in good order if that is quick enough."""
        self.open_command = self.exporter.open_command(self.navigator.location)
        self.arm_watchdog(code)
        self.exit(code)

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
                self.say("Nothing is running. ctrl+c again, or Q, leaves emtui.")
