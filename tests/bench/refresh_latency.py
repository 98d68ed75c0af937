"""Key to paint while lists of ten thousand sessions arrive, one after another, each with changes.

Keys are sent at a fixed rate, whether or not the last one was painted, so that a delay counts for
every key that it affects.
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
POLL_INTERVAL_S = "0.2"
"""Seconds between the end of a poll and the next."""
MAX_WAIT_MS, MAX_RATIO_TO_IDLE = 50.0, 3.0


@dataclass(frozen=True, slots=True)
class KeyWaits:
    """Milliseconds from each key to its paint."""

    milliseconds: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The 99th percentile."""
        return quantiles(self.milliseconds, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        return (
            f"median {median(self.milliseconds):.0f} ms, worst"
            f" {max(self.milliseconds):.0f} ms of {len(self.milliseconds)} keys"
        )


class LineReader:
    """Reads the cursor's row from the screen."""

    def __init__(self, tty: BenchTerminal) -> None:
        self._tty = tty
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    def row(self, timeout: float) -> int:
        """Return the row, after the output within this time."""
        self._stream.feed(self._tty.read(timeout))
        found = re.search(r" ([\d,]+) of [\d,]+ runs ─\s*$", "\n".join(self._screen.display), re.MULTILINE)
        return int(found[1].replace(",", "")) if found else 0

    def wait_for_row(self, row: int) -> None:
        """Wait until the cursor is on this row."""
        deadline = time.monotonic() + 60
        while self.row(0.5) < row:
            if time.monotonic() > deadline:
                raise TimeoutError(f"row {row} was not reached")

    def wait_for_text(self, text: str) -> None:
        """Wait until the last line contains this text."""
        deadline = time.monotonic() + 60
        while text not in self._screen.display[-1]:
            self.row(0.05)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text} did not appear")

    def measure_waits(self, count: int) -> KeyWaits:
        """Press ↓ `count` times at a fixed rate, and measure when each was painted."""
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
    """Key to paint while idle, then while lists arrive; and how long the event loop is blocked."""
    idle, _ = _measure_key_waits(served, SLOW_INTERVAL_S, keys)
    served.keep_changing()
    poll_count = len(served.requests)
    busy, began = _measure_key_waits(served, POLL_INTERVAL_S, keys)
    arrived = len(served.requests) - poll_count
    label = f"key to paint while {served.rows:,} arrive, p99"
    yield BenchmarkResult(label, busy.worst, "ms", MAX_WAIT_MS, f"{busy}, while {arrived} lists arrived")
    comparison = f"{busy.worst:.0f} ms : {idle.worst:.0f} ms; idle {idle}"
    yield BenchmarkResult(
        "the same, relative to idle", busy.worst / idle.worst, "×", MAX_RATIO_TO_IDLE, comparison
    )
    yield blocked_since(
        served.home / "blocked", began, f"event loop blocked while {served.rows:,} arrive, with keys"
    )


def _measure_key_waits(served: BenchServer, interval: str, keys: int) -> tuple[KeyWaits, float]:
    """Return the delays, and the time of the first key."""
    argv = [sys.executable, WATCHED_SCRIPT, str(served.home / "blocked"), interval]
    with running_program(argv, served.environ) as tty:
        reader = LineReader(tty)
        reader.wait_for_row(1)
        tty.press("Z")
        reader.wait_for_text("every run has its own row")
        tty.wait_for_silence(0.05)
        start = time.monotonic()
        return reader.measure_waits(keys), start
