"""Poll intervals and exponential back-off, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # start-up time
    from emtui.local.profiles import Profile

MIN_INTERVAL = 10.0
"""Minimum that a profile may configure."""
IDLE_AFTER = 600.0
"""Time without a key press after which the user counts as away."""
PAUSE_PER_RESPONSE_TIME = 20
"""Minimum pause as a multiple of the last response time."""
_MAX_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """Pauses between two requests: normal, while the user is away, and the maximum after failures."""

    is_regular: ClassVar[bool] = True
    """Whether requests follow a fixed interval; those of a recording do not."""

    interval: float = 60.0
    idle_interval: float = 180.0
    max_interval: float = 300.0

    @classmethod
    def for_profile(cls, profile: Profile | None) -> PollSchedule:
        """The default pauses, with the interval of the profile if it sets one."""
        return cls(profile.interval) if profile and profile.interval else cls()

    def interval_for(self, idle: float) -> float:
        """The pause without failures, `idle` seconds after the last key press."""
        return self.interval if idle < IDLE_AFTER else max(self.interval, self.idle_interval)

    def pause_after_success(self, response_time: float, idle: float) -> float:
        """The pause after a response that took `response_time` seconds."""
        return max(self.interval_for(idle), PAUSE_PER_RESPONSE_TIME * response_time)

    def pause_after_failure(self, failures: int, retry_after: float | None, jitter: float) -> float:
        """The pause after so many failed requests in a row; `jitter` is from 0 to 1.

        It doubles up to `max_interval`, less up to a fifth at random, so that clients do not reconnect
        at the same time. It is never shorter than `retry_after`.
        """
        max_pause = max(self.max_interval, self.interval)
        pause = min(self.interval * 2.0 ** min(failures - 1, _MAX_DOUBLINGS), max_pause)
        return max(pause * (1 - jitter / 5), MIN_INTERVAL, retry_after or 0.0)
