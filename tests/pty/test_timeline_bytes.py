"""Limits for the bytes that the timeline sends, at each size of the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, is_assessed, isolated_environment, run_night_demo

OPENING = {(200, 50): 6_000, (120, 40): 5_000, (80, 23): 2_700}
TO_RUN, TO_LANE = 300, {(200, 50): 1_500, (120, 40): 1_500, (80, 23): 900}
SIZES = list(OPENING)
REST_S = 0.25
"""Longer than the pane waits after a key."""


@contextmanager
def idle_list(tmp_path: Path, demo: RunningDemo, size: tuple[int, int]) -> Iterator[EmtuiTerminal]:
    """The list of the demo, complete and idle."""
    environ = isolated_environment(tmp_path)
    with run_night_demo(demo, columns=size[0], lines=size[1], environ=environ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        yield terminal


def bytes_for_key(terminal: EmtuiTerminal, key: str) -> int:
    """Bytes received for one key, and for the pane that follows."""
    before = len(terminal.received)
    terminal.press(key)
    terminal.wait_idle()
    time.sleep(REST_S)
    return terminal.wait_idle() - before


@pytest.mark.parametrize("size", SIZES)
def test_opening_and_a_step_send_little(tmp_path: Path, demo: RunningDemo, size: tuple[int, int]) -> None:
    with idle_list(tmp_path, demo, size) as terminal:
        opening = bytes_for_key(terminal, "C")
        assert any("Timeline  24 h" in line for line in terminal.lines())
        runs = [bytes_for_key(terminal, key) for key in "[[[[[[]]]]"]
        lanes = [bytes_for_key(terminal, key) for key in "jjjjjjjjkk"]
        assert opening <= OPENING[size]
        assert median(runs) <= TO_RUN
        assert median(lanes) <= TO_LANE[size]
