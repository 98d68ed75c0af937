"""What the last line of a page says is said whole, in a real terminal of 58×16."""

from __future__ import annotations

from pathlib import Path

from pty_terminal import NIGHT, a_home, emtui, marked


def test_a_sentence_that_one_line_does_not_hold_has_two_until_the_next_key(tmp_path: Path) -> None:
    with emtui("demo", *NIGHT, columns=58, lines=16, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("1 of 3,")
        terminal.press("Z", "G")
        terminal.at_row(3426)
        terminal.until(lambda lines: marked(lines) == lines[-4] != "")
        last = marked(terminal.lines())
        terminal.press("Y")
        terminal.until(
            lambda lines: (
                lines[-2] == "This is a demo: it ends with you, and no command opens it"
                and lines[-1].startswith("for anybody else.   ")
                and lines[-1].endswith("  3,426 of 3,426 runs")
                and marked(lines) == last
            )
        )
        terminal.press("up")
        terminal.until(lambda lines: lines[-1].startswith("Enter open") and "3,425 of 3,426" in lines[-1])
