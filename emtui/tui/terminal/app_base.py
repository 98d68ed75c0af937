"""The application at its terminal: reads keys, sends frames, and lends the terminal to other programs.

It is independent of our screens: what it needs from the top screen and the focused widget is in two
protocols.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from types import FrameType
from typing import Protocol, TypeVar, cast, runtime_checkable

from rich.console import RenderableType
from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from emtui.em.background_thread import run_in_thread
from emtui.local import crash_report, process_hardening
from emtui.local.terminal import DARK_THEME, LIGHT_THEME, THEME_NAMES
from emtui.tui.terminal import gc_tuning
from emtui.tui.terminal.capabilities import Capabilities, TerminalOptions
from emtui.tui.terminal.driver import EmtuiDriver
from emtui.tui.terminal.exit_watchdog import ExitWatchdog
from emtui.tui.terminal.flow_control import FlowControl
from emtui.tui.terminal.frame_scheduler import FrameScheduler
from emtui.tui.terminal.paste_detection import EscapeOrAltEvent, UnmarkedPasteEvent
from emtui.tui.theme import THEMES

T = TypeVar("T")

SUSPEND_REFUSED = "Not suspended: no shell started emtui, so fg could not resume it."

LAYOUT_HINT_INTERVAL_S = 60.0
"""Seconds between two hints that a key belongs to another keyboard layout."""
MAX_UNREADABLE_LOGGED = 100
"""Unreadable sequences that are logged in one run of emtui."""
MAX_LOGGED_CHARACTERS, LOGGED_CHARACTERS_IF_SECRET = 80, 2
"""Characters of each that are logged; and where a password may be among them."""
SUSPEND_ACK_TIMEOUT_S = 3.0
"""Seconds to wait for replies before another program gets the terminal: it would read later ones."""


_USER_INPUT = events.Key | events.Paste | events.MouseEvent | UnmarkedPasteEvent | EscapeOrAltEvent


@runtime_checkable
class InputScreen(Protocol):
    """What the application needs from the top screen to pass input to it."""

    @property
    def has_secret_input(self) -> bool:
        """Whether a password may be typed here."""

    def idle_caret(self) -> Offset:
        """Where the terminal's cursor belongs while nothing has the focus."""

    def say(self, text: str) -> None:
        """Show a message until the next key."""

    def handle_user_activity(self) -> None:
        """A key was pressed, or a mouse button."""

    def restore_focus(self) -> None:
        """Give the focus to the widget that the next key is meant for."""

    def ignores_input_before_paint(self, event: events.Event) -> bool:
        """Whether this input is older than the first frame of the screen, and must be ignored."""

    def handle_unbound_key(self, key: str, character: str | None) -> None:
        """Explain that a key does nothing here."""


@runtime_checkable
class CaretWidget(Protocol):
    """A widget that knows where the terminal's cursor belongs while it has the focus."""

    def caret(self) -> Offset:
        """Position on the screen, in cells."""


class TerminalApp(App[int], inherit_bindings=False):
    """An application with its own driver, frames and key handling."""

    def __init__(self, terminal_options: TerminalOptions) -> None:
        super().__init__(ansi_color=True, driver_class=_driver_class())
        self.animation_level = "none"  # animation costs bytes and adds nothing
        self._disable_tooltips = self._disable_notifications = True  # nothing of ours floats above a screen
        self.terminal_options = terminal_options
        flow = FlowControl(
            low_bandwidth=terminal_options.low_bandwidth, in_multiplexer=terminal_options.in_multiplexer
        )
        self._frames = FrameScheduler(flow, self._send)
        self._is_suspended = False
        self._layout_hint_at: float | None = None
        self._unreadable_count = 0
        self._caret_sent = Offset(0, 0)
        self._capabilities = terminal_options.capabilities
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._watchdog = ExitWatchdog()
        self._follows_background = terminal_options.follows_background
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._capabilities.theme
        self.stylesheet.set_variables(self.get_css_variables())
        self.first_paint = asyncio.Event()
        """Set once the first frame was sent; other modules are loaded afterwards."""

    def on_mount(self) -> None:
        """Store the event loop for calls from other threads."""
        self._event_loop = asyncio.get_running_loop()

    @property
    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow."""
        return self._frames.flow.is_low_bandwidth

    @property
    def _input_screen(self) -> InputScreen | None:
        """The screen on top, if it takes input; between two screens there is none."""
        top: object = self.screen_stack[-1] if self.screen_stack else None
        return top if isinstance(top, InputScreen) else None

    @property
    def _terminal_driver(self) -> EmtuiDriver | None:
        """Our own driver, unless the application runs without a terminal."""
        driver = self._driver
        return cast("EmtuiDriver", driver) if hasattr(driver, "restore_terminal") else None

    # --- input ---------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Handle keys one after another, each in the state that the one before has left.

        Textual hands a key to whatever has the focus when it arrives; keys that arrive in one read
        (a slow connection, a paste without brackets) would all go to the first widget.
        """
        if isinstance(event, events.AppFocus | events.AppBlur):
            return  # the focus must stay where the next key belongs
        if isinstance(event, events.Resize):
            self._frames.reset()  # also after fg, when another program had the terminal
        if isinstance(event, _USER_INPUT):
            await self._handle_user_input(event)
        else:
            await super().on_event(event)

    async def _handle_user_input(self, event: events.Event) -> None:
        if self._exit or (event.is_forwarded and isinstance(event, events.Key)):
            return  # emtui exits; or nothing used the key where it was meant for
        screen = self._input_screen
        if event.is_forwarded:
            await super().on_event(event)
        elif screen is None:
            await self._handle_without_screen(event)
        elif isinstance(event, UnmarkedPasteEvent | EscapeOrAltEvent):
            await self._split_input(event, screen)
        elif isinstance(event, events.MouseEvent):
            if isinstance(event, events.MouseDown | events.MouseScrollDown | events.MouseScrollUp):
                self.record_activity()
                screen.handle_user_activity()
            await super().on_event(event)
        elif isinstance(event, events.Key | events.Paste) and not screen.ignores_input_before_paint(event):
            await self._handle_key_or_paste(event, screen)

    async def _handle_key_or_paste(self, event: events.Key | events.Paste, screen: InputScreen) -> None:
        screen.handle_user_activity()
        self.record_activity()
        screen.restore_focus()
        if isinstance(event, events.Key):
            if await self._handle_key(event):
                return
            if not isinstance(self.focused, Input):
                screen.handle_unbound_key(event.key, event.character)
        await super().on_event(event)

    def record_activity(self) -> None:
        """Record user activity; for subclasses."""

    def claim_layout_hint(self) -> bool:
        """Whether a hint on the keyboard layout is due; it then counts as shown."""
        before, now = self._layout_hint_at, monotonic()
        if before is not None and now - before < LAYOUT_HINT_INTERVAL_S:
            return False
        self._layout_hint_at = now
        return True

    async def _split_input(self, event: UnmarkedPasteEvent | EscapeOrAltEvent, screen: InputScreen) -> None:
        """Type one line into a text field; anything else is a paste, and never run as keys."""
        screen.restore_focus()
        in_field = isinstance(self.focused, Input)
        if isinstance(event, UnmarkedPasteEvent) and not (in_field and event.line_count == 1):
            await self.on_event(events.Paste(event.text))
            return
        for key in event.alt_keys if isinstance(event, EscapeOrAltEvent) and in_field else event.keys:
            await self.on_event(key)

    async def _handle_without_screen(self, event: events.Event) -> None:
        """Between two screens, handle only ctrl+c: it quits."""
        if isinstance(event, events.Key) and event.key == "ctrl+c":
            await self.run_action("quit")

    async def _handle_key(self, event: events.Key) -> bool:
        """Type into the field that has the focus, else run what the key is bound to."""
        field = self.focused
        typed = event.character
        if isinstance(field, Input) and typed and field.check_consume_key(event.key, typed):
            start, end = sorted(field.selection)
            field.replace(typed, start, end)
            return True
        return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)

    # --- lending the terminal -------------------------------------------------

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Lend the terminal, and ctrl+c, to `work` in a thread until it ends."""
        driver = self._terminal_driver
        if driver is None or not driver.can_suspend:
            return await run_in_thread(work)
        previous_handler = signal.signal(
            signal.SIGINT, _ignore_signal
        )  # not SIG_IGN: child processes would inherit it
        self._is_suspended = True
        try:
            driver.request_ack()
            await run_in_thread(partial(driver.wait_for_acks, SUSPEND_ACK_TIMEOUT_S))
            with self.suspend():
                results = await asyncio.gather(run_in_thread(work), return_exceptions=True)
        finally:
            self._is_suspended = False
            signal.signal(signal.SIGINT, previous_handler)
            self.action_redraw()
        if isinstance(results[0], BaseException):
            raise results[0]
        return results[0]

    def action_suspend(self) -> None:
        """Suspend emtui; `fg` resumes it in the same view."""
        if not process_hardening.is_under_job_control():
            self.say_suspend_refused()
            return
        self.action_suspend_process()
        self._frames.invalidate()

    def handle_suspend_refused(self) -> None:
        """Suspending was refused: no shell could resume the process; from any thread."""
        self.call_in_loop(self.say_suspend_refused)

    def say_suspend_refused(self) -> None:
        """Show why emtui was not suspended."""
        if screen := self._input_screen:
            screen.say(SUSPEND_REFUSED)

    # --- frames ----------------------------------------------------------------------

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Record what was painted, and send what differs from what the terminal shows."""
        if not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
        elif self.is_headless:
            self.mark_first_paint()
        elif not (self._batch_count and self.first_paint.is_set()):
            self._frames.paint(renderable, self.size.width, self._capabilities)
            self._send()
            self.mark_first_paint()

    def mark_first_paint(self) -> None:
        """The first frame was sent; Textual itself would delay it until everything is set up."""
        if not self.first_paint.is_set():
            self.first_paint.set()
            gc_tuning.enable_after_first_paint()

    def _send(self) -> None:
        """Send the next frame if it may go; nothing while the terminal is busy, or lent."""
        driver = self._terminal_driver
        if self._is_suspended or not self.is_running or driver is None or not driver.is_ready:
            return
        requests_ack, frame = self._frames.flow.requests_ack, self._frames.next_frame()
        caret = self.size.clamp_offset(self.caret_position())
        if not frame and caret == self._caret_sent:
            return
        self._caret_sent, move = caret, Control.move_to(*caret).segment.text
        if not frame:
            driver.write(move)
        else:
            self._begin_update()
            driver.write(frame + move)
            self._end_update()
            if requests_ack:
                driver.request_ack()

    def on_descendant_focus(self) -> None:
        """Move the terminal's cursor to the new focus, even if nothing is painted."""
        self._send()

    def caret_position(self) -> Offset:
        """Where the terminal's own cursor belongs, which screen readers and braille displays follow."""
        focused = self.focused
        if focused is None:
            screen = self._input_screen
            return screen.idle_caret() if screen else Offset(0, 0)
        return focused.caret() if isinstance(focused, CaretWidget) else focused.content_region.offset

    def handle_drained(self) -> None:
        """The terminal takes output again; from any thread."""
        self.call_in_loop(self._send)

    def handle_ack(self) -> None:
        """The terminal has shown what it was sent; from any thread."""
        self.call_in_loop(self._frames.record_ack)

    def handle_background(self, light: bool) -> None:
        """The terminal has reported whether its background is light; from any thread."""
        self.call_in_loop(partial(self._set_light_background, light))

    def _set_light_background(self, light: bool) -> None:
        self._use_capabilities(replace(self._capabilities, light_background=light))
        if self._follows_background:
            self.theme = LIGHT_THEME if light else DARK_THEME

    def _use_capabilities(self, capabilities: Capabilities) -> None:
        """Draw with these colors; everything is sent again if they differ."""
        if capabilities != self._capabilities:
            self._capabilities = capabilities
            self._frames.reset()
            self.refresh(repaint=True, layout=True)

    def use_theme(self, name: str) -> None:
        """Use this color theme, whatever background the terminal reports later."""
        self._follows_background = False
        self.theme = name

    @property
    def theme_name(self) -> str:
        """The name of the color theme in use."""
        return str(self.theme)

    @property
    def has_color(self) -> bool:
        """Whether colors may be used."""
        return self._capabilities.has_color

    def watch_theme(self, name: str) -> None:
        """Draw everything in the colors of this theme, if it is one of ours."""
        if name in THEME_NAMES:
            self._use_capabilities(replace(self._capabilities, theme=name))

    def refresh_css(self, animate: bool = True) -> None:
        """Do not read the style sheets again for a theme of ours: only the output differs."""
        if self.theme not in THEME_NAMES:
            super().refresh_css(animate)

    def action_redraw(self) -> None:
        """Redraw the screen in the terminal's current size."""
        driver = self._terminal_driver
        if driver and (size := driver.current_size()) != self.size:
            self.post_message(events.Resize(size, size))
        self._frames.invalidate()
        self.refresh(repaint=True, layout=True)

    # --- terminal functions for services -------------------------------------------------

    def toggle_mouse(self) -> bool | None:
        """Turn mouse reporting on or off; return whether it is on now, None without a terminal."""
        driver = self._terminal_driver
        return driver.toggle_mouse() if driver else None

    def set_terminal_title(self, title: str) -> None:
        """Set the terminal's title; the original one is restored at the end."""
        if driver := self._terminal_driver:
            driver.set_title(title)

    def write_sequence(self, sequence: str) -> None:
        """Send an escape sequence between two frames, such as one for the clipboard."""
        if self._driver:
            self._driver.write(sequence)

    def keep_for_paste(self, text: str) -> None:
        """Keep a text for ctrl+v in fields, without sending it to the terminal."""
        self._clipboard = text

    # --- errors and the end --------------------------------------------------------------

    def arm_watchdog(self, code: int) -> None:
        """Make sure that the process ends soon, if there is a terminal that could hold it."""
        if driver := self._terminal_driver:
            self._watchdog.arm(code, driver.restore_terminal)

    def exit_soon(self, code: int) -> None:
        """Exit with this code; from any thread."""
        self.arm_watchdog(code)
        self.call_in_loop(partial(self.exit, code))

    def _fatal_error(self) -> None:
        """Show no traceback on the terminal: it would show the values of variables."""
        self._close_messages_no_wait()

    @property
    def fatal_error(self) -> BaseException | None:
        """The error of our own that ended the application."""
        error: BaseException | None = self._exception
        return error.error if isinstance(error, WorkerFailed) else error

    def panic(self, *_: object) -> None:
        """The same, for errors that would render themselves, and for the input thread."""
        if self._exception is None:
            self._exception = InputThreadError()
        self._close_messages_no_wait()

    def handle_unreadable(self, sequence: str) -> None:
        """Log a sequence that nothing can read, only its beginning if it may be secret; from any thread."""
        self._unreadable_count += 1
        if self._unreadable_count > MAX_UNREADABLE_LOGGED:
            return
        screen = self._input_screen
        is_secret = screen is not None and screen.has_secret_input
        text = ascii(sequence[: LOGGED_CHARACTERS_IF_SECRET if is_secret else MAX_LOGGED_CHARACTERS])[1:-1]
        crash_report.log_warning(f"not a key, {len(sequence)} characters: {text}")

    def call_in_loop(self, callback: Callable[[], object]) -> None:
        """Call this in the event loop; from any thread, and without waiting for it."""
        with suppress(RuntimeError):  # the loop has ended before us
            if self._event_loop:
                self._event_loop.call_soon_threadsafe(callback)


def is_being_removed(node: DOMNode) -> bool:
    """Whether a screen or widget is being removed: it must not be drawn any more."""
    return node._pruning  # noqa: SLF001 - Textual has no public name for this


class InputThreadError(Exception):
    """The input thread has failed; Textual keeps only a rendering of the error."""


def unwatch(watched: DOMNode, watcher: DOMNode) -> None:
    """Remove all watchers of `watcher`: Textual removes them only when a value changes next."""
    for watchers in getattr(watched, "__watchers", {}).values():
        watchers[:] = [entry for entry in watchers if entry[0] is not watcher]


def _driver_class() -> type[Driver] | None:
    """Our own driver, where it is supported."""
    if os.name != "posix":
        return None
    return EmtuiDriver


def _ignore_signal(_signal: int, _frame: FrameType | None) -> None:
    """Ignore ctrl+c: it is meant for the program that has the terminal."""
