"""Key to paint of a step in the timeline of a long list: to another lane, and to another run of a lane."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from statistics import median, quantiles

from bench.bench_server import BenchServer
from bench.bench_terminal import BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import SLOW_INTERVAL_S, position_text
from bench.screen_times import WATCHED_SCRIPT

STEPS = {"j": ("jkjk", "to another lane"), "]": ("[][]", "to another run of the lane")}
"""For each step the keys pressed in turn, so that each of them moves the cursor; and what they do."""
MAX_STEP_MS = 20.0


def measure_timeline(served: BenchServer, times: int = 5) -> Iterator[BenchmarkResult]:
    """Time from a key to the paint of the cursor; the pane about the run waits for a pause."""
    argv = [sys.executable, WATCHED_SCRIPT, str(served.home / "blocked"), SLOW_INTERVAL_S]
    with running_program(argv, served.environ) as tty:
        tty.wait_for(position_text(served))
        tty.wait_for_silence()
        tty.press("e")
        tty.wait_for_silence(1.0)
        tty.press("C")
        tty.wait_for_silence(1.0)
        tty.press("g")
        tty.wait_for_silence(1.0)
        for name, (keys, label) in STEPS.items():
            waits = sorted(_measure_first_paint(tty, key) for _ in range(times * 3) for key in keys)
            yield BenchmarkResult(
                f"timeline of {served.rows:,}: {name} {label}, painted, p90",
                quantiles(waits, n=10, method="inclusive")[8],
                "ms",
                MAX_STEP_MS,
                f"median {median(waits):.0f} ms, worst {waits[-1]:.0f} ms of {len(waits)} keys",
            )


def _measure_first_paint(tty: BenchTerminal, key: str) -> float:
    """Milliseconds from the key to the cursor in its new place; returns after the pane is painted too."""
    pressed = time.monotonic()
    burst, _ = tty.measure_key(key, 0.4)
    if not burst.count:
        raise TimeoutError(f"{key} moved nothing")
    return (burst.first - pressed) * 1000
