"""The demo's clock: begins at a moment of one's choice and runs as fast as one likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """`start` when it was made, or when `monotonic` showed `since`; then `speed` seconds a second.

    With a speed of 0 it stands still. `time.monotonic` is the same for all processes, so that two of them
    can have the same clock.
    """

    start: datetime
    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    since: InitVar[float | None] = None
    began: float = field(init=False)

    def __post_init__(self, since: float | None) -> None:
        object.__setattr__(self, "began", self.monotonic() if since is None else since)

    def __call__(self) -> datetime:
        """What time it is in the demo."""
        return self.start + timedelta(seconds=(self.monotonic() - self.began) * self.speed)
