"""Keys that come faster than the pages that they are meant for."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui

ESC = "\x1b[27u"


def test_a_page_that_is_left_twice_takes_nothing_else_away(demo_list: EmtuiTerminal) -> None:
    demo_list.press(":")
    demo_list.wait_for("Enter do it")
    demo_list.press("\r" + ESC + ESC + ESC + ESC)
    demo_list.wait_idle()
    demo_list.press("?")
    demo_list.wait_for("Keys: The list")
    demo_list.press("q", "q")
    assert demo_list.wait_exit() == 0


def test_keys_that_come_with_enter_are_typed_where_enter_leads(tmp_path: Path) -> None:
    with run_emtui("--server", "vbem.example.net", environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("ops")
        terminal.wait_for("[ops")
        terminal.press("\rhunter2")
        terminal.wait_for("•••••••")
        assert b"hunter2" not in terminal.received
        assert "[ops " in "\n".join(terminal.lines())
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
