"""The benchmarks work; their results are not asserted."""

from __future__ import annotations

from bench.analysis_times import measure_analysis
from bench.bench_server import list_body, running_server
from bench.benchmark_results import BenchmarkResult, format_results_table
from bench.parse_times import measure_parsing
from bench.refresh_latency import measure_refresh
from bench.screen_times import measure_first_list
from bench.soak_run import measure_soak, running_soak
from bench.startup_times import measure_startup
from bench.timeline_steps import measure_timeline

SHORT_SIZE = 300


def test_each_benchmark_has_a_result() -> None:
    results = [*measure_startup(1), *measure_parsing(SHORT_SIZE, 1), *measure_analysis(SHORT_SIZE, 1)]
    with running_server(list_body(SHORT_SIZE)) as served:
        results += [
            *measure_first_list(served),
            *measure_refresh(served, keys=10),
            *measure_timeline(served, 1),
        ]
    assert all(result.value > 0 for result in results if result.unit != "ms")
    assert format_results_table(results).count("\n") == len(results)


def test_a_soak_run_gains_neither_memory_nor_files() -> None:
    memory, files = measure_soak(240)
    assert memory.value <= 4, memory.comparison
    assert files.value <= 0


def test_every_expiry_costs_one_logon() -> None:
    with running_soak(SHORT_SIZE) as soaked:
        soaked.wait_for_polls(3)
        for _ in range(3):
            soaked.play_expiry()
        assert soaked.server_script.logons == 4


def test_a_missed_goal_is_marked() -> None:
    shown = format_results_table(
        [BenchmarkResult("a page", 6_001, "B", 6_000), BenchmarkResult("a row", 400, "B", 400)]
    )
    assert "6,001 B" in shown
    assert shown.count("MISSED") == shown.count("met") == 1
