"""A line of 64 kbit/s, 600 ms there and back: how soon the cursor rests, and what a query costs."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import monotonic

from bench.bench_server import BenchServer
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import FAST_POLLING_SCRIPT, SLOW_INTERVAL_S, TYPED
from slow_link import SLOW_LINK, RemoteTerminal, run_remote

HOLD_S, REPEATS = 3.0, 30.0
"""Seconds that a key is held, and how often it is repeated in one."""
SILENCE = 3.0
"""After so many seconds without a byte nothing is on its way any more."""
REST_REPEATS, QUERY = 1.0, 10_000.0
TYPING_INTERVAL_S = 5.0
"""Keys in a second, as one types."""


def measure_slow_link(served: BenchServer, times: int) -> Iterator[BenchmarkResult]:
    """A key held and let go, at the top of the list and at its foot, and a query."""
    line = f"{SLOW_LINK.rate * 8 / 1000:.0f} kbit/s, {SLOW_LINK.delay * 2000:.0f} ms there and back"
    with run_remote([FAST_POLLING_SCRIPT, SLOW_INTERVAL_S], served.environ) as terminal:
        terminal.wait_for(f"1 of {served.rows:,}")
        terminal.read_until(monotonic() + SILENCE)
        for label, key, return_key in (("↓", "down", "g"), ("a page", "pagedown", "g")):
            hold_results = [_hold_key(terminal, key, return_key) for _ in range(times)]
            rests, unread_bytes = (list(column) for column in zip(*hold_results, strict=True))
            beside = f"{min(rests):.2f}–{max(rests):.2f} s, {max(unread_bytes):,} B ahead at most; {line}"
            yield BenchmarkResult(
                f"slow line: {label} held {HOLD_S:.0f} s, to rest", median(rests), "s", REST_REPEATS, beside
            )
        before = len(terminal.received)
        terminal.hold_key("/", 1.0, 1)
        for key in TYPED:
            terminal.hold_key(key, 1 / TYPING_INTERVAL_S, TYPING_INTERVAL_S)
        terminal.wait_for_silence(SILENCE)
        yield BenchmarkResult(
            f"slow line: a query of {len(TYPED)} typed", len(terminal.received) - before, "B", QUERY, line
        )


def _hold_key(terminal: RemoteTerminal, key: str, return_key: str) -> tuple[float, int]:
    """Seconds from letting go to the last byte, and the most bytes that were ahead of the terminal."""
    unread_bytes = terminal.hold_key(key, HOLD_S, REPEATS)
    released = monotonic()
    rests = terminal.wait_for_silence(SILENCE) - released
    terminal.press(return_key)
    terminal.wait_for_silence(SILENCE)
    return max(rests, 0.0), unread_bytes
