"""A file that is ours alone for a while, among all processes of this computer.

A lock goes with the open file: closing it gives it to the next, and so does a process that ends.
Where there are no such locks the file always is ours.
"""

from __future__ import annotations

import os
import time

_PAUSE = 0.02
"""Seconds between two looks whether it is free."""


def ours(handle: int) -> bool:
    """Whether it is ours now; nobody waits."""
    return _take(handle, wait=False)


def wait(handle: int, patience: float | None = None) -> bool:
    """Wait until it is ours, so many seconds or for ever; false if it was not by then. Blocks."""
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
