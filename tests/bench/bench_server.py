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

from pty_terminal import isolated_environment
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    make_identity,
    route_of,
    scripted_server_in_thread,
)

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.documents import DocumentSerializer
from emtui.demo.world import SimulatedWorld

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
CHUNK_BYTES = 256 * 1024
FIRST_ROW = 5
"""How many of the newest runs differ from look to look."""
_SILENT_LOG = b"<Message />"
_STARTED = b"<CreationTimeUTC>"


@cache
def list_body(count: int) -> bytes:
    """A list of about so many sessions, as the demo writes it: in no order."""
    world = SimulatedWorld(1, NOW, count)
    documents = DocumentSerializer("https://em01.example.net:9398/api", ActiveFaults())
    return documents.serialize_list(world.sessions(NOW), json=False)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One answer with the list: when it began, and when all of it was handed over."""

    started: float
    ended: float


class MovingList:
    """Answers with a list whose newest runs get another message at every look.

    Or, if it is still, one that goes on does, when told so: what has ended well does not change.
    """

    def __init__(self, body: bytes, *, still: bool = False) -> None:
        self._parts, self._may_continue = _split_body(body)
        self.is_frozen = still
        self.requests = 0
        self.move_count = 0
        self.request_times: Callable[[ListRequest], object] = lambda _: None

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route != "list":
            return GOOD_REPLIES[route]
        self.requests += 1
        self.move_count += not self.is_frozen
        return self._list()

    def _list(self) -> ScriptedReply:
        response = [_SILENT_LOG] * (len(self._parts) - 1)
        is_moved = (
            slice(self._may_continue, self._may_continue + min(self.move_count, 1))
            if self.is_frozen
            else slice(None)
        )
        response[is_moved] = [f"<Message>look {self.move_count}</Message>".encode()] * len(response[is_moved])
        body = b"".join(part for pair in zip_longest(self._parts, response, fillvalue=b"") for part in pair)
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length:"
        return ScriptedReply(f"{head} {len(body)}\r\n\r\n".encode(), self._chunks(body))

    def _chunks(self, body: bytes) -> Iterator[bytes]:
        began_at = time.monotonic()
        for start in range(0, len(body), CHUNK_BYTES):
            yield body[start : start + CHUNK_BYTES]
        self.request_times(ListRequest(began_at, time.monotonic()))


def _split_body(body: bytes) -> tuple[list[bytes], int]:
    """The list, without what the newest silent runs say: from run to run; and which of those goes on."""
    runs = body.split(b"<Sessions ")
    silent = [number for number, run in enumerate(runs) if _SILENT_LOG in run]
    by_start = sorted(silent, key=lambda number: runs[number].partition(_STARTED)[2][:30])
    running_number = [number for number in by_start if b"InProgress" in runs[number]] or by_start
    newest = sorted({*by_start[-FIRST_ROW:], running_number[-1]})
    for number in newest:
        runs[number] = runs[number].replace(_SILENT_LOG, b"\0")
    return b"<Sessions ".join(runs).split(b"\0"), newest.index(running_number[-1])


@dataclass(slots=True)
class BenchServer:
    """Where the list is served, and what emtui needs to know to go straight to it."""

    environ: dict[str, str]
    home: Path
    authority: str
    body: bytes
    server: subprocess.Popen[str]
    requests: list[ListRequest] = field(default_factory=list)
    """Every answer with the list so far."""

    @property
    def rows(self) -> int:
        """How many sessions it lists."""
        return self.body.count(b"<Sessions ")

    def move(self) -> None:
        """From the next look on, a run that goes on says something else."""
        self._send_command("move")

    def keep_moving(self) -> None:
        """From now on they say something else at every look."""
        self._send_command("keep moving")

    def _send_command(self, command: str) -> None:
        assert self.server.stdin is not None
        self.server.stdin.write(f"{command}\n")
        self.server.stdin.flush()


@contextmanager
def running_server(body: bytes) -> Iterator[BenchServer]:
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
            control = json.loads(server.stdout.readline())
            environ = isolated_environment(
                home,
                PYTHONPATH=_copy_package(home),
                EMTUI_SERVER=control["authority"],
                EMTUI_USER=USER,
                EMTUI_PASSWORD=PASSWORD,
                EMTUI_PIN=control["sha256"],
            )
            served = BenchServer(environ, home, control["authority"], body, server)
            listening = threading.Thread(target=_start_server, args=(served,), daemon=True)
            listening.start()
            try:
                yield served
            finally:
                server.terminate()
                listening.join()


def _copy_package(home: Path) -> str:
    """Where Python looks first: nobody who only watches has click, which the demo's server brings along.

    With it httpx loads its own command line, and 3 MiB of what that draws with.
    """
    folder = home / "as-installed"
    folder.mkdir()
    (folder / "click.py").write_text("raise ImportError\n")
    return str(folder)


def _start_server(served: BenchServer) -> None:
    assert served.server.stdout is not None
    for line in served.server.stdout:
        served.requests.append(ListRequest(**json.loads(line)))


def _run_server(home: Path) -> None:
    """Serve until the end: one line says where, then one for each look."""
    moving_list = MovingList((home / "list.xml").read_bytes(), still=True)
    moving_list.request_times = lambda look: _print_json(began=look.started, ended=look.ended)
    identity_file = make_identity(home)
    with scripted_server_in_thread(moving_list, identity_file.tls_context()) as server:
        _print_json(authority=server.authority, sha256=identity_file.sha256)
        for command in sys.stdin:
            moving_list.move_count += command == "move\n"
            moving_list.is_frozen = command != "keep moving\n"


def _print_json(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _run_server(Path(sys.argv[1]))
