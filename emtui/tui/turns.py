"""When the next frame may go to the terminal: never more than one ahead of what it shows.

Plain SSH takes megabytes before it pushes back, so a terminal at the end of a slow line
shows now what was painted seconds ago. After each frame it is therefore asked whether it
is still there, and the next one waits for its answer (`DSR 5`, which every terminal since
the VT100 answers). What is painted meanwhile is not lost: the next frame shows the latest.

Times are seconds of a monotonic clock, and "now" is always an argument.
"""

from __future__ import annotations

from collections import deque

QUESTION = "\x1b[5n"
ASKED = 3
"""Questions without any answer, after which a terminal is taken to be mute, and not asked until it speaks."""
LOST = 10.0
"""Seconds after which an answer is taken to be lost."""
SLOW = 0.1
"""Seconds from which on an answer means a line that wants care."""
QUIET_GAP = 1 / 15
"""Seconds between two frames on such a line."""
_REMEMBERED = 5


class Turns:
    """The turns of one terminal: ours to send a frame, its own to show it.

    `quiet` is how a line is treated from the start; one that answers slowly is treated so by itself.
    Nobody waits for a terminal that has never answered.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._told_quiet = quiet
        self._asked: deque[float] = deque()
        self._sent = -QUIET_GAP
        self._heard = False
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def quiet(self) -> bool:
        """Whether the line wants care: told so, or measured."""
        return self._told_quiet or (
            len(self._took) == _REMEMBERED and sorted(self._took)[_REMEMBERED // 2] > SLOW
        )

    @property
    def asks(self) -> bool:
        """Whether a frame ends with the question."""
        return self._heard or len(self._asked) < ASKED

    def wait(self, now: float) -> float:
        """Seconds until the next frame may go, 0 for at once; an answer may make it sooner."""
        gap = self._sent + QUIET_GAP - now if self.quiet else 0.0
        if not self._heard or not self._asked:
            return max(gap, 0.0)
        return max(self._asked[-1] + LOST - now, gap, 0.0)

    def sent(self, now: float) -> None:
        """A frame has gone, with the question if it `asks`."""
        if self._heard:
            self._asked.clear()  # of what was asked before, every answer has come or is lost
        if self.asks:
            self._asked.append(now)
        self._sent = now

    def answered(self, now: float) -> None:
        """The terminal has shown what it was sent, up to the first question that it has not answered."""
        if self._asked:
            self._took.append(now - self._asked.popleft())
        self._heard = True
