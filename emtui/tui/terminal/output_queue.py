"""The queue of output for the terminal: writing never blocks, and queued output can be discarded.

A terminal that takes no output (a stopped tmux client, a broken connection) blocks any
writer. Here that is a separate thread; the application checks `is_ready` before it paints, and
paints once when the queue has drained.
"""

from __future__ import annotations

import os
import termios
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

MAX_QUEUED_BYTES = 16384
"""Bytes that may be queued; beyond that nothing is painted."""
STALLED_S = 0.5
"""Seconds that one write may take before the terminal counts as stalled."""
CLOSE_TIMEOUT_S = 0.5
"""Seconds that the last output may take."""
_CHUNK = 4096
_CANCEL = b"\x18"
"""Ends a control sequence that was cut in two."""


class OutputQueue:
    """Writes to a file descriptor, in order, in a daemon thread, which also calls `on_drained`."""

    def __init__(self, handle: int, on_drained: Callable[[], None]) -> None:
        self._handle = handle
        self._on_drained = on_drained
        self._chunks: deque[bytes] = deque()
        self._condition = threading.Condition()
        self._queued_bytes = 0
        self._write_began_at: float | None = None
        self._was_full = False
        self._is_closing = False
        self._is_lost = False
        """Whether writing has failed: the terminal is gone."""
        self._thread = threading.Thread(target=self._run, name="emtui-output", daemon=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Whether output is sent soon; if not, `on_drained` is called once it is."""
        with self._condition:
            self._was_full = self._was_full or self._queued_bytes > MAX_QUEUED_BYTES
            return self._queued_bytes <= MAX_QUEUED_BYTES

    @property
    def is_stalled(self) -> bool:
        """Whether the terminal no longer takes output."""
        began_at = self._write_began_at
        return began_at is not None and monotonic() - began_at > STALLED_S

    def write(self, text: str) -> None:
        """Queue the text; never blocks."""
        chunk = text.encode("utf-8", "replace")
        with self._condition:
            if not self._is_lost:
                self._chunks.append(chunk)
                self._queued_bytes += len(chunk)
                self._condition.notify()

    def discard_pending(self) -> None:
        """Discard what is queued here and in the kernel: what is written next is sent first."""
        with self._condition:
            self._chunks.clear()
            self._chunks.append(_CANCEL)
            self._queued_bytes = len(_CANCEL)
        with suppress(ImportError, OSError):
            _flush_kernel_output(self._handle)

    def close(self) -> None:
        """Write what is queued, for a moment; a stalled terminal does not delay this."""
        if self.is_stalled:
            self.discard_pending()
        with self._condition:
            self._is_closing = True
            self._condition.notify()
        self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        while (chunk := self._next_chunk()) is not None:
            try:
                self._send(chunk)
            except OSError:
                with self._condition:
                    self._is_lost = True
                    self._chunks.clear()
                    self._queued_bytes = 0
                return
            with self._condition:
                self._queued_bytes = max(self._queued_bytes - len(chunk), 0)
                has_drained = self._was_full and self._queued_bytes <= MAX_QUEUED_BYTES
                self._was_full = self._was_full and not has_drained
            if has_drained:
                self._on_drained()

    def _next_chunk(self) -> bytes | None:
        with self._condition:
            while not self._chunks and not self._is_closing:
                self._condition.wait()
            return self._chunks.popleft() if self._chunks else None

    def _send(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        self._write_began_at = monotonic()
        try:
            while rest:
                rest = rest[os.write(self._handle, rest[:_CHUNK]) :]
                self._write_began_at = monotonic()
        finally:
            self._write_began_at = None


def _flush_kernel_output(handle: int) -> None:
    try:
        termios.tcflush(handle, termios.TCOFLUSH)
    except termios.error as problem:
        raise OSError(*problem.args) from None
