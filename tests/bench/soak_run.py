"""A weekend in a few minutes: emtui polls a demo that changes, is unreachable, and expires logons.

The simulated clock advances five minutes per poll, so that runs begin, end and age out of the list.
Polls, requests and logons are counted by the server; memory, open files and processor time are the
kernel's results for the process.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bench_terminal import BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult
from pty_terminal import isolated_environment
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.documents import DocumentSerializer
from emtui.demo.world import SimulatedWorld

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
CLOCK_STEP = timedelta(minutes=5)
POLL_INTERVAL_S = 0.02
"""Seconds between two polls."""
FAST_POLLING_SCRIPT = Path(__file__).parents[1] / "run_fast_polling.py"
_UNAVAILABLE_REPLY = make_reply("503 Service Unavailable", b"", "")
_EXPIRED_REPLY = make_reply("401 Unauthorized")


@dataclass
class SoakServer:
    """The demo's world, five minutes later at every poll, with outages and expired logons on demand."""

    rows: int
    is_changing: bool = True
    is_down: bool = False
    expires_next: bool = False
    poll_count: int = 0
    refusal_count: int = 0
    logons: int = 0
    _world: SimulatedWorld = field(init=False)
    _documents: DocumentSerializer = field(init=False)

    def __post_init__(self) -> None:
        self._world = SimulatedWorld(1, NOW, self.rows)
        self._documents = DocumentSerializer("https://em01.example.net:9398/api", ActiveFaults())

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if self.is_down and route != "logoff":
            self.refusal_count += 1
            return _UNAVAILABLE_REPLY
        if route == "logon":
            self.logons += 1
            self.expires_next = False
        if route != "list":
            return GOOD_REPLIES[route]
        if self.expires_next:
            return _EXPIRED_REPLY
        self.poll_count += 1
        at = NOW + self.poll_count * CLOCK_STEP if self.is_changing else NOW
        return make_reply("200 OK", self._documents.serialize_list(self._world.sessions(at), json=False))


@dataclass(frozen=True)
class SoakRun:
    """One emtui that polls one server."""

    tty: BenchTerminal
    server_script: SoakServer
    server: ScriptedEmServer

    def wait_for_polls(self, count: int) -> None:
        """Wait for `count` more list responses."""
        wanted = self.server_script.poll_count + count
        self.wait_for(lambda: self.server_script.poll_count >= wanted)

    def wait_for(self, condition: Callable[[], bool], timeout: float = 600) -> None:
        """Read the output until the condition is true."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.tty.read(0.1)
            if time.monotonic() > deadline:
                raise TimeoutError("polling has stopped")

    def play_outage(self) -> None:
        """Be unreachable for some polls, then respond again."""
        self.server_script.is_down, wanted = True, self.server_script.refusal_count + 4
        self.wait_for(lambda: self.server_script.refusal_count >= wanted)
        self.server_script.is_down = False
        self.wait_for_polls(2)

    def play_expiry(self) -> None:
        """Expire the logon."""
        self.server_script.expires_next = True
        self.wait_for_polls(2)

    @property
    def open_file_count(self) -> int:
        """Number of open files, sockets and pipes."""
        return len(os.listdir(f"/proc/{self.tty.pid}/fd"))  # noqa: PTH208 - not a folder on disk

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the process so far."""
        after = Path(f"/proc/{self.tty.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_soak(rows: int, interval: float = POLL_INTERVAL_S) -> Iterator[SoakRun]:
    """Start a server and an emtui that polls it."""
    with TemporaryDirectory(prefix="emtui-soak-") as name:
        folder = Path(name)
        server_identity, server_script = make_identity(folder), SoakServer(rows)
        with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
            argv = [sys.executable, str(FAST_POLLING_SCRIPT), str(interval), "--server", server.authority]
            argv += ["--user", USER, "--pin", server_identity.sha256]
            with running_program(argv, isolated_environment(folder, EMTUI_PASSWORD=PASSWORD)) as tty:
                yield SoakRun(tty, server_script, server)


def measure_soak(polls: int, rows: int = 1000) -> list[BenchmarkResult]:
    """Memory and files gained in so many polls with changes, three outages and three expiries."""
    with running_soak(rows) as soak_run:
        soak_run.wait_for_polls(polls // 4)
        memory_before, files_before, polls_before = (
            soak_run.tty.memory(),
            soak_run.open_file_count,
            soak_run.server_script.poll_count,
        )
        for event in (
            soak_run.play_expiry,
            soak_run.play_outage,
            soak_run.play_expiry,
            soak_run.play_outage,
            soak_run.play_expiry,
            soak_run.play_outage,
        ):
            soak_run.wait_for_polls(polls // 8)
            event()
        request_count = sum(1 for poll in soak_run.server.requests if route_of(poll) == "list")
        comparison = (
            f"{soak_run.server_script.poll_count - polls_before:,} polls, {request_count:,}"
            f" requests, {soak_run.server_script.logons} logons"
        )
        return [
            BenchmarkResult("memory gained", soak_run.tty.memory() - memory_before, "MiB", 2, comparison),
            BenchmarkResult("files gained", soak_run.open_file_count - files_before, "", 0),
        ]


def measure_idle(seconds: float) -> list[BenchmarkResult]:
    """Processor use while nothing changes and while the server is unreachable, in per mille."""
    results = []
    for label, is_unreachable in (("idle", False), ("unreachable", True)):
        with running_soak(3000, interval=60.0) as soak_run:
            soak_run.wait_for_polls(1)
            soak_run.tty.wait_for_silence(1)
            soak_run.server_script.is_down = is_unreachable
            if is_unreachable:
                soak_run.tty.press("r")
                soak_run.tty.wait_for_silence(1)
            start = soak_run.cpu_seconds
            soak_run.tty.wait_for_silence(seconds)
            spent = soak_run.cpu_seconds - start
            results.append(
                BenchmarkResult(f"processor, {label}", 1000 * spent / seconds, "‰", 5, f"{seconds:g} s")
            )
    return results
