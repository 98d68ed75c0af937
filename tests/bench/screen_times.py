"""How soon a long list is on the screen and answers keys, and how long the event loop is held meanwhile."""

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
from bench.output_costs import EMPTY, SLOW_INTERVAL_S, TYPED, run_demo_with_home
from bench.parse_times import median_duration
from lxml import etree

FILTER_GOALS = {10_000: 30.0, 100_000: 150.0}
"""Milliseconds from a key to the last byte of what it changes, by the length of the list."""
MAX_BLOCKED_S = 20.0
WATCHED_SCRIPT = str(Path(__file__).with_name("watch_event_loop.py"))


def measure_first_list(served: BenchServer, times: int = 1) -> Iterator[BenchmarkResult]:
    """From the answer to the list on the screen, and what it does to the event loop."""
    datatable_times = median_duration(lambda: etree.fromstring(served.body), max(times, 3))
    start, ended = (
        median(column) for column in zip(*(_open_list(served) for _ in range(times)), strict=True)
    )
    label, beside = f"list of {served.rows:,} on the screen, after", f"median of {times}"
    compared = f"lxml parses it in {datatable_times:.0f} ms, all at once"
    yield BenchmarkResult(
        f"{label} its last byte", ended, "ms", 2 * datatable_times + 100, f"{compared}; {beside}"
    )
    yield BenchmarkResult(f"{label} its first byte", start, "ms", None, f"with TLS on both sides; {beside}")
    with _run_watched(served) as (tty, log_path):
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence()
        yield blocked_since(
            log_path, served.requests[-1].started, f"event loop held while {served.rows:,} arrive"
        )


def _open_list(served: BenchServer) -> tuple[float, float]:
    """Milliseconds from the beginning and from the end of the answer to the list on the screen."""
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        shown = tty.wait_for(run_demo_with_home(served))
    look = served.requests[-1]
    return (shown - look.started) * 1000, (shown - look.ended) * 1000


def measure_filtering(served: BenchServer, count: int, times: int = 1) -> Iterator[BenchmarkResult]:
    """From a key of a query to what it changes on the screen, and the event loop meanwhile."""
    with _run_watched(served) as (tty, log_path):
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence()
        tty.measure_key("/")
        start = monotonic()
        rounds = [_type_query(tty) for _ in range(times)]
        waits = sorted(median(column) * 1000 for column in zip(*rounds, strict=True))
        beside = f"median key {median(waits):.0f} ms; each of {len(waits)} keys the median of {times}"
        label = f"filter keystroke over {served.rows:,}, the slowest, painted"
        yield BenchmarkResult(label, waits[-1], "ms", FILTER_GOALS.get(count), beside)
        yield blocked_since(log_path, start, f"event loop held while {served.rows:,} are filtered")


def _type_query(tty: BenchTerminal) -> list[float]:
    """Seconds for each key of the query; the line is empty afterwards."""
    waits = [tty.measure_key(key)[1] for key in TYPED]
    tty.measure_key(EMPTY)
    return waits


@contextmanager
def _run_watched(served: BenchServer) -> Iterator[tuple[BenchTerminal, Path]]:
    log_path = served.home / "held"
    with running_program(
        [sys.executable, WATCHED_SCRIPT, str(log_path), SLOW_INTERVAL_S], served.environ
    ) as tty:
        yield tty, log_path


def blocked_since(log_path: Path, since: float, label: str) -> BenchmarkResult:
    """The longest that the loop was held since then, of what its watch has noted."""
    lines = [json.loads(line) for line in log_path.read_text().splitlines()]
    longest = [line["held"] * 1000 for line in lines if line["at"] > since]
    beside = f"{sum(span > MAX_BLOCKED_S for span in longest)} times longer than {MAX_BLOCKED_S:.0f} ms"
    return BenchmarkResult(label, max(longest, default=0), "ms", MAX_BLOCKED_S, beside)
