"""A line that is slow and far: so many bytes a second each way, so long on their way.

It swallows whatever it is given: plain SSH takes megabytes before it pushes back, so nobody
who writes to this line ever waits. What is slow is when it arrives. Rates are bytes a
second, delays seconds one way.
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
"""Bytes that arrive together: an eightieth of a second at 64 kbit/s."""


@dataclass(frozen=True, slots=True)
class LinkSpeed:
    """What a line is like: 64 kbit/s and 600 ms there and back, unless said."""

    rate: float = 8000.0
    delay: float = 0.3


SLOW_LINK = LinkSpeed()
FAST_LINK = LinkSpeed(rate=1e9, delay=0)


class LinkDirection:
    """One way of a line; a thread gives `arrive` what arrives: nothing, once the sender has ended."""

    def __init__(self, line: LinkSpeed, arrive: Callable[[bytes], object]) -> None:
        self._line = line
        self._arrive = arrive
        self._free_at = 0.0
        self._in_flight: deque[tuple[float, bytes]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.sent = 0
        """Bytes that were put on it so far."""
        self.arrived = 0
        """Bytes that have come to its end so far."""
        self._thread = threading.Thread(target=self._run, name="slow-line", daemon=True)
        self._thread.start()

    def change_speed(self, line: LinkSpeed) -> None:
        """What is sent from now on goes over such a line."""
        with self._changed:
            self._line = line

    def put(self, content: bytes) -> None:
        """Send this, after all that was sent before; never waits. Nothing stands for the end."""
        with self._changed:
            for start in range(0, len(content) or 1, CHUNK_BYTES):
                piece = content[start : start + CHUNK_BYTES]
                self._free_at = max(self._free_at, monotonic()) + len(piece) / self._line.rate
                self._in_flight.append((self._free_at + self._line.delay, piece))
            self.sent += len(content)
            self._changed.notify()

    def close(self) -> None:
        """Nothing arrives any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._next_arrival()) is not None:
            try:
                self._arrive(piece)
            except OSError:
                return  # there is nobody at the other end any more
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
    """A program at the far end of a line, with what a `Terminal` asks of one; `down` leads from it to us."""

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
        """Keys are pressed at our end."""
        self.up.put(keys.encode())

    def read_nonblocking(self, size: int, timeout: float) -> bytes:  # noqa: ARG002 - as pexpect has it
        """What has arrived at our end; raises `pexpect.TIMEOUT` or `pexpect.EOF` as pexpect does."""
        try:
            chunk = self._arrived.get(timeout=timeout)
        except Empty:
            raise pexpect.TIMEOUT("nothing has arrived") from None
        if not chunk:
            raise pexpect.EOF("it has ended")
        return chunk

    def close(self) -> None:
        """End it, and the line."""
        self._child.kill(signal.SIGKILL)
        self._reader.join()
        self.down.close()
        self.up.close()
        kill_child(self._child)

    def _type(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    def _read(self) -> None:
        with suppress(OSError):  # Linux says so when the program has ended
            while chunk := os.read(self._handle, 65536):
                self.down.put(chunk)
        self.down.put(b"")


class ByteCounter(Protocol):
    """What counts the bytes on their way to us."""

    @property
    def sent(self) -> int: ...

    @property
    def arrived(self) -> int: ...


class RemoteTerminal(EmtuiTerminal):
    """A terminal at our end of a line, and the program at the other one; `down` leads to us."""

    def __init__(
        self, child: RemoteChild | pexpect.spawn[bytes], columns: int, lines: int, down: ByteCounter
    ) -> None:
        super().__init__(child, columns, lines)
        self.down = down

    @property
    def unread_bytes(self) -> int:
        """Bytes that the program has sent and the terminal has not been given yet."""
        return self.down.sent - self.down.arrived

    def hold_key(self, key: str, seconds: float, rate: float) -> int:
        """A key that is held, with so many repeats a second; the most bytes that were ahead meanwhile."""
        start, most_unread = monotonic(), 0
        for number in range(round(seconds * rate)):
            self.press(key)
            self.read_until(start + (number + 1) / rate)
            most_unread = max(most_unread, self.unread_bytes)
        return most_unread

    def read_until(self, deadline: float) -> None:
        """Show what arrives up to this moment of the monotonic clock."""
        while (remaining := deadline - monotonic()) > 0:
            self.read_next(remaining)

    def wait_for_silence(self, silence: float) -> float:
        """The moment when the last byte came, after a silence of so many seconds."""
        last_byte_at = monotonic()
        while self.read_next(silence):
            last_byte_at = monotonic()
        return last_byte_at

    def read_next(self, patience: float) -> bool:
        """Show what arrives next, within so many seconds."""
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
    """Run Python with these arguments at the far end of a line."""
    child = spawn_python(argv, environ=environ, columns=columns, lines=lines)
    remote = RemoteChild(child, line)
    try:
        yield RemoteTerminal(remote, columns, lines, remote.down)
    finally:
        remote.close()


class SlowProxy:
    """A port of this computer that leads to another one over a line."""

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
        """Bytes that have come from there and were put on the line."""
        return sum(direction.sent for direction in self._down)

    @property
    def arrived(self) -> int:
        """Bytes that have come from there and were handed over."""
        return sum(direction.arrived for direction in self._down)

    def change_speed(self, line: LinkSpeed) -> None:
        """Every connection is such a line from now on."""
        self._line = line
        for direction in (*self._up, *self._down):
            direction.change_speed(line)

    def close(self) -> None:
        """Cut every connection."""
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
    """A way to this port that leads over such a line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = SlowProxy(listener, port, line)
        try:
            yield proxy
        finally:
            proxy.close()


def _connect_direction(source: socket.socket, destination: socket.socket, line: LinkSpeed) -> LinkDirection:
    """From one socket to the other."""
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
