"""Exits of the browser, internal errors, and the colors that are sent."""

from __future__ import annotations

import re
from pathlib import Path

from pty_terminal import is_assessed, isolated_environment, run_emtui, run_python

NIGHT = ("--seed", "1", "--clock", "2026-11-23T02:14:30Z", "--speed", "0")
BROKEN_PROGRAM = """
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.tui.launch import run
from emtui.tui.launch_options import LaunchOptions

def broken_query_clock():
    password = "hunter2-in-a-variable"
    raise ZeroDivisionError(password)

from emtui.tui.services.logon_service import LogonService
LogonService.identity = lambda logon: broken_query_clock()
raise SystemExit(run(LaunchOptions(Connection(password=Secret("hunter2")))))
"""


def test_an_internal_error_is_one_sentence_without_values_of_variables(tmp_path: Path) -> None:
    with run_python("-c", BROKEN_PROGRAM, environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 1
    output = terminal.received.decode()
    assert "internal error (ZeroDivisionError at" in output
    log = tmp_path / "state" / "emtui" / "emtui.log"
    assert str(log) in output.replace("\r\n", "")
    assert "broken_query_clock" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in output
    assert "hunter2" not in output
    assert "\x1b[?1049l" in output


def color_codes(received: bytes) -> set[str]:
    """The SGR codes of the colors received."""
    codes = re.findall(rb"\x1b\[([0-9;]*)m", received)
    return {
        part
        for code in codes
        for part in code.decode().split(";")
        if part not in {"", "0", "1", "2", "4", "7"}
    }


def test_no_color_is_sent_with_no_color_set(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path, NO_COLOR="1")) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", is_assessed)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert color_codes(terminal.received) <= {"39", "49"}


def test_only_the_sixteen_colors_of_the_terminal_are_used(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", is_assessed)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert "31" in color_codes(terminal.received)
    assert not color_codes(terminal.received) & {"38", "48"}


def test_ctrl_c_quits_when_pressed_twice_and_says_so_after_once(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", is_assessed)
        terminal.press("ctrl+c")
        terminal.wait_for("Press ctrl+c again, or Q, to quit")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
