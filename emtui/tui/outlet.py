"""The way to the terminal: nothing that is written waits for it, and what it was told can be taken back.

A terminal that does not drain (a stopped tmux client, a line that is down) blocks whoever
writes to it. Here that is a thread of its own; the screens ask `ready` before they paint,
and paint once when it has caught up.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

FULL = 16384
"""Bytes that may wait; beyond them nobody paints."""
STALLED = 0.5
"""Seconds that one write may take; after that the terminal is taken to have stopped."""
PATIENCE = 0.5
"""Seconds that the last words have to get out."""
_PIECE = 4096
_CANCEL = b"\x18"
"""Ends whatever control sequence was cut in two."""


class Outlet:
    """Writes to one file descriptor, in order, in a daemon thread; `drained` is called there."""

    def __init__(self, handle: int, drained: Callable[[], None]) -> None:
        self._handle = handle
        self._drained = drained
        self._waiting: deque[bytes] = deque()
        self._news = threading.Condition()
        self._size = 0
        self._since: float | None = None
        self._was_full = False
        self._over = False
        self.gone = False
        """Whether there is no terminal any more."""
        self._thread = threading.Thread(target=self._run, name="emtui-outlet", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether what is painted now goes out soon; if not, `drained` is called once it would."""
        with self._news:
            self._was_full = self._was_full or self._size > FULL
            return self._size <= FULL

    @property
    def stalled(self) -> bool:
        """Whether the terminal takes nothing any more."""
        since = self._since
        return since is not None and monotonic() - since > STALLED

    def write(self, text: str) -> None:
        """Write it in its turn; never waits."""
        told = text.encode("utf-8", "replace")
        with self._news:
            if not self.gone:
                self._waiting.append(told)
                self._size += len(told)
                self._news.notify()

    def take_back(self) -> None:
        """Forget what waits here and in the kernel: what is written next comes first."""
        with self._news:
            self._waiting.clear()
            self._waiting.append(_CANCEL)
            self._size = len(_CANCEL)
        with suppress(ImportError, OSError):
            _forget_output(self._handle)

    def close(self) -> None:
        """Write what waits, for a moment; a terminal that takes nothing does not hold us."""
        if self.stalled:
            self.take_back()
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while (told := self._next()) is not None:
            try:
                self._send(told)
            except OSError:
                with self._news:
                    self.gone = True
                    self._waiting.clear()
                    self._size = 0
                return
            with self._news:
                self._size = max(self._size - len(told), 0)
                caught_up = self._was_full and self._size <= FULL
                self._was_full = self._was_full and not caught_up
            if caught_up:
                self._drained()

    def _next(self) -> bytes | None:
        with self._news:
            while not self._waiting and not self._over:
                self._news.wait()
            return self._waiting.popleft() if self._waiting else None

    def _send(self, told: bytes) -> None:
        rest = memoryview(told)
        self._since = monotonic()
        try:
            while rest:
                rest = rest[os.write(self._handle, rest[:_PIECE]) :]
                self._since = monotonic()
        finally:
            self._since = None


def _forget_output(handle: int) -> None:
    import termios

    try:
        termios.tcflush(handle, termios.TCOFLUSH)
    except termios.error as problem:
        raise OSError(*problem.args) from None
