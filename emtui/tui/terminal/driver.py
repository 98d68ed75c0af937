"""The terminal driver: never blocks on output, and notices when the terminal is gone."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from emtui.ascii import to_ascii
from emtui.local import process_hardening, terminal
from emtui.tui.terminal.capabilities import TerminalOptions, without_unsupported
from emtui.tui.terminal.flow_control import ACK_REQUEST
from emtui.tui.terminal.input_filter import (
    ESC_HOLD_IN_MULTIPLEXER_S,
    ESC_HOLD_S,
    Ack,
    BackgroundReply,
    InputFilter,
    InputToken,
    Token,
)
from emtui.tui.terminal.key_reader import KeyReader, ResizeReport
from emtui.tui.terminal.output_queue import OutputQueue

if TYPE_CHECKING:
    from textual.app import App

MOUSE_ON, MOUSE_OFF = "\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"
"""Buttons and the wheel, but no mouse movement."""
RESET_MODES = f"\x1b[?2004l\x1b[?7h{MOUSE_OFF}\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""Turns off every mode that was set: paste, wrapping, mouse, sizes, keys, screen, cursor, focus."""
CLEAR_SCREEN = "\x1b[H\x1b[J"
"""Clears a terminal without an alternate screen, rather than leave half of ours on it."""
_SAVE_TITLE, _RESTORE_TITLE = "\x1b[22;0t", "\x1b[23;0t"
HANG_UP_EXIT_CODE = 128 + signal.SIGHUP
"""Exit code after the terminal is gone."""


LAST_ACK_TIMEOUT_S = 0.7
"""Seconds to wait for a reply before the terminal is left: the shell would read it as keys."""
_POLL_S = 0.1
"""Seconds after which the input thread checks whether it is to end."""


class DriverOwner(Protocol):
    """What the driver needs from the application; all may be called from any thread."""

    @property
    def terminal_options(self) -> TerminalOptions:
        """What is known about the terminal."""

    def handle_drained(self) -> None:
        """The terminal takes output again."""

    def handle_ack(self) -> None:
        """The terminal has shown what it was sent."""

    def handle_background(self, light: bool) -> None:
        """The terminal has reported whether its background is light."""

    def handle_unreadable(self, sequence: str) -> None:
        """The terminal has sent an unreadable sequence."""

    def handle_suspend_refused(self) -> None:
        """Suspending was refused: no shell could resume the process."""

    def exit_soon(self, code: int) -> None:
        """Exit with this code: the terminal is gone."""


class EmtuiDriver(LinuxDriver):
    """Textual's driver with its own input, output and exit."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._size = size or self._get_terminal_size()
        self._output: OutputQueue | None = None
        self._is_watching_hang_up = False
        self._title = ""
        self._is_console = terminal.is_simple(os.environ)
        self._typed_ahead = self.owner.terminal_options.typed_ahead
        self._saved_modes = self.owner.terminal_options.saved_modes
        self._key_reader = KeyReader()
        self._acks = threading.Condition()
        self._open_requests = 0
        """Requests that the terminal has not replied to."""
        self._has_replied = False
        self._is_unresponsive = False
        """Whether waiting for a reply has timed out."""

    @property
    def owner(self) -> DriverOwner:
        """The application."""
        return cast("DriverOwner", self._app)

    @property
    def is_ready(self) -> bool:
        """Whether painting makes sense now; if not, the owner is told when it does."""
        return self._output is not None and self._output.is_ready

    def write(self, data: str) -> None:
        """Queue output, without waiting for the terminal."""
        if self._output:
            self._output.write(self._without_unsupported(data))

    def _without_unsupported(self, data: str) -> str:
        """Return the output as this terminal supports it."""
        data = without_unsupported(data) if self._is_console else data
        return to_ascii(data) if self.owner.terminal_options.capabilities.ascii_only else data

    def request_ack(self) -> None:
        """Ask the terminal to reply once it has shown all output so far."""
        with self._acks:
            self._open_requests += 1
        self.write(ACK_REQUEST)

    def wait_for_acks(self, timeout: float) -> None:
        """Wait until no reply is due, for at most `timeout` seconds: the next program would read it."""
        with self._acks:
            if not self._is_unresponsive and not self._acks.wait_for(
                lambda: self._open_requests == 0, timeout
            ):
                self._open_requests, self._is_unresponsive = 0, True

    def start_application_mode(self) -> None:
        """Switch to the alternate screen, and watch for a hang-up from now on."""
        if sys.__stderr__ is None:
            raise RuntimeError("no terminal to draw on")
        self._output = OutputQueue(sys.__stderr__.fileno(), self.owner.handle_drained)
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual's
        self._use_original_modes()
        if self._title:
            self.write(f"{_SAVE_TITLE}\x1b]2;{self._title}\x07")
        if not self._is_watching_hang_up:
            self._is_watching_hang_up = True
            threading.Thread(target=self._watch_hang_up, name="emtui-hang-up", daemon=True).start()

    def _use_original_modes(self) -> None:
        """Restore the terminal's original modes at the end, if ours were set before Textual started."""
        modes, self._saved_modes = self._saved_modes, None
        if modes is not None:
            self.attrs_before = modes

    def toggle_mouse(self) -> bool:
        """Turn mouse reporting on or off; return whether it is on now."""
        if self._mouse:
            self._disable_mouse_support()
        self._mouse = not self._mouse
        self._enable_mouse_support()
        return self._mouse

    def _enable_mouse_support(self) -> None:
        """Textual would request every mouse movement, too."""
        self.write(MOUSE_ON if self._mouse else "")

    def _disable_mouse_support(self) -> None:
        self.write(MOUSE_OFF if self._mouse else "")

    def _enable_mouse_pixels(self) -> None:
        """Cells are precise enough."""

    def _get_terminal_size(self) -> tuple[int, int]:
        """Textual would prefer COLUMNS and LINES to the terminal."""
        return terminal.terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else self.fileno, os.environ)

    def _sigtstp_application(self, *_: object) -> None:
        """Suspend only under job control; otherwise nothing could resume the process."""
        if process_hardening.is_under_job_control():
            super()._sigtstp_application()
        else:
            self.owner.handle_suspend_refused()

    def current_size(self) -> Size:
        """Read the terminal's size: after two signals in a row, the size last reported may be old."""
        return Size(*self._get_terminal_size())

    def set_title(self, title: str) -> None:
        """Set the terminal's title; the original one is restored at the end."""
        if title != self._title:
            self.write(f"{'' if self._title else _SAVE_TITLE}\x1b]2;{title}\x07")
            self._title = title

    def stop_application_mode(self) -> None:
        """Switch back to the first screen and the original modes, before any output still queued."""
        if self._output and self._output.is_stalled:
            self._output.discard_pending()
        elif self._has_replied:
            self.wait_for_acks(LAST_ACK_TIMEOUT_S)
        if self._title:
            self.write(_RESTORE_TITLE)
        self.write(CLEAR_SCREEN if self._is_console else "")
        super().stop_application_mode()

    def close(self) -> None:
        """Send the last output, for a moment."""
        if self._output:
            self._output.close()
            self._output = None
        super().close()

    def restore_terminal(self) -> None:
        """Restore the terminal's modes, whatever else is stuck; from any thread."""
        output = OutputQueue(sys.__stderr__.fileno(), lambda: None) if sys.__stderr__ else None
        if output:
            output.discard_pending()
            output.write(self._without_unsupported(RESET_MODES + (_RESTORE_TITLE if self._title else "")))
            output.close()
        _set_modes(self.fileno, self.attrs_before)

    def run_input_thread(self) -> None:
        """Read input until the terminal is left."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        in_multiplexer = terminal.is_in_multiplexer(os.environ)
        tokens = InputFilter(ESC_HOLD_IN_MULTIPLEXER_S if in_multiplexer else ESC_HOLD_S)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        typed_ahead, self._typed_ahead = self._typed_ahead, b""
        self._handle_tokens(tokens.feed(decode(typed_ahead), monotonic()))
        while not self.exit_event.is_set():
            time_left = tokens.time_left(monotonic())
            ready = poll.poll(1000 * (_POLL_S if time_left is None else min(time_left, _POLL_S)))
            if any(event & select.POLLIN for _, event in ready):
                self._handle_tokens(tokens.feed(decode(os.read(self.fileno, 4096)), monotonic()))
            elif ready:
                return
            self._handle_tokens(tokens.flush_overdue(monotonic()))

    def _handle_tokens(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            match token:
                case Ack():
                    self._has_replied, self._is_unresponsive = True, False
                    with self._acks:
                        self._open_requests = max(self._open_requests - 1, 0)
                        self._acks.notify_all()
                    self.owner.handle_ack()
                case BackgroundReply(light):
                    self.owner.handle_background(light)
                case _:
                    self._send_events(token)

    def _send_events(self, token: Token) -> None:
        """Pass what was typed on to the application."""
        read_events = self._key_reader.read(token)
        if read_events is None:
            self.owner.handle_unreadable(token.text if isinstance(token, InputToken) else "")
        for event in read_events or ():
            if isinstance(event, ResizeReport):
                size = self.current_size()
                self.process_message(events.Resize(size, size))
            elif self._mouse or not isinstance(event, events.MouseEvent):
                self.process_message(event)

    def _watch_hang_up(self) -> None:
        """Wait until the other end is closed: SIGHUP may be ignored, and reading would then spin."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        try:
            hung_up = any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll())
        except OSError:
            return
        if hung_up:
            self.exit_event.set()
            self.owner.exit_soon(HANG_UP_EXIT_CODE)


def _set_modes(handle: int, modes: list[Any] | None) -> None:
    if modes is not None:
        try:
            termios.tcsetattr(handle, termios.TCSANOW, modes)
        except termios.error:
            return
