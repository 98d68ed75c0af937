"""The current time, and the zone that times are shown in.

There are up to three zones: this computer's, UTC, and the server's if the profile has a `time_zone`, which
is then the first one shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from emtui import text_format
from emtui.local.timezones import SystemZone

ONLY_LOCAL_TIMES = "Times in local time. Set time_zone in the profile to add server time."
"""Message if the profile has no zone for the server."""


class DisplayClock:
    """Owns the displayed zone; `on_zone_changed` is called with each new one.

    `now` is this computer's clock, or that of a recording; `skew` is how far the server's clock is ahead.
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
        self.past_time: datetime | None = None
        """The server's time at which the list is shown, if it is an earlier one than now."""
        self._local_zone = local_zone or SystemZone()
        self._profile_zone = profile_zone
        self._on_zone_changed = on_zone_changed
        self.zone = self.server_zone

    @property
    def server_now(self) -> datetime:
        """The server's current time, or the earlier one that is shown; local time if the skew is unknown."""
        return self.past_time or self.now() + self.skew()

    @property
    def server_zone(self) -> tzinfo:
        """The zone of the server's schedules: this computer's, unless the profile sets another."""
        return self._profile_zone or self._local_zone

    def use_profile_zone(self, profile_zone: tzinfo | None) -> None:
        """Switch to the zone of another profile; a user who has chosen UTC keeps it."""
        before, self._profile_zone = self._profile_zone, profile_zone
        if before is not profile_zone and self.zone is not UTC:
            self._set_zone(self.server_zone)

    def show_next_zone(self) -> str:
        """Switch to the next zone (local, UTC, the server's if set), and return a message about it."""
        zones = [*dict.fromkeys(zone for zone in (self._local_zone, UTC, self._profile_zone) if zone)]
        self._set_zone(zones[(zones.index(self.zone) + 1) % len(zones)])
        if self.zone is UTC:
            return "Times in UTC."
        if self.zone is self._profile_zone:
            return (
                f"Times in server time, {self.zone}"
                f" ({text_format.format_zone_offset(self.now(), self.zone)})."
            )
        return "Times in local time." if self._profile_zone else ONLY_LOCAL_TIMES

    def _set_zone(self, zone: tzinfo) -> None:
        self.zone = zone
        self._on_zone_changed(zone)
