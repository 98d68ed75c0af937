"""Closing our process to other processes of the same user: no core dumps, no debugger, no environment."""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4


def close_to_others() -> bool:
    """Whether memory and first environment are now root's alone, where the system offers that.

    A variable that was taken out of `os.environ` still stands in `/proc/PID/environ`,
    which the kernel shows to the same user unless the process is not dumpable.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
