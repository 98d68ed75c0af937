"""What the screens cost: bytes to a terminal of 120×40, time to paint, and how long the loop is held.

Bytes are of the demo's usual list; times are of a list as long as one likes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.reading import lasts
from bench.server import Served, listing, serving
from bench.terminal import Tty, running
from lxml import etree
from pty_terminal import a_home

DOWN, PAGE_DOWN, ENTER = "\x1b[B", "\x1b[6~", "\r"
TYPED = "state:failed type:Coll"
NIGHT = ("--seed", "1", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")
IDLE = 5.0
FILTER_GOALS = {10_000: 30.0, 100_000: 150.0}
"""Milliseconds from a key to the last byte of what it changes, by the length of the list."""
HELD_GOAL, MEMORY_GOAL = 20.0, 70.0


def on_the_line() -> Iterator[Figure]:
    """Bytes to the terminal, with the demo's list of about 3,000."""
    home = Path("/nonexistent")
    argv = [sys.executable, "-m", "emtui", "demo", *NIGHT]
    with running(argv, a_home(home)) as tty:
        yield Figure("bytes: first paint", tty.settled(3.0).count, "B", 20_000)
        tty.press(ENTER)
        tty.until("1/3,")
        tty.settled(1.0)
        yield Figure(f"bytes: {IDLE:.0f} s without a key", tty.settled(IDLE).count, "B", 0)
        yield from _keys(tty)


def _keys(tty: Tty) -> Iterator[Figure]:
    def cost(what: str, keys: str, goal: float | None) -> Figure:
        return Figure(f"bytes: {what}", tty.answer_to(keys)[0].count, "B", goal)

    tty.answer_to(DOWN)
    yield cost("↓", DOWN, 600)
    yield cost("a page", PAGE_DOWN, 6_000)
    yield cost("open a session", ENTER, 8_000)
    yield cost("back to the list", "q", 8_000)
    yield cost("r without a change", "r", 60)
    yield cost("the query line", "/", None)
    typed = [tty.answer_to(key)[0].count for key in TYPED]
    yield Figure(f"bytes: a query of {len(TYPED)} characters typed", sum(typed), "B", 10_000)


def with_a_long_list(count: int) -> Iterator[Figure]:
    """Times, memory and the event loop with a list of about so many."""
    body = listing(count)
    with serving(body) as served:
        yield from arrival(served)
        yield from _with_the_list(served, count)


def arrival(served: Served) -> Iterator[Figure]:
    """From the answer to the list on the screen, and what it does to the event loop."""
    yield _arrival(served)
    yield _held(served)


def _arrival(served: Served) -> Figure:
    theirs = lasts(lambda: etree.fromstring(served.body), 3)
    with running([sys.executable, "-m", "emtui"], served.environ) as tty:
        ours = (tty.until(_there(served)) - served.began[-1]) * 1000
    what = f"list of {served.rows:,} on the screen after the answer began"
    beside = f"lxml parses it in {theirs:.0f} ms; the answer comes over TLS meanwhile"
    return Figure(what, ours, "ms", 2 * theirs + 100, beside)


def _held(served: Served) -> Figure:
    noted = served.home / "held"
    watched = str(Path(__file__).with_name("watched.py"))
    with running([sys.executable, watched, str(noted)], served.environ) as tty:
        tty.until(_there(served))
        tty.settled()
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    held = [line["held"] * 1000 for line in lines if line["at"] > served.began[-1]]
    beside = f"{sum(span > HELD_GOAL for span in held)} times longer than {HELD_GOAL:.0f} ms"
    return Figure(
        f"event loop held while {served.rows:,} arrive", max(held, default=0), "ms", HELD_GOAL, beside
    )


def _with_the_list(served: Served, count: int) -> Iterator[Figure]:
    with running([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.until(_there(served))
        tty.settled()
        yield Figure(f"memory of the process with {count:,}", tty.memory(), "MiB", _memory_goal(count))
        tty.answer_to("/")
        waits = sorted(tty.answer_to(key)[1] * 1000 for key in TYPED)
        beside = f"median {waits[len(waits) // 2]:.0f} ms"
        goal = FILTER_GOALS.get(count)
        yield Figure(f"worst keystroke of a query over {count:,}, painted", waits[-1], "ms", goal, beside)


def _memory_goal(count: int) -> float | None:
    return MEMORY_GOAL if count <= min(FILTER_GOALS) else None


def _there(served: Served) -> str:
    """What the footer says of the position once the list is there: `1/9,987`."""
    return f"1/{served.rows:,}"
