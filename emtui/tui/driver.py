"""The driver of the terminal: it never waits for it, and notices when it is gone."""

from __future__ import annotations

import select
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.drivers.linux_driver import LinuxDriver

from emtui.tui.outlet import Outlet

if TYPE_CHECKING:
    from textual.app import App

MODES_LEFT = "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""Everything that was switched on, off: paste, wrapping, sizes, keys, the other screen, cursor, focus."""
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;0t", "\x1b[23;0t"
GONE = 128 + signal.SIGHUP
"""What the process ends with when its terminal has gone."""


class Owner(Protocol):
    """The app, as far as the driver needs it; both may be called from any thread."""

    def caught_up(self) -> None:
        """The terminal takes something again."""

    def end_soon(self, code: int) -> None:
        """There is nobody at the terminal any more."""


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
        self._outlet: Outlet | None = None
        self._watched = False
        self._title = ""

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
            self._outlet.write(data)

    def start_application_mode(self) -> None:
        """Switch to the other screen; from now on a terminal that goes away is noticed."""
        if sys.__stderr__ is None:
            raise RuntimeError("there is no terminal to draw on")
        self._outlet = Outlet(sys.__stderr__.fileno(), self.owner.caught_up)
        super().start_application_mode()  # type: ignore[no-untyped-call] # the framework's
        if self._title:
            self.write(f"{_KEEP_TITLE}\x1b]2;{self._title}\x07")
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="emtui-hang-up", daemon=True).start()

    def name(self, title: str) -> None:
        """Name the terminal; its own title comes back when it is left."""
        if title != self._title:
            self.write(f"{'' if self._title else _KEEP_TITLE}\x1b]2;{title}\x07")
            self._title = title

    def stop_application_mode(self) -> None:
        """Back to the first screen, with the terminal's own modes; before anything that still waits."""
        if self._outlet and self._outlet.stalled:
            self._outlet.take_back()
        if self._title:
            self.write(_OLD_TITLE)
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
            outlet.write(MODES_LEFT + (_OLD_TITLE if self._title else ""))
            outlet.close()
        _restore(self.fileno, self.attrs_before)

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
