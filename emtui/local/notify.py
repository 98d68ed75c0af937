"""Run a profile's `notify_command` for an alert: an argv, without a shell or emtui's variables.

It runs in its own process group, which is killed after a minute or when emtui ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from emtui.em.text_sanitizer import brief
from emtui.local.process_hardening import environment_for_others

PATIENCE = 60.0
"""Time-out in seconds of the command and its process group."""
GRACE = 0.5
"""Seconds between SIGTERM and SIGKILL."""
_LOOK = 0.1
_LONGEST = 1000

_groups: set[int] = set()
"""Running process groups, to be killed at exit."""


async def run(command: tuple[str, ...], what: str) -> str | None:
    """Run it with the sentence as its last argument; return the problem, if any."""
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            brief(what, _LONGEST),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment_for_others(),
            start_new_session=True,
        )
    except OSError as problem:
        return f"The notify_command cannot be run: {problem.strerror}."
    except ValueError:
        return "The notify_command cannot be run: it contains a NUL character."
    _groups.add(child.pid)
    code: int | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            code = await child.wait()
            await _gone(child.pid)  # including background processes
    except TimeoutError:
        if code is None:
            return f"The notify_command took more than {PATIENCE:g} s and was stopped."
    finally:
        await _end(child)
    return f"The notify_command exited with code {code}." if code else None


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the whole group: SIGTERM, then SIGKILL after `GRACE`; a cancellation skips the wait."""
    try:
        if _signal(child.pid, signal.SIGTERM):
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await child.wait()
                    await _gone(child.pid)
    finally:
        _signal(child.pid, signal.SIGKILL)
        _groups.discard(child.pid)
        await child.wait()


async def _gone(group: int) -> None:
    """Wait until the group is empty; the system reports its first process only."""
    while _signal(group, 0):  # noqa: ASYNC110 - no event for processes that are not our children
        await asyncio.sleep(_LOOK)


def end_at_once() -> None:
    """Kill every running command without waiting, because emtui is about to exit."""
    for group in tuple(_groups):
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Send a signal to the group; return whether the group exists."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
