"""Fixtures for tests in a real terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, is_assessed, isolated_environment, run_night_demo


@pytest.fixture
def demo_list(tmp_path: Path, demo: RunningDemo) -> Iterator[EmtuiTerminal]:
    """The list of the demo night, once it is assessed."""
    with run_night_demo(demo, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", is_assessed)
        yield terminal
