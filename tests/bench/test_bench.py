"""The bench itself still works; what it measures is read by people, in its table."""

from __future__ import annotations

from bench.figures import Figure, table
from bench.reading import reading
from bench.refreshing import refreshing
from bench.screens import arrival
from bench.server import listing, serving
from bench.soaking import soak, soaking
from bench.starting import starting

SHORT = 300


def test_every_way_of_measuring_gives_a_figure() -> None:
    figures = [*starting(1), *reading(SHORT, 1)]
    with serving(listing(SHORT)) as served:
        figures += [*arrival(served), *refreshing(served, keys=10)]
    assert all(figure.value > 0 for figure in figures if figure.unit != "ms")
    assert table(figures).count("\n") == len(figures)


def test_a_long_watch_gains_neither_memory_nor_files() -> None:
    memory, files = soaking(240)
    assert memory.value <= 4, memory.beside
    assert files.value <= 0


def test_every_expiry_costs_one_logon_and_every_look_one_request() -> None:
    with soak(SHORT) as soaked:
        soaked.looks(3)
        for _ in range(3):
            soaked.expiry()
        assert soaked.manager.logons == 4


def test_a_goal_that_is_not_met_is_said() -> None:
    shown = table([Figure("a page", 6_001, "B", 6_000), Figure("a row", 400, "B", 400)])
    assert "6,001 B" in shown
    assert shown.count("MISSED") == shown.count("met") == 1
