"""What time it is, and the zone that times are shown in.

There are up to three zones: this computer's, UTC, and the server's where the profile names it; that one
comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from emtui import text_format
from emtui.local.timezones import SystemZone

ONLY_LOCAL_TIMES = "Times are local. A time_zone in the profile adds the server's."
"""Said where there is no third zone, with the way to one."""


class DisplayClock:
    """Owns the zone that is shown; `on_zone_changed` is called with each other one.

    `now` is this computer's clock, or in a recording its author's; `skew` is how far the server's is ahead.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        local_zone: tzinfo | None,
        profile_zone: tzinfo | None,
        on_zone_changed: Callable[[tzinfo], object],
    ) -> None:
        self.now = now
        self.skew: Callable[[], timedelta] = timedelta
        self._local_zone = local_zone or SystemZone()
        self._profile_zone = profile_zone
        self._on_zone_changed = on_zone_changed
        self.zone = self.server_zone

    @property
    def server_now(self) -> datetime:
        """The server's clock now, as far as it is known; else ours."""
        return self.now() + self.skew()

    @property
    def server_zone(self) -> tzinfo:
        """The zone that the server's schedules go by: this computer's, unless the profile names another."""
        return self._profile_zone or self._local_zone

    def use_profile_zone(self, profile_zone: tzinfo | None) -> None:
        """Another server may be in another zone; who has chosen UTC keeps it."""
        before, self._profile_zone = self._profile_zone, profile_zone
        if before is not profile_zone and self.zone is not UTC:
            self._set_zone(self.server_zone)

    def show_next_zone(self) -> str:
        """Turn to the next zone (local, UTC, the server's if it is known); a sentence about it."""
        zones = [*dict.fromkeys(zone for zone in (self._local_zone, UTC, self._profile_zone) if zone)]
        self._set_zone(zones[(zones.index(self.zone) + 1) % len(zones)])
        if self.zone is UTC:
            return "Times are in UTC."
        if self.zone is self._profile_zone:
            return (
                f"Times are the server's, in {self.zone}"
                f" ({text_format.format_zone_offset(self.now(), self.zone)})."
            )
        return "Times are local." if self._profile_zone else ONLY_LOCAL_TIMES

    def _set_zone(self, zone: tzinfo) -> None:
        self.zone = zone
        self._on_zone_changed(zone)
