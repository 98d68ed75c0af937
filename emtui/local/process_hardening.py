"""Signals, memory protection, child environment and job control of the process."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4
_PROC = Path("/proc")


def termination_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end emtui, except those ignored at start, as under nohup."""
    candidates = (signal.SIGTERM,) if sys.platform == "win32" else (signal.SIGTERM, signal.SIGHUP)
    return tuple(number for number in candidates if signal.getsignal(number) is not signal.SIG_IGN)


def disable_dumping() -> bool:
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


def child_environment() -> dict[str, str]:
    """Return the environment for child programs, without `EMTUI_` variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")}


def is_under_job_control() -> bool:
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


def ancestor_processes() -> tuple[int, ...] | None:
    """Return the IDs of the ancestor processes, nearest first; `None` if unknown."""
    processes: list[int] = []
    process = os.getpid()
    while process > 0:
        processes.append(process)
        try:
            status = (_PROC / str(process) / "stat").read_text("utf-8", "replace")
            process = int(status.rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return None
    return tuple(processes[1:])
