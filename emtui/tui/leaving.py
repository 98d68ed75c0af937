"""How the application ends: when somebody leaves, presses ctrl+c twice, or the terminal has gone."""

from __future__ import annotations

from functools import partial
from time import monotonic

from emtui.tui.commands import Place
from emtui.tui.ending import LastTimer
from emtui.tui.handing_over import HandingOver
from emtui.tui.start import Start

PRESS_AGAIN = 2.0
"""Within how many seconds a second ctrl+c leaves."""


class Leaving(HandingOver, inherit_bindings=False):
    """An app that ends in time, whatever is stuck."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._stop_pressed = -PRESS_AGAIN
        self._last_timer = LastTimer()
        self.way_back = ""
        """The command that comes back to exactly the view that was left; nothing for a demo."""

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
