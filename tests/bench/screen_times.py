"""Time until a long list is shown and responds to keys, and how long it blocks the event loop."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic

from bench.bench_server import BenchServer
from bench.bench_terminal import BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import EMPTY, SLOW_INTERVAL_S, TYPED, position_text
from bench.parse_times import median_duration
from lxml import etree

FILTER_GOALS = {10_000: 30.0, 100_000: 150.0}
"""Milliseconds from a key to the last byte of its output, by the length of the list."""
MAX_BLOCKED_MS = 20.0
WATCHED_SCRIPT = str(Path(__file__).with_name("watch_event_loop.py"))


def measure_first_list(served: BenchServer, times: int = 1) -> Iterator[BenchmarkResult]:
    """Time from the response to the list on the screen, and how long it blocks the event loop."""
    lxml_ms = median_duration(lambda: etree.fromstring(served.body), max(times, 3))
    start, ended = (
        median(column) for column in zip(*(_open_list(served) for _ in range(times)), strict=True)
    )
    label, comparison = f"list of {served.rows:,} on the screen, after", f"median of {times}"
    compared = f"lxml parses it in {lxml_ms:.0f} ms, all at once"
    yield BenchmarkResult(
        f"{label} the last byte", ended, "ms", 2 * lxml_ms + 100, f"{compared}; {comparison}"
    )
    yield BenchmarkResult(
        f"{label} the first byte", start, "ms", None, f"with TLS on both sides; {comparison}"
    )
    with _run_watched(served) as (tty, log_path):
        tty.wait_for(position_text(served))
        tty.wait_for_silence()
        yield blocked_since(
            log_path, served.requests[-1].started, f"event loop blocked while {served.rows:,} arrive"
        )


def _open_list(served: BenchServer) -> tuple[float, float]:
    """Milliseconds from the start and from the end of the response to the list on the screen."""
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        shown = tty.wait_for(position_text(served))
    request = served.requests[-1]
    return (shown - request.started) * 1000, (shown - request.ended) * 1000


def measure_filtering(served: BenchServer, count: int, times: int = 1) -> Iterator[BenchmarkResult]:
    """Time from a key of a query to its output, and how long the event loop is blocked."""
    with _run_watched(served) as (tty, log_path):
        tty.wait_for(position_text(served))
        tty.wait_for_silence()
        tty.measure_key("i")  # without the preview, which follows once no key is pressed
        tty.measure_key("/")
        start = monotonic()
        rounds = [_type_query(tty) for _ in range(times)]
        waits = sorted(median(column) * 1000 for column in zip(*rounds, strict=True))
        comparison = f"median key {median(waits):.0f} ms; each of {len(waits)} keys the median of {times}"
        label = f"filter keystroke over {served.rows:,}, the slowest, painted"
        yield BenchmarkResult(label, waits[-1], "ms", FILTER_GOALS.get(count), comparison)
        yield blocked_since(log_path, start, f"event loop blocked while {served.rows:,} are filtered")


def _type_query(tty: BenchTerminal) -> list[float]:
    """Type the query and clear it; return the seconds for each key."""
    waits = [tty.measure_key(key)[1] for key in TYPED]
    tty.measure_key(EMPTY)
    return waits


@contextmanager
def _run_watched(served: BenchServer) -> Iterator[tuple[BenchTerminal, Path]]:
    log_path = served.home / "blocked"
    with running_program(
        [sys.executable, WATCHED_SCRIPT, str(log_path), SLOW_INTERVAL_S], served.environ
    ) as tty:
        yield tty, log_path


def blocked_since(log_path: Path, since: float, label: str) -> BenchmarkResult:
    """The longest time since then that the loop was blocked, from the log of its watch."""
    lines = [json.loads(line) for line in log_path.read_text().splitlines()]
    longest = [line["blocked"] * 1000 for line in lines if line["at"] > since]
    comparison = f"{sum(span > MAX_BLOCKED_MS for span in longest)} times longer than {MAX_BLOCKED_MS:.0f} ms"
    return BenchmarkResult(label, max(longest, default=0), "ms", MAX_BLOCKED_MS, comparison)
