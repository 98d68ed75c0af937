"""The application: builds services and screens, and has the commands that work everywhere."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import aclosing
from datetime import datetime, tzinfo
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, work
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input
from textual.worker import Worker

from emtui.local.remembered_logon import can_log_on
from emtui.local.zone import SystemZone
from emtui.tui.commands import Place, action_of, bindings, method_of, of
from emtui.tui.context import AppContext
from emtui.tui.options import LaunchOptions
from emtui.tui.screen_factory import Screens
from emtui.tui.screens.base import BaseScreen
from emtui.tui.services.alerts import AlertNotifier
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.exporter import Exporter
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import OF_SESSIONS, Navigator
from emtui.tui.services.viewed import SAVE_EVERY_S, LastViewed
from emtui.tui.terminal import gc_tuning
from emtui.tui.terminal.app_base import TerminalApp

if TYPE_CHECKING:
    from emtui.em.source import Source
    from emtui.local.remembered_logon import InteractionNeededError
    from emtui.monitor.list_feed import ListFeed, ListState
    from emtui.monitor.recording.replay import Replay

SHOWN_BY_THEN = 0.1
"""Seconds after which the last list of a recording has been shown."""
MOUSE_ON = "The mouse is on: to select text hold shift, or turn it off with :mouse."
MOUSE_OFF = "The mouse is off: the terminal selects text again."
_OF_FIELDS = (Place.LOGIN, Place.TRUST, Place.PALETTE)
"""Where a colon is typed into a field."""
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
        self.logon = LogonService(self, options, self.clock, self, self.first_paint)
        self.clock.skew = lambda: self.logon.skew
        self.exporter = Exporter(self, options, self.logon)
        self.ctx = AppContext(
            options, self, self.clock, self.logon, self.navigator, self.exporter, lambda: self.list_feed
        )
        self.screens = Screens(self.ctx)
        self.navigator.use(self.screens)
        self.list_feed: ListFeed | None = None
        self.viewed = LastViewed(self, options.now, lambda: self.logon.profile_name, self._viewed_at)
        self.alerts = AlertNotifier(self, self.clock, lambda: self.logon.connection.profile)
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
            self.show_login(at_once=options.at_once)
        self.set_interval(SAVE_EVERY_S, self.viewed.save_in_background)

    def _collect_garbage(self) -> None:
        if self.list_feed is None or self.list_feed.idle_time > gc_tuning.IDLE_S:
            gc_tuning.collect_all()

    def _play(self, replay: Replay) -> None:
        self.logon.client = replay
        replay.on_end = lambda: self.set_timer(SHOWN_BY_THEN, partial(self._say_with_header, replay.ending))
        self.show_list(replay)

    # --- what services need ---------------------------------------------------------

    @property
    def page(self) -> BaseScreen:
        """The screen that is shown; all are ours."""
        return cast("BaseScreen", self.screen)

    @property
    def pages(self) -> list[BaseScreen]:
        """All screens of ours, the one that is shown last."""
        return [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]

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
        self._show_headers()
        if self.navigator.views:
            self.say(text)

    def _show_headers(self) -> None:
        for view in self.navigator.views:
            view.show_top()

    def _show_times_in(self, zone: tzinfo) -> None:
        self.zone = zone
        if self.list_feed:
            self.list_feed.set_zone(zone, self.clock.servers_zone)

    def copy_to_clipboard(self, text: str) -> None:
        """What is cut out of a field; the framework would tell the terminal itself, passwords included."""
        hidden = isinstance(self.focused, Input) and self.focused.password
        if text and not hidden:
            self.keep_for_paste(text)
            self.exporter.copy(text)

    # --- the list -------------------------------------------------------------------

    def show_list(self, source: Source) -> None:
        """A list of what this source has."""
        self.list_feed = self.screens.list_feed(source, self.list_feed)
        self._follow_list(self.list_feed)
        self.navigator.show_list(self.list_feed)

    @work(exclusive=True, group="list feed", description="follow the list")
    async def _follow_list(self, feed: ListFeed) -> None:
        async with aclosing(feed.states()) as states:
            async for state in states:
                self._on_list_state(state)

    def _on_list_state(self, state: ListState) -> None:
        """Hand it to the screens, and do what is due by itself."""
        before, self.list_state = self.list_state, state
        self.alerts.notify(state.alerts)
        for notice in state.notices:
            self.say(notice)
        if state.snapshot and (before is None or before.snapshot is None):
            self._on_first_list()
        if before and state.refusals > before.refusals:
            self.logon.plan_second_try()
        if before is None or state.is_lost is not before.is_lost:
            self._show_title(is_lost=state.is_lost)
        if state.assessment and self.list_feed:
            self.navigator.open_first_view()

    def _on_first_list(self) -> None:
        """What was waiting for the first list can be said, and opened."""
        self.logon.show_warnings()
        if self.list_feed:
            self.viewed.show_absence(self.list_feed.show_absence_since)
        self.navigator.open_target()

    def _show_title(self, *, is_lost: bool) -> None:
        profile = self.logon.connection.profile
        if profile and profile.title:
            self.set_terminal_title(f"emtui {profile.name}" + (": BLIND" if is_lost else ""))

    def record_activity(self) -> None:
        """Somebody is at the keys."""
        if self.list_feed:
            self.list_feed.on_user_activity()

    def _viewed_at(self) -> datetime | None:
        return self.list_feed.last_activity if self.list_feed else None

    # --- the logon ------------------------------------------------------------------

    def show_login(self, *, at_once: bool = False, failed: InteractionNeededError | None = None) -> None:
        """The login; `at_once` it goes on with what is known, or with what `failed`."""
        self.navigator.show_login(at_once=at_once, failed=failed)

    def use_source(self, source: Source, *, poll: bool) -> None:
        """The list that is there is requested from this source from now on; with `poll` at once."""
        if self.list_feed and poll:
            self.list_feed.use(source)
        elif self.list_feed:
            self.list_feed.source = source

    async def close_all(self) -> None:
        """Take away every screen, and the list with them."""
        self.workers.cancel_group(self, "list feed")
        self.list_feed = self.list_state = None
        await self.navigator.close_all()

    async def close_above_list(self) -> None:
        """Take away every screen above the list."""
        await self.navigator.close_above_list()

    def show_header(self) -> None:
        """Draw the first line of the screen that is shown."""
        self.navigator.show_header()

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
        from emtui.tui.formatting.key_help import manual

        place = self.page.PLACE
        if place is Place.PAGE:
            self.say("A page to read: Space and b turn it, q goes back.")
        else:
            own = {digit: str(stated.value) for digit, stated in self.ctx.options.queries.items()}
            self.navigator.open_text(f"Keys: {place.value}", manual(place, own))

    def action_commands(self) -> None:
        """Commands by name, or an ID to go to; not over a note, which is about what the cursor stands on."""
        if self.page.query("#note"):
            self.say("A note is being typed: Enter keeps it, Esc drops it.")
        elif self.page.PLACE in OF_SESSIONS:
            self.navigator.push(self.navigator.make.palette(self.page.PLACE), self._obey)
        elif self.page.PLACE not in _OF_FIELDS:
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

    def action_pause(self) -> None:
        """Request nothing until the next p or r; or go on."""
        feed = self.list_feed
        if feed is None:
            self.say("Nothing is asked for yet.")
            return
        feed.set_paused(not feed.state.is_paused)
        self.say("Paused: r asks once, p goes on." if feed.state.is_paused else "Going on.")

    def action_health(self) -> None:
        """How well the server is known, and what requests cost it."""
        if self.list_feed is None:
            self.say("Nothing is known yet: log on first.")
            return
        from emtui.tui.formatting.health_text import health
        from emtui.tui.formatting.session_columns import Clock

        clock = Clock(self.clock.now(), self.zone)
        text = health(self.list_feed.state, self.logon.client, clock, self.logon.second_try_at)
        self.navigator.open_text(f"Health of {self.logon.server_name}", text)

    def action_clock(self) -> None:
        """The next zone: local, UTC, the server's if it is known."""
        self.say(self.clock.next_zone())

    def action_log_on(self) -> None:
        """Log on again, or elsewhere."""
        if self.ctx.options.replay:
            self.say("This is a recording: there is nobody to log on to.")
        elif self.page.PLACE is not Place.LOGIN:
            self.show_login()

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
