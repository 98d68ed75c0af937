"""Detects sleep, suspension and clock changes between two readings of the local clocks.

All values are seconds. The monotonic clock stops while the computer sleeps (Linux, macOS). The wall clock
does not, nor does Linux's CLOCK_BOOTTIME, which cannot be set.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

_MIN_DEVIATION_S = 1.0
"""Smaller deviations are timer jitter or clock synchronization."""
_MIN_STEP_S = 30.0
"""From here on the wall clock was set, rather than adjusted by synchronization."""
_STEP_TOLERANCE = 0.25
"""Relative tolerance of two measurements of a step: requests take time, `Date` has full seconds."""


class GapCause(Enum):
    """Why nothing was requested for a while, as a sentence."""

    SLEPT = "This computer was suspended."
    STOPPED = "emtui was stopped."
    UNCERTAIN = "This computer was suspended, or its clock was set forward."
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
class ClockDeviation:
    """Time between two readings beyond what was expected.

    `sleep_seconds` is measured by CLOCK_BOOTTIME; `stop_seconds` is how late the process resumed;
    `shift_seconds` is any further change of the wall clock, negative if it was set back.
    """

    sleep_seconds: float = 0.0
    stop_seconds: float = 0.0
    shift_seconds: float = 0.0

    @classmethod
    def between(cls, before: ClockReading, after: ClockReading, expected: float) -> ClockDeviation:
        """From two readings expected to be at most `expected` seconds apart."""
        elapsed = after.monotonic - before.monotonic
        has_boot_clock = before.boot is not None and after.boot is not None
        sleep_seconds = (after.boot or 0.0) - (before.boot or 0.0) - elapsed if has_boot_clock else 0.0
        sleep_seconds = sleep_seconds if sleep_seconds >= _MIN_DEVIATION_S else 0.0
        shift_seconds = after.wall - before.wall - elapsed - sleep_seconds
        return cls(
            sleep_seconds,
            max(elapsed - expected, 0.0),
            shift_seconds if abs(shift_seconds) >= _MIN_DEVIATION_S else 0.0,
        )

    def gap_cause(self, min_gap: float) -> GapCause | None:
        """The cause of a gap of more than `min_gap` seconds; `None` if there was no gap."""
        if self.sleep_seconds > min_gap:
            return GapCause.SLEPT
        if self.stop_seconds > min_gap:
            return GapCause.STOPPED
        return GapCause.UNCERTAIN if self.shift_seconds > min_gap else None

    def clock_step(self, min_gap: float) -> float:
        """The change of the wall clock if it was certainly set; 0 where it may have been sleep."""
        if self.shift_seconds <= -_MIN_STEP_S:
            return self.shift_seconds
        return self.shift_seconds if _MIN_STEP_S <= self.shift_seconds <= min_gap else 0.0


def was_clock_set(step: float, skew_before: float | None, skew_after: float | None) -> bool:
    """Whether the local clock was set forward by `step`: the skew of the server changed by as much.

    False if the server does not report its time: the time may have passed.
    """
    if skew_before is None or skew_after is None:
        return False
    return abs(skew_before - skew_after - step) <= _STEP_TOLERANCE * step
