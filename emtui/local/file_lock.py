"""Advisory file locks between processes of this computer.

Closing the file or ending the process releases the lock. On systems without such locks
(Windows) every attempt succeeds.
"""

from __future__ import annotations

import os
import time

_RETRY_INTERVAL_S = 0.02
"""Seconds between two attempts."""


def try_lock(handle: int) -> bool:
    """Try to lock without waiting; return whether the lock is held."""
    return _lock(handle, wait=False)


def wait_for_lock(handle: int, timeout: float | None = None) -> bool:
    """Wait for the lock, for `timeout` seconds or indefinitely; return whether it is held. Blocks."""
    if timeout is None:
        return _lock(handle, wait=True)
    deadline = time.monotonic() + timeout
    while not try_lock(handle):
        if time.monotonic() > deadline:
            return False
        time.sleep(_RETRY_INTERVAL_S)
    return True


def _lock(handle: int, *, wait: bool) -> bool:
    if os.name != "posix":
        return True
    import fcntl  # noqa: PLC0415 - no such module on Windows

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
