"""Signals, memory protection, child environment and job control of the process."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4
_PROC = Path("/proc")


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end emtui, except those ignored at start, as under nohup."""
    known = (signal.SIGTERM,) if sys.platform == "win32" else (signal.SIGTERM, signal.SIGHUP)
    return tuple(number for number in known if signal.getsignal(number) is not signal.SIG_IGN)


def close_to_others() -> bool:
    """Make memory and initial environment readable by root only; return whether it worked (Linux).

    A variable removed from `os.environ` remains in `/proc/PID/environ`, which other processes
    of the user can read unless the process is not dumpable.
    """
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - start-up time: rarely needed

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def environment_for_others() -> dict[str, str]:
    """Return the environment for child programs, without `EMTUI_` variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")}


def under_job_control() -> bool:
    """Whether a shell can resume this process with `fg` after it stops.

    A process that leads its session, or is in the leader's group, was started instead of a
    shell: by `ssh -t host emtui`, `xterm -e` or a container. Nothing would resume it.
    """
    if sys.platform == "win32":
        return False
    session, group = os.getsid(0), os.getpgrp()
    if group == session:
        return False
    try:
        return group != os.getpid() or os.getsid(os.getppid()) == session
    except OSError:  # the parent has ended or may not be queried
        return os.getppid() > 1


def ancestors() -> tuple[int, ...] | None:
    """Return the IDs of the ancestor processes, nearest first; `None` if unknown."""
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
