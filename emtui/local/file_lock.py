"""Advisory file locks between processes of this computer.

Closing the file or ending the process releases the lock. On systems without such locks
(Windows) every attempt succeeds.
"""

from __future__ import annotations

import os
import time

_PAUSE = 0.02
"""Seconds between two attempts."""


def ours(handle: int) -> bool:
    """Try to lock without waiting; return whether the lock is held."""
    return _take(handle, wait=False)


def wait(handle: int, patience: float | None = None) -> bool:
    """Wait for the lock, for `patience` seconds or indefinitely; return whether it is held. Blocks."""
    if patience is None:
        return _take(handle, wait=True)
    end = time.monotonic() + patience
    while not ours(handle):
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _take(handle: int, *, wait: bool) -> bool:
    if os.name != "posix":
        return True
    import fcntl  # noqa: PLC0415 - no such module on Windows

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
