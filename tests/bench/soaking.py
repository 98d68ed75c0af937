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

from bench.figures import Figure
from bench.terminal import Tty, running
from pty_terminal import a_home
from rogue import GOOD, PASSWORD, USER, Asked, Reply, Rogue, identity, reply, rogue_beside, route_of

from emtui.demo.demo_options import Plays
from emtui.demo.documents import Documents
from emtui.demo.world import World

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
EVERY = 0.02
"""Seconds between two looks."""
HASTY = Path(__file__).parents[1] / "hasty.py"
_GONE = reply("503 Service Unavailable", b"", "")
_REFUSED = reply("401 Unauthorized")


@dataclass
class Manager:
    """The demo's world, later at every look; `token` is what it knows its logon by."""

    rows: int
    moving: bool = True
    away: bool = False
    forgets: bool = False
    looks: int = 0
    refused: int = 0
    logons: int = 0
    _world: World = field(init=False)
    _documents: Documents = field(init=False)

    def __post_init__(self) -> None:
        self._world = World(1, NOW, self.rows)
        self._documents = Documents("https://em01.example.net:9398/api", Plays())

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if self.away and route != "logoff":
            self.refused += 1
            return _GONE
        if route == "logon":
            self.logons += 1
            self.forgets = False
        if route != "list":
            return GOOD[route]
        if self.forgets:
            return _REFUSED
        self.looks += 1
        at = NOW + self.looks * STEP if self.moving else NOW
        return reply("200 OK", self._documents.listing(self._world.sessions(at), json=False))


@dataclass(frozen=True)
class Soak:
    """One emtui that follows one server."""

    tty: Tty
    manager: Manager
    server: Rogue

    def looks(self, count: int) -> None:
        """Until so many more looks were answered."""
        wanted = self.manager.looks + count
        self.until(lambda: self.manager.looks >= wanted)

    def until(self, holds: Callable[[], bool], patience: float = 600) -> None:
        """Take what comes on the screen until it holds."""
        ends = time.monotonic() + patience
        while not holds():
            self.tty.read(0.1)
            if time.monotonic() > ends:
                raise TimeoutError("it looks no more")

    def outage(self) -> None:
        """Away for some looks, and back."""
        self.manager.away, wanted = True, self.manager.refused + 4
        self.until(lambda: self.manager.refused >= wanted)
        self.manager.away = False
        self.looks(2)

    def expiry(self) -> None:
        """The logon is forgotten; a restarted server has also dropped every connection."""
        self.manager.forgets = True
        self.looks(2)

    @property
    def files(self) -> int:
        """How many files, sockets and pipes are open."""
        return len(os.listdir(f"/proc/{self.tty.pid}/fd"))  # noqa: PTH208 - the kernel's own list

    @property
    def seconds(self) -> float:
        """Of the processor, since it began."""
        after = Path(f"/proc/{self.tty.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def soak(rows: int, every: float = EVERY) -> Iterator[Soak]:
    """Start it, and wait until it follows."""
    with TemporaryDirectory(prefix="emtui-soak-") as name:
        folder = Path(name)
        known, manager = identity(folder), Manager(rows)
        with rogue_beside(manager, known.context()) as server:
            argv = [sys.executable, str(HASTY), str(every), "--server", server.authority]
            argv += ["--user", USER, "--pin", known.sha256]
            with running(argv, a_home(folder, EMTUI_PASSWORD=PASSWORD)) as tty:
                yield Soak(tty, manager, server)


def soaking(polls: int, rows: int = 1000) -> list[Figure]:
    """So many looks with changes, an outage, three expiries and two restarts between them."""
    with soak(rows) as soaked:
        soaked.looks(polls // 4)
        warm, files, before = soaked.tty.memory(), soaked.files, soaked.manager.looks
        for event in (
            soaked.expiry,
            soaked.outage,
            soaked.expiry,
            soaked.outage,
            soaked.expiry,
            soaked.outage,
        ):
            soaked.looks(polls // 8)
            event()
        asked = sum(1 for one in soaked.server.asked if route_of(one) == "list")
        beside = (
            f"{soaked.manager.looks - before:,} looks, {asked:,} requests, {soaked.manager.logons} logons"
        )
        return [
            Figure("memory gained", soaked.tty.memory() - warm, "MiB", 2, beside),
            Figure("files gained", soaked.files - files, "", 0),
        ]


def resting(seconds: float) -> list[Figure]:
    """What the processor does while nothing moves, and while nobody answers; per mille of its time."""
    figures = []
    for what, away in (("idle", False), ("unreachable", True)):
        with soak(3000, every=60.0) as soaked:
            soaked.looks(1)
            soaked.tty.settled(1)
            soaked.manager.away = away
            if away:
                soaked.tty.press("r")
                soaked.tty.settled(1)
            began = soaked.seconds
            soaked.tty.settled(seconds)
            spent = soaked.seconds - began
            figures.append(Figure(f"processor, {what}", 1000 * spent / seconds, "‰", 5, f"{seconds:g} s"))
    return figures
