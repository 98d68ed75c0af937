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
from bench.bench_server import BenchServer
from bench.bench_terminal import BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import DOWN, SLOW_INTERVAL_S
from bench.screen_times import WATCHED_SCRIPT, blocked_since

KEY_INTERVAL_S = 0.05
"""Seconds between two keys."""
FAST_KEY_INTERVAL_S = "0.2"
"""Seconds between the end of a look and the next."""
MAX_WAIT_S, TIMES_IDLE = 50.0, 3.0


@dataclass(frozen=True, slots=True)
class KeyWaits:
    """Milliseconds from each key to its paint."""

    seconds: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The 99th of a hundred."""
        return quantiles(self.seconds, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        return (
            f"median {median(self.seconds):.0f} ms, worst"
            f" {max(self.seconds):.0f} ms of {len(self.seconds)} keys"
        )


class LineReader:
    """Reads on the screen which row the cursor is on."""

    def __init__(self, tty: BenchTerminal) -> None:
        self._tty = tty
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    def row(self, patience: float) -> int:
        """The row, after what comes within this time."""
        self._stream.feed(self._tty.read(patience))
        found = re.search(r"([\d,]+) of [\d,]+ runs\s*$", self._screen.display[-1])
        return int(found[1].replace(",", "")) if found else 0

    def wait_for_row(self, row: int) -> None:
        """Wait until the cursor is there."""
        deadline = time.monotonic() + 60
        while self.row(0.5) < row:
            if time.monotonic() > deadline:
                raise TimeoutError(f"row {row} is never reached")

    def wait_for_text(self, text: str) -> None:
        """Wait until it is said on the last line."""
        deadline = time.monotonic() + 60
        while text not in self._screen.display[-1]:
            self.row(0.05)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text} is never said")

    def measure_waits(self, count: int) -> KeyWaits:
        """Press ↓ so many times, at a steady pace, and see when each has been painted."""
        start = self.row(0.1)
        began_at, pressed, painted = time.monotonic(), 0, list[float]()
        deadline = began_at + count * KEY_INTERVAL_S + 60
        while len(painted) < count and time.monotonic() < deadline:
            due = began_at + pressed * KEY_INTERVAL_S
            if pressed < count and due <= time.monotonic():
                self._tty.press(DOWN)
                pressed += 1
                continue
            row = self.row(max(due - time.monotonic(), 0) if pressed < count else 1.0)
            now = time.monotonic()
            painted += [
                now - (began_at + len(painted) * KEY_INTERVAL_S) for _ in range(row - start - len(painted))
            ]
        return KeyWaits(tuple(wait * 1000 for wait in painted))


def measure_refresh(served: BenchServer, keys: int = 400) -> Iterator[BenchmarkResult]:
    """Key to paint at rest, then while lists land; and the event loop meanwhile."""
    idle, _ = _measure_key_waits(served, SLOW_INTERVAL_S, keys)
    served.keep_moving()
    poll_count = len(served.requests)
    busy, began = _measure_key_waits(served, FAST_KEY_INTERVAL_S, keys)
    arrived = len(served.requests) - poll_count
    label = f"key to paint while {served.rows:,} land, p99"
    yield BenchmarkResult(label, busy.worst, "ms", MAX_WAIT_S, f"{busy}, while {arrived} lists came")
    beside = f"{busy.worst:.0f} ms : {idle.worst:.0f} ms; idle {idle}"
    yield BenchmarkResult("the same, of the same at rest", busy.worst / idle.worst, "×", TIMES_IDLE, beside)
    yield blocked_since(
        served.home / "held", began, f"event loop held while {served.rows:,} land and keys come"
    )


def _measure_key_waits(served: BenchServer, interval: str, keys: int) -> tuple[KeyWaits, float]:
    """What was waited, and the moment when the first key came."""
    argv = [sys.executable, WATCHED_SCRIPT, str(served.home / "held"), interval]
    with running_program(argv, served.environ) as tty:
        reader = LineReader(tty)
        reader.wait_for_row(1)
        tty.press("Z")
        reader.wait_for_text("Every run has a row of its own")
        tty.wait_for_silence(0.05)
        start = time.monotonic()
        return reader.measure_waits(keys), start
