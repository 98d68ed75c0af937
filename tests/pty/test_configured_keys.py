"""Keys of the configuration in a real terminal: they work, and footer, bar and help show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, cursor_row, is_assessed, isolated_environment, run_emtui

CONFIGURATION = """
[profiles.prod]
server = "{demo.url}"
user = '{demo.user}'
pin = "{demo.sha256}"
keyring = "off"

[keys]
next_failed = "n"
next_match = []
timeline = ["ctrl+shift+F12", "C"]
types = "F8"
help = "F9"
sort = "ctrl+o"
quit = []
mouse = "M"
"""
F8, F9, CTRL_SHIFT_F12, CTRL_O = "\x1b[19~", "\x1b[20~", "\x1b[24;6~", "\x0f"


@contextmanager
def running_list(demo: RunningDemo, home: Path, columns: int, lines: int) -> Iterator[EmtuiTerminal]:
    file = home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(CONFIGURATION.format(demo=demo))
    file.chmod(0o600)
    environ = isolated_environment(home, EMTUI_PASSWORD=demo.password)
    with run_emtui(environ=environ, columns=columns, lines=lines) as terminal:
        terminal.wait_for("1 of 3,", is_assessed)
        yield terminal


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_configured_keys_work_and_are_shown(
    demo: RunningDemo, tmp_path: Path, columns: int, lines: int
) -> None:
    with running_list(demo, tmp_path, columns, lines) as terminal:
        terminal.press("g")  # clears the message after the logon
        shown = terminal.wait_for("n next failure")
        assert "F8 Types" in shown[0]
        assert "C Timeline" not in shown[0]
        assert shown[-1].rstrip().endswith("F9 keys")

        terminal.press(F9)
        shown = terminal.wait_for("Main keys", "F9")
        terminal.press("/", "when runs")
        shown = terminal.wait_for("ctrl+shift+F12 C", "show when runs ran")
        assert max(map(len, shown)) <= columns
        terminal.press("enter", "q")
        terminal.wait_for("n next failure")

        for key, title in ((CTRL_SHIFT_F12, "─ Timeline"), ("C", "─ Timeline"), (F8, "─ Types")):
            terminal.press(key)
            terminal.wait_for(title)
            terminal.press("q")
            terminal.wait_for("n next failure", "─ Runs")

        before = cursor_row(terminal.lines())
        terminal.press("e", CTRL_O)
        shown = terminal.wait_for("─ Runs  longest first")
        assert before.split()[1:3] == cursor_row(shown).split()[1:3], "e has no command now"
        terminal.press("Q", "M")
        terminal.wait_for("Mouse on.")
        terminal.press("\x03")
        terminal.wait_for("Press ctrl+c again, or :quit, to quit.")
        terminal.press("\x03")
        assert terminal.wait_exit() == 0
