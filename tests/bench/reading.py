"""How fast a list is read, beside lxml's own parse of the same bytes, and what its sessions weigh."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median

from bench.figures import Figure
from bench.server import listing
from lxml import etree

from emtui.em.model import Listing
from emtui.em.xml_codec import ListReader

SLICE = 128 * 1024


def read(body: bytes) -> Listing:
    """Read a list as it arrives from a server, in slices."""
    reader = ListReader()
    for start in range(0, len(body), SLICE):
        reader.feed(body[start : start + SLICE])
    return reader.close()


def lasts(work: Callable[[], object], times: int) -> float:
    """The median of how long some work takes, in milliseconds."""
    spans = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spans.append((time.perf_counter() - began) * 1000)
    return median(spans)


def reading(count: int, times: int) -> Iterator[Figure]:
    """Reading a list of so many, and its weight."""
    body = listing(count)
    read(body)
    theirs, ours = lasts(lambda: etree.fromstring(body), times), lasts(lambda: read(body), times)
    what = f"{ours:.0f} ms : {theirs:.0f} ms, {len(body) / ours / 1000:.0f} MB/s"
    yield Figure(f"reading a list of {count:,}, of lxml's own parse", ours / theirs, "×", None, what)
    tracemalloc.start()
    kept = read(body)
    weight, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    beside = f"{weight / len(kept.sessions):.0f} bytes a session, {peak / 2**20:.0f} MiB at the peak"
    yield Figure(f"{count:,} sessions, as Python counts", weight / 2**20, "MiB", None, beside)
