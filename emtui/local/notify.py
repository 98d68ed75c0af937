"""The command of a profile that tells somebody of an alert: an argv, no shell, nothing of ours in it.

It runs in a process group of its own, which is ended as a whole: after a minute, or when emtui ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from emtui.em.text_sanitizer import brief
from emtui.local.process_hardening import environment_for_others

PATIENCE = 60.0
"""Seconds that the command may take, and whatever it leaves behind in its group."""
GRACE = 0.5
"""Seconds between the request to end and the end."""
_LOOK = 0.1
_LONGEST = 1000

_groups: set[int] = set()
"""The groups that are there now, for an end that waits for nothing."""


async def run(command: tuple[str, ...], what: str) -> str | None:
    """Run it with the sentence as its last argument; what went wrong, if something did."""
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
            await _gone(child.pid)  # with what it has left behind
    except TimeoutError:
        if code is None:
            return f"The notify_command took more than {PATIENCE:g} s and was stopped."
    finally:
        await _end(child)
    return f"The notify_command exited with code {code}." if code else None


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the whole group, first on request; whoever is ended meanwhile does not wait."""
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
    """Wait until nobody of the group is left; the system tells of its first process only."""
    while _signal(group, 0):  # noqa: ASYNC110 - nothing else tells of other people's children
        await asyncio.sleep(_LOOK)


def end_at_once() -> None:
    """End every command that still runs, without waiting for anything: emtui is gone in a moment."""
    for group in tuple(_groups):
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Send it to the whole group; false if there is none any more."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
