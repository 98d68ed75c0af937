"""The bench itself still works; what it measures is read by people, in its table."""

from __future__ import annotations

from bench.analysis_times import measure_analysis
from bench.bench_server import list_body, running_server
from bench.benchmark_results import BenchmarkResult, format_results_table
from bench.parse_times import measure_parsing
from bench.refresh_latency import measure_refresh
from bench.screen_times import measure_first_list
from bench.soak_run import measure_soak, running_soak
from bench.startup_times import measure_startup

SHORT_SIZE = 300


def test_every_way_of_measuring_gives_a_figure() -> None:
    figures = [*measure_startup(1), *measure_parsing(SHORT_SIZE, 1), *measure_analysis(SHORT_SIZE, 1)]
    with running_server(list_body(SHORT_SIZE)) as served:
        figures += [*measure_first_list(served), *measure_refresh(served, keys=10)]
    assert all(figure.value > 0 for figure in figures if figure.unit != "ms")
    assert format_results_table(figures).count("\n") == len(figures)


def test_a_long_watch_gains_neither_memory_nor_files() -> None:
    memory, files = measure_soak(240)
    assert memory.value <= 4, memory.comparison
    assert files.value <= 0


def test_every_expiry_costs_one_logon_and_every_look_one_request() -> None:
    with running_soak(SHORT_SIZE) as soaked:
        soaked.wait_for_polls(3)
        for _ in range(3):
            soaked.play_expiry()
        assert soaked.server_script.logons == 4


def test_a_goal_that_is_not_met_is_said() -> None:
    shown = format_results_table(
        [BenchmarkResult("a page", 6_001, "B", 6_000), BenchmarkResult("a row", 400, "B", 400)]
    )
    assert "6,001 B" in shown
    assert shown.count("MISSED") == shown.count("met") == 1
