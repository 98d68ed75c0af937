"""Limits for the bytes sent to terminals of three sizes. Times are measured in `bench`."""

from __future__ import annotations

import os
import signal
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
from demo_server import RunningDemo
from pty_terminal import (
    NIGHT_OPTIONS,
    EmtuiTerminal,
    is_assessed,
    isolated_environment,
    keep_full_preview,
    run_emtui,
    run_night_demo,
)

ExpectedScreen: TypeAlias = "str | Callable[[list[str]], bool]"

QUERY = "state:failed type:Coll"
READABLE = "state:failed collectjob"


KEYS = ("down",) * 10 + ("up",) * 10
"""Twenty keys that leave no window."""


@contextmanager
def idle_list(tmp_path: Path, demo: RunningDemo, columns: int, lines: int) -> Iterator[EmtuiTerminal]:
    """The list of the demo, complete and idle."""
    with run_night_demo(
        demo, columns=columns, lines=lines, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        if columns >= 100:
            keep_full_preview(terminal)
        yield terminal


@pytest.fixture
def wide_list(tmp_path: Path, demo: RunningDemo) -> Iterator[EmtuiTerminal]:
    """The list of the demo on 120×40."""
    with idle_list(tmp_path, demo, 120, 40) as terminal:
        yield terminal


SENT_BEFORE = {"\r": 4_115, "q": 2_030}
"""Bytes sent at 80×23 for a run, and the list again, before there were tabs and graphs (commit fe640e8)."""
GROWTH = 1.1


def test_at_80_columns_opening_a_page_and_the_list_again_send_little(demo_list: EmtuiTerminal) -> None:
    demo_list.wait_idle()
    sent: dict[str, list[int]] = {"\r": [], "B": [], "4": [], "H": [], "q": []}
    shown = {"\r": "13 events", "B": "1 of 12 types", "4": "Also ran", "H": " of 46 lines"}
    for key in ("\r", "B", "4", "H") * 5:
        sent[key].append(bytes_for_keys(demo_list, key, expected=shown[key]))
        sent["q"].append(bytes_for_keys(demo_list, "q", expected=" 1 of 3,426 runs ─"))
    medians = {key: statistics.median(counts) for key, counts in sent.items()}
    for key, before in SENT_BEFORE.items():
        assert medians[key] <= before * GROWTH, key
    assert medians["B"] <= 2_750, "before, 1,685 without the days: 30 cells for each of 12 types"
    assert medians["H"] <= 2_080, "before, 1,718 without rules"
    assert medians["4"] <= 2_100, "before, 1,101 without the evidence"


def test_opening_the_types_on_a_wide_terminal_sends_little(tmp_path: Path, demo: RunningDemo) -> None:
    with idle_list(tmp_path, demo, 200, 50) as terminal:
        sent = []
        for _ in range(20):
            sent.append(bytes_for_keys(terminal, "B", expected="1 of 12 types"))
            bytes_for_keys(terminal, "q", expected=" 1 of 3,426 runs ─")
        assert statistics.median(sent) <= 11_000


def median_bytes(terminal: EmtuiTerminal, keys: tuple[str, ...]) -> float:
    """The median of the bytes of each key, until the terminal is idle."""
    return statistics.median(bytes_for_idle(terminal, key) for key in keys)


def median_bytes_of_pair(
    terminal: EmtuiTerminal, first: tuple[str, ExpectedScreen], second: tuple[str, ExpectedScreen]
) -> tuple[float, float]:
    """The medians of the bytes of two keys that undo each other, each with what is expected after it.

    One count is not enough: a refresh, or on a busy computer a late part of the screen, can come between.
    """
    counts = [
        [bytes_for_keys(terminal, key, expected=expected) for key, expected in (first, second)]
        for _ in range(5)
    ]
    first_counts, second_counts = zip(*counts, strict=True)
    return statistics.median(first_counts), statistics.median(second_counts)


def bytes_for_idle(terminal: EmtuiTerminal, *keys: str) -> int:
    """Bytes received from these keys until the terminal is idle."""
    received_before = len(terminal.received)
    terminal.press(*keys)
    return terminal.wait_idle() - received_before


def bytes_for_keys(terminal: EmtuiTerminal, *keys: str, expected: ExpectedScreen) -> int:
    """Bytes received from these keys until this is shown and the terminal is idle."""
    received_before = len(terminal.received)
    terminal.press(*keys)
    terminal.wait_for(expected)
    return terminal.wait_idle() - received_before


def test_the_first_screen_is_small(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, columns=120, lines=40, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        assert terminal.wait_idle() <= 4_000


def test_nothing_is_sent_while_idle(wide_list: EmtuiTerminal) -> None:
    before = len(wide_list.received)
    for _ in range(5):
        assert wide_list.wait_idle() == before


def test_moving_by_a_row_or_a_page_sends_little(wide_list: EmtuiTerminal) -> None:
    bytes_for_idle(wide_list, "i")  # hides the preview, which has limits of its own
    down, up = median_bytes_of_pair(wide_list, ("down", "2 of 3,"), ("up", " 1 of 3,"))
    assert max(down, up) <= 400
    ungrouped, _ = median_bytes_of_pair(wide_list, ("Z", "every run has its own row"), ("Z", "Grouping on: "))
    assert ungrouped <= 4_000
    bytes_for_keys(wide_list, "Z", expected="every run has its own row")
    page_down, _ = median_bytes_of_pair(
        wide_list, ("pagedown", lambda lines: " 1 of 3," not in lines[5]), ("g", " 1 of 3,")
    )
    assert page_down <= 5_000
    last, _ = median_bytes_of_pair(wide_list, ("G", "3,426 of 3,426"), ("g", " 1 of 3,"))
    assert last <= 4_000


def test_walking_the_last_24_hours_sends_little(wide_list: EmtuiTerminal) -> None:
    cell = "Mon 02:00–02:30: "
    selected, _ = median_bytes_of_pair(wide_list, ("h", cell), ("\x1b", lambda lines: cell not in str(lines)))
    assert selected <= 400
    bytes_for_keys(wide_list, "h", expected=cell)
    older, newer = median_bytes_of_pair(wide_list, ("h", "Mon 01:30–02:00: "), ("l", cell))
    assert max(older, newer) <= 300


@pytest.mark.parametrize(
    ("columns", "lines", "max_moved", "max_rested"),
    [(200, 50, 400, 1_000), (120, 40, 400, 700), (80, 23, 300, 350)],
)
def test_a_key_and_a_rest_send_little_and_a_held_key_no_preview(
    tmp_path: Path, demo: RunningDemo, columns: int, lines: int, max_moved: int, max_rested: int
) -> None:
    with idle_list(tmp_path, demo, columns, lines) as terminal:
        assert median_bytes(terminal, KEYS) <= max_rested
        held = bytes_for_idle(terminal, *KEYS[:10]) / 10
        assert held <= max_moved, "the preview is sent once, after the last key"
        bytes_for_idle(terminal, "g")
        bytes_for_idle(terminal, "i")  # hides the preview
        assert median_bytes(terminal, KEYS) <= max_moved
        if columns == 120:
            bytes_for_idle(terminal, "i")
            bytes_for_idle(terminal, "Z")
            assert median_bytes(terminal, ("pagedown",) * 20) <= 5_000


def test_expanding_and_collapsing_a_group_sends_little(wide_list: EmtuiTerminal) -> None:
    bytes_for_keys(wide_list, "down", expected="CollectJob  · 95 successful runs")
    expanded, collapsed = median_bytes_of_pair(
        wide_list,
        ("enter", lambda lines: "95 ok" not in lines[7]),
        ("z", "CollectJob  · 95 successful runs"),
    )
    assert max(expanded, collapsed) <= 4_000


def test_opening_and_closing_a_session_sends_little(wide_list: EmtuiTerminal) -> None:
    opened, closed = median_bytes_of_pair(wide_list, ("enter", "13 events"), ("q", " 1 of 3,"))
    assert opened <= 5_000
    assert closed <= 5_800


@pytest.mark.parametrize(
    ("columns", "lines", "opened", "closed"), [(120, 40, 1_700, 2_300), (80, 23, 1_550, 1_250)]
)
def test_opening_and_closing_the_palette_sends_only_its_lines(
    tmp_path: Path, demo: RunningDemo, columns: int, lines: int, opened: int, closed: int
) -> None:
    with idle_list(tmp_path, demo, columns, lines) as terminal:
        shown = terminal.lines()
        bytes_for_keys(terminal, ":", expected="Enter run")
        assert terminal.lines()[: lines - 12] == shown[: lines - 12]
        bytes_for_keys(terminal, "\x1b", expected=lambda now: now == shown)
        sent = median_bytes_of_pair(terminal, (":", "Enter run"), ("\x1b", lambda now: now == shown))
        assert sent[0] <= opened
        assert sent[1] <= closed


def test_the_help_is_sent_once(wide_list: EmtuiTerminal) -> None:
    opened, _ = median_bytes_of_pair(wide_list, ("?", "Keys: Session list"), ("q", " 1 of 3,"))
    assert opened <= 5_500


@pytest.mark.parametrize(("columns", "lines"), [(200, 50), (120, 40), (80, 23)])
def test_a_refresh_without_changes_sends_hardly_anything(tmp_path: Path, columns: int, lines: int) -> None:
    quiet = ("--clock", "2026-11-23T02:14:25Z", "--speed", "0.5")  # no run starts or ends for two minutes
    with run_emtui(
        "demo",
        *NIGHT_OPTIONS[:2],
        *quiet,
        columns=columns,
        lines=lines,
        environ=isolated_environment(tmp_path),
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        assert min(bytes_for_refresh(terminal) for _ in range(5)) <= 60  # a slow one shows its progress


def bytes_for_refresh(terminal: EmtuiTerminal) -> int:
    """Bytes of one refresh; repeated until the time in the first line changes."""
    first, received_before = terminal.lines()[0], len(terminal.received)
    while terminal.lines()[0] == first:
        received_before = len(terminal.received)
        terminal.press("r")
        terminal.wait_idle()
    return len(terminal.received) - received_before


def test_typing_a_query_sends_little(wide_list: EmtuiTerminal) -> None:
    sent = bytes_for_keys(wide_list, "/", expected="Enter accept")
    for key in QUERY:
        before = len(wide_list.received)
        wide_list.press(key)
        sent += wide_list.wait_idle() - before
    assert wide_list.wait_for(f"/ {QUERY}")
    assert sent <= 10_000


def test_with_quiet_the_list_is_updated_when_typing_pauses(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(
        demo, "--quiet", columns=120, lines=40, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        terminal.wait_idle()
        sent = bytes_for_keys(terminal, "/", *READABLE, expected=f"/ {READABLE}")
        sent += bytes_for_keys(terminal, "enter", expected=" of 3,")
        assert sent <= 3_600


def test_the_full_screen_is_sent_after_a_suspension(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(
        demo, columns=120, lines=40, environ=isolated_environment(tmp_path), as_shell_job=True
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        keep_full_preview(terminal)
        shown = terminal.lines()
        os.kill(terminal.child.pid, signal.SIGTSTP)
        terminal.wait_stopped()
        terminal.clear_screen()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.wait_for(lambda lines: lines == shown)


def test_a_garbled_screen_is_redrawn_with_one_key(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.clear_screen()
    wide_list.press("\x0c")
    wide_list.wait_for(lambda lines: lines == shown)


def test_resizing_and_restoring_gives_the_same_screen(wide_list: EmtuiTerminal) -> None:
    shown = wide_list.lines()
    wide_list.child.setwinsize(30, 90)
    wide_list.wait_for(lambda lines: "? keys" in lines[29])
    wide_list.clear_screen()
    wide_list.child.setwinsize(40, 120)
    wide_list.wait_for(lambda lines: lines == shown)
