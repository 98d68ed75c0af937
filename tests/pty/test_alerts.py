"""Whom emtui tells, in a real terminal: by bell, footer and command. Ten minutes are seconds."""

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
from pty_terminal import Terminal, a_home, python
from rogue import (
    GOOD,
    PASSWORD,
    USER,
    Asked,
    Reply,
    identity,
    list_xml,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)

HASTY = Path(__file__).parent.parent / "hasty_alerts.py"
APART = 12
"""Seconds that stand for ten minutes."""


@dataclass
class Manager:
    """Lists a good run, and a failed one of each of these types; or says nothing."""

    failed: list[str] = field(default_factory=list)
    away: bool = False

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route != "list":
            return GOOD[route]
        if self.away:
            return reply("503 Service Unavailable", b"", "")
        return reply("200 OK", list_xml([session_xml(guid(0)), *map(self._failed, self.failed)]))

    def _failed(self, kind: str) -> str:
        good = session_xml(guid(self.failed.index(kind) + 1)).replace("CollectJob", kind)
        bad = good.replace("CompletedSuccessfully", "Failed").replace("<Result>Success<", "<Result>Failed<")
        return bad.replace("<Message/>", f"<Message>{kind} broke</Message>")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


@contextmanager
def alerting(tmp_path: Path, manager: Manager, command: str) -> Iterator[Terminal]:
    """emtui with a profile that has this command of a shell; `$0` is the sentence."""
    folder, known = tmp_path / "config" / "emtui", identity(tmp_path)
    folder.mkdir(parents=True)
    with rogue_beside(manager, known.context()) as server:
        (folder / "config.toml").write_text(
            f"[profiles.prod]\nserver = '{server.authority}'\nuser = '{USER}'\npin = '{known.sha256}'\n"
            f"notify_command = [\"sh\", \"-c\", '''{command}''']\n"
        )
        (folder / "config.toml").chmod(0o600)
        argv = (str(HASTY), "0.5", str(APART), "30")
        with python(*argv, columns=120, environ=a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.until("as of")
            yield terminal


def bells(terminal: Terminal) -> int:
    """How often it rang: a BEL that ends no sequence."""
    return re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", terminal.received).count(b"\x07")


def until(terminal: Terminal, sentences: Path, number: int) -> list[str]:
    """Wait until the command was run so often; its sentences."""
    ends = time.monotonic() + 60
    while (lines := _lines(sentences)) is None or len(lines) < number:
        assert time.monotonic() < ends, f"never told: {lines}"
        terminal.for_a_while(0.1)
    return lines


def _lines(file: Path) -> list[str] | None:
    return file.read_text().splitlines() if file.exists() else None


def test_all_that_happens_within_ten_minutes_is_told_the_worst_at_once(tmp_path: Path) -> None:
    manager, told = Manager(), tmp_path / "told"
    with alerting(tmp_path, manager, f'echo "$0" >>{told}') as terminal:
        manager.failed = ["LogExport", "LicenseUpdate"]
        (first,) = until(terminal, told, 1)
        assert "2 types failed: LogExport (LogExport broke), LicenseUpdate (LicenseUpdate broke)" in first
        terminal.until("2 types failed: LogExport (LogExport broke)")
        manager.failed.append("CatalogReplicationJob")
        terminal.until(lambda lines: any("CatalogReplicationJob broke" in line for line in lines[:-1]))
        assert len(until(terminal, told, 1)) == 1, "as bad as what was told: it waits"
        manager.away = True
        _, second = until(terminal, told, 2)
        assert "connection lost" in second
        assert "1 type failed: CatalogReplicationJob (CatalogReplicationJob broke)" in second
        lost_at = time.monotonic()
        manager.away = False
        manager.failed.append("DatabaseMaintenance")
        terminal.until(lambda lines: any("DatabaseMaintenance broke" in line for line in lines[:-1]))
        *_, third = until(terminal, told, 3)
        assert time.monotonic() - lost_at > APART / 2, "when the time is over, not at once"
        assert "connection back" in third
        assert "1 type failed: DatabaseMaintenance (DatabaseMaintenance broke)" in third
        terminal.until("1 type failed: DatabaseMaintenance")
        terminal.for_a_while(APART / 4)
        assert bells(terminal) == 3
        assert len(until(terminal, told, 3)) == 3


@pytest.mark.parametrize("end", ["q", signal.SIGTERM, signal.SIGHUP], ids=["q", "SIGTERM", "SIGHUP"])
def test_the_command_is_ended_with_emtui(tmp_path: Path, end: str | signal.Signals) -> None:
    manager, pids = Manager(), tmp_path / "pids"
    command = f'trap "" TERM; sleep 600 & echo $$ $! >{pids}; wait; wait'
    with alerting(tmp_path, manager, command) as terminal:
        manager.failed = ["LogExport"]
        until(terminal, pids, 1)
        if isinstance(end, str):
            terminal.press(end)
        else:
            os.kill(terminal.child.pid, end)
        terminal.end()
        left = [int(pid) for pid in pids.read_text().split()]
        ends = time.monotonic() + 10
        while any(map(_runs, left)):
            assert time.monotonic() < ends, "it outlives emtui"
            time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
