"""How long it takes to start: beside a bare Textual app, and beside Python itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.figures import Figure
from bench.terminal import running
from pty_terminal import a_home

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
Bare().run(mouse=False)
"""


def painted(argv: Sequence[str], text: str) -> float:
    """Seconds from the start of a program to this text in its terminal."""
    with TemporaryDirectory() as home:
        began = time.monotonic()
        with running([sys.executable, *argv], a_home(Path(home))) as tty:
            return tty.until(text) - began


def ended(argv: Sequence[str]) -> float:
    """Seconds from the start of a program to its end."""
    began = time.monotonic()
    subprocess.run([sys.executable, *argv], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def starting(times: int) -> Iterator[Figure]:
    """First paint and `--version`, taking turns with what they are measured against."""
    pairs = [(painted(["-m", "emtui"], "Server"), painted(["-c", BARE], "ready")) for _ in range(times)]
    yield _ratio("first paint, of a bare Textual app's", pairs, 1.3)
    pairs = [(ended(["-m", "emtui", "--version"]), ended(["-c", "pass"])) for _ in range(times * 3)]
    yield _ratio("emtui --version, of python -c pass", pairs, 3)


def _ratio(what: str, pairs: Sequence[tuple[float, float]], limit: float) -> Figure:
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    return Figure(what, ours / theirs, "×", limit, f"{ours * 1000:.0f} ms : {theirs * 1000:.0f} ms")
