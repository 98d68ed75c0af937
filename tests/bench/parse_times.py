"""Speed of parsing a list, compared with lxml on the same bytes, and the memory of its sessions."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median

from bench.bench_server import list_body
from bench.benchmark_results import BenchmarkResult
from lxml import etree

from emtui.em.model import Listing
from emtui.em.xml_codec import ListReader

SLICE = 128 * 1024


def read_body(body: bytes) -> Listing:
    """Read a list as it arrives from a server, in slices."""
    reader = ListReader()
    for start in range(0, len(body), SLICE):
        reader.feed(body[start : start + SLICE])
    return reader.close()


def median_duration(work: Callable[[], object], times: int) -> float:
    """Median duration of some work in milliseconds."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spans.append((time.perf_counter() - start) * 1000)
    return median(spans)


def measure_parsing(count: int, times: int) -> Iterator[BenchmarkResult]:
    """Parse a list of `count` sessions; duration and memory."""
    body = list_body(count)
    read_body(body)
    lxml_ms, emtui_ms = (
        median_duration(lambda: etree.fromstring(body), times),
        median_duration(lambda: read_body(body), times),
    )
    comparison = f"{emtui_ms:.0f} ms : {lxml_ms:.0f} ms, {len(body) / emtui_ms / 1000:.0f} MB/s"
    label = f"parsing a list of {count:,}, relative to lxml"
    yield BenchmarkResult(label, emtui_ms / lxml_ms, "×", None, comparison)
    tracemalloc.start()
    listing = read_body(body)
    list_bytes, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    session_bytes = list_bytes / len(listing.sessions)
    comparison = f"{session_bytes:.0f} bytes per session, {peak_bytes / 2**20:.0f} MiB at the peak"
    yield BenchmarkResult(
        f"{count:,} sessions, memory by tracemalloc", list_bytes / 2**20, "MiB", None, comparison
    )
