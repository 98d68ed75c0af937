"""Keys and a query over a link of 64 kbit/s with a round trip of 600 ms."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import monotonic

from bench.bench_server import BenchServer
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import FAST_POLLING_SCRIPT, SLOW_INTERVAL_S, TYPED
from slow_link import SLOW_LINK, RemoteTerminal, run_remote

HOLD_S, REPEATS = 3.0, 30.0
"""Seconds that a key is held, and repeats per second."""
SILENCE_S = 3.0
"""All output has arrived after this many seconds without a byte."""
MAX_STOP_S, MAX_QUERY_BYTES = 1.0, 10_000.0
TYPING_RATE = 5.0
"""Keys per second when typing."""


def measure_slow_link(served: BenchServer, times: int) -> Iterator[BenchmarkResult]:
    """Hold and release keys in the list, then type a query."""
    line = f"{SLOW_LINK.rate * 8 / 1000:.0f} kbit/s, {SLOW_LINK.delay * 2000:.0f} ms round trip"
    with run_remote([FAST_POLLING_SCRIPT, SLOW_INTERVAL_S], served.environ) as terminal:
        terminal.wait_for(f"1 of {served.rows:,}")
        terminal.read_until(monotonic() + SILENCE_S)
        for key_name, key, return_key in (("↓", "down", "g"), ("a page", "pagedown", "g")):
            hold_results = [_hold_key(terminal, key, return_key) for _ in range(times)]
            stop_times, unread_bytes = (list(column) for column in zip(*hold_results, strict=True))
            comparison = (
                f"{min(stop_times):.2f}–{max(stop_times):.2f} s,"
                f" {max(unread_bytes):,} B in transit at most; {line}"
            )
            yield BenchmarkResult(
                f"slow link: {key_name} held {HOLD_S:.0f} s, until the cursor stops",
                median(stop_times),
                "s",
                MAX_STOP_S,
                comparison,
            )
        before = len(terminal.received)
        terminal.hold_key("/", 1.0, 1)
        for key in TYPED:
            terminal.hold_key(key, 1 / TYPING_RATE, TYPING_RATE)
        terminal.wait_for_silence(SILENCE_S)
        yield BenchmarkResult(
            f"slow link: a query of {len(TYPED)} characters",
            len(terminal.received) - before,
            "B",
            MAX_QUERY_BYTES,
            line,
        )


def _hold_key(terminal: RemoteTerminal, key: str, return_key: str) -> tuple[float, int]:
    """Seconds from release to the last byte, and the maximum number of bytes in transit."""
    unread_bytes = terminal.hold_key(key, HOLD_S, REPEATS)
    released = monotonic()
    stop_times = terminal.wait_for_silence(SILENCE_S) - released
    terminal.press(return_key)
    terminal.wait_for_silence(SILENCE_S)
    return max(stop_times, 0.0), unread_bytes
