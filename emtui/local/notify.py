"""The command of a profile that tells somebody of an alarm: an argv, no shell, nothing of ours in it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from emtui.em.text import brief
from emtui.local.process import environment_for_others

PATIENCE = 30.0
"""Seconds that the command may take."""
_LONGEST = 300


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
    try:
        async with asyncio.timeout(PATIENCE):
            code = await child.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        return f"The notify_command took more than {PATIENCE:g} s and was ended."
    return f"The notify_command ended with {code}." if code else None
