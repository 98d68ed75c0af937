"""The demo's clock: begins at a moment of one's choice and runs as fast as one likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """`start` when it was made, then `speed` seconds a second; 0 stands still."""

    start: datetime
    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "began", self.monotonic())

    def __call__(self) -> datetime:
        """What time it is in the demo."""
        return self.start + timedelta(seconds=(self.monotonic() - self.began) * self.speed)
