"""The application: builds services and screens, and has the commands that work everywhere."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, tzinfo
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker

from emtui.local.remembered_logon import can_log_on
from emtui.local.zone import SystemZone
from emtui.tui.commands import COMMANDS, Place, bindings
from emtui.tui.context import AppContext, ListStatus
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
    from emtui.em.model import Session
    from emtui.monitor.alert_policy import AlertPolicy
    from emtui.monitor.recording.replay import Replay
    from emtui.tui.screens.following import Following
    from emtui.tui.screens.login.screen import LoginScreen
    from emtui.tui.screens.session_detail.screen import SessionDetailScreen

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

    def __init__(self, options: LaunchOptions) -> None:
        super().__init__(options.terminal)
        self.clock = DisplayClock(
            options.now, options.zone, options.connection.servers_zone, self._show_times_in
        )
        self.set_reactive(EmtuiApp.zone, self.clock.zone)
        self.navigator = Navigator(self, options)
        self.logon = LogonService(self, options, self.clock, self.navigator, self.first_paint)
        self.clock.skew = lambda: self.logon.skew
        self.exporter = Exporter(self, options, self.logon)
        self.ctx = AppContext(
            options, self, self.clock, self.logon, self.navigator, self.exporter, self._list_status
        )
        self.navigator.use(Screens(self.ctx))
        self.viewed = LastViewed(self, options.now, lambda: self.logon.profile_name, self._viewed_at)
        self.alerts = AlertNotifier(self, self.clock, lambda: self.logon.connection.profile)
        self.open_command = ""
        """The command that comes back to exactly the view that was left; nothing for a demo."""
        self._stop_pressed = -PRESS_AGAIN
        self._ring_later: Timer | None = None

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
        self.set_interval(SAVE_EVERY_S, self.viewed.save_in_background)

    def _collect_garbage(self) -> None:
        screen = self.navigator.list_screen
        if screen is None or screen.follow.idle_time > gc_tuning.IDLE_S:
            gc_tuning.collect_all()

    def _play(self, replay: Replay) -> None:
        self.logon.client = replay
        replay.on_end = lambda: self.set_timer(SHOWN_BY_THEN, partial(self._say_with_header, replay.ending))
        self.navigator.show_list(replay)

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

    def copy_to_clipboard(self, text: str) -> None:
        """What is cut out of a field; the framework would tell the terminal itself, passwords included."""
        hidden = isinstance(self.focused, Input) and self.focused.password
        if text and not hidden:
            self.keep_for_paste(text)
            self.exporter.copy(text)

    # --- the list -------------------------------------------------------------------

    def _list_status(self) -> ListStatus:
        screen = self.navigator.list_screen
        if screen is None:
            return ListStatus()
        return ListStatus(
            paused=screen.follow.paused,
            stale=screen.is_stale,
            blind=screen.is_blind,
            is_read=screen.snapshot is not None,
        )

    def on_following_arrived(self) -> None:
        """The first list has come: now what was waiting for it can be said, and opened."""
        self.logon.show_warnings()
        self.viewed.show_absence(self._show_absence_since)
        self.navigator.open_target()

    def _show_absence_since(self, since: datetime) -> None:
        if screen := self.navigator.list_screen:
            screen.was_left(since)

    def record_activity(self) -> None:
        """Somebody is there: what is new in the list has been seen."""
        if screen := self.navigator.list_screen:
            screen.touched()

    def _viewed_at(self) -> datetime | None:
        return self.navigator.list_screen.last_key if self.navigator.list_screen else None

    def on_following_resumed(self) -> None:
        """After sleep whatever runs is asked for at once, not only the list."""
        for page in self.pages:
            page.resumed()

    def on_session_detail_screen_learned(self, event: SessionDetailScreen.Learned) -> None:
        """The list knows it too."""
        if screen := self.navigator.list_screen:
            screen.learn({event.session.uid: event.session})

    def on_following_refused(self) -> None:
        """The directory behind the server may not be back yet."""
        self.logon.plan_second_try()

    def on_judging_judged(self) -> None:
        """Screens above the list that show what is thought of it show the latest."""
        for page in self.pages:
            page.judged()
        screen = self.navigator.list_screen
        is_free = self.navigator.is_shown(screen) and self.focused is screen.sessions
        self.navigator.open_first_view(is_list_free=is_free)

    async def on_login_screen_logged_on(self, event: LoginScreen.LoggedOn) -> None:
        """Show the list."""
        await self.logon.log_on_as(event.client, event.connection, event.remember, event.news)

    async def on_session_detail_screen_elsewhere(self, event: SessionDetailScreen.Elsewhere) -> None:
        """Another session in place of this one."""
        await self.navigator.open_instead(event.session, event.way)

    def on_paste(self, event: events.Paste) -> None:
        """A paste outside a field."""
        self.navigator.paste(event.text)

    # --- alerts ---------------------------------------------------------------------

    @cached_property
    def _alarm(self) -> AlertPolicy:
        """What is to be told, by a clock that goes on while this computer sleeps."""
        from emtui.monitor.alert_policy import AlertPolicy

        return AlertPolicy(self._elapsed)

    def _elapsed(self) -> float:
        return self.navigator.list_screen.follow.elapsed if self.navigator.list_screen else 0.0

    def _ring(self, known: Callable[[Session], bool] = lambda _: False) -> None:
        """Tell what is due now; what is gathered is told as soon as it is due."""
        self.alerts.notify(self._alarm.due(known))
        if self._ring_later:
            self._ring_later.stop()
        waits = self._alarm.has_pending
        self._ring_later = self.set_timer(self._alarm.seconds_left, self._ring_what_is_due) if waits else None

    def _ring_what_is_due(self) -> None:
        """The same once its time has come; what somebody has acknowledged meanwhile needs no telling."""
        if self._alarm.has_pending:
            screen = self.navigator.list_screen
            known = screen.acknowledged if screen else None
            self._ring(lambda run: known is not None and known.of(run) is not None)

    def on_following_moved(self, event: Following.Moved) -> None:
        """Runs are new or differ: new failures are told, wherever one is."""
        from emtui.monitor.alert_policy import new_failures

        screen = self.navigator.list_screen
        if screen:
            changes, assessment = event.changes, screen.assessment
            suppressed = assessment.suppresses_alert if assessment else lambda _run, _changes: False
            failures = new_failures(changes, screen.snapshot, lambda run: suppressed(run, changes))
            self._alarm.on_failures(failures, self.clock.now(), self.logon.server_name)
            self._ring()

    def on_following_looked(self) -> None:
        """A request has been made, or was overdue: what was gathered may be due."""
        self._ring_what_is_due()

    def on_following_sighted(self) -> None:
        """The list is worth more or less than before: each first line says so, and the title, if wanted."""
        self._show_headers()
        if not self._list_status().blind:
            self._alarm.on_recovered(self.clock.now())
            self._ring_what_is_due()
        profile = self.logon.connection.profile
        if profile and profile.title:
            self.set_terminal_title(
                f"emtui {profile.name}" + (": BLIND" if self._list_status().blind else "")
            )

    def on_following_lost(self, event: Following.Lost) -> None:
        """A request has failed, and the server cannot be reached any more."""
        if self.navigator.list_screen:
            self._alarm.on_lost(
                event.at or self.clock.now(), self.logon.server_name, event.why, stopped=event.stopped
            )
            self._ring()

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
        name = {"q": "leave", "q!": "leave"}.get(text, text)
        if name not in {command.name for command in COMMANDS}:
            self.navigator.go_to(text)
        elif hasattr(self.screen, f"action_{name}"):
            await self.screen.run_action(name)
        else:
            await self.run_action(name)

    def action_pause(self) -> None:
        """Ask for nothing until the next p or r; or go on."""
        if not self.navigator.list_screen:
            self.say("Nothing is asked for yet.")
            return
        follow = self.navigator.list_screen.follow
        follow.paused = not follow.paused
        self.say("Paused: r asks once, p goes on." if follow.paused else "Going on.")
        for page in self.pages:
            page.set_paused(follow.paused)

    def action_health(self) -> None:
        """How well the server is known, and what knowing it costs."""
        if not self.navigator.list_screen:
            self.say("Nothing is known yet: log on first.")
            return
        from emtui.tui.formatting.health_text import health
        from emtui.tui.formatting.session_columns import Clock

        clock = Clock(self.clock.now(), self.zone)
        screen, client = self.navigator.list_screen, self.logon.client
        text = health(screen.follow, client, clock, self.logon.second_try_at)
        self.navigator.open_text(f"Health of {self.logon.server_name}", text)

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
