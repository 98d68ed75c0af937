"""Bytes to a terminal of 120×40, and memory: emtui's, beside a DataTable's with the same rows, and lnav's."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.datatable import rows
from bench.figures import Figure, left_out
from bench.server import Served
from bench.terminal import PATIENCE, Tty, running
from pty_terminal import a_home

UP, DOWN, PAGE_DOWN, ENTER, EMPTY = "\x1b[A", "\x1b[B", "\x1b[6~", "\r", "\x15"
TYPED = "state:failed type:Coll"
IDLE = 5.0
HASTY = str(Path(__file__).parents[1] / "hasty.py")
PLAIN = str(Path(__file__).with_name("datatable.py"))
SELDOM, OFTEN = "3600", "3"
"""Seconds between two looks."""
QUERY = f"a query of {len(TYPED)} characters typed"
BETWEEN = f"{IDLE:.0f} s between two polls"
GOALS = {
    "first paint, with the list": 20_000.0,
    BETWEEN: 0.0,
    "a poll without a change": 60.0,
    "a poll, one row changed": 400.0,
    "↓": 600.0,
    "a page": 6_000.0,
    "open a session": 8_000.0,
    "back to the list": 8_000.0,
    QUERY: 10_000.0,
}
"""Bytes that each of these may cost."""
MEMORY_GOAL = 70.0
Costs = dict[str, float]


def there(served: Served) -> str:
    """What the footer says of the position once the list is there: `1 of 9,987 runs`."""
    return f"1 of {served.rows:,}"


def counts(served: Served) -> Iterator[Figure]:
    """What everything costs, and what it costs others."""
    ours, table = _ours(served) | _polled(served), _plain(served)
    others: dict[str, Mapping[str, float]] = {"DataTable": table}
    if shutil.which("lnav"):
        others["lnav"] = _lnav(served)
    for what, goal in GOALS.items():
        yield Figure(f"bytes: {what}", ours[what], "B", goal, _beside(what, others, "B"))
    if "lnav" not in others:
        yield left_out("bytes: lnav", "lnav is not installed")
    what = "memory"
    yield Figure(f"memory with {served.rows:,}", ours[what], "MiB", MEMORY_GOAL, _beside(what, others, "MiB"))
    what = "seconds"
    yield Figure("the same rows in a DataTable, on the screen", table[what] * 1000, "ms")


def memory(served: Served) -> Figure:
    """What a list of another length weighs; there is no goal for it."""
    with running([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.until(there(served))
        tty.settled()
        return Figure(f"memory with {served.rows:,}", tty.memory(), "MiB")


def _beside(what: str, others: Mapping[str, Mapping[str, float]], unit: str) -> str:
    return ", ".join(f"{name} {costs[what]:,.0f} {unit}" for name, costs in others.items() if what in costs)


def _ours(served: Served) -> Costs:
    with running([sys.executable, HASTY, SELDOM], served.environ) as tty:
        tty.until(there(served))
        tty.settled(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        tty.answer_to(UP)  # what is said at the beginning is wiped away with the first key
        costs[BETWEEN] = tty.settled(IDLE).count
        costs |= _browsed(tty)
        tty.press("/")
        tty.settled()
        costs[QUERY] = sum(_cost(tty, key) for key in TYPED)
    return costs


def _polled(served: Served) -> Costs:
    """Looks that come by themselves: the same list again, then one with another row."""
    with running([sys.executable, HASTY, OFTEN], served.environ) as tty:
        tty.until(there(served))
        tty.settled(0.5)
        tty.answer_to(UP)
        costs = {"a poll without a change": float(_next_poll(tty, served))}
        served.move()
        return costs | {"a poll, one row changed": _next_poll(tty, served)}


def _next_poll(tty: Tty, served: Served) -> int:
    looks, before, ends = len(served.looks), tty.count, time.monotonic() + PATIENCE
    while len(served.looks) == looks:
        tty.read(0.05)
        if time.monotonic() > ends:
            raise TimeoutError("it looks no more")
    tty.settled(1.0)
    return tty.count - before


def _plain(served: Served) -> Costs:
    noted, listed = served.home / "began", served.home / "list.xml"
    with running([sys.executable, PLAIN, str(listed), str(noted)], a_home(served.home)) as tty:
        tty.until(f"{served.rows:,} rows")
        shown = tty.settled(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        costs["seconds"] = (shown.last or time.monotonic()) - float(noted.read_text())
        costs["a poll, one row changed"] = _cost(tty, "c")
        return costs | _browsed(tty)


def _browsed(tty: Tty) -> Costs:
    tty.answer_to(DOWN)
    costs: Costs = {"↓": _cost(tty, DOWN), "a page": _cost(tty, PAGE_DOWN)}
    costs["open a session"] = _cost(tty, ENTER)
    costs["back to the list"] = _cost(tty, "q")
    return costs


def _lnav(served: Served) -> Costs:
    """A row further and a page further in a file with the same lines."""
    lines = served.home / "list.log"
    lines.write_text("".join(f"{' '.join(row)}\n" for row in rows(served.body)))
    argv = [str(shutil.which("lnav")), str(lines)]
    with running(argv, a_home(served.home)) as tty:
        tty.settled(2.0, at_most=6.0)  # it has a clock that ticks
        for key in ("g", DOWN):
            tty.answer_to(key)
        return {"memory": tty.memory(), "↓": _cost(tty, DOWN), "a page": _cost(tty, PAGE_DOWN)}


def _cost(tty: Tty, keys: str, quiet: float = 0.25) -> int:
    return tty.answer_to(keys, quiet)[0].count
