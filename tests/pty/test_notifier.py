"""Notifications in a real terminal: bell, footer and command. Seconds stand for ten minutes."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pty_terminal import EmtuiTerminal, isolated_environment, run_python
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

FAST_ALERTS_SCRIPT = Path(__file__).parent.parent / "run_fast_alerts.py"
ALERT_SPACING_S = 12
"""Seconds that stand for ten minutes."""


@dataclass
class FailingServer:
    """Lists a successful run, and a failed one of each of these types; does not respond while `is_down`."""

    failed: list[str] = field(default_factory=list)
    is_down: bool = False

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route != "list":
            return GOOD_REPLIES[route]
        if self.is_down:
            return make_reply("503 Service Unavailable", b"", "")
        return make_reply("200 OK", list_xml([session_xml(guid(0)), *map(self._failed, self.failed)]))

    def _failed(self, type_name: str) -> str:
        good = session_xml(guid(self.failed.index(type_name) + 1)).replace("CollectJob", type_name)
        bad = good.replace("CompletedSuccessfully", "Failed").replace("<Result>Success<", "<Result>Failed<")
        return bad.replace("<Message/>", f"<Message>{type_name} broke</Message>")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


@contextmanager
def running_with_alerts(
    tmp_path: Path, server_script: FailingServer, command: str
) -> Iterator[EmtuiTerminal]:
    """Run emtui with a profile with this shell command; `$0` is the sentence."""
    folder, server_identity = tmp_path / "config" / "emtui", make_identity(tmp_path)
    folder.mkdir(parents=True)
    with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
        (folder / "config.toml").write_text(
            "[profiles.prod]\nserver ="
            f" '{server.authority}'\nuser ="
            f" '{USER}'\npin = '{server_identity.sha256}'\n"
            f"notify_command = [\"sh\", \"-c\", '''{command}''']\n"
        )
        (folder / "config.toml").chmod(0o600)
        argv = (str(FAST_ALERTS_SCRIPT), "0.5", str(ALERT_SPACING_S), "30")
        with run_python(
            *argv, columns=120, environ=isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)
        ) as terminal:
            terminal.wait_for("as of")
            yield terminal


def bell_count(terminal: EmtuiTerminal) -> int:
    """Number of bells: BEL characters that do not end a sequence."""
    return re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", terminal.received).count(b"\x07")


def wait_for_alerts(terminal: EmtuiTerminal, sentences: Path, number: int) -> list[str]:
    """Wait until the command was run `count` times; return its sentences."""
    deadline = time.monotonic() + 60
    while (lines := _file_lines(sentences)) is None or len(lines) < number:
        assert time.monotonic() < deadline, f"never told: {lines}"
        terminal.read_for(0.1)
    return lines


def _file_lines(file: Path) -> list[str] | None:
    return file.read_text().splitlines() if file.exists() else None


def test_alerts_within_ten_minutes_are_combined_and_the_worst_comes_at_once(tmp_path: Path) -> None:
    manager, alert_texts = FailingServer(), tmp_path / "told"
    with running_with_alerts(tmp_path, manager, f'echo "$0" >>{alert_texts}') as terminal:
        manager.failed = ["LogExport", "LicenseUpdate"]
        (first,) = wait_for_alerts(terminal, alert_texts, 1)
        assert "2 types failed: LogExport (LogExport broke), LicenseUpdate (LicenseUpdate broke)" in first
        terminal.wait_for("2 types failed: LogExport (LogExport broke)")
        manager.failed.append("CatalogReplicationJob")
        terminal.wait_for(lambda lines: any("CatalogReplicationJob broke" in line for line in lines[:-1]))
        assert len(wait_for_alerts(terminal, alert_texts, 1)) == 1, "as bad as what was told: it waits"
        manager.is_down = True
        _, second = wait_for_alerts(terminal, alert_texts, 2)
        assert "connection lost" in second
        assert "1 type failed: CatalogReplicationJob (CatalogReplicationJob broke)" in second
        lost_at = time.monotonic()
        manager.is_down = False
        manager.failed.append("DatabaseMaintenance")
        terminal.wait_for(lambda lines: any("DatabaseMaintenance broke" in line for line in lines[:-1]))
        *_, third = wait_for_alerts(terminal, alert_texts, 3)
        assert time.monotonic() - lost_at > ALERT_SPACING_S / 2, "when the time is over, not at once"
        assert ", restored " in third
        assert "1 type failed: DatabaseMaintenance (DatabaseMaintenance broke)" in third
        terminal.wait_for("1 type failed: DatabaseMaintenance")
        terminal.read_for(ALERT_SPACING_S / 4)
        assert bell_count(terminal) == 3
        assert len(wait_for_alerts(terminal, alert_texts, 3)) == 3


@pytest.mark.parametrize("end", ["q", signal.SIGTERM, signal.SIGHUP], ids=["q", "SIGTERM", "SIGHUP"])
def test_the_command_is_ended_with_emtui(tmp_path: Path, end: str | signal.Signals) -> None:
    manager, pids = FailingServer(), tmp_path / "pids"
    command = f'trap "" TERM; sleep 600 & echo $$ $! >{pids}; wait; wait'
    with running_with_alerts(tmp_path, manager, command) as terminal:
        manager.failed = ["LogExport"]
        wait_for_alerts(terminal, pids, 1)
        if isinstance(end, str):
            terminal.press(end)
        else:
            os.kill(terminal.child.pid, end)
        terminal.wait_exit()
        left = [int(pid) for pid in pids.read_text().split()]
        ends = time.monotonic() + 10
        while any(map(_is_running, left)):
            assert time.monotonic() < ends, "it outlives emtui"
            time.sleep(0.05)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
