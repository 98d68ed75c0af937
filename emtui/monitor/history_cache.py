"""The logs of past runs, which tell what is usual: asked for once, never again.

What has ended does not change. Only so many are kept, the ones used last.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from emtui.em.errors import EmError

if TYPE_CHECKING:
    from emtui.em.model import Event, Session, Uid
    from emtui.em.session_source import Source

MAX_LOGS = 60
"""Logs kept at most: those of the five last good runs of each of twelve types."""


class HistoryCache:
    """What was read of runs that had ended."""

    def __init__(self) -> None:
        self._logs: OrderedDict[Uid, tuple[Event, ...]] = OrderedDict()
        self._locks: dict[Uid, asyncio.Lock] = {}

    async def logs(
        self, source: Source, runs: Sequence[Session], ignored: tuple[type[EmError], ...] = (EmError,)
    ) -> list[tuple[Event, ...]]:
        """Their logs, in their order; one that cannot be had now is left out, and asked for next time.

        So it is for an `ignored` reason; others are raised.
        """
        logs = []
        for run in runs:
            try:
                logs.append(await self._log(source, run.uid))
            except ignored:
                continue
        return logs

    async def log(self, source: Source, run: Session) -> tuple[Event, ...]:
        """The log of one run; of one that goes on each time as it is now. Raises `EmError`."""
        if run.running:
            return (await source.events(run.uid)).events
        return await self._log(source, run.uid)

    async def _log(self, source: Source, uid: Uid) -> tuple[Event, ...]:
        """Two who want the same one at once wait for one answer."""
        async with self._locks.setdefault(uid, asyncio.Lock()):
            if uid not in self._logs:
                self._logs[uid] = (await source.events(uid)).events
            self._locks.pop(uid, None)
        self._logs.move_to_end(uid)
        while len(self._logs) > MAX_LOGS:
            self._logs.popitem(last=False)
        return self._logs[uid]
