"""A session source that logs on at its first request.

The list can then be shown first, with the progress of its request. A failed logon is not reported
here: the owner of `log_on` shows the login form.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.model import Listing, Log, Session, Uid
    from emtui.em.server_address import Server
    from emtui.em.session_source import DownloadProgress, ResponseStats, SessionSource


class LazySource:
    """A source that logs on at its first request, once for concurrent requests."""

    def __init__(self, server: Server, user: str, log_on: Callable[[], Awaitable[SessionSource]]) -> None:
        self.server = server
        self.user = user
        self._log_on = log_on
        self._logon_lock = asyncio.Lock()
        self._source: SessionSource | None = None

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate; `None` before the logon."""
        return self._source.certificate if self._source else None

    @property
    def logon_times(self) -> Sequence[datetime]:
        """The time of each logon."""
        return self._source.logon_times if self._source else ()

    @property
    def response_stats(self) -> ResponseStats | None:
        """Statistics of the last complete list response."""
        return self._source.response_stats if self._source else None

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of ours."""
        return self._source.skew if self._source else None

    @property
    def api_versions(self) -> str:
        """The API versions that the server reported."""
        return self._source.api_versions if self._source else ""

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:
        """All sessions, newest first."""
        return await (await self._logged_on_source()).sessions(progress)

    async def session(self, uid: Uid) -> Session:
        """One session."""
        return await (await self._logged_on_source()).session(uid)

    async def events(self, uid: Uid) -> Log:
        """The log of one session."""
        return await (await self._logged_on_source()).events(uid)

    async def session_xml(self, uid: Uid) -> str:
        """The unchanged XML response for one session."""
        return await (await self._logged_on_source()).session_xml(uid)

    async def events_xml(self, uid: Uid) -> str:
        """The unchanged XML response for the events of one session."""
        return await (await self._logged_on_source()).events_xml(uid)

    async def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """Yield the same sessions, with details where they could be loaded."""
        async with aclosing((await self._logged_on_source()).complete_references(references)) as sessions:
            async for session in sessions:
                yield session

    async def close(self) -> None:
        """Log off, if logged on."""
        if self._source:
            await self._source.close()

    async def _logged_on_source(self) -> SessionSource:
        async with self._logon_lock:
            if self._source is None:
                self._source = await self._log_on()
            return self._source
