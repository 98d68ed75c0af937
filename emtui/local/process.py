"""Our process and others of the same user: what ends it, what they may read of it, what a child inherits."""

from __future__ import annotations

import os
import signal
import sys

_PR_SET_DUMPABLE = 4


def ending_signals() -> tuple[signal.Signals, ...]:
    """What ends emtui from outside; a signal that was ignored at the start, as under nohup, stays so."""
    known = (signal.SIGTERM,) if sys.platform == "win32" else (signal.SIGTERM, signal.SIGHUP)
    return tuple(number for number in known if signal.getsignal(number) is not signal.SIG_IGN)


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


def environment_for_others() -> dict[str, str]:
    """What a program of the person's sees of our environment: nothing that was meant for emtui."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")}
