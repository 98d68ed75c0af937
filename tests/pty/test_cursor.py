"""The terminal's own cursor, which screen readers and braille lines follow, though it is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, at_night
from served import Demo


def at_the_cursor(terminal: Terminal) -> str:
    """The line of the screen on which the terminal's own cursor stands; it stands in the first column."""
    line, column = terminal.cursor
    assert column == 0
    return terminal.lines()[line]


@pytest.mark.parametrize("environ", [{}, {"TERM": "vt100", "LC_ALL": "C", "NO_COLOR": "1"}])
def test_it_stands_at_the_selected_row_after_each_painting(
    tmp_path: Path, demo: Demo, environ: dict[str, str]
) -> None:
    mark = ">" if environ else "›"
    with at_night(demo, environ=a_home(tmp_path, **environ)) as terminal:
        terminal.until("Enter log on")
        terminal.until(lambda lines: lines[terminal.cursor[0]].startswith(" Password"))
        terminal.press("enter")
        terminal.at_row(1)
        terminal.until(" a: ")
        for key in ("down", "down", "pagedown", "G", "up", "g", "Z", "down", "e", "r"):
            terminal.press(key)
            terminal.rest()
            assert at_the_cursor(terminal).startswith(mark), key
        terminal.press("/", "coll")
        terminal.until(lambda _: terminal.cursor == (4, len("/ coll")))
        terminal.press("esc")
        terminal.until(lambda lines: "? keys" in lines[-1])
        terminal.rest()
        assert at_the_cursor(terminal).startswith(mark)
        terminal.press("enter")
        terminal.opened()
        for key in ("G", "up", "g", "down"):
            terminal.press(key)
            terminal.rest()
            assert at_the_cursor(terminal).startswith(mark), key
        terminal.press("q", "4")
        terminal.until("Attention")
        terminal.press("down")
        terminal.rest()
        assert at_the_cursor(terminal).startswith(mark)
        terminal.press("q", "B", "down")
        terminal.until("Enter newest run")
        terminal.rest()
        assert at_the_cursor(terminal).startswith(mark)
