"""A computer that sleeps, a process that is stopped, and a clock that is set, in a real terminal.

Sleep is played by the clock on the wall, which goes on alone (libfaketime), before a server that does not
say what time it is.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, python
from rogue import (
    GOOD,
    PASSWORD,
    Asked,
    Reply,
    identity,
    list_xml,
    options_for,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)

HASTY = Path(__file__).parent.parent / "hasty_alerts.py"
CLOCK = re.compile(r"as of (\d\d):(\d\d):\d\d")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


@dataclass
class Manager:
    """Lists so many runs; the list hangs while `hangs`. With `dated` it says what time it is."""

    runs: int = 40
    hangs: bool = False
    dated: bool = False
    asked: list[float] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route != "list":
            return GOOD[route]
        self.asked.append(time.monotonic())
        if self.hangs:
            return Reply(b"", after="hang")
        date = f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT\r\n" if self.dated else ""
        body = list_xml(session_xml(guid(number)) for number in range(self.runs))
        return reply("200 OK", body, f"Content-Type: application/xml\r\n{date}")


@pytest.fixture
def libfaketime() -> str:
    """The library that moves the clock of a program."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("faketime is not installed")
        pytest.skip("faketime is not installed")
    return str(found[0])


@dataclass
class Wall:
    """The clock on the wall of one program, which the test sets."""

    file: Path

    def set_by(self, offset: str) -> None:
        """As `faketime` reads it: `+8h`. Written at once, never half."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.rename(self.file)


def faked(wall: Wall, library: str) -> dict[str, str]:
    """What puts a program before that clock, and leaves it its monotonic one."""
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(wall.file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@contextmanager
def before_a_clock(tmp_path: Path, manager: Manager, library: str) -> Iterator[tuple[Terminal, Wall]]:
    wall = Wall(tmp_path / "faketime")
    wall.set_by("+0")
    known = identity(tmp_path)
    environ = a_home(tmp_path, EMTUI_PASSWORD=PASSWORD, **faked(wall, library))
    with rogue_beside(manager, known.context()) as server:
        argv = ("-m", "emtui", *options_for(server, known))
        with python(*argv, columns=120, environ=environ) as terminal:
            terminal.until("as of", "1 of 40")
            yield terminal, wall


def shown_hour(lines: list[str]) -> int:
    found = CLOCK.search(lines[0])
    assert found, lines[0]
    return int(found[1])


def test_after_eight_hours_of_sleep_the_list_is_marked_requested_and_the_time_told(
    tmp_path: Path, libfaketime: str
) -> None:
    manager = Manager()
    with before_a_clock(tmp_path, manager, libfaketime) as (terminal, wall):
        fell_asleep, asked = shown_hour(terminal.lines()), len(manager.asked)
        manager.hangs = True
        slept_at = time.monotonic()
        wall.set_by("+8h")
        terminal.until(lambda lines: "STALE  as of" in lines[0])
        while len(manager.asked) == asked:
            terminal.rest()
        assert manager.asked[asked] - slept_at < 20, "at once, not when the next request was due"
        assert shown_hour(terminal.lines()) == fell_asleep, "the time of the old list, marked"
        terminal.press("j")
        manager.hangs, manager.runs = False, 43
        terminal.press("\x1b")
        terminal.until("Stopped")
        terminal.press("r")
        lines = terminal.until(lambda lines: "STALE" not in lines[0], "of 43 runs")
        assert (shown_hour(lines) - fell_asleep) % 24 in (8, 9)
        away = next(line for line in lines if "filled from the server's list" in line)
        assert re.search(
            r"\w{3} \d\d:\d\d – \w{3} \d\d:\d\d: .*blind \w{3} \d\d:\d\d – \w{3} \d\d:\d\d", away
        )
        terminal.press("!")
        terminal.until("This computer slept, or its clock was set forward.")


def test_a_clock_that_was_set_forward_or_back_is_told_apart(tmp_path: Path, libfaketime: str) -> None:
    manager = Manager(dated=True)
    with before_a_clock(tmp_path, manager, libfaketime) as (terminal, wall):
        wall.set_by("+8h")
        lines = terminal.until("This computer's clock was set forward by 8h00m")
        terminal.until(lambda lines: "STALE" not in lines[0])
        assert not any("blind" in line for line in lines)
        terminal.press("\x1b")
        terminal.until(lambda lines: not any("was set" in line for line in lines))
        wall.set_by("+5h")
        lines = terminal.until("This computer's clock was set back by 3h00m")
        assert "STALE" not in lines[0]
        terminal.press("!")
        lines = terminal.until("This computer's clock was set forward by 8h00m", "by 3h00m: ")
        assert not any("slept" in line for line in lines)


@pytest.mark.parametrize("dated", [False, True])
def test_tail_prints_sleep_as_blind_and_back_and_narrates_a_clock_that_was_set(
    tmp_path: Path, libfaketime: str, dated: bool
) -> None:
    manager, wall, known = Manager(dated=dated), Wall(tmp_path / "faketime"), identity(tmp_path)
    wall.set_by("+0")
    environ = a_home(tmp_path, EMTUI_PASSWORD=PASSWORD, **faked(wall, libfaketime))
    with rogue_beside(manager, known.context()) as server:
        connection = options_for(server, known)
        argv = (sys.executable, "-m", "emtui", "tail", "--from-start", "-o", "jsonl", *connection)
        with subprocess.Popen(
            argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as tail:
            assert tail.stdout
            assert tail.stderr
            try:
                before = [json.loads(tail.stdout.readline()) for _ in range(40)][-1]["at"]
                wall.set_by("+8h")
                if dated:
                    assert "This computer's clock was set forward, from 20" in tail.stderr.readline()
                    return
                blind, back = (json.loads(tail.stdout.readline()) for _ in range(2))
                assert (blind["change"], back["change"]) == ("blind", "back")
                assert blind["problem"] == "This computer slept, or its clock was set forward."
                slept = datetime.fromisoformat(blind["at"]) - datetime.fromisoformat(before)
                assert timedelta(hours=8) <= slept < timedelta(hours=8, minutes=2)
            finally:
                tail.terminate()


def test_a_process_that_was_stopped_says_so_and_requests_at_once(tmp_path: Path) -> None:
    manager, known = Manager(), identity(tmp_path)
    with rogue_beside(manager, known.context()) as server:
        argv = (str(HASTY), "1", "600", "3", *options_for(server, known))
        with python(*argv, columns=120, environ=a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.until("as of", "1 of 40")
            assert not any("blind" in line for line in terminal.lines())
            os.kill(terminal.child.pid, signal.SIGSTOP)
            terminal.for_a_while(6)
            os.kill(terminal.child.pid, signal.SIGCONT)
            terminal.until("nothing ended; blind")
            terminal.until(lambda lines: "STALE" not in lines[0])
            terminal.press("!")
            terminal.until("emtui was stopped.")
