"""Our process and others of the same user: what ends it, what they may read of it, what a child inherits."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4
_PROC = Path("/proc")


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
    import ctypes  # noqa: PLC0415 - start-up time: few need it

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def environment_for_others() -> dict[str, str]:
    """What a program of the person's sees of our environment: nothing that was meant for emtui."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")}


def under_job_control() -> bool:
    """Whether a shell is there that can bring this process back with `fg` once it has stopped.

    A process that leads its session, or shares the group of the one that does, was started in
    place of a shell: by `ssh -t host emtui`, `xterm -e`, a container. Nobody notices that it stops.
    """
    if sys.platform == "win32":
        return False
    session, group = os.getsid(0), os.getpgrp()
    if group == session:
        return False
    try:
        return group != os.getpid() or os.getsid(os.getppid()) == session
    except OSError:  # the parent has ended, or must not be asked
        return os.getppid() > 1


def ancestors() -> tuple[int, ...] | None:
    """The processes that this one descends from, the nearest first; None where that cannot be told."""
    found: list[int] = []
    process = os.getpid()
    while process > 0:
        found.append(process)
        try:
            told = (_PROC / str(process) / "stat").read_text("utf-8", "replace")
            process = int(told.rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return None
    return tuple(found[1:])
