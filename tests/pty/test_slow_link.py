"""A link of 64 kbit/s and 600 ms round trip: at most one frame is in flight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.bench_server import ChangingList, list_body
from pty_terminal import isolated_environment
from scripted_server import PASSWORD, USER, make_identity, scripted_server_in_thread
from slow_link import RemoteTerminal, run_remote

FAST_POLLING_SCRIPT = str(Path(__file__).parents[1] / "run_fast_polling.py")
ONE_FRAME = 8_000
QUERY = "state:failed type:Coll"


@pytest.fixture
def moving_list() -> ChangingList:
    return ChangingList(list_body(10_000))


@pytest.fixture
def far_terminal_with_long_list(tmp_path: Path, moving_list: ChangingList) -> Iterator[RemoteTerminal]:
    yield from running_remotely(tmp_path, moving_list)


@pytest.fixture
def far_terminal(tmp_path: Path) -> Iterator[RemoteTerminal]:
    yield from running_remotely(tmp_path, ChangingList(list_body(3_000)))


def running_remotely(tmp_path: Path, server_script: ChangingList) -> Iterator[RemoteTerminal]:
    """Run emtui over the slow link, with a list that changes at every poll, three seconds apart."""
    server_identity = make_identity(tmp_path)
    with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
        argv = [
            FAST_POLLING_SCRIPT,
            "3",
            "--server",
            server.authority,
            "--user",
            USER,
            "--pin",
            server_identity.sha256,
        ]
        with run_remote(argv, isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.wait_for_row(1)
            terminal.ungroup_list()
            yield terminal


def test_a_released_key_leaves_at_most_one_frame_in_flight(
    far_terminal_with_long_list: RemoteTerminal, moving_list: ChangingList
) -> None:
    far, before = far_terminal_with_long_list, moving_list.requests
    assert far.hold_key("down", seconds=3, rate=30) <= ONE_FRAME
    far.wait_for_row(91)
    while moving_list.requests == before:  # wait until a list of 10,000 sessions arrived
        far.read_next(1)
    assert far.hold_key("down", seconds=1, rate=30) <= ONE_FRAME
    far.wait_for_row(121)


def test_pages_faster_than_the_link_are_skipped(
    far_terminal: RemoteTerminal,
) -> None:
    before = len(far_terminal.received)
    assert far_terminal.hold_key("pagedown", seconds=2, rate=30) <= ONE_FRAME
    far_terminal.wait_for(lambda lines: any(re.search(r"\b[12],\d\d\d of \d", line) for line in lines))
    far_terminal.wait_idle()
    assert len(far_terminal.received) - before <= 10 * ONE_FRAME


def test_typing_a_query_sends_little(far_terminal: RemoteTerminal) -> None:
    before = len(far_terminal.received)
    far_terminal.press("/")
    far_terminal.wait_for("Enter accept")
    for key in QUERY:
        far_terminal.hold_key(key, seconds=0.2, rate=5)
    far_terminal.wait_for(f"/ {QUERY}")
    assert len(far_terminal.received) - before <= 10_000


def test_opening_and_closing_a_session_sends_little(far_terminal: RemoteTerminal) -> None:
    before = len(far_terminal.received)
    far_terminal.press("enter")
    far_terminal.wait_opened()
    assert len(far_terminal.received) - before <= ONE_FRAME
    before = len(far_terminal.received)
    far_terminal.press("q")
    far_terminal.wait_for_row(1)
    assert len(far_terminal.received) - before <= ONE_FRAME
