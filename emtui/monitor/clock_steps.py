"""What passed between two readings of this computer's clocks: sleep, a stop, a clock that was set.

Seconds throughout. The monotonic clock stands still while a computer sleeps (Linux, macOS), the clock on
the wall does not, and neither does Linux's CLOCK_BOOTTIME, which nobody can set.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

_AT_LEAST = 1.0
"""Less is how exactly a timer fires, and how a clock is kept in step."""
_SET_BY = 30.0
"""From here on a clock on the wall was set, rather than kept in step."""
_AGREES_WITHIN = 0.25
"""Two measurements of a step may differ by this share of it: requests take time, `Date` has no fractions."""


class GapCause(Enum):
    """Why nothing was requested for a while, as a sentence."""

    SLEPT = "This computer slept."
    STOPPED = "emtui was stopped."
    UNCERTAIN = "This computer slept, or its clock was set forward."
    """Only the clock on the wall went on; the server's clock tells which it was."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """All clocks at one moment; without CLOCK_BOOTTIME `boot` is None."""

    wall: float
    monotonic: float
    boot: float | None = None

    @classmethod
    def now(cls) -> ClockReading:
        """Of this computer's own clocks."""
        return cls(time.time(), time.monotonic(), _boot_time())


def _boot_time() -> float | None:
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Lapse:
    """What passed between two readings beyond the time that was meant to pass.

    `slept` is certain, by CLOCK_BOOTTIME; `stopped` is how much later than expected the process ran again;
    `shifted` is how far the clock on the wall has moved besides, back if it is negative.
    """

    slept: float = 0.0
    stopped: float = 0.0
    shifted: float = 0.0

    @classmethod
    def between(cls, before: ClockReading, after: ClockReading, expected: float) -> Lapse:
        """Of two readings that were meant to be at most `expected` apart."""
        ran = after.monotonic - before.monotonic
        known = before.boot is not None and after.boot is not None
        slept = (after.boot or 0.0) - (before.boot or 0.0) - ran if known else 0.0
        slept = slept if slept >= _AT_LEAST else 0.0
        shifted = after.wall - before.wall - ran - slept
        return cls(slept, max(ran - expected, 0.0), shifted if abs(shifted) >= _AT_LEAST else 0.0)

    def cause(self, least: float) -> GapCause | None:
        """Why more than `least` seconds passed without a request, if they did."""
        if self.slept > least:
            return GapCause.SLEPT
        if self.stopped > least:
            return GapCause.STOPPED
        return GapCause.UNCERTAIN if self.shifted > least else None

    def step(self, least: float) -> float:
        """How far the clock on the wall was set, certainly; forward only where that is no sleep."""
        if self.shifted <= -_SET_BY:
            return self.shifted
        return self.shifted if _SET_BY <= self.shifted <= least else 0.0


def was_set(step: float, skew_before: float | None, skew_after: float | None) -> bool:
    """Whether our clock was set forward by `step`: the server's is behind it by that much more than before.

    False where the server does not say what time it is: the time may have passed.
    """
    if skew_before is None or skew_after is None:
        return False
    return abs(skew_before - skew_after - step) <= _AGREES_WITHIN * step
