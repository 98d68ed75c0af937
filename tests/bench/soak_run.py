"""A weekend in a few minutes: emtui follows the demo's world while it changes, goes away, and forgets logons.

The world's clock runs five minutes a look, so that runs begin, end and age out of the
list. Counted are looks, requests and logons on the server's side; memory, open files and
the processor's time are the kernel's figures for the process.
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
"""Seconds between two looks."""
FAST_POLLING_SCRIPT = Path(__file__).parents[1] / "run_fast_polling.py"
_GONE_REPLY = make_reply("503 Service Unavailable", b"", "")
_REFUSED_REPLY = make_reply("401 Unauthorized")


@dataclass
class SoakServer:
    """The demo's world, later at every look; `token` is what it knows its logon by."""

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
            return _GONE_REPLY
        if route == "logon":
            self.logons += 1
            self.expires_next = False
        if route != "list":
            return GOOD_REPLIES[route]
        if self.expires_next:
            return _REFUSED_REPLY
        self.poll_count += 1
        at = NOW + self.poll_count * CLOCK_STEP if self.is_changing else NOW
        return make_reply("200 OK", self._documents.serialize_list(self._world.sessions(at), json=False))


@dataclass(frozen=True)
class SoakRun:
    """One emtui that follows one server."""

    tty: BenchTerminal
    server_script: SoakServer
    server: ScriptedEmServer

    def wait_for_polls(self, count: int) -> None:
        """Until so many more looks were answered."""
        wanted = self.server_script.poll_count + count
        self.wait_for(lambda: self.server_script.poll_count >= wanted)

    def wait_for(self, condition: Callable[[], bool], timeout: float = 600) -> None:
        """Take what comes on the screen until it holds."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.tty.read(0.1)
            if time.monotonic() > deadline:
                raise TimeoutError("it looks no more")

    def play_outage(self) -> None:
        """Away for some looks, and back."""
        self.server_script.is_down, wanted = True, self.server_script.refusal_count + 4
        self.wait_for(lambda: self.server_script.refusal_count >= wanted)
        self.server_script.is_down = False
        self.wait_for_polls(2)

    def play_expiry(self) -> None:
        """The logon is forgotten; a restarted server has also dropped every connection."""
        self.server_script.expires_next = True
        self.wait_for_polls(2)

    @property
    def open_file_count(self) -> int:
        """How many files, sockets and pipes are open."""
        return len(os.listdir(f"/proc/{self.tty.pid}/fd"))  # noqa: PTH208 - the kernel's own list

    @property
    def cpu_seconds(self) -> float:
        """Of the processor, since it began."""
        after = Path(f"/proc/{self.tty.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_soak(rows: int, interval: float = POLL_INTERVAL_S) -> Iterator[SoakRun]:
    """Start it, and wait until it follows."""
    with TemporaryDirectory(prefix="emtui-soak-") as name:
        folder = Path(name)
        server_identity, server_script = make_identity(folder), SoakServer(rows)
        with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
            argv = [sys.executable, str(FAST_POLLING_SCRIPT), str(interval), "--server", server.authority]
            argv += ["--user", USER, "--pin", server_identity.sha256]
            with running_program(argv, isolated_environment(folder, EMTUI_PASSWORD=PASSWORD)) as tty:
                yield SoakRun(tty, server_script, server)


def measure_soak(polls: int, rows: int = 1000) -> list[BenchmarkResult]:
    """So many looks with changes, an outage, three expiries and two restarts between them."""
    with running_soak(rows) as soak_run:
        soak_run.wait_for_polls(polls // 4)
        warm, files, before = (
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
        asked = sum(1 for poll in soak_run.server.requests if route_of(poll) == "list")
        beside = (
            f"{soak_run.server_script.poll_count - before:,} looks, {asked:,}"
            f" requests, {soak_run.server_script.logons} logons"
        )
        return [
            BenchmarkResult("memory gained", soak_run.tty.memory() - warm, "MiB", 2, beside),
            BenchmarkResult("files gained", soak_run.open_file_count - files, "", 0),
        ]


def measure_idle(seconds: float) -> list[BenchmarkResult]:
    """What the processor does while nothing moves, and while nobody answers; per mille of its time."""
    figures = []
    for label, away in (("idle", False), ("unreachable", True)):
        with running_soak(3000, interval=60.0) as soak_run:
            soak_run.wait_for_polls(1)
            soak_run.tty.wait_for_silence(1)
            soak_run.server_script.is_down = away
            if away:
                soak_run.tty.press("r")
                soak_run.tty.wait_for_silence(1)
            start = soak_run.cpu_seconds
            soak_run.tty.wait_for_silence(seconds)
            spent = soak_run.cpu_seconds - start
            figures.append(
                BenchmarkResult(f"processor, {label}", 1000 * spent / seconds, "‰", 5, f"{seconds:g} s")
            )
    return figures
