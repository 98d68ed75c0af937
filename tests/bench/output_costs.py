"""Bytes sent to a terminal of 120×40, and memory: of emtui, of a DataTable with the same rows, of lnav."""

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
IDLE_S = 5.0
FAST_POLLING_SCRIPT = str(Path(__file__).parents[1] / "run_fast_polling.py")
DATATABLE_SCRIPT = str(Path(__file__).with_name("datatable_browser.py"))
SLOW_INTERVAL_S, FAST_INTERVAL_S = "3600", "3"
"""Seconds between two polls."""
QUERY = f"a query of {len(TYPED)} characters typed"
IDLE_LABEL = f"{IDLE_S:.0f} s between two polls"
GOALS = {
    "first paint, with the list": 20_000.0,
    IDLE_LABEL: 0.0,
    "a poll without a change": 60.0,
    "a poll, one row changed": 400.0,
    "↓": 600.0,
    "a page": 6_000.0,
    "open a session": 8_000.0,
    "back to the list": 8_000.0,
    QUERY: 10_000.0,
}
"""Maximum bytes for each of these."""
MEMORY_GOAL = 70.0
Costs = dict[str, float]


def position_text(served: BenchServer) -> str:
    """The position shown in the footer once the list has arrived: `1 of 9,987`."""
    return f"1 of {served.rows:,}"


def measure_counts(served: BenchServer) -> Iterator[BenchmarkResult]:
    """Bytes and memory of emtui and of the programs it is compared with."""
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
    """Memory with a list of another length; without a goal."""
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.wait_for(position_text(served))
        tty.wait_for_silence()
        return BenchmarkResult(f"memory with {served.rows:,}", tty.memory(), "MiB")


def _compare_with_others(label: str, others: Mapping[str, Mapping[str, float]], unit: str) -> str:
    return ", ".join(f"{name} {costs[label]:,.0f} {unit}" for name, costs in others.items() if label in costs)


def _measure_emtui(served: BenchServer) -> Costs:
    with running_program([sys.executable, FAST_POLLING_SCRIPT, SLOW_INTERVAL_S], served.environ) as tty:
        tty.wait_for(position_text(served))
        tty.wait_for_silence(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        tty.measure_key(UP)  # the first key removes the message shown at the start
        costs[IDLE_LABEL] = tty.wait_for_silence(IDLE_S).count
        costs |= _measure_browser(tty)
        tty.press("/")
        tty.wait_for_silence()
        costs[QUERY] = sum(_cost_of_keys(tty, key) for key in TYPED)
    return costs


def _measure_poll(served: BenchServer) -> Costs:
    """Automatic polls: the same list again, then one with a changed row."""
    with running_program([sys.executable, FAST_POLLING_SCRIPT, FAST_INTERVAL_S], served.environ) as tty:
        tty.wait_for(position_text(served))
        tty.wait_for_silence(0.5)
        tty.measure_key(UP)
        costs = {"a poll without a change": float(_wait_for_poll(tty, served))}
        served.change_once()
        return costs | {"a poll, one row changed": _wait_for_poll(tty, served)}


def _wait_for_poll(tty: BenchTerminal, served: BenchServer) -> int:
    poll_count, previous_count, deadline = len(served.requests), tty.count, time.monotonic() + TIMEOUT_S
    while len(served.requests) == poll_count:
        tty.read(0.05)
        if time.monotonic() > deadline:
            raise TimeoutError("polling has stopped")
    tty.wait_for_silence(1.0)
    return tty.count - previous_count


def _measure_datatable(served: BenchServer) -> Costs:
    time_file, list_file = served.home / "began", served.home / "list.xml"
    with running_program(
        [sys.executable, DATATABLE_SCRIPT, str(list_file), str(time_file)], isolated_environment(served.home)
    ) as tty:
        tty.wait_for(f"{served.rows:,} rows")
        shown = tty.wait_for_silence(1.0)
        costs: Costs = {"first paint, with the list": tty.count, "memory": tty.memory()}
        costs["seconds"] = (shown.last or time.monotonic()) - float(time_file.read_text())
        costs["a poll, one row changed"] = _cost_of_keys(tty, "c")
        return costs | _measure_browser(tty)


def _measure_browser(tty: BenchTerminal) -> Costs:
    tty.measure_key(DOWN)
    costs: Costs = {"↓": _cost_of_keys(tty, DOWN), "a page": _cost_of_keys(tty, PAGE_DOWN)}
    costs["open a session"] = _cost_of_keys(tty, ENTER)
    costs["back to the list"] = _cost_of_keys(tty, "q")
    return costs


def _measure_lnav(served: BenchServer) -> Costs:
    """One row down and one page down in a file with the same lines."""
    lines = served.home / "list.log"
    lines.write_text("".join(f"{' '.join(row)}\n" for row in read_rows(served.body)))
    argv = [str(shutil.which("lnav")), str(lines)]
    with running_program(argv, isolated_environment(served.home)) as tty:
        tty.wait_for_silence(2.0, at_most=6.0)  # its clock is updated every second
        for key in ("g", DOWN):
            tty.measure_key(key)
        return {
            "memory": tty.memory(),
            "↓": _cost_of_keys(tty, DOWN),
            "a page": _cost_of_keys(tty, PAGE_DOWN),
        }


def _cost_of_keys(tty: BenchTerminal, keys: str, silence: float = 0.25) -> int:
    return tty.measure_key(keys, silence)[0].count
