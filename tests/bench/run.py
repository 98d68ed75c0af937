"""Benchmarks of emtui: `python tests/bench/run.py [--quick] [--only NAME]…`.

Prints the goals for speed, memory and output beside the measurements. Nothing is asserted. Ratios
compare with something measured in the same run on the same computer.
`--quick` measures everything once with a short list, to check the benchmarks themselves.
`--only` selects a part: `--only slow --only start`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.analysis_times import measure_analysis
from bench.bench_server import BenchServer, list_body, running_server
from bench.benchmark_results import BenchmarkResult, format_results_table
from bench.exit_times import measure_exits
from bench.one_shot_times import compare_one_shot
from bench.output_costs import measure_counts, measure_memory
from bench.parse_times import measure_parsing
from bench.refresh_latency import measure_refresh
from bench.screen_times import measure_filtering, measure_first_list
from bench.slow_link_latency import measure_slow_link
from bench.soak_run import measure_idle, measure_soak
from bench.startup_times import measure_startup
from bench.timeline_steps import measure_timeline


@dataclass(frozen=True, slots=True)
class BenchmarkSize:
    """Sessions in the lists, repetitions, keys, polls of the soak run, seconds of the idle run."""

    sessions: int = 10_000
    long_list_sessions: int | None = 100_000
    times: int = 5
    keys: int = 400
    polls: int = 2000
    idle_s: float = 60


QUICK = BenchmarkSize(sessions=1_000, long_list_sessions=None, times=1, keys=60, polls=200, idle_s=10)
BenchmarkPart = Callable[[BenchmarkSize], Iterable[BenchmarkResult]]


def main() -> None:
    """Run the benchmarks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="a short list, everything once")
    parser.add_argument(
        "--only", action="append", choices=BENCHMARK_PARTS, default=[], help="one part; may be repeated"
    )
    args = parser.parse_args()
    size = QUICK if args.quick else BenchmarkSize()
    results: list[BenchmarkResult] = []
    for name in args.only or BENCHMARK_PARTS:
        sys.stderr.write(f"{name} …\n")
        results += BENCHMARK_PARTS[name](size)
    sys.stdout.write(format_results_table(results) + "\n")


def _with_list(measure: Callable[[BenchServer, BenchmarkSize], Iterable[BenchmarkResult]]) -> BenchmarkPart:
    """Run a benchmark with a server that has the default list."""

    def part(size: BenchmarkSize) -> Iterator[BenchmarkResult]:
        with running_server(list_body(size.sessions)) as served:
            yield from measure(served, size)

    return part


def _measure_long_list(size: BenchmarkSize) -> Iterator[BenchmarkResult]:
    """The benchmarks that depend on the length, with a list ten times as long."""
    if not size.long_list_sessions:
        return
    yield from measure_parsing(size.long_list_sessions, min(size.times, 3))
    yield from measure_analysis(size.long_list_sessions, 1)
    with running_server(list_body(size.long_list_sessions)) as served:
        yield from measure_first_list(served)
        yield from measure_filtering(served, size.long_list_sessions, min(size.times, 3))
        yield measure_memory(served)


BENCHMARK_PARTS: dict[str, BenchmarkPart] = {
    "start": lambda size: measure_startup(size.times),
    "read": lambda size: measure_parsing(size.sessions, size.times),
    "arrive": _with_list(lambda served, size: measure_first_list(served, size.times)),
    "refresh": _with_list(lambda served, size: measure_refresh(served, size.keys)),
    "think": lambda size: measure_analysis(size.sessions, size.times),
    "filter": _with_list(lambda served, size: measure_filtering(served, size.sessions, size.times)),
    "timeline": _with_list(lambda served, size: measure_timeline(served, size.times)),
    "long": _measure_long_list,
    "bytes": _with_list(lambda served, _: measure_counts(served)),
    "slow": _with_list(lambda served, size: measure_slow_link(served, size.times)),
    "one-shot": _with_list(lambda served, size: compare_one_shot(served, size.times)),
    "end": _with_list(lambda served, _: measure_exits(served)),
    "rest": lambda size: measure_idle(size.idle_s),
    "soak": lambda size: measure_soak(size.polls),
}


if __name__ == "__main__":
    main()
