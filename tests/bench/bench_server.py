"""A server with a long list, in a separate process, and the times of its list responses."""

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
CHANGING_ROWS = 5
"""Number of the newest runs that change from poll to poll."""
_SILENT_LOG = b"<Message />"
_STARTED = b"<CreationTimeUTC>"


@cache
def list_body(count: int) -> bytes:
    """A list of about `count` sessions as the demo writes it, unsorted."""
    world = SimulatedWorld(1, NOW, count)
    documents = DocumentSerializer("https://em01.example.net:9398/api", ActiveFaults())
    return documents.serialize_list(world.sessions(NOW), json=False)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Start and end of one list response, by the monotonic clock."""

    started: float
    ended: float


class ChangingList:
    """Responds with a list whose newest runs have another message at every poll.

    If `is_frozen`, only a running session changes, and only when `change_count` is increased.
    """

    def __init__(self, body: bytes, *, is_frozen: bool = False) -> None:
        self._parts, self._running_index = _split_body(body)
        self.is_frozen = is_frozen
        self.requests = 0
        self.change_count = 0
        self.on_list_sent: Callable[[ListRequest], object] = lambda _: None

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route != "list":
            return GOOD_REPLIES[route]
        self.requests += 1
        self.change_count += not self.is_frozen
        return self._list()

    def _list(self) -> ScriptedReply:
        response = [_SILENT_LOG] * (len(self._parts) - 1)
        changed = (
            slice(self._running_index, self._running_index + min(self.change_count, 1))
            if self.is_frozen
            else slice(None)
        )
        response[changed] = [f"<Message>poll {self.change_count}</Message>".encode()] * len(response[changed])
        body = b"".join(part for pair in zip_longest(self._parts, response, fillvalue=b"") for part in pair)
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length:"
        return ScriptedReply(f"{head} {len(body)}\r\n\r\n".encode(), self._chunks(body))

    def _chunks(self, body: bytes) -> Iterator[bytes]:
        began_at = time.monotonic()
        for start in range(0, len(body), CHUNK_BYTES):
            yield body[start : start + CHUNK_BYTES]
        self.on_list_sent(ListRequest(began_at, time.monotonic()))


def _split_body(body: bytes) -> tuple[list[bytes], int]:
    """Split the list at the messages of the newest runs without one; return also which of them is running."""
    runs = body.split(b"<Sessions ")
    silent = [number for number, run in enumerate(runs) if _SILENT_LOG in run]
    by_start = sorted(silent, key=lambda number: runs[number].partition(_STARTED)[2][:30])
    running_number = [number for number in by_start if b"InProgress" in runs[number]] or by_start
    newest = sorted({*by_start[-CHANGING_ROWS:], running_number[-1]})
    for number in newest:
        runs[number] = runs[number].replace(_SILENT_LOG, b"\0")
    return b"<Sessions ".join(runs).split(b"\0"), newest.index(running_number[-1])


@dataclass(slots=True)
class BenchServer:
    """A running server, and the environment for an emtui that logs on to it without a prompt."""

    environ: dict[str, str]
    home: Path
    authority: str
    body: bytes
    server: subprocess.Popen[str]
    requests: list[ListRequest] = field(default_factory=list)
    """All list responses so far."""

    @property
    def rows(self) -> int:
        """Number of listed sessions."""
        return self.body.count(b"<Sessions ")

    def change_once(self) -> None:
        """Change the message of a running session from the next poll on."""
        self._send_command("change once")

    def keep_changing(self) -> None:
        """Change the newest runs at every poll from now on."""
        self._send_command("keep changing")

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
                PYTHONPATH=_hide_click(home),
                EMTUI_SERVER=control["authority"],
                EMTUI_USER=USER,
                EMTUI_PASSWORD=PASSWORD,
                EMTUI_PIN=control["sha256"],
            )
            served = BenchServer(environ, home, control["authority"], body, server)
            listening = threading.Thread(target=_collect_requests, args=(served,), daemon=True)
            listening.start()
            try:
                yield served
            finally:
                server.terminate()
                listening.join()


def _hide_click(home: Path) -> str:
    """Return a folder for PYTHONPATH that hides click, which is installed only with the demo's server.

    With click, httpx loads its own command line, which takes 3 MiB.
    """
    folder = home / "as-installed"
    folder.mkdir()
    (folder / "click.py").write_text("raise ImportError\n")
    return str(folder)


def _collect_requests(served: BenchServer) -> None:
    assert served.server.stdout is not None
    for line in served.server.stdout:
        served.requests.append(ListRequest(**json.loads(line)))


def _run_server(home: Path) -> None:
    """Serve until stopped: print the address on one line, then one line per list response."""
    changing_list = ChangingList((home / "list.xml").read_bytes(), is_frozen=True)
    changing_list.on_list_sent = lambda request: _print_json(started=request.started, ended=request.ended)
    identity_file = make_identity(home)
    with scripted_server_in_thread(changing_list, identity_file.tls_context()) as server:
        _print_json(authority=server.authority, sha256=identity_file.sha256)
        for command in sys.stdin:
            changing_list.change_count += command == "change once\n"
            changing_list.is_frozen = command != "keep changing\n"


def _print_json(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _run_server(Path(sys.argv[1]))
