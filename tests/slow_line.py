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
from pty_terminal import Terminal, end_at_once, spawned

PIECE = 100
"""Bytes that arrive together: an eightieth of a second at 64 kbit/s."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is like: 64 kbit/s and 600 ms there and back, unless said."""

    rate: float = 8000.0
    delay: float = 0.3


SLOW = Line()
NEAR = Line(rate=1e9, delay=0)


class Choice:
    """One way of a line; a thread gives `arrive` what arrives: nothing, once the sender has ended."""

    def __init__(self, line: Line, arrive: Callable[[bytes], object]) -> None:
        self._line = line
        self._arrive = arrive
        self._free = 0.0
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._news = threading.Condition()
        self._over = False
        self.sent = 0
        """Bytes that were put on it so far."""
        self.arrived = 0
        """Bytes that have come to its end so far."""
        self._thread = threading.Thread(target=self._run, name="slow-line", daemon=True)
        self._thread.start()

    def become(self, line: Line) -> None:
        """What is sent from now on goes over such a line."""
        with self._news:
            self._line = line

    def put(self, given: bytes) -> None:
        """Send this, after all that was sent before; never waits. Nothing stands for the end."""
        with self._news:
            for start in range(0, len(given) or 1, PIECE):
                piece = given[start : start + PIECE]
                self._free = max(self._free, monotonic()) + len(piece) / self._line.rate
                self._under_way.append((self._free + self._line.delay, piece))
            self.sent += len(given)
            self._news.notify()

    def cut(self) -> None:
        """Nothing arrives any more."""
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._next()) is not None:
            try:
                self._arrive(piece)
            except OSError:
                return  # there is nobody at the other end any more
            self.arrived += len(piece)

    def _next(self) -> bytes | None:
        with self._news:
            while not self._over:
                left = self._under_way[0][0] - monotonic() if self._under_way else None
                if left is not None and left <= 0:
                    return self._under_way.popleft()[1]
                self._news.wait(left)
        return None


class Remote:
    """A program at the far end of a line, with what a `Terminal` asks of one; `down` leads from it to us."""

    def __init__(self, child: pexpect.spawn[bytes], line: Line) -> None:
        self._child = child
        self._arrived: SimpleQueue[bytes] = SimpleQueue()
        self._handle: int = child.child_fd
        self.pid: int = child.pid
        self.down = Choice(line, self._arrived.put)
        self.up = Choice(line, self._type)
        self._reader = threading.Thread(target=self._read, name="slow-line-pty", daemon=True)
        self._reader.start()

    def send(self, keys: str) -> None:
        """Keys are pressed at our end."""
        self.up.put(keys.encode())

    def read_nonblocking(self, size: int, timeout: float) -> bytes:  # noqa: ARG002 - as pexpect has it
        """What has arrived at our end; raises `pexpect.TIMEOUT` or `pexpect.EOF` as pexpect does."""
        try:
            got = self._arrived.get(timeout=timeout)
        except Empty:
            raise pexpect.TIMEOUT("nothing has arrived") from None
        if not got:
            raise pexpect.EOF("it has ended")
        return got

    def close(self) -> None:
        """End it, and the line."""
        self._child.kill(signal.SIGKILL)
        self._reader.join()
        self.down.cut()
        self.up.cut()
        end_at_once(self._child)

    def _type(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    def _read(self) -> None:
        with suppress(OSError):  # Linux says so when the program has ended
            while got := os.read(self._handle, 65536):
                self.down.put(got)
        self.down.put(b"")


class Lane(Protocol):
    """What counts the bytes on their way to us."""

    @property
    def sent(self) -> int: ...

    @property
    def arrived(self) -> int: ...


class FarTerminal(Terminal):
    """A terminal at our end of a line, and the program at the other one; `down` leads to us."""

    def __init__(self, child: Remote | pexpect.spawn[bytes], columns: int, lines: int, down: Lane) -> None:
        super().__init__(child, columns, lines)
        self.down = down

    @property
    def ahead(self) -> int:
        """Bytes that the program has sent and the terminal has not been given yet."""
        return self.down.sent - self.down.arrived

    def hold(self, key: str, seconds: float, rate: float) -> int:
        """A key that is held, with so many repeats a second; the most bytes that were ahead meanwhile."""
        began, most = monotonic(), 0
        for number in range(round(seconds * rate)):
            self.press(key)
            self.watch(began + (number + 1) / rate)
            most = max(most, self.ahead)
        return most

    def watch(self, until: float) -> None:
        """Show what arrives up to this moment of the monotonic clock."""
        while (left := until - monotonic()) > 0:
            self.take(left)

    def rested(self, silence: float) -> float:
        """The moment when the last byte came, after a silence of so many seconds."""
        last = monotonic()
        while self.take(silence):
            last = monotonic()
        return last

    def take(self, patience: float) -> bool:
        """Show what arrives next, within so many seconds."""
        try:
            got = self.child.read_nonblocking(65536, timeout=patience)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.received += got
        self._stream.feed(got)
        return True


@contextmanager
def far_off(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    line: Line = SLOW,
    columns: int = 120,
    lines: int = 40,
) -> Iterator[FarTerminal]:
    """Run Python with these arguments at the far end of a line."""
    child = spawned(argv, environ=environ, columns=columns, lines=lines)
    remote = Remote(child, line)
    try:
        yield FarTerminal(remote, columns, lines, remote.down)
    finally:
        remote.close()


class Detour:
    """A port of this computer that leads to another one over a line."""

    def __init__(self, listener: socket.socket, port: int, line: Line) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener, self._to, self._line = listener, port, line
        self._sockets: list[socket.socket] = []
        self._up: list[Choice] = []
        self._down: list[Choice] = []
        self._thread = threading.Thread(target=self._accept, name="slow-line-port", daemon=True)
        self._thread.start()

    @property
    def sent(self) -> int:
        """Bytes that have come from there and were put on the line."""
        return sum(way.sent for way in self._down)

    @property
    def arrived(self) -> int:
        """Bytes that have come from there and were handed over."""
        return sum(way.arrived for way in self._down)

    def become(self, line: Line) -> None:
        """Every connection is such a line from now on."""
        self._line = line
        for way in (*self._up, *self._down):
            way.become(line)

    def close(self) -> None:
        """Cut every connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for way in (*self._up, *self._down):
            way.cut()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                ours = self._listener.accept()[0]
                theirs = socket.create_connection(("127.0.0.1", self._to))
                self._sockets += [ours, theirs]
                self._up.append(_way(ours, theirs, self._line))
                self._down.append(_way(theirs, ours, self._line))


@contextmanager
def detour(port: int, line: Line = SLOW) -> Iterator[Detour]:
    """A way to this port that leads over such a line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        led = Detour(listener, port, line)
        try:
            yield led
        finally:
            led.close()


def _way(come: socket.socket, go: socket.socket, line: Line) -> Choice:
    """From one socket to the other."""
    go.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    way = Choice(line, lambda piece: go.sendall(piece) if piece else go.shutdown(socket.SHUT_WR))

    def read() -> None:
        with suppress(OSError):
            while got := come.recv(65536):
                way.put(got)
        way.put(b"")

    threading.Thread(target=read, name="slow-line-socket", daemon=True).start()
    return way
