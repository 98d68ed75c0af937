"""Cache of the logs of past runs, which are the baseline for what is usual.

Logs of ended runs do not change and are requested once. The least recently used are dropped.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from emtui.em.errors import EmError

if TYPE_CHECKING:
    from emtui.em.model import Event, Session, Uid
    from emtui.em.session_source import SessionSource

MAX_LOGS = 60
"""Maximum number of logs: those of the last five successful runs of twelve types."""


class HistoryCache:
    """Least-recently-used cache of the logs of ended runs."""

    def __init__(self) -> None:
        self._logs: OrderedDict[Uid, tuple[Event, ...]] = OrderedDict()
        self._locks: dict[Uid, asyncio.Lock] = {}

    async def logs(
        self, source: SessionSource, runs: Sequence[Session], ignored: tuple[type[EmError], ...] = (EmError,)
    ) -> list[tuple[Event, ...]]:
        """Logs of the runs, in their order; those that fail with an `ignored` error are left out.

        They are requested again next time. Other errors are raised.
        """
        logs = []
        for run in runs:
            try:
                logs.append(await self._log(source, run.uid))
            except ignored:
                continue
        return logs

    async def log(self, source: SessionSource, run: Session) -> tuple[Event, ...]:
        """The log of one run; always requested if the run is still running. Raises `EmError`."""
        if run.is_running:
            return (await source.events(run.uid)).events
        return await self._log(source, run.uid)

    def add(self, run: Session, events: tuple[Event, ...]) -> None:
        """Keep the log of a run that was loaded elsewhere, unless the run is still running."""
        if not run.is_running:
            self._store(run.uid, events)

    def find_log(self, run: Session) -> tuple[Event, ...] | None:
        """The log of a run if it was loaded before; requests nothing."""
        return self._logs.get(run.uid)

    async def _log(self, source: SessionSource, uid: Uid) -> tuple[Event, ...]:
        """Get a log; concurrent callers share one request."""
        async with self._locks.setdefault(uid, asyncio.Lock()):
            events = self._logs.get(uid)
            if events is None:
                events = (await source.events(uid)).events
            self._store(uid, events)
            self._locks.pop(uid, None)
        return events

    def _store(self, uid: Uid, events: tuple[Event, ...]) -> None:
        self._logs[uid] = events
        self._logs.move_to_end(uid)
        while len(self._logs) > MAX_LOGS:
            self._logs.popitem(last=False)
