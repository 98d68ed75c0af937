"""Long messages in the footer of a real terminal of 58×16."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import NIGHT_OPTIONS, cursor_row, isolated_environment, run_emtui


def test_a_message_too_long_for_one_line_has_two_until_the_next_key(tmp_path: Path) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, columns=58, lines=16, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,")
        terminal.press("Z", "G")
        terminal.wait_for_row(3426)
        terminal.wait_for(lambda lines: cursor_row(lines) == lines[-4] != "")
        last = cursor_row(terminal.lines())
        terminal.press("Y")
        terminal.wait_for(
            lambda lines: (
                lines[-2] == "Not available in the demo: it ends when you quit, so no"
                and lines[-1] == "command can reopen this view."
                and lines[4].endswith(" 3,426 of 3,426 runs ─")
                and cursor_row(lines) == last
            )
        )
        terminal.press("up")
        terminal.wait_for(lambda lines: lines[-1].startswith("Enter open") and "3,425 of 3,426" in lines[4])
