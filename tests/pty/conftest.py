"""What several tests in a real terminal begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_terminal import NIGHT, Terminal, a_home, emtui


@pytest.fixture
def demo_list(tmp_path: Path) -> Iterator[Terminal]:
    """The list of that night, once it has been thought about."""
    with emtui("demo", *NIGHT, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("1/3,")
        terminal.until("a: next of 6")
        yield terminal
