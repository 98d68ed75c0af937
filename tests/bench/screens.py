"""How soon a long list is on the screen and answers keys, and how long the event loop is held meanwhile."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic

from bench.counts import EMPTY, SELDOM, TYPED, there
from bench.figures import Figure
from bench.reading import lasts
from bench.server import Served
from bench.terminal import Tty, running
from lxml import etree

FILTER_GOALS = {10_000: 30.0, 100_000: 150.0}
"""Milliseconds from a key to the last byte of what it changes, by the length of the list."""
HELD_GOAL = 20.0
WATCHED = str(Path(__file__).with_name("watched.py"))


def arrival(served: Served, times: int = 1) -> Iterator[Figure]:
    """From the answer to the list on the screen, and what it does to the event loop."""
    theirs = lasts(lambda: etree.fromstring(served.body), max(times, 3))
    began, ended = (median(column) for column in zip(*(_arrived(served) for _ in range(times)), strict=True))
    what, beside = f"list of {served.rows:,} on the screen, after", f"median of {times}"
    compared = f"lxml parses it in {theirs:.0f} ms, all at once"
    yield Figure(f"{what} its last byte", ended, "ms", 2 * theirs + 100, f"{compared}; {beside}")
    yield Figure(f"{what} its first byte", began, "ms", None, f"with TLS on both sides; {beside}")
    with _watched(served) as (tty, noted):
        tty.until(there(served))
        tty.settled()
        yield held_since(noted, served.looks[-1].began, f"event loop held while {served.rows:,} arrive")


def _arrived(served: Served) -> tuple[float, float]:
    """Milliseconds from the beginning and from the end of the answer to the list on the screen."""
    with running([sys.executable, "-m", "emtui"], served.environ) as tty:
        shown = tty.until(there(served))
    look = served.looks[-1]
    return (shown - look.began) * 1000, (shown - look.ended) * 1000


def filtering(served: Served, count: int, times: int = 1) -> Iterator[Figure]:
    """From a key of a query to what it changes on the screen, and the event loop meanwhile."""
    with _watched(served) as (tty, noted):
        tty.until(there(served))
        tty.settled()
        tty.answer_to("/")
        opened = monotonic()
        rounds = [_typed(tty) for _ in range(times)]
        waits = sorted(median(column) * 1000 for column in zip(*rounds, strict=True))
        beside = f"median key {median(waits):.0f} ms; each of {len(waits)} keys the median of {times}"
        what = f"filter keystroke over {served.rows:,}, the slowest, painted"
        yield Figure(what, waits[-1], "ms", FILTER_GOALS.get(count), beside)
        yield held_since(noted, opened, f"event loop held while {served.rows:,} are filtered")


def _typed(tty: Tty) -> list[float]:
    """Seconds for each key of the query; the line is empty afterwards."""
    waits = [tty.answer_to(key)[1] for key in TYPED]
    tty.answer_to(EMPTY)
    return waits


@contextmanager
def _watched(served: Served) -> Iterator[tuple[Tty, Path]]:
    noted = served.home / "held"
    with running([sys.executable, WATCHED, str(noted), SELDOM], served.environ) as tty:
        yield tty, noted


def held_since(noted: Path, since: float, what: str) -> Figure:
    """The longest that the loop was held since then, of what its watch has noted."""
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    held = [line["held"] * 1000 for line in lines if line["at"] > since]
    beside = f"{sum(span > HELD_GOAL for span in held)} times longer than {HELD_GOAL:.0f} ms"
    return Figure(what, max(held, default=0), "ms", HELD_GOAL, beside)
