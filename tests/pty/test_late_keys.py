"""Keys that come faster than the pages that they are meant for."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import Terminal, a_home, emtui

ESC = "\x1b[27u"


def test_a_page_that_is_left_twice_takes_nothing_else_away(demo_list: Terminal) -> None:
    demo_list.press(":")
    demo_list.until("Enter do it")
    demo_list.press("\r" + ESC + ESC + ESC + ESC)
    demo_list.rest()
    demo_list.press("?")
    demo_list.until("Keys: The list")
    demo_list.press("q", "q")
    assert demo_list.end() == 0


def test_keys_that_come_with_enter_are_typed_where_enter_leads(tmp_path: Path) -> None:
    with emtui("--server", "vbem.example.net", environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("ops")
        terminal.until("[ops")
        terminal.press("\rhunter2")
        terminal.until("•••••••")
        assert b"hunter2" not in terminal.received
        assert "[ops " in "\n".join(terminal.lines())
        terminal.press("ctrl+c")
        assert terminal.end() == 0
