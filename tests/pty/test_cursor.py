"""The terminal's own cursor, which screen readers and braille lines follow, though it is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, isolated_environment, run_night_demo


def line_at_cursor(terminal: EmtuiTerminal) -> str:
    """The line of the screen on which the terminal's own cursor stands; it stands in the first column."""
    line, column = terminal.cursor
    assert column == 0
    return terminal.lines()[line]


@pytest.mark.parametrize("environ", [{}, {"TERM": "vt100", "LC_ALL": "C", "NO_COLOR": "1"}])
def test_it_stands_at_the_selected_row_after_each_painting(
    tmp_path: Path, demo: RunningDemo, environ: dict[str, str]
) -> None:
    mark = ">" if environ else "›"
    with run_night_demo(demo, environ=isolated_environment(tmp_path, **environ)) as terminal:
        terminal.wait_for("Enter log on")
        terminal.wait_for(lambda lines: lines[terminal.cursor[0]].startswith(" Password"))
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.wait_for(" a: ")
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
        terminal.wait_for("Attention")
        terminal.press("down")
        terminal.wait_idle()
        assert line_at_cursor(terminal).startswith(mark)
        terminal.press("q", "B", "down")
        terminal.wait_for("Enter newest run")
        terminal.wait_idle()
        assert line_at_cursor(terminal).startswith(mark)
