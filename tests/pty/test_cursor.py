"""The terminal's hidden cursor, which screen readers and braille displays follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, is_assessed, isolated_environment, run_night_demo


def line_at_cursor(terminal: EmtuiTerminal) -> str:
    """The screen line of the terminal's cursor, which must be in the first column."""
    line, column = terminal.cursor
    assert column == 0
    return terminal.lines()[line]


@pytest.mark.parametrize("environ", [{}, {"TERM": "vt100", "LC_ALL": "C", "NO_COLOR": "1"}])
def test_it_is_at_the_selected_row_after_every_frame(
    tmp_path: Path, demo: RunningDemo, environ: dict[str, str]
) -> None:
    mark = ">" if environ else "▌"
    with run_night_demo(demo, environ=isolated_environment(tmp_path, **environ)) as terminal:
        terminal.wait_for("Enter log on")
        terminal.wait_for(lambda lines: lines[terminal.cursor[0]].startswith(f"{mark} Password"))
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(is_assessed)
        for key in ("down", "down", "pagedown", "G", "up", "g", "Z", "down", "e", "r"):
            terminal.press(key)
            terminal.wait_idle()
            assert line_at_cursor(terminal).startswith(mark), key
        terminal.press("/", "coll")
        terminal.wait_for(lambda _: terminal.cursor == (4, len("/ coll")))
        terminal.press("esc")
        terminal.wait_for(lambda lines: "? keys" in lines[-1])
        terminal.wait_idle()
        assert line_at_cursor(terminal).startswith(mark)
        terminal.press("enter")
        terminal.wait_opened()
        for key in ("G", "up", "g", "down"):
            terminal.press(key)
            terminal.wait_idle()
            assert line_at_cursor(terminal).startswith(mark), key
        terminal.press("q", "4")
        terminal.wait_for("Alerts")
        terminal.press("down")
        terminal.wait_idle()
        assert line_at_cursor(terminal).startswith(mark)
        terminal.press("q", "B", "down")
        terminal.wait_for("Enter newest run")
        terminal.wait_idle()
        assert line_at_cursor(terminal).startswith(mark)
