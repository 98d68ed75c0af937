"""What time it is, and the zone that times are shown in.

There are up to three zones: this computer's, UTC, and the server's where the profile names it; that one
comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from emtui import text_format
from emtui.local.timezones import SystemZone

ONLY_LOCAL = "Times are local. A time_zone in the profile adds the server's."
"""Said where there is no third zone, with the way to one."""


class DisplayClock:
    """Owns the zone that is shown; `publish` is called with each other one.

    `now` is this computer's clock, or in a recording its author's; `skew` is how far the server's is ahead.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        local: tzinfo | None,
        servers: tzinfo | None,
        publish: Callable[[tzinfo], object],
    ) -> None:
        self.now = now
        self.skew: Callable[[], timedelta] = timedelta
        self._local = local or SystemZone()
        self._servers = servers
        self._publish = publish
        self.zone = self.servers_zone

    @property
    def server_now(self) -> datetime:
        """The server's clock now, as far as it is known; else ours."""
        return self.now() + self.skew()

    @property
    def servers_zone(self) -> tzinfo:
        """The zone that the server's schedules go by: this computer's, unless the profile names another."""
        return self._servers or self._local

    def use_servers_zone(self, servers: tzinfo | None) -> None:
        """Another server may be in another zone; who has chosen UTC keeps it."""
        before, self._servers = self._servers, servers
        if before is not servers and self.zone is not UTC:
            self._show_in(self.servers_zone)

    def next_zone(self) -> str:
        """Turn to the next zone (local, UTC, the server's if it is known); a sentence about it."""
        zones = [*dict.fromkeys(zone for zone in (self._local, UTC, self._servers) if zone)]
        self._show_in(zones[(zones.index(self.zone) + 1) % len(zones)])
        if self.zone is UTC:
            return "Times are in UTC."
        if self.zone is self._servers:
            return (
                f"Times are the server's, in {self.zone} ({text_format.zone_offset(self.now(), self.zone)})."
            )
        return "Times are local." if self._servers else ONLY_LOCAL

    def _show_in(self, zone: tzinfo) -> None:
        self.zone = zone
        self._publish(zone)
