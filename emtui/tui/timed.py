"""The application's clock: what time it is, and in which zone times are told."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from textual.reactive import var

from emtui.local.zone import SystemZone
from emtui.tui.at_terminal import AtTerminal
from emtui.tui.screens.page import Page
from emtui.tui.start import Start


class Timed(AtTerminal, inherit_bindings=False):
    """An app whose screens tell times, all of them in one zone."""

    zone: var[tzinfo] = var(SystemZone())

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.clocks = False
        """Whether events show the time of day rather than the offset."""
        self.set_reactive(Timed.zone, start.zone or SystemZone())

    def now(self) -> datetime:
        """The clock that ages are reckoned by."""
        return self._start.now()

    def action_clock(self) -> None:
        """Local time, or UTC."""
        local = self._start.zone or SystemZone()
        self.zone = local if self.zone is UTC else UTC
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.zone = self.zone
        self.page.say("Times are in UTC." if self.zone is UTC else "Times are in local time.")
