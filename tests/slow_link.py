"""Simulates a slow link with a limited rate and a delay in each direction.

Like SSH, which buffers megabytes, it never blocks the sender; only the arrival is delayed. Rates are in bytes
per second, delays in seconds one way.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Protocol

import pexpect
from pty_terminal import EmtuiTerminal, kill_child, spawn_python

CHUNK_BYTES = 100
"""Bytes delivered at once: 1/80 s at 64 kbit/s."""


@dataclass(frozen=True, slots=True)
class LinkSpeed:
    """Rate and delay of a link; by default 64 kbit/s and 600 ms round trip."""

    rate: float = 8000.0
    delay: float = 0.3


SLOW_LINK = LinkSpeed()
FAST_LINK = LinkSpeed(rate=1e9, delay=0)


class LinkDirection:
    """One direction of a link; a thread calls `arrive` with each piece, and with b"" at the end."""

    def __init__(self, line: LinkSpeed, arrive: Callable[[bytes], object]) -> None:
        self._line = line
        self._arrive = arrive
        self._free_at = 0.0
        self._in_flight: deque[tuple[float, bytes]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.sent = 0
        """Total bytes sent."""
        self.arrived = 0
        """Total bytes delivered."""
        self._thread = threading.Thread(target=self._run, name="slow-line", daemon=True)
        self._thread.start()

    def change_speed(self, line: LinkSpeed) -> None:
        """Change the speed for everything sent from now on."""
        with self._changed:
            self._line = line

    def put(self, content: bytes) -> None:
        """Queue these bytes without blocking; b"" marks the end."""
        with self._changed:
            for start in range(0, len(content) or 1, CHUNK_BYTES):
                piece = content[start : start + CHUNK_BYTES]
                self._free_at = max(self._free_at, monotonic()) + len(piece) / self._line.rate
                self._in_flight.append((self._free_at + self._line.delay, piece))
            self.sent += len(content)
            self._changed.notify()

    def close(self) -> None:
        """Stop delivery."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._next_arrival()) is not None:
            try:
                self._arrive(piece)
            except OSError:
                return  # the receiver is closed
            self.arrived += len(piece)

    def _next_arrival(self) -> bytes | None:
        with self._changed:
            while not self._is_closed:
                remaining = self._in_flight[0][0] - monotonic() if self._in_flight else None
                if remaining is not None and remaining <= 0:
                    return self._in_flight.popleft()[1]
                self._changed.wait(remaining)
        return None


class RemoteChild:
    """A program behind a slow link, as child of an `EmtuiTerminal`; `down` leads to the terminal."""

    def __init__(self, child: pexpect.spawn[bytes], line: LinkSpeed) -> None:
        self._child = child
        self._arrived: SimpleQueue[bytes] = SimpleQueue()
        self._handle: int = child.child_fd
        self.pid: int = child.pid
        self.down = LinkDirection(line, self._arrived.put)
        self.up = LinkDirection(line, self._type)
        self._reader = threading.Thread(target=self._read, name="slow-line-pty", daemon=True)
        self._reader.start()

    def send(self, keys: str) -> None:
        """Send keys over the link."""
        self.up.put(keys.encode())

    def read_nonblocking(self, size: int, timeout: float) -> bytes:  # noqa: ARG002 - signature of pexpect
        """Return the next delivered bytes; raises `pexpect.TIMEOUT` or `pexpect.EOF` like pexpect."""
        try:
            chunk = self._arrived.get(timeout=timeout)
        except Empty:
            raise pexpect.TIMEOUT("nothing delivered") from None
        if not chunk:
            raise pexpect.EOF("the program has ended")
        return chunk

    def close(self) -> None:
        """Kill the program and close the link."""
        self._child.kill(signal.SIGKILL)
        self._reader.join()
        self.down.close()
        self.up.close()
        kill_child(self._child)

    def _type(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    def _read(self) -> None:
        with suppress(OSError):  # raised by Linux when the program has ended
            while chunk := os.read(self._handle, 65536):
                self.down.put(chunk)
        self.down.put(b"")


class ByteCounter(Protocol):
    """Counts sent and delivered bytes."""

    @property
    def sent(self) -> int: ...

    @property
    def arrived(self) -> int: ...


class RemoteTerminal(EmtuiTerminal):
    """A terminal with a program behind a slow link; `down` counts the bytes to the terminal."""

    def __init__(
        self, child: RemoteChild | pexpect.spawn[bytes], columns: int, lines: int, down: ByteCounter
    ) -> None:
        super().__init__(child, columns, lines)
        self.down = down

    @property
    def unread_bytes(self) -> int:
        """Bytes in flight from the program to the terminal."""
        return self.down.sent - self.down.arrived

    def hold_key(self, key: str, seconds: float, rate: float) -> int:
        """Hold a key with `rate` repeats per second; return the maximum of bytes in flight."""
        start, most_unread = monotonic(), 0
        for number in range(round(seconds * rate)):
            self.press(key)
            self.read_until(start + (number + 1) / rate)
            most_unread = max(most_unread, self.unread_bytes)
        return most_unread

    def read_until(self, deadline: float) -> None:
        """Read until this time of the monotonic clock."""
        while (remaining := deadline - monotonic()) > 0:
            self.read_next(remaining)

    def wait_for_silence(self, silence: float) -> float:
        """Wait for a silence of this many seconds; return the time of the last byte."""
        last_byte_at = monotonic()
        while self.read_next(silence):
            last_byte_at = monotonic()
        return last_byte_at

    def read_next(self, patience: float) -> bool:
        """Read the next bytes; false if none arrive within `patience` seconds."""
        try:
            chunk = self.child.read_nonblocking(65536, timeout=patience)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.received += chunk
        self._stream.feed(chunk)
        return True


@contextmanager
def run_remote(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    line: LinkSpeed = SLOW_LINK,
    columns: int = 120,
    lines: int = 40,
) -> Iterator[RemoteTerminal]:
    """Run Python with these arguments behind a slow link."""
    child = spawn_python(argv, environ=environ, columns=columns, lines=lines)
    remote = RemoteChild(child, line)
    try:
        yield RemoteTerminal(remote, columns, lines, remote.down)
    finally:
        remote.close()


class SlowProxy:
    """A local port that forwards connections to another port over a slow link."""

    def __init__(self, listener: socket.socket, port: int, line: LinkSpeed) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener, self._target_port, self._line = listener, port, line
        self._sockets: list[socket.socket] = []
        self._up: list[LinkDirection] = []
        self._down: list[LinkDirection] = []
        self._thread = threading.Thread(target=self._accept, name="slow-line-port", daemon=True)
        self._thread.start()

    @property
    def sent(self) -> int:
        """Bytes sent by the target."""
        return sum(direction.sent for direction in self._down)

    @property
    def arrived(self) -> int:
        """Bytes of the target delivered to clients."""
        return sum(direction.arrived for direction in self._down)

    def change_speed(self, line: LinkSpeed) -> None:
        """Change the speed of all connections, including new ones."""
        self._line = line
        for direction in (*self._up, *self._down):
            direction.change_speed(line)

    def close(self) -> None:
        """Close all connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for direction in (*self._up, *self._down):
            direction.close()
        for connection in self._sockets:
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client = self._listener.accept()[0]
                upstream = socket.create_connection(("127.0.0.1", self._target_port))
                self._sockets += [client, upstream]
                self._up.append(_connect_direction(client, upstream, self._line))
                self._down.append(_connect_direction(upstream, client, self._line))


@contextmanager
def slow_proxy(port: int, line: LinkSpeed = SLOW_LINK) -> Iterator[SlowProxy]:
    """Run a proxy to this local port over a slow link."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = SlowProxy(listener, port, line)
        try:
            yield proxy
        finally:
            proxy.close()


def _connect_direction(source: socket.socket, destination: socket.socket, line: LinkSpeed) -> LinkDirection:
    """Forward from one socket to the other."""
    destination.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    direction = LinkDirection(
        line, lambda piece: destination.sendall(piece) if piece else destination.shutdown(socket.SHUT_WR)
    )

    def forward() -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                direction.put(chunk)
        direction.put(b"")

    threading.Thread(target=forward, name="slow-line-socket", daemon=True).start()
    return direction
