"""What several tests in a real terminal begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, at_night
from served import Demo


@pytest.fixture
def demo_list(tmp_path: Path, demo: Demo) -> Iterator[Terminal]:
    """The list of that night, once it has been thought about."""
    with at_night(demo, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("1 of 3,", "6 alerts")
        yield terminal
