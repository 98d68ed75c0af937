"""How fast a list is read, beside lxml's own parse of the same bytes, and what its sessions weigh."""

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
    """The median of how long some work takes, in milliseconds."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spans.append((time.perf_counter() - start) * 1000)
    return median(spans)


def measure_parsing(count: int, times: int) -> Iterator[BenchmarkResult]:
    """Reading a list of so many, and its weight."""
    body = list_body(count)
    read_body(body)
    lxml_spans, emtui_spans = (
        median_duration(lambda: etree.fromstring(body), times),
        median_duration(lambda: read_body(body), times),
    )
    label = f"{emtui_spans:.0f} ms : {lxml_spans:.0f} ms, {len(body) / emtui_spans / 1000:.0f} MB/s"
    yield BenchmarkResult(
        f"reading a list of {count:,}, of lxml's own parse", emtui_spans / lxml_spans, "×", None, label
    )
    tracemalloc.start()
    kept = read_body(body)
    kept_bytes, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    beside = (
        f"{kept_bytes / len(kept.sessions):.0f} bytes a session, {peak_bytes / 2**20:.0f} MiB at the peak"
    )
    yield BenchmarkResult(f"{count:,} sessions, as Python counts", kept_bytes / 2**20, "MiB", None, beside)
