"""The application: builds services and screens, and runs the commands that work everywhere."""

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

from emtui.display_text.display_clock import DisplayClock
from emtui.keys.keymap import action_for, method_name_for
from emtui.keys.tui_commands import FORM_SCOPES, OTHER_NAMES, PALETTE_SCOPES, CommandScope
from emtui.local.remembered_logon import can_log_on
from emtui.local.terminal import THEME_NAMES
from emtui.local.timezones import SystemZone
from emtui.tui.context import AppContext
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.screen_factory import EmtuiScreenFactory
from emtui.tui.screens.base import BaseScreen
from emtui.tui.services.exporter import Exporter
from emtui.tui.services.last_viewed_tracker import SAVE_EVERY_S
from emtui.tui.services.list_service import ListService
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator
from emtui.tui.terminal import gc_tuning
from emtui.tui.terminal.app_base import TerminalApp
from emtui.tui.terminal.bindings import bindings_for, use_keymap

if TYPE_CHECKING:
    from emtui.monitor.list_feed import ListState
    from emtui.monitor.recording.replay_source import ReplaySource

REPLAY_END_DELAY_S = 0.1
"""Seconds to show the last list of a recording before its end is reported."""
MOUSE_ON = "Mouse on. Hold Shift to select text; :mouse turns it off."
MOUSE_OFF = "Mouse off. The terminal selects text again."
FIRST_PAINT_TIMEOUT_S = 1.0
"""Seconds to wait for the first frame: the terminal may accept no output."""
QUIT_CONFIRM_S = 2.0
"""Seconds within which a second ctrl+c quits."""


class EmtuiApp(TerminalApp, inherit_bindings=False):
    """emtui on a terminal."""

    CSS_PATH = "emtui.tcss"
    TITLE = "emtui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "stop", "stop", show=False, priority=True),
        *bindings_for(CommandScope.EVERYWHERE),
    ]

    zone: var[tzinfo] = var[tzinfo](SystemZone())
    list_state: var[ListState | None] = var(None)
    """The current state of the session list; all screens watch it."""

    def __init__(self, options: LaunchOptions) -> None:
        super().__init__(options.terminal)
        self.keymap = options.keymap
        use_keymap(self, options.keymap, CommandScope.EVERYWHERE)
        self.clock = DisplayClock(
            options.now, options.zone, options.connection.server_time_zone, self._on_zone_changed
        )
        self.set_reactive(EmtuiApp.zone, self.clock.zone)
        self.navigator = Navigator(self, options, lambda: self.list_service.shown_state)
        self.logon_service = LogonService(
            self, options, self.clock, self.navigator, lambda: self.list_service, self.first_paint
        )
        self.clock.skew = lambda: self.logon_service.skew
        self.exporter = Exporter(self, options, self.logon_service)
        self.ctx = AppContext(
            options,
            self,
            self.clock,
            self.logon_service,
            self.navigator,
            self.exporter,
            lambda: self.list_service.feed,
            lambda: self.list_service.shown_state,
            lambda: self.list_service.past_view,
        )
        screens = EmtuiScreenFactory(self.ctx)
        self.navigator.use_factory(screens)
        self.list_service = ListService(
            self, self.clock, self.logon_service, self.navigator, screens.list_feed, self._set_list_state
        )
        self.open_command = ""
        """The command that reopens the last view; empty in a demo or replay."""
        self._stop_pressed_at = -QUIT_CONFIRM_S

    def on_mount(self) -> None:
        """Show the login, or the list if no input is needed; start a replay at once."""
        self.set_timer(FIRST_PAINT_TIMEOUT_S, self.mark_first_paint)
        self.set_interval(gc_tuning.COLLECT_INTERVAL_S, self._collect_garbage)
        options = self.ctx.options
        if options.recorder:
            options.recorder.on_problem = self._say_and_refresh_headers
        if options.replay:
            self._start_replay(options.replay)
            return
        if options.log_on_at_once and can_log_on(self.logon_service.connection):
            self.logon_service.show_list_first()
        else:
            self.navigator.show_login(immediately=options.log_on_at_once)
        self.set_interval(SAVE_EVERY_S, self.list_service.last_viewed.save_in_background)

    def _collect_garbage(self) -> None:
        if self.list_service.feed is None or self.list_service.feed.idle_time > gc_tuning.IDLE_S:
            gc_tuning.collect_all()

    def _start_replay(self, replay: ReplaySource) -> None:
        self.logon_service.client = replay
        replay.on_end = lambda: self.set_timer(
            REPLAY_END_DELAY_S, partial(self._say_and_refresh_headers, replay.end_message)
        )
        self.list_service.show_list(replay)

    # --- what services need ---------------------------------------------------------

    @property
    def current_screen(self) -> BaseScreen:
        """The screen on top; all screens are subclasses of `BaseScreen`."""
        return cast("BaseScreen", self.screen)

    def start_worker(
        self,
        coroutine: Coroutine[object, object, None],
        group: str,
        description: str,
        *,
        exclusive: bool = False,
    ) -> Worker[None]:
        """Run a coroutine in the background; `exclusive` cancels workers of the same group."""
        return self.run_worker(coroutine, group=group, description=description, exclusive=exclusive)

    def is_worker_running(self, group: str) -> bool:
        """Whether a worker of this group is running."""
        return any(worker.group == group and not worker.is_finished for worker in self.workers)

    def say(self, text: str) -> None:
        """Show a message in the footer of the current screen until the next key."""
        self.current_screen.say(text)

    def say_too(self, text: str) -> None:
        """Show another message after the current one."""
        self.current_screen.say_too(text)

    def _say_and_refresh_headers(self, text: str) -> None:
        """Show a message, and redraw all headers."""
        for view in self.navigator.views:
            view.show_header()
        if self.navigator.views:
            self.say(text)

    def _on_zone_changed(self, zone: tzinfo) -> None:
        self.zone = zone
        if self.list_service.feed:
            self.list_service.feed.set_zone(zone, self.clock.server_zone)

    def _set_list_state(self, state: ListState | None) -> None:
        self.list_state = state

    def record_activity(self) -> None:
        """Record user activity: an idle user is polled for less often."""
        if self.list_service.feed:
            self.list_service.feed.on_user_activity()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text cut from a field; Textual would send it to the terminal, passwords included."""
        is_secret = isinstance(self.focused, Input) and self.focused.password
        if text and not is_secret:
            self.keep_for_paste(text)
            self.exporter.copy(text)

    def on_paste(self, event: events.Paste) -> None:
        """Handle a paste outside a text field."""
        self.navigator.handle_paste(event.text)

    # --- commands that work everywhere -----------------------------------------------

    def action_mouse(self) -> None:
        """Turn mouse support on or off."""
        is_on = self.toggle_mouse()
        if is_on is not None:
            self.say(MOUSE_ON if is_on else MOUSE_OFF)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        if self.current_screen.SCOPE is CommandScope.TEXT_VIEWER:
            keymap, scope = self.keymap, CommandScope.TEXT_VIEWER
            down, up = keymap.label("page_down", scope), keymap.label("page_up", scope)
            self.say(f"{down}/{up}: page down/up, {keymap.hint('close', 'back')}.")
        else:
            self.navigator.open_key_help()

    def action_commands(self) -> None:
        """Open the command palette; not while a note is typed, which belongs to the selected row."""
        if self.current_screen.query("#note"):
            self.say("Finish the note first. Enter: save, Esc: cancel.")
        elif self.current_screen.SCOPE in PALETTE_SCOPES:
            self.navigator.open_command_palette(self._run_command)
        elif self.current_screen.SCOPE not in FORM_SCOPES:
            self.say(f"The command palette is not available here. {self.keymap.hint('close', 'back')}.")

    async def _run_command(self, text: str | None) -> None:
        if not text:
            return
        name, _, argument = text.partition(" ")
        takes_name = {"theme": self.action_theme, "docs": self.action_docs}
        if name in takes_name and argument:
            takes_name[name](argument.strip())
            return
        names = (text, *OTHER_NAMES.get(text, ()))
        scopes = (self.current_screen.SCOPE, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE)
        matching = [command for command in self.keymap.commands_in(*scopes) if command.name in names]
        if not matching:
            self.navigator.open_by_name(text)
        elif hasattr(self.screen, method_name_for(matching[0])):
            await self.screen.run_action(action_for(matching[0]))
        else:
            await self.run_action(action_for(matching[0]))

    def action_theme(self, name: str = "") -> None:
        """Use this color theme, or let the user choose one."""
        from emtui.tui.formatting.theme_text import (  # noqa: PLC0415 - start-up time: seldom needed
            NO_COLORS,
            unknown_theme_text,
        )

        if not self.has_color:
            self.say(NO_COLORS)
        elif not name:
            self.navigator.open_theme_picker(self._say_theme)
        elif name in THEME_NAMES:
            self.use_theme(name)
            self._say_theme(name)
        else:
            self.say(unknown_theme_text(name))

    def _say_theme(self, name: str) -> None:
        from emtui.local.paths import config_files  # noqa: PLC0415 - start-up time: seldom needed
        from emtui.tui.formatting.theme_text import theme_used_text  # noqa: PLC0415 - the same

        self.say(theme_used_text(name, None if self.ctx.options.is_demo else config_files()[0]))

    def action_docs(self, name: str = "") -> None:
        """Open a page of the documentation, or the list of pages."""
        from emtui.em.text_sanitizer import shorten  # noqa: PLC0415 - start-up time: seldom needed
        from emtui.local.doc_pages import list_pages  # noqa: PLC0415 - the same

        wanted = name.removesuffix(".md").casefold()
        page = next((page for page in list_pages() if page.name == wanted), None)
        if page:
            self.navigator.open_documentation_page(page)
        elif name:
            self.say(f"Unknown page {shorten(name, 40)}. :docs lists the pages.")
        elif self.current_screen.SCOPE is not CommandScope.DOCUMENTATION:
            self.navigator.open_documentation()

    def action_time_zone(self) -> None:
        """Switch to the next time zone: local, UTC, or the server's if the profile has one."""
        self.say(self.clock.show_next_zone())

    def action_log_on(self) -> None:
        """Log on again, or to another server."""
        if self.ctx.options.replay:
            self.say("Not available in replay mode.")
        elif self.current_screen.SCOPE is not CommandScope.LOGIN:
            self.navigator.show_login()

    async def action_next_alert(self) -> None:
        """Go to the next alert: its row in the list, or its run if a session is open."""
        await self.navigator.open_next_finding()

    # --- the end --------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Quit emtui."""
        self.exit_with_code(0)

    def exit_with_code(self, code: int) -> None:
        """Shut down cleanly; the watchdog ends the process if that takes too long."""
        self.open_command = self.exporter.open_command(self.navigator.location)
        self.navigator.close()
        self.arm_watchdog(code)
        self.exit(code)

    async def action_stop(self) -> None:
        """Close the prompt or cancel the running request; a second press quits."""
        if self.current_screen.SCOPE is CommandScope.LOGIN:
            await self.action_quit()
        elif await self.current_screen.cancel_prompt():
            return
        elif monotonic() - self._stop_pressed_at < QUIT_CONFIRM_S:
            await self.action_quit()
        else:
            self._stop_pressed_at = monotonic()
            if not self.current_screen.action_stop():
                self.say(f"Nothing to cancel. Press ctrl+c again, or {self.keymap.label('quit')}, to quit.")
