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
from pty_terminal import EmtuiTerminal, isolated_environment, run_python
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    options_for,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

FAST_ALERTS_SCRIPT = Path(__file__).parent.parent / "run_fast_alerts.py"
CLOCK_TEXT = re.compile(r"as of (\d\d):(\d\d):\d\d")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


@dataclass
class SleepServer:
    """Lists `runs` runs; the list hangs while `is_hanging`. With `has_date_header` responses have a date."""

    runs: int = 40
    is_hanging: bool = False
    has_date_header: bool = False
    requests: list[float] = field(default_factory=list)

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route != "list":
            return GOOD_REPLIES[route]
        self.requests.append(time.monotonic())
        if self.is_hanging:
            return ScriptedReply(b"", then="hang")
        date = f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT\r\n" if self.has_date_header else ""
        body = list_xml(session_xml(guid(number)) for number in range(self.runs))
        return make_reply("200 OK", body, f"Content-Type: application/xml\r\n{date}")


@pytest.fixture
def libfaketime() -> str:
    """The library that changes the clock of a program."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("faketime is not installed")
        pytest.skip("faketime is not installed")
    return str(found[0])


@dataclass
class FakedWallClock:
    """The wall clock of one program, which the test sets."""

    file: Path

    def shift_by(self, offset: str) -> None:
        """Set the offset in the format of `faketime`, such as `+8h`, atomically."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.rename(self.file)


def faketime_environment(wall: FakedWallClock, library: str) -> dict[str, str]:
    """Environment variables that fake the wall clock, but not the monotonic clock."""
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(wall.file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@contextmanager
def running_with_faked_clock(
    tmp_path: Path, server_script: SleepServer, library: str
) -> Iterator[tuple[EmtuiTerminal, FakedWallClock]]:
    wall = FakedWallClock(tmp_path / "faketime")
    wall.shift_by("+0")
    server_identity = make_identity(tmp_path)
    environ = isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD, **faketime_environment(wall, library))
    with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
        argv = ("-m", "emtui", *options_for(server, server_identity))
        with run_python(*argv, columns=120, environ=environ) as terminal:
            terminal.wait_for("as of", "1 of 40")
            yield terminal, wall


def shown_hour(lines: list[str]) -> int:
    found = CLOCK_TEXT.search(lines[0])
    assert found, lines[0]
    return int(found[1])


def test_after_eight_hours_of_sleep_the_list_is_stale_refreshed_and_the_time_shown(
    tmp_path: Path, libfaketime: str
) -> None:
    manager = SleepServer()
    with running_with_faked_clock(tmp_path, manager, libfaketime) as (terminal, wall):
        fell_asleep, asked = shown_hour(terminal.lines()), len(manager.requests)
        manager.is_hanging = True
        slept_at = time.monotonic()
        wall.shift_by("+8h")
        terminal.wait_for(lambda lines: "STALE  as of" in lines[0])
        while len(manager.requests) == asked:
            terminal.wait_idle()
        assert manager.requests[asked] - slept_at < 20, "at once, not when the next request was due"
        assert shown_hour(terminal.lines()) == fell_asleep, "the time of the old list, marked"
        terminal.press("j")
        manager.is_hanging, manager.runs = False, 43
        terminal.press("\x1b")
        terminal.wait_for("Canceled")
        terminal.press("r")
        lines = terminal.wait_for(lambda lines: "STALE" not in lines[0], "of 43 runs")
        assert (shown_hour(lines) - fell_asleep) % 24 in (8, 9)
        away = next(line for line in lines if "restored from" in line)
        assert re.search(
            r"\w{3} \d\d:\d\d – \w{3} \d\d:\d\d: .*no data \w{3} \d\d:\d\d – \w{3} \d\d:\d\d", away
        )
        terminal.press("!")
        terminal.wait_for("This computer was suspended, or its clock was set forward.")


def test_a_clock_set_forward_or_back_is_distinguished_from_sleep(tmp_path: Path, libfaketime: str) -> None:
    manager = SleepServer(has_date_header=True)
    with running_with_faked_clock(tmp_path, manager, libfaketime) as (terminal, wall):
        wall.shift_by("+8h")
        lines = terminal.wait_for("This computer's clock was set forward by 8h00m")
        terminal.wait_for(lambda lines: "STALE" not in lines[0])
        assert not any("no data" in line for line in lines)
        terminal.press("\x1b")
        terminal.wait_for(lambda lines: not any("was set" in line for line in lines))
        wall.shift_by("+5h")
        lines = terminal.wait_for("This computer's clock was set back by 3h00m")
        assert "STALE" not in lines[0]
        terminal.press("!")
        lines = terminal.wait_for("This computer's clock was set forward by 8h00m", "by 3h00m: ")
        assert not any("slept" in line for line in lines)


@pytest.mark.parametrize("dated", [False, True])
def test_tail_prints_connection_loss_and_recovery_around_sleep_and_reports_a_changed_clock(
    tmp_path: Path, libfaketime: str, dated: bool
) -> None:
    manager, wall, server_identity = (
        SleepServer(has_date_header=dated),
        FakedWallClock(tmp_path / "faketime"),
        make_identity(tmp_path),
    )
    wall.shift_by("+0")
    environ = isolated_environment(
        tmp_path, EMTUI_PASSWORD=PASSWORD, **faketime_environment(wall, libfaketime)
    )
    with scripted_server_in_thread(manager, server_identity.tls_context()) as server:
        connection = options_for(server, server_identity)
        argv = (sys.executable, "-m", "emtui", "tail", "--from-start", "-o", "jsonl", *connection)
        with subprocess.Popen(
            argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as tail:
            assert tail.stdout
            assert tail.stderr
            try:
                before = [json.loads(tail.stdout.readline()) for _ in range(40)][-1]["at"]
                wall.shift_by("+8h")
                if dated:
                    assert "This computer's clock was set forward, from 20" in tail.stderr.readline()
                    return
                blind, back = (json.loads(tail.stdout.readline()) for _ in range(2))
                assert (blind["change"], back["change"]) == ("blind", "back")
                assert blind["problem"] == "This computer was suspended, or its clock was set forward."
                slept = datetime.fromisoformat(blind["at"]) - datetime.fromisoformat(before)
                assert timedelta(hours=8) <= slept < timedelta(hours=8, minutes=2)
            finally:
                tail.terminate()


def test_a_stopped_process_reports_that_and_requests_at_once(tmp_path: Path) -> None:
    manager, server_identity = SleepServer(), make_identity(tmp_path)
    with scripted_server_in_thread(manager, server_identity.tls_context()) as server:
        argv = (str(FAST_ALERTS_SCRIPT), "1", "600", "3", *options_for(server, server_identity))
        with run_python(
            *argv, columns=120, environ=isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)
        ) as terminal:
            terminal.wait_for("as of", "1 of 40")
            assert not any("no data" in line for line in terminal.lines())
            os.kill(terminal.child.pid, signal.SIGSTOP)
            terminal.read_for(6)
            os.kill(terminal.child.pid, signal.SIGCONT)
            terminal.wait_for("no run ended; no data")
            terminal.wait_for(lambda lines: "STALE" not in lines[0])
            terminal.press("!")
            terminal.wait_for("emtui was stopped.")
