"""When the user last viewed a profile's list: saved while emtui runs, and read at the next start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from emtui.em.background_thread import run_in_thread

if TYPE_CHECKING:
    from emtui.tui.services.host import AppHost

SAVE_EVERY_S = 60.0


class LastViewed:
    """Saves the last-viewed time of a profile; `profile` returns its name, or `None` to save nothing.

    `last_activity` returns the time of the last user activity.
    """

    def __init__(
        self,
        host: AppHost,
        now: Callable[[], datetime],
        profile: Callable[[], str | None],
        last_activity: Callable[[], datetime | None],
    ) -> None:
        self._host = host
        self._now = now
        self._profile = profile
        self._last_activity = last_activity
        self._saved: datetime | None = None

    def show_absence(self, show: Callable[[datetime], object]) -> None:
        """Call `show` with the last-viewed time, unless that was just now."""
        self._host.start_worker(
            self._show_absence(show), "load last viewed", "read when the list was last viewed"
        )

    async def _show_absence(self, show: Callable[[datetime], object]) -> None:
        # startup time, here and below: loaded with the first list
        from emtui.local.last_viewed import load_last_viewed
        from emtui.monitor.poll_schedule import IDLE_AFTER

        name = self._profile()
        since = await run_in_thread(partial(load_last_viewed, name)) if name else None
        if since and timedelta(seconds=IDLE_AFTER) <= self._now() - since:
            show(since)

    def save_in_background(self) -> None:
        """Save the time in the background, if it has changed."""
        self._host.start_worker(
            run_in_thread(self.save), "save last viewed", "save when the list was last viewed"
        )

    def save(self) -> None:
        """Save the time now, if it has changed."""
        name, viewed_at = self._profile(), self._last_activity()
        if name and viewed_at and viewed_at != self._saved:
            from emtui.local.last_viewed import save_last_viewed

            self._saved = viewed_at
            save_last_viewed(name, viewed_at)
