"""The driver of the terminal: it never waits for it, knows what it has shown, and notices when it is gone."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from emtui.ascii import plain
from emtui.local import process, terminal
from emtui.tui import mouse as asked_of_mouse
from emtui.tui.ink import older
from emtui.tui.inlet import HOLD, HOLD_IN_TMUX, Ground, Heard, Inlet, Meant, Shown
from emtui.tui.key_reader import KeyReader, Resized
from emtui.tui.outlet import Outlet
from emtui.tui.turns import QUESTION

if TYPE_CHECKING:
    from textual.app import App

    from emtui.tui.options import LaunchOptions

MODES_LEFT = f"\x1b[?2004l\x1b[?7h{asked_of_mouse.OFF}\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""All that was switched on, off: paste, wrapping, mouse, sizes, keys, the other screen, cursor, focus."""
WIPE = "\x1b[H\x1b[J"
"""A terminal that may have no other screen is left empty, rather than with half of ours."""
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;0t", "\x1b[23;0t"
GONE = 128 + signal.SIGHUP
"""What the process ends with when its terminal has gone."""


LAST_ANSWER = 0.7
"""Seconds that an answer of the terminal is waited for before it is left: a shell would take it for keys."""
_TURN = 0.1
"""Seconds after which the thread that reads sees that it is to end."""


class Owner(Protocol):
    """The app, as far as the driver needs it; all may be called from any thread."""

    def caught_up(self) -> None:
        """The terminal takes something again."""

    def answered(self) -> None:
        """The terminal has shown what it was sent."""

    def lit(self, light: bool) -> None:
        """The terminal has said whether its background is light."""

    def dropped(self, sequence: str) -> None:
        """The terminal has sent something that nobody can read."""

    def not_stopped(self) -> None:
        """It was to stop, but there is no shell that could bring it back."""

    def end_soon(self, code: int) -> None:
        """There is nobody at the terminal any more."""

    @property
    def start(self) -> LaunchOptions:
        """What it began with."""


class EmtuiDriver(LinuxDriver):
    """The framework's, but for how it writes and how it ends."""

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
        self._outlet: Outlet | None = None
        self._watched = False
        self._title = ""
        self._simple = terminal.simple(os.environ)
        self._leftover = self.owner.start.leftover
        self._modes = self.owner.start.modes
        self._keys = KeyReader()
        self._shown = threading.Condition()
        self._due = 0
        """Answers that have not come yet."""
        self._answers = False
        self._mute = False
        """Whether an answer was waited for in vain."""

    @property
    def owner(self) -> Owner:
        """The app."""
        return cast("Owner", self._app)

    @property
    def ready(self) -> bool:
        """Whether painting is of any use now; the owner is told when it is again."""
        return self._outlet is not None and self._outlet.ready

    def write(self, data: str) -> None:
        """Write in turn, without waiting for the terminal."""
        if self._outlet:
            self._outlet.write(self._fit(data))

    def _fit(self, data: str) -> str:
        """As this terminal understands it."""
        data = older(data) if self._simple else data
        return plain(data) if self.owner.start.ink.ascii else data

    def ask(self) -> None:
        """Ask the terminal to say when it has shown all this."""
        with self._shown:
            self._due += 1
        self.write(QUESTION)

    def settle(self, patience: float) -> None:
        """Wait until no answer is due, at most so many seconds: the next program would take it for keys."""
        with self._shown:
            if not self._mute and not self._shown.wait_for(lambda: self._due == 0, patience):
                self._due, self._mute = 0, True

    def start_application_mode(self) -> None:
        """Switch to the other screen; from now on a terminal that goes away is noticed."""
        if sys.__stderr__ is None:
            raise RuntimeError("there is no terminal to draw on")
        self._outlet = Outlet(sys.__stderr__.fileno(), self.owner.caught_up)
        super().start_application_mode()  # type: ignore[no-untyped-call] # the framework's
        self._take_over()
        if self._title:
            self.write(f"{_KEEP_TITLE}\x1b]2;{self._title}\x07")
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="emtui-hang-up", daemon=True).start()

    def _take_over(self) -> None:
        """The person's own modes, if ours were set before the framework came."""
        before, self._modes = self._modes, None
        if before is not None:
            self.attrs_before = before

    def turn_mouse(self) -> bool:
        """Listen to the mouse, or no more; whether it is listened to now."""
        if self._mouse:
            self._disable_mouse_support()
        self._mouse = not self._mouse
        self._enable_mouse_support()
        return self._mouse

    def _enable_mouse_support(self) -> None:
        """The framework would ask for every move, too."""
        self.write(asked_of_mouse.ON if self._mouse else "")

    def _disable_mouse_support(self) -> None:
        self.write(asked_of_mouse.OFF if self._mouse else "")

    def _enable_mouse_pixels(self) -> None:
        """Cells are enough."""

    def _get_terminal_size(self) -> tuple[int, int]:
        """The framework would believe COLUMNS and LINES before the terminal."""
        return terminal.size(sys.__stderr__.fileno() if sys.__stderr__ else self.fileno, os.environ)

    def _sigtstp_application(self, *_: object) -> None:
        """Stop only where somebody can say `fg`; the framework would stop for ever."""
        if process.under_job_control():
            super()._sigtstp_application()
        else:
            self.owner.not_stopped()

    def measured(self) -> Size:
        """How large the terminal is now: one signal that comes within another may have left an older size."""
        return Size(*self._get_terminal_size())

    def name(self, title: str) -> None:
        """Name the terminal; its own title comes back when it is left."""
        if title != self._title:
            self.write(f"{'' if self._title else _KEEP_TITLE}\x1b]2;{title}\x07")
            self._title = title

    def stop_application_mode(self) -> None:
        """Back to the first screen, with the terminal's own modes; before anything that still waits."""
        if self._outlet and self._outlet.stalled:
            self._outlet.take_back()
        elif self._answers:
            self.settle(LAST_ANSWER)
        if self._title:
            self.write(_OLD_TITLE)
        self.write(WIPE if self._simple else "")
        super().stop_application_mode()

    def close(self) -> None:
        """Write the last words, for a moment."""
        if self._outlet:
            self._outlet.close()
            self._outlet = None
        super().close()

    def let_go(self) -> None:
        """The last resort, from any thread: the terminal's own modes, whatever else is stuck."""
        outlet = Outlet(sys.__stderr__.fileno(), lambda: None) if sys.__stderr__ else None
        if outlet:
            outlet.take_back()
            outlet.write(self._fit(MODES_LEFT + (_OLD_TITLE if self._title else "")))
            outlet.close()
        _restore(self.fileno, self.attrs_before)

    def run_input_thread(self) -> None:
        """Read until the terminal is left."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        inlet = Inlet(HOLD_IN_TMUX if terminal.relayed(os.environ) else HOLD)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        typed, self._leftover = self._leftover, b""
        self._hear(inlet.take(decode(typed), monotonic()))
        while not self.exit_event.is_set():
            held = inlet.wait(monotonic())
            ready = poll.poll(1000 * (_TURN if held is None else min(held, _TURN)))
            if any(event & select.POLLIN for _, event in ready):
                self._hear(inlet.take(decode(os.read(self.fileno, 4096)), monotonic()))
            elif ready:
                return
            self._hear(inlet.overdue(monotonic()))

    def _hear(self, heard: Iterable[Heard]) -> None:
        for one in heard:
            match one:
                case Shown():
                    self._answers, self._mute = True, False
                    with self._shown:
                        self._due = max(self._due - 1, 0)
                        self._shown.notify_all()
                    self.owner.answered()
                case Ground(light):
                    self.owner.lit(light)
                case _:
                    self._tell(one)

    def _tell(self, one: Heard) -> None:
        """What was typed is the app's."""
        read = self._keys.read(one)
        if read is None:
            self.owner.dropped(one.text if isinstance(one, Meant) else "")
        for event in read or ():
            if isinstance(event, Resized):
                size = self.measured()
                self.process_message(events.Resize(size, size))
            elif self._mouse or not isinstance(event, events.MouseEvent):
                self.process_message(event)

    def _watch(self) -> None:
        """Wait until the other end is closed: SIGHUP may be ignored, and reading would spin."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        try:
            hung_up = any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll())
        except OSError:
            return
        if hung_up:
            self.exit_event.set()
            self.owner.end_soon(GONE)


def _restore(handle: int, attributes: list[Any] | None) -> None:
    import termios

    if attributes is not None:
        try:
            termios.tcsetattr(handle, termios.TCSANOW, attributes)
        except termios.error:
            return
