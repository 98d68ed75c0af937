"""The interface of a source of sessions: a `Client`, a recording, or a recorder.

The screens use only this interface.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from emtui.em.certificate import Certificate
from emtui.em.model import Listing, Log, Session, Uid


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Progress of a download: bytes so far, total bytes if known, rows so far."""

    received: int
    expected: int | None
    row_count: int


@dataclass(frozen=True, slots=True)
class ResponseStats:
    """Statistics of one list response.

    Bytes of its body, seconds from the request to its end, and how far the server's clock is ahead of the
    local one, if known.
    """

    size: int
    seconds: float
    skew: timedelta | None


class SessionSource(Protocol):
    """One logon, or a recording of one. Sessions, events and their raw documents."""

    @property
    def server(self) -> object:
        """The server; `str` of it is shown, and equal values mean the same server."""
        ...

    @property
    def user(self) -> str:
        """The user name; empty if not logged on."""
        ...

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate."""
        ...

    @property
    def logon_times(self) -> Sequence[datetime]:
        """The times of the logons."""
        ...

    @property
    def response_stats(self) -> ResponseStats | None:
        """Statistics of the last complete list."""
        ...

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of the local one, by its last response; `None` if unknown."""
        ...

    @property
    def api_versions(self) -> str:
        """The API versions of the server, such as `v1_6, v1_7`; empty if unknown."""
        ...

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:
        """All sessions, newest first; the same object as last time if nothing has changed."""
        ...

    async def session(self, uid: Uid) -> Session:
        """One session. Raises `SessionNotFoundError`."""
        ...

    async def events(self, uid: Uid) -> Log:
        """The log of one session, in Order. Raises `SessionNotFoundError`."""
        ...

    async def session_xml(self, uid: Uid) -> str:
        """The response for one session, as sent and safe to print. Raises `SessionNotFoundError`."""
        ...

    async def events_xml(self, uid: Uid) -> str:
        """The response for one session's events as the server sent it, safe to print."""
        ...

    def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """The same sessions, in order, with references fetched as entities where possible."""
        ...

    async def close(self) -> None:
        """Release all resources. Never raises an error; may be called twice."""
        ...
