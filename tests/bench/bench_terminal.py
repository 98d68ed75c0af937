"""A pseudo-terminal that records when output arrives; it answers only status requests.

Times are seconds of `time.monotonic`, which is the same in all processes of a computer.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 60.0
SILENCE_S = 0.25
"""A frame is complete after this many seconds without output."""
ACK_REQUEST_BYTES, ACK_REPLY = b"\x1b[5n", b"\x1b[0n"
"""Request for the device status, and its reply."""


@dataclass(frozen=True, slots=True)
class OutputBurst:
    """Output after some event: number of bytes, and times of the first and the last."""

    count: int
    first: float
    last: float


class BenchTerminal:
    """One program in one terminal."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self._descriptor = descriptor
        self._before = b""
        self.count = 0
        """Bytes received so far."""

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self._descriptor, keys.encode())

    def read(self, timeout: float) -> bytes:
        """Return the output within this time; empty if there is none, or the program has ended."""
        if not select.select([self._descriptor], [], [], timeout)[0]:
            return b""
        try:
            chunk = os.read(self._descriptor, 1 << 20)
            self._answer_acks(chunk)
        except OSError:  # on Linux, when the other side is closed
            return b""
        self.count += len(chunk)
        return chunk

    def _answer_acks(self, chunk: bytes) -> None:
        """Reply to each status request in the output so far."""
        received = self._before + chunk  # a request may arrive in two pieces
        self._before = received[
            max(len(received) - len(ACK_REQUEST_BYTES) + 1, received.rfind(ACK_REQUEST_BYTES) + 1) :
        ]
        os.write(self._descriptor, ACK_REPLY * received.count(ACK_REQUEST_BYTES))

    def wait_for(self, text: str) -> float:
        """Return the time when `text` had arrived; the output is discarded."""
        expected, received, deadline = text.encode(), b"", time.monotonic() + TIMEOUT_S
        while expected not in received:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} did not appear; the last output was {received[-400:]!r}")
            received = received[-65536:] + self.read(1)
        return time.monotonic()

    def wait_for_silence(self, silence: float = SILENCE_S, at_most: float = TIMEOUT_S) -> OutputBurst:
        """Return the output until there is none for `silence` seconds, or until the time limit."""
        count, first, last = 0, 0.0, 0.0
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline and (chunk := self.read(silence)):
            last = time.monotonic()
            first = first or last
            count += len(chunk)
        return OutputBurst(count, first, last)

    def measure_key(self, keys: str, silence: float = SILENCE_S) -> tuple[OutputBurst, float]:
        """Return the output after these keys, and the seconds from the keys to its last byte."""
        pressed = time.monotonic()
        self.press(keys)
        burst = self.wait_for_silence(silence)
        return burst, burst.last - pressed if burst.count else 0.0

    def wait_exit(self, timeout: float = TIMEOUT_S) -> bool:
        """Whether the program ends within this time; its output is discarded."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = 0
                return True
            self.read(0.01)
        return False

    def memory(self) -> float:
        """Return the resident memory of the program in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kib) / 1024


@contextmanager
def running_program(
    argv: Sequence[str], environ: Mapping[str, str], *, columns: int = 120, lines: int = 40
) -> Iterator[BenchTerminal]:
    """Run a program in a terminal of this size, and kill it afterwards."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.execve(argv[0], list(argv), dict(environ))  # noqa: S606 - the program under measurement
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    tty = BenchTerminal(pid, descriptor)
    try:
        yield tty
    finally:
        os.close(descriptor)
        if tty.pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
