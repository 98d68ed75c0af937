"""How the screens end, also when something of our own goes wrong, and what is never sent."""

from __future__ import annotations

import re
from pathlib import Path

from pty_terminal import isolated_environment, run_emtui, run_python

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


def test_a_fault_of_our_own_is_one_sentence_without_what_stood_in_variables(tmp_path: Path) -> None:
    with run_python("-c", BROKEN_PROGRAM, environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 1
    said = terminal.received.decode()
    assert "internal error (ZeroDivisionError at" in said
    log = tmp_path / "state" / "emtui" / "emtui.log"
    assert str(log) in said.replace("\r\n", "")
    assert "broken_query_clock" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in said
    assert "hunter2" not in said
    assert "\x1b[?1049l" in said


def color_codes(received: bytes) -> set[str]:
    """The colours that were asked for, as SGR codes."""
    codes = re.findall(rb"\x1b\[([0-9;]*)m", received)
    return {
        part
        for code in codes
        for part in code.decode().split(";")
        if part not in {"", "0", "1", "2", "4", "7"}
    }


def test_no_colour_is_sent_where_none_is_wanted(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path, NO_COLOR="1")) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", " a: ")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert color_codes(terminal.received) <= {"39", "49"}


def test_only_the_terminals_own_sixteen_colours_are_used(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", " a: ")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert "31" in color_codes(terminal.received)
    assert not color_codes(terminal.received) & {"38", "48"}


def test_ctrl_c_leaves_when_pressed_twice_and_says_so_after_once(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("1 of 3,", " a: ")
        terminal.press("ctrl+c")
        terminal.wait_for("ctrl+c again, or Q, leaves emtui")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
