"""Keys that arrive before the screen they are meant for."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui

ESC = "\x1b[27u"


def test_a_screen_closed_twice_closes_no_other_screen(demo_list: EmtuiTerminal) -> None:
    demo_list.press(":")
    demo_list.wait_for("Enter run")
    demo_list.press("\r" + ESC + ESC + ESC + ESC)
    demo_list.wait_idle()
    demo_list.press("?")
    demo_list.wait_for("Keys: Session list")
    demo_list.press("q", "q")
    assert demo_list.wait_exit() == 0


def test_keys_after_enter_are_typed_into_the_next_field(tmp_path: Path) -> None:
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
