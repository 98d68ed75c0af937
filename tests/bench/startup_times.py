"""Start-up time, compared with a bare Textual app and with Python itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.bench_terminal import running_program
from bench.benchmark_results import BenchmarkResult
from pty_terminal import isolated_environment

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
Bare().run(mouse=False)
"""


def time_first_paint(argv: Sequence[str], text: str) -> float:
    """Seconds from the start of a program to this text in its terminal."""
    with TemporaryDirectory() as home:
        start = time.monotonic()
        with running_program([sys.executable, *argv], isolated_environment(Path(home))) as tty:
            return tty.wait_for(text) - start


def time_exit(argv: Sequence[str]) -> float:
    """Seconds from the start of a program to its end."""
    start = time.monotonic()
    subprocess.run([sys.executable, *argv], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def measure_startup(times: int) -> Iterator[BenchmarkResult]:
    """First paint and `--version`, alternating with what they are compared with."""
    pairs = [
        (time_first_paint(["-m", "emtui"], "Server"), time_first_paint(["-c", BARE_APP], "ready"))
        for _ in range(times)
    ]
    yield _compare_times("first paint, relative to a bare Textual app", pairs, 1.3)
    pairs = [(time_exit(["-m", "emtui", "--version"]), time_exit(["-c", "pass"])) for _ in range(times * 3)]
    yield _compare_times("emtui --version, relative to python -c pass", pairs, 3)


def _compare_times(label: str, pairs: Sequence[tuple[float, float]], limit: float) -> BenchmarkResult:
    emtui_times, python_times = (median(column) for column in zip(*pairs, strict=True))
    return BenchmarkResult(
        label,
        emtui_times / python_times,
        "×",
        limit,
        f"{emtui_times * 1000:.0f} ms : {python_times * 1000:.0f} ms",
    )
