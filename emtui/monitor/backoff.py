"""How often a server is polled: rarely enough for the server, often enough for the person. In seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

MIN_INTERVAL = 10.0
"""No profile may ask more often."""
IDLE_AFTER = 600.0
"""Without a key for so long, nobody is taken to be looking."""
PAUSE_PER_RESPONSE_TIME = 20
"""The pause is at least so many times what the last answer took, apart."""
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """The pauses between two requests: usual ones, while nobody looks, and the longest in trouble."""

    is_regular: ClassVar[bool] = True
    """Whether the next request can be told beforehand: those of a recording came as they came."""

    interval: float = 60.0
    idle_interval: float = 180.0
    max_interval: float = 300.0

    def interval_for(self, idle: float) -> float:
        """The pause while all is well, for somebody who has pressed no key for `idle`."""
        return self.interval if idle < IDLE_AFTER else max(self.interval, self.idle_interval)

    def after_success(self, seconds: float, idle: float) -> float:
        """The pause after an answer that took so long."""
        return max(self.interval_for(idle), PAUSE_PER_RESPONSE_TIME * seconds)

    def after_failure(self, failures: int, retry_after: float | None, jitter: float) -> float:
        """The pause after so many failed requests in a row; `jitter` is from 0 to 1.

        It doubles, up to `max_interval`, less a random fifth: those who lost the server together do
        not come back together. What the server asked for is waited for in any case.
        """
        most = max(self.max_interval, self.interval)
        doubled = min(self.interval * 2.0 ** min(failures - 1, _DOUBLINGS), most)
        return max(doubled * (1 - jitter / 5), MIN_INTERVAL, retry_after or 0.0)
