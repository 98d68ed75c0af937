"""When the next frame may go to the terminal: never more than one ahead of what it shows.

Plain SSH takes megabytes before it pushes back, so a terminal at the end of a slow line
shows now what was painted seconds ago. After each frame it is therefore asked whether it
is still there, and the next one waits for its answer (`DSR 5`, which every terminal since
the VT100 answers), unless what is on its way is next to nothing. What is painted meanwhile
is not lost: the next frame shows the latest. A multiplexer answers in the terminal's place
and knows nothing of the line; frames then keep the distance that a slow line needs.

Times are seconds of a monotonic clock, and "now" is always an argument; sizes are bytes.
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
LITTLE = 1200
"""Bytes under way, up to which the next frame need not wait: a seventh of a second at 64 kbit/s."""
RELAYED = 6000
"""Bytes a second that a line behind a multiplexer is taken to carry: 64 kbit/s, less what that adds."""
_REMEMBERED = 5


class Turns:
    """The turns of one terminal: ours to send a frame, its own to show it.

    `quiet` is how a line is treated from the start; one that answers slowly is treated so by itself.
    `relayed` says that a multiplexer answers for a terminal at the end of a line.
    Nobody waits for a terminal that has never answered, or answers no more.
    """

    def __init__(self, *, quiet: bool = False, relayed: bool = False) -> None:
        self._told_quiet = quiet
        self._relayed = relayed
        self._asked: deque[tuple[float, int]] = deque()
        self._sent = -QUIET_GAP
        self._size = 0
        self._heard = False
        self._lost = 0
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
        gap = max(self._sent + self._gap - now, 0.0)
        under_way = self._under_way(now)
        if not self._heard or sum(size for _, size in under_way) < LITTLE:
            return gap
        return max(under_way[0][0] + LOST - now, gap)

    def sent(self, now: float, size: int) -> None:
        """A frame has gone, with the question if it `asks`."""
        if self._heard:
            kept = deque(self._under_way(now))
            self._lost += len(self._asked) - len(kept)
            self._asked, self._heard = kept, self._lost < ASKED
        if self.asks:
            self._asked.append((now, size))
        self._sent, self._size = now, size

    def answered(self, now: float) -> None:
        """The terminal has shown what it was sent, up to the first question that it has not answered."""
        if self._asked:
            asked, _ = self._asked.popleft()
            self._took.append(now - asked)
        self._heard, self._lost = True, 0

    def forget(self) -> None:
        """Somebody else has had the terminal: what was asked before is not answered to us."""
        self._asked.clear()

    @property
    def _gap(self) -> float:
        if not self.quiet:
            return 0.0
        return max(QUIET_GAP, self._size / RELAYED if self._relayed else 0.0)

    def _under_way(self, now: float) -> list[tuple[float, int]]:
        """What was asked, and may still be answered."""
        return [(at, size) for at, size in self._asked if now - at < LOST]
