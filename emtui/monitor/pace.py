"""How often the list is asked for: rarely enough for the server, often enough for the person. In seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

LEAST = 10.0
"""No profile may ask more often."""
AWAY = 600.0
"""Without a key for so long, nobody is taken to be looking."""
NOT_BELOW = 20
"""The pause is at least so many times what the last answer took, apart."""
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """The pauses between two requests: usual ones, while nobody looks, and the longest in trouble."""

    is_regular: ClassVar[bool] = True
    """Whether the next request can be told beforehand: those of a recording came as they came."""

    every: float = 60.0
    resting: float = 180.0
    longest: float = 300.0

    def usual(self, idle: float) -> float:
        """The pause while all is well, for somebody who has pressed no key for `idle`."""
        return self.every if idle < AWAY else max(self.every, self.resting)

    def after_answer(self, took: float, idle: float) -> float:
        """The pause after an answer that took so long."""
        return max(self.usual(idle), NOT_BELOW * took)

    def after_trouble(self, missed: int, retry_after: float | None, chance: float) -> float:
        """The pause after so many failed requests in a row; `chance` is from 0 to 1.

        It doubles, up to `longest`, less a chance fifth: those who lost the server together do
        not come back together. What the server asked for is waited for in any case.
        """
        most = max(self.longest, self.every)
        doubled = min(self.every * 2.0 ** min(missed - 1, _DOUBLINGS), most)
        return max(doubled * (1 - chance / 5), LEAST, retry_after or 0.0)
