"""A server with a long list, in a process of its own, and the moments when it answered with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from pty_terminal import a_home
from rogue import GOOD, PASSWORD, USER, Asked, Reply, identity, rogue_beside, route_of

from emtui.demo.demo_options import Plays
from emtui.demo.documents import Documents
from emtui.demo.world import World

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
PIECE = 256 * 1024
VISIBLE = 5
"""How many of the newest runs differ from look to look."""
_SILENT = b"<Message />"
_STARTED = b"<CreationTimeUTC>"


@cache
def listing(count: int) -> bytes:
    """A list of about so many sessions, as the demo writes it: in no order."""
    world = World(1, NOW, count)
    documents = Documents("https://em01.example.net:9398/api", Plays())
    return documents.listing(world.sessions(NOW), json=False)


@dataclass(frozen=True, slots=True)
class Look:
    """One answer with the list: when it began, and when all of it was handed over."""

    began: float
    ended: float


class Moving:
    """Answers with a list whose newest runs get another message at every look.

    Or, if it is still, one that goes on does, when told so: what has ended well does not change.
    """

    def __init__(self, body: bytes, *, still: bool = False) -> None:
        self._parts, self._goes_on = _parted(body)
        self.still = still
        self.looks = 0
        self.moves = 0
        self.noted: Callable[[Look], object] = lambda _: None

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route != "list":
            return GOOD[route]
        self.looks += 1
        self.moves += not self.still
        return self._list()

    def _list(self) -> Reply:
        said = [_SILENT] * (len(self._parts) - 1)
        moved = slice(self._goes_on, self._goes_on + min(self.moves, 1)) if self.still else slice(None)
        said[moved] = [f"<Message>look {self.moves}</Message>".encode()] * len(said[moved])
        body = b"".join(part for pair in zip_longest(self._parts, said, fillvalue=b"") for part in pair)
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length:"
        return Reply(f"{head} {len(body)}\r\n\r\n".encode(), self._pieces(body))

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        began = time.monotonic()
        for start in range(0, len(body), PIECE):
            yield body[start : start + PIECE]
        self.noted(Look(began, time.monotonic()))


def _parted(body: bytes) -> tuple[list[bytes], int]:
    """The list, without what the newest silent runs say: from run to run; and which of those goes on."""
    runs = body.split(b"<Sessions ")
    silent = [number for number, run in enumerate(runs) if _SILENT in run]
    by_start = sorted(silent, key=lambda number: runs[number].partition(_STARTED)[2][:30])
    going_on = [number for number in by_start if b"InProgress" in runs[number]] or by_start
    newest = sorted({*by_start[-VISIBLE:], going_on[-1]})
    for number in newest:
        runs[number] = runs[number].replace(_SILENT, b"\0")
    return b"<Sessions ".join(runs).split(b"\0"), newest.index(going_on[-1])


@dataclass(slots=True)
class Served:
    """Where the list is served, and what emtui needs to know to go straight to it."""

    environ: dict[str, str]
    home: Path
    authority: str
    body: bytes
    server: subprocess.Popen[str]
    looks: list[Look] = field(default_factory=list)
    """Every answer with the list so far."""

    @property
    def rows(self) -> int:
        """How many sessions it lists."""
        return self.body.count(b"<Sessions ")

    def move(self) -> None:
        """From the next look on, a run that goes on says something else."""
        self._tell("move")

    def keep_moving(self) -> None:
        """From now on they say something else at every look."""
        self._tell("keep moving")

    def _tell(self, what: str) -> None:
        assert self.server.stdin is not None
        self.server.stdin.write(f"{what}\n")
        self.server.stdin.flush()


@contextmanager
def serving(body: bytes) -> Iterator[Served]:
    """Serve this list over TLS on this computer."""
    with TemporaryDirectory(prefix="emtui-bench-") as folder:
        home = Path(folder)
        (home / "list.xml").write_bytes(body)
        argv = [sys.executable, __file__, folder]
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        with subprocess.Popen(
            argv, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            environ = a_home(
                home,
                PYTHONPATH=_as_installed(home),
                EMTUI_SERVER=told["authority"],
                EMTUI_USER=USER,
                EMTUI_PASSWORD=PASSWORD,
                EMTUI_PIN=told["sha256"],
            )
            served = Served(environ, home, told["authority"], body, server)
            listening = threading.Thread(target=_listen, args=(served,), daemon=True)
            listening.start()
            try:
                yield served
            finally:
                server.terminate()
                listening.join()


def _as_installed(home: Path) -> str:
    """Where Python looks first: nobody who only watches has click, which the demo's server brings along.

    With it httpx loads its own command line, and 3 MiB of what that draws with.
    """
    folder = home / "as-installed"
    folder.mkdir()
    (folder / "click.py").write_text("raise ImportError\n")
    return str(folder)


def _listen(served: Served) -> None:
    assert served.server.stdout is not None
    for line in served.server.stdout:
        served.looks.append(Look(**json.loads(line)))


def _serve(home: Path) -> None:
    """Serve until the end: one line says where, then one for each look."""
    manager = Moving((home / "list.xml").read_bytes(), still=True)
    manager.noted = lambda look: _say(began=look.began, ended=look.ended)
    own = identity(home)
    with rogue_beside(manager, own.context()) as played:
        _say(authority=played.authority, sha256=own.sha256)
        for told in sys.stdin:
            manager.moves += told == "move\n"
            manager.still = told != "keep moving\n"


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
