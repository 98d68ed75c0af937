"""The application's clock: what time it is, and in which zone times are told.

Three zones: this computer's, UTC, and the server's where the profile names it; that one comes first.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from textual.reactive import var

from emtui import words
from emtui.local.connection import Connection
from emtui.local.zone import SystemZone
from emtui.tui.at_terminal import AtTerminal
from emtui.tui.start import Start

ONLY_LOCAL = "Times are local. A time_zone in the profile adds the server's."
"""Said where there is no third zone, with the way to one."""


class Timed(AtTerminal, inherit_bindings=False):
    """An app whose screens tell times, all of them in one zone."""

    zone: var[tzinfo] = var(SystemZone())

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.clocks = False
        """Whether events show the time of day rather than the offset."""
        self._local = start.zone or SystemZone()
        self._servers = start.connection.servers_zone
        self.set_reactive(Timed.zone, self.servers_zone)

    def now(self) -> datetime:
        """Our clock (in a recording its author's), for when something was seen; runs go by the server's."""
        return self._start.now()

    @property
    def servers_zone(self) -> tzinfo:
        """The zone that the server's schedules go by: this computer's, unless the profile names another."""
        return self._servers or self._local

    def tell_times_for(self, connection: Connection) -> None:
        """Another server may stand in another zone; who has asked for UTC keeps it."""
        before, self._servers = self._servers, connection.servers_zone
        if before is not self._servers and self.zone is not UTC:
            self._tell_in(self.servers_zone)

    def action_clock(self) -> None:
        """The next zone: local, UTC, the server's if it is known."""
        zones = [*dict.fromkeys(zone for zone in (self._local, UTC, self._servers) if zone)]
        here = zones.index(self.zone)
        self._tell_in(zones[(here + 1) % len(zones)])
        self.page.say(self._told())

    def _told(self) -> str:
        if self.zone is UTC:
            return "Times are in UTC."
        if self.zone is self._servers:
            return f"Times are the server's, in {self.zone} ({words.zone_offset(self.now(), self.zone)})."
        return "Times are local." if self._servers else ONLY_LOCAL

    def _tell_in(self, zone: tzinfo) -> None:
        self.zone = zone
        for page in self.pages:
            page.tell_in(zone)
