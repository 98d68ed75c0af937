"""Detects sleep, suspension and clock changes between two readings of the local clocks.

All values are seconds. The monotonic clock stops while the computer sleeps (Linux, macOS). The wall clock
does not, nor does Linux's CLOCK_BOOTTIME, which cannot be set.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

_AT_LEAST = 1.0
"""Smaller deviations are timer jitter or clock synchronization."""
_SET_BY = 30.0
"""From here on the wall clock was set, rather than adjusted by synchronization."""
_AGREES_WITHIN = 0.25
"""Relative tolerance of two measurements of a step: requests take time, `Date` has full seconds."""


class GapCause(Enum):
    """Why nothing was requested for a while, as a sentence."""

    SLEPT = "This computer slept."
    STOPPED = "emtui was stopped."
    UNCERTAIN = "This computer slept, or its clock was set forward."
    """Only the wall clock advanced; the server's clock will show which it was."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Reading of all clocks at one time; without CLOCK_BOOTTIME `boot` is None."""

    wall: float
    monotonic: float
    boot: float | None = None

    @classmethod
    def now(cls) -> ClockReading:
        """Read the clocks of this computer."""
        return cls(time.time(), time.monotonic(), _boot_time())


def _boot_time() -> float | None:
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Lapse:
    """Time between two readings beyond what was expected.

    `slept` is measured by CLOCK_BOOTTIME; `stopped` is how late the process resumed; `shifted` is any
    further change of the wall clock, negative if it was set back.
    """

    slept: float = 0.0
    stopped: float = 0.0
    shifted: float = 0.0

    @classmethod
    def between(cls, before: ClockReading, after: ClockReading, expected: float) -> Lapse:
        """From two readings expected to be at most `expected` seconds apart."""
        ran = after.monotonic - before.monotonic
        known = before.boot is not None and after.boot is not None
        slept = (after.boot or 0.0) - (before.boot or 0.0) - ran if known else 0.0
        slept = slept if slept >= _AT_LEAST else 0.0
        shifted = after.wall - before.wall - ran - slept
        return cls(slept, max(ran - expected, 0.0), shifted if abs(shifted) >= _AT_LEAST else 0.0)

    def cause(self, least: float) -> GapCause | None:
        """The cause of a gap of more than `least` seconds; `None` if there was no gap."""
        if self.slept > least:
            return GapCause.SLEPT
        if self.stopped > least:
            return GapCause.STOPPED
        return GapCause.UNCERTAIN if self.shifted > least else None

    def step(self, least: float) -> float:
        """The change of the wall clock if it was certainly set; 0 where it may have been sleep."""
        if self.shifted <= -_SET_BY:
            return self.shifted
        return self.shifted if _SET_BY <= self.shifted <= least else 0.0


def was_set(step: float, skew_before: float | None, skew_after: float | None) -> bool:
    """Whether the local clock was set forward by `step`: the skew of the server changed by as much.

    False if the server does not report its time: the time may have passed.
    """
    if skew_before is None or skew_after is None:
        return False
    return abs(skew_before - skew_after - step) <= _AGREES_WITHIN * step
