"""What can be asked like an Enterprise Manager: a `Client`, or whatever stands in for one.

The screens know only this; where the answers come from is not theirs to know.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from emtui.em.certificate import Certificate
from emtui.em.model import Listing, Log, Session, Uid


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list has come: bytes so far, bytes in all if the server said, rows so far."""

    received: int
    expected: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one list answer was.

    Bytes of its body, seconds from the question to its end, and how far the server's clock was
    ahead of ours, if it said what time it was.
    """

    size: int
    took: float
    skew: timedelta | None


class Source(Protocol):
    """One logon, or a recording of one."""

    @property
    def server(self) -> object:
        """What is asked: as text it is shown, and equal ones are the same."""
        ...

    @property
    def user(self) -> str:
        """As whom; nothing where nobody is logged on."""
        ...

    @property
    def certificate(self) -> Certificate | None:
        """What the server showed."""
        ...

    @property
    def logged_on(self) -> Sequence[datetime]:
        """When each logon was."""
        ...

    @property
    def receipt(self) -> Receipt | None:
        """What the last whole list was as an answer."""
        ...

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of ours, as its last answer said; `None` if it did not."""
        ...

    @property
    def api(self) -> str:
        """The versions of its API that the server named, such as `v1_6, v1_7`; nothing if none is known."""
        ...

    async def sessions(self, progress: Callable[[Progress], None] | None = None) -> Listing:
        """All sessions, newest first: the very same object as last time where nothing has changed."""
        ...

    async def session(self, uid: Uid) -> Session:
        """One session. Raises `NotFound`."""
        ...

    async def events(self, uid: Uid) -> Log:
        """The log of one session, in Order. Raises `NotFound`."""
        ...

    async def session_xml(self, uid: Uid) -> str:
        """The answer for one session as the server wrote it, harmless to print. Raises `NotFound`."""
        ...

    async def events_xml(self, uid: Uid) -> str:
        """The answer for one session's events as the server wrote it, harmless to print."""
        ...

    def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """The same sessions, in order, each known as well as it can be."""
        ...

    async def close(self) -> None:
        """Let go of whatever is held. Never raises an error; may be called twice."""
        ...
