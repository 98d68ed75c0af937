"""When somebody last looked at a profile's list: kept while emtui runs, and told from at the next start."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from textual import work

from emtui.em.threads import beside
from emtui.tui.logging_on import LoggingOn
from emtui.tui.start import Start

NOTED_EVERY = 60.0
"""Seconds between two notes of when somebody last looked."""


class LookingBack(LoggingOn, inherit_bindings=False):
    """An app that knows what has ended since."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._noted: datetime | None = None

    @work(group="look back", description="see when somebody last looked")
    async def _look_back(self) -> None:
        """Tell what ended since somebody last looked at this profile's list, unless that was just now."""
        from emtui.local.watermark import last_look
        from emtui.monitor.backoff import IDLE_AFTER

        name, screen = self.kept_under, self.lookup_screen
        since = await beside(partial(last_look, name)) if name else None
        if since and screen and timedelta(seconds=IDLE_AFTER) <= self.now() - since:
            screen.was_left(since)

    @work(group="note", description="note the last look")
    async def _note(self) -> None:
        await beside(self.note_look)

    def note_look(self) -> None:
        """Write down when somebody last looked, if that has changed."""
        name, screen = self.kept_under, self.lookup_screen
        if name and screen and screen.last_key and screen.last_key != self._noted:
            from emtui.local.watermark import note_look

            self._noted = screen.last_key
            note_look(name, screen.last_key)
