"""Run a profile's `notify_command` for an alert: an argv, without a shell or emtui's variables.

It runs in its own process group, which is killed after a minute or when emtui ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from emtui.em.text_sanitizer import shorten
from emtui.local.process_hardening import child_environment

COMMAND_TIMEOUT_S = 60.0
"""Time-out in seconds of the command and its process group."""
TERMINATION_GRACE_S = 0.5
"""Seconds between SIGTERM and SIGKILL."""
_POLL_INTERVAL_S = 0.1
_MAX_MESSAGE_LENGTH = 1000

_groups: set[int] = set()
"""Running process groups, to be killed at exit."""


async def run_notify_command(command: tuple[str, ...], message: str) -> str | None:
    """Run it with the sentence as its last argument; return the problem, if any."""
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            shorten(message, _MAX_MESSAGE_LENGTH),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=child_environment(),
            start_new_session=True,
        )
    except OSError as problem:
        return f"The notify_command cannot be run: {problem.strerror}."
    except ValueError:
        return "The notify_command cannot be run: it contains a NUL character."
    _groups.add(child.pid)
    code: int | None = None
    try:
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            code = await child.wait()
            await _wait_until_gone(child.pid)  # including background processes
    except TimeoutError:
        if code is None:
            return f"The notify_command took more than {COMMAND_TIMEOUT_S:g} s and was stopped."
    finally:
        await _end_group(child)
    return f"The notify_command exited with code {code}." if code else None


async def _end_group(child: asyncio.subprocess.Process) -> None:
    """End the group: SIGTERM, then SIGKILL after `TERMINATION_GRACE_S`; a cancellation skips the wait."""
    try:
        if _signal_group(child.pid, signal.SIGTERM):
            with suppress(TimeoutError):
                async with asyncio.timeout(TERMINATION_GRACE_S):
                    await child.wait()
                    await _wait_until_gone(child.pid)
    finally:
        _signal_group(child.pid, signal.SIGKILL)
        _groups.discard(child.pid)
        await child.wait()


async def _wait_until_gone(group: int) -> None:
    """Wait until the group is empty; the system reports its first process only."""
    while _signal_group(group, 0):  # noqa: ASYNC110 - no event for processes that are not our children
        await asyncio.sleep(_POLL_INTERVAL_S)


def kill_all() -> None:
    """Kill every running command without waiting, because emtui is about to exit."""
    for group in tuple(_groups):
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to the group; return whether the group exists."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
