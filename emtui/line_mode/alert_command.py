"""Runs the profile's `notify_command` for alerts that are due, as the screens do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from emtui.display_text.display_clock import DisplayClock
from emtui.display_text.notification_text import alerts_text
from emtui.line_mode.console import Console
from emtui.local import notify
from emtui.local.profiles import Profile
from emtui.monitor.notification_policy import Alert


class AlertCommand:
    """Owns the running commands; `profile` returns the profile of the current logon."""

    def __init__(self, console: Console, clock: DisplayClock, profile: Callable[[], Profile | None]) -> None:
        self._console = console
        self._clock = clock
        self._profile = profile
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, alerts: Sequence[Alert]) -> None:
        """Run the command with one sentence about these alerts, if there are any."""
        profile = self._profile()
        if not alerts or profile is None or not profile.notify_command:
            return
        message = alerts_text(tuple(alerts), self._clock.now(), self._clock.zone)
        task = asyncio.create_task(self._run(profile.notify_command, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, command: tuple[str, ...], message: str) -> None:
        if problem := await notify.run_notify_command(command, message):
            self._console.announce([problem])

    async def close(self) -> None:
        """End the running commands."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))
