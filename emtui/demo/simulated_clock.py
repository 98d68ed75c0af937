"""The demo's clock, with a configurable start and speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Shows `start` at creation, or when `monotonic` was `started_at`; runs at `speed` seconds per second.

    A speed of 0 stops it. `time.monotonic` is common to all processes, so that two of them can
    share a clock.
    """

    start: datetime
    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    started_at: InitVar[float | None] = None
    monotonic_start: float = field(init=False)

    def __post_init__(self, started_at: float | None) -> None:
        object.__setattr__(self, "monotonic_start", self.monotonic() if started_at is None else started_at)

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self.start + timedelta(seconds=(self.monotonic() - self.monotonic_start) * self.speed)
