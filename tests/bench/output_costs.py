"""Bytes to a terminal of 120×40, and memory: emtui's, beside a DataTable's with the same rows, and lnav's."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.bench_server import BenchServer
from bench.bench_terminal import TIMEOUT_S, BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult, skipped_result
from bench.datatable_browser import read_rows
from pty_terminal import isolated_environment

UP, DOWN, PAGE_DOWN, ENTER, EMPTY = "\x1b[A", "\x1b[B", "\x1b[6~", "\r", "\x15"
TYPED = "state:failed type:Coll"
IDLE = 5.0
FAST_POLLING_SCRIPT = str(Path(__file__).parents[1] / "run_fast_polling.py")
PLAIN_REPEATS = str(Path(__file__).with_name("datatable_browser.py"))
SLOW_INTERVAL_S, FAST_INTERVAL_S = "3600", "3"
"""Seconds between two looks."""
QUERY = f"a query of {len(TYPED)} characters typed"
PAUSE_BETWEEN_KEYS_S = f"{IDLE:.0f} s between two polls"
GOALS = {
    "first paint, with the list": 20_000.0,
    PAUSE_BETWEEN_KEYS_S: 0.0,
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


def run_demo_with_home(served: BenchServer) -> str:
    """What the footer says of the position once the list is there: `1 of 9,987 runs`."""
    return f"1 of {served.rows:,}"


def measure_counts(served: BenchServer) -> Iterator[BenchmarkResult]:
    """What everything costs, and what it costs others."""
    emtui_costs, table = _measure_emtui(served) | _measure_poll(served), _measure_datatable(served)
    others: dict[str, Mapping[str, float]] = {"DataTable": table}
    if shutil.which("lnav"):
        others["lnav"] = _measure_lnav(served)
    for label, goal in GOALS.items():
        yield BenchmarkResult(
            f"bytes: {label}", emtui_costs[label], "B", goal, _compare_with_others(label, others, "B")
        )
    if "lnav" not in others:
        yield skipped_result("bytes: lnav", "lnav is not installed")
    label = "memory"
    yield BenchmarkResult(
        f"memory with {served.rows:,}",
        emtui_costs[label],
        "MiB",
        MEMORY_GOAL,
        _compare_with_others(label, others, "MiB"),
    )
    label = "seconds"
    yield BenchmarkResult("the same rows in a DataTable, on the screen", table[label] * 1000, "ms")


def measure_memory(served: BenchServer) -> BenchmarkResult:
    """What a list of another length weighs; there is no goal for it."""
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence()
        return BenchmarkResult(f"memory with {served.rows:,}", tty.memory(), "MiB")


def _compare_with_others(label: str, others: Mapping[str, Mapping[str, float]], unit: str) -> str:
    return ", ".join(f"{name} {costs[label]:,.0f} {unit}" for name, costs in others.items() if label in costs)


def _measure_emtui(served: BenchServer) -> Costs:
    with running_program([sys.executable, FAST_POLLING_SCRIPT, SLOW_INTERVAL_S], served.environ) as tty:
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        tty.measure_key(UP)  # what is said at the beginning is wiped away with the first key
        costs[PAUSE_BETWEEN_KEYS_S] = tty.wait_for_silence(IDLE).count
        costs |= _measure_browser(tty)
        tty.press("/")
        tty.wait_for_silence()
        costs[QUERY] = sum(_cost_of_keys(tty, key) for key in TYPED)
    return costs


def _measure_poll(served: BenchServer) -> Costs:
    """Looks that come by themselves: the same list again, then one with another row."""
    with running_program([sys.executable, FAST_POLLING_SCRIPT, FAST_INTERVAL_S], served.environ) as tty:
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence(0.5)
        tty.measure_key(UP)
        costs = {"a poll without a change": float(_wait_for_poll(tty, served))}
        served.move()
        return costs | {"a poll, one row changed": _wait_for_poll(tty, served)}


def _wait_for_poll(tty: BenchTerminal, served: BenchServer) -> int:
    poll_count, previous_count, deadline = len(served.requests), tty.count, time.monotonic() + TIMEOUT_S
    while len(served.requests) == poll_count:
        tty.read(0.05)
        if time.monotonic() > deadline:
            raise TimeoutError("it looks no more")
    tty.wait_for_silence(1.0)
    return tty.count - previous_count


def _measure_datatable(served: BenchServer) -> Costs:
    noted, listed = served.home / "began", served.home / "list.xml"
    with running_program(
        [sys.executable, PLAIN_REPEATS, str(listed), str(noted)], isolated_environment(served.home)
    ) as tty:
        tty.wait_for(f"{served.rows:,} rows")
        shown = tty.wait_for_silence(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        costs["seconds"] = (shown.last or time.monotonic()) - float(noted.read_text())
        costs["a poll, one row changed"] = _cost_of_keys(tty, "c")
        return costs | _measure_browser(tty)


def _measure_browser(tty: BenchTerminal) -> Costs:
    tty.measure_key(DOWN)
    costs: Costs = {"↓": _cost_of_keys(tty, DOWN), "a page": _cost_of_keys(tty, PAGE_DOWN)}
    costs["open a session"] = _cost_of_keys(tty, ENTER)
    costs["back to the list"] = _cost_of_keys(tty, "q")
    return costs


def _measure_lnav(served: BenchServer) -> Costs:
    """A row further and a page further in a file with the same lines."""
    lines = served.home / "list.log"
    lines.write_text("".join(f"{' '.join(row)}\n" for row in read_rows(served.body)))
    argv = [str(shutil.which("lnav")), str(lines)]
    with running_program(argv, isolated_environment(served.home)) as tty:
        tty.wait_for_silence(2.0, at_most=6.0)  # it has a clock that ticks
        for key in ("g", DOWN):
            tty.measure_key(key)
        return {
            "memory": tty.memory(),
            "↓": _cost_of_keys(tty, DOWN),
            "a page": _cost_of_keys(tty, PAGE_DOWN),
        }


def _cost_of_keys(tty: BenchTerminal, keys: str, silence: float = 0.25) -> int:
    return tty.measure_key(keys, silence)[0].count
