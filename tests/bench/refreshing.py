"""From a key to its paint while lists of ten thousand land, one after another, each with changes.

Keys come at a steady pace, whether the last one was painted or not, so that a wait is
counted for every key that had to wait.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

import pyte
from bench.counts import DOWN, SELDOM
from bench.figures import Figure
from bench.screens import WATCHED, held_since
from bench.server import Served
from bench.terminal import Tty, running

PACE = 0.05
"""Seconds between two keys."""
HURRIED = "0.2"
"""Seconds between the end of a look and the next."""
GOAL, TIMES_IDLE = 50.0, 3.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from each key to its paint."""

    each: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The 99th of a hundred."""
        return quantiles(self.each, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        return f"median {median(self.each):.0f} ms, worst {max(self.each):.0f} ms of {len(self.each)} keys"


class Reader:
    """Reads on the screen which row the cursor is on."""

    def __init__(self, tty: Tty) -> None:
        self._tty = tty
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    def row(self, patience: float) -> int:
        """The row, after what comes within this time."""
        self._stream.feed(self._tty.read(patience))
        found = re.search(r"([\d,]+) of [\d,]+ runs\s*$", self._screen.display[-1])
        return int(found[1].replace(",", "")) if found else 0

    def until(self, row: int) -> None:
        """Wait until the cursor is there."""
        ends = time.monotonic() + 60
        while self.row(0.5) < row:
            if time.monotonic() > ends:
                raise TimeoutError(f"row {row} is never reached")

    def reads(self, text: str) -> None:
        """Wait until it is said on the last line."""
        ends = time.monotonic() + 60
        while text not in self._screen.display[-1]:
            self.row(0.05)
            if time.monotonic() > ends:
                raise TimeoutError(f"{text} is never said")

    def waits(self, count: int) -> Waits:
        """Press ↓ so many times, at a steady pace, and see when each has been painted."""
        start = self.row(0.1)
        began, pressed, painted = time.monotonic(), 0, list[float]()
        ends = began + count * PACE + 60
        while len(painted) < count and time.monotonic() < ends:
            due = began + pressed * PACE
            if pressed < count and due <= time.monotonic():
                self._tty.press(DOWN)
                pressed += 1
                continue
            row = self.row(max(due - time.monotonic(), 0) if pressed < count else 1.0)
            now = time.monotonic()
            painted += [now - (began + len(painted) * PACE) for _ in range(row - start - len(painted))]
        return Waits(tuple(wait * 1000 for wait in painted))


def refreshing(served: Served, keys: int = 400) -> Iterator[Figure]:
    """Key to paint at rest, then while lists land; and the event loop meanwhile."""
    idle, _ = _waits(served, SELDOM, keys)
    served.keep_moving()
    looks = len(served.looks)
    busy, began = _waits(served, HURRIED, keys)
    landed = len(served.looks) - looks
    what = f"key to paint while {served.rows:,} land, p99"
    yield Figure(what, busy.worst, "ms", GOAL, f"{busy}, while {landed} lists came")
    beside = f"{busy.worst:.0f} ms : {idle.worst:.0f} ms; idle {idle}"
    yield Figure("the same, of the same at rest", busy.worst / idle.worst, "×", TIMES_IDLE, beside)
    yield held_since(served.home / "held", began, f"event loop held while {served.rows:,} land and keys come")


def _waits(served: Served, every: str, keys: int) -> tuple[Waits, float]:
    """What was waited, and the moment when the first key came."""
    argv = [sys.executable, WATCHED, str(served.home / "held"), every]
    with running(argv, served.environ) as tty:
        reader = Reader(tty)
        reader.until(1)
        tty.press("Z")
        reader.reads("Every run has a row of its own")
        tty.settled(0.05)
        began = time.monotonic()
        return reader.waits(keys), began
