"""64 kbit/s and 600 ms there and back: never more than one frame is ahead of what the terminal shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.server import Moving, listing
from pty_terminal import a_home
from rogue import PASSWORD, USER, identity, rogue_beside
from slow_line import FarTerminal, far_off

HASTY = str(Path(__file__).parents[1] / "hasty.py")
ONE_FRAME = 8_000
QUERY = "state:failed type:Coll"


@pytest.fixture
def manager() -> Moving:
    return Moving(listing(10_000))


@pytest.fixture
def far_with_ten_thousand(tmp_path: Path, manager: Moving) -> Iterator[FarTerminal]:
    yield from at_the_far_end(tmp_path, manager)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarTerminal]:
    yield from at_the_far_end(tmp_path, Moving(listing(3_000)))


def at_the_far_end(tmp_path: Path, manager: Moving) -> Iterator[FarTerminal]:
    """A list at the far end of the line, asked for again every three seconds, each time with changes."""
    known = identity(tmp_path)
    with rogue_beside(manager, known.context()) as server:
        argv = [HASTY, "3", "--server", server.authority, "--user", USER, "--pin", known.sha256]
        with far_off(argv, a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.at_row(1)
            terminal.unfold()
            yield terminal


def test_a_key_that_was_held_and_let_go_leaves_one_frame_on_the_line(
    far_with_ten_thousand: FarTerminal, manager: Moving
) -> None:
    far, before = far_with_ten_thousand, manager.looks
    assert far.hold("down", seconds=3, rate=30) <= ONE_FRAME
    far.at_row(91)
    while manager.looks == before:  # a list of 10,000 has come meanwhile, or comes now
        far.take(1)
    assert far.hold("down", seconds=1, rate=30) <= ONE_FRAME
    far.at_row(121)


def test_pages_that_are_turned_faster_than_the_line_shows_them_are_left_out(far: FarTerminal) -> None:
    before = len(far.received)
    assert far.hold("pagedown", seconds=2, rate=30) <= ONE_FRAME
    far.until(lambda lines: re.search(r"\b[12],\d\d\d of \d", lines[-1]) is not None)
    far.rest()
    assert len(far.received) - before <= 10 * ONE_FRAME


def test_a_query_that_is_typed_costs_little(far: FarTerminal) -> None:
    before = len(far.received)
    far.press("/")
    far.until("Enter keep")
    for key in QUERY:
        far.hold(key, seconds=0.2, rate=5)
    far.until(f"/ {QUERY}")
    assert len(far.received) - before <= 10_000


def test_a_session_is_opened_and_left_again(far: FarTerminal) -> None:
    before = len(far.received)
    far.press("enter")
    far.opened()
    assert len(far.received) - before <= ONE_FRAME
    before = len(far.received)
    far.press("q")
    far.at_row(1)
    assert len(far.received) - before <= ONE_FRAME
