"""Replays a recording list by list, in its original time or faster.

It replaces the client, the clocks and the poll schedule; nothing is sent to a server. Its clock stops while
a list is processed, never passes the next list before that is requested, and stops at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from emtui.em.background_thread import beside
from emtui.em.errors import EmError, NotFound
from emtui.em.model import Listing, Log, Session, Uid
from emtui.em.session_source import Progress, Receipt
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.feed_health import LOST_AFTER
from emtui.monitor.recording.recording_format import (
    Asked,
    BadRecording,
    CutOff,
    Failure,
    Look,
    Read,
    Record,
    Unread,
)

FASTEST = 100_000.0
_LEAST_PAUSE = 0.01
"""Minimum real seconds between two lists, so that keys are handled."""
_JUST_BEFORE = 0.001
"""Recorded seconds by which a list is requested early, because sums of floats are inexact."""

_NO_XML = "A recording does not contain the XML of the server."


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Records up to the next list, and that list; without one the recording ends, with a reason."""

    between: tuple[Asked | Read | Unread, ...]
    look: Look | Failure | None
    ending: str = ""


class Replay:
    """A source that replays a recording. Raises `BadRecording` at once if it has no list."""

    user = ""
    certificate = None
    logged_on = ()
    api = ""

    def __init__(
        self,
        name: str,
        records: Iterator[Record],
        speed: float = 1.0,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = name
        self.speed = speed
        self.receipt: Receipt | None = None
        self.ending = ""
        """Why the recording ended, once it has."""
        self.on_end: Callable[[], object] = lambda: None
        self._stretches = _stretches(name, records)
        self._stopwatch = stopwatch
        first = next(self._stretches)
        if first.look is None:
            raise BadRecording(first.ending)
        self._next: _Stretch = first
        self._reading: asyncio.Task[_Stretch] | None = None
        self._known: dict[Uid, Session] = {}
        self._logs: dict[Uid, Log | str] = {}
        self._listing = Listing(())
        self._begin = self._at = first.look.at
        self._since: float | None = None
        self._gap = PollSchedule().interval
        self._ahead: deque[Asked | Read | Unread] = deque(first.between)

    # --- the clocks ---------------------------------------------------------------

    def now(self) -> datetime:
        """The wall clock of the computer that recorded it."""
        look = self._next.look
        left = max((look.at - self._at).total_seconds(), 0.0) if look else 0.0
        return self._at + timedelta(seconds=min(self._passed(), left))

    def monotonic(self) -> float:
        """Recorded seconds since the first list."""
        return (self._at - self._begin).total_seconds() + self._passed()

    def _passed(self) -> float:
        """Recorded seconds since the last list was processed."""
        return 0.0 if self._since is None else (self._stopwatch() - self._since) * self.speed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait until the event is set or so many recorded seconds passed; resumes the clock."""
        if self._since is None and not self.ending:
            self._since = self._stopwatch()
        pause = None if seconds is None or self.ending else max(seconds / self.speed, _LEAST_PAUSE)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await event.wait()

    @property
    def pace(self) -> PollSchedule:
        """The schedule with the recorded pauses."""
        return _Recorded(gap=lambda: self._gap)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock was ahead at the last list."""
        return self.receipt.skew if self.receipt else None

    @property
    def told(self) -> str:
        """The speed, such as `×60`, or `ended`."""
        return "ended" if self.ending else f"×{self.speed:g}"

    # --- the client ---------------------------------------------------------------

    async def sessions(self, progress: Callable[[Progress], None] | None = None) -> Listing:  # noqa: ARG002
        """The next list, at once; a recorded failure is raised again.

        At the end the request is canceled.
        """
        look = self._next.look
        if look is None:
            self.on_end()
            raise asyncio.CancelledError
        after = await self._read_on()
        self._catch_up(None)
        self._next, self._ahead = after, deque(after.between)
        self._at, self._since = look.at, None
        if after.look:
            self._gap = max((after.look.at - look.at).total_seconds() - _JUST_BEFORE, _JUST_BEFORE)
        else:
            self.ending = after.ending
            self.on_end()
        if isinstance(look, Failure):
            raise EmError(look.why)
        self.receipt = Receipt(look.size, look.took, look.skew)
        self._take(look.listing)
        return look.listing

    async def _read_on(self) -> _Stretch:
        """Read the segment after the next list; shared if a caller is canceled."""
        if self._reading is None:
            self._reading = asyncio.create_task(beside(lambda: next(self._stretches)))
        after = await asyncio.shield(self._reading)
        self._reading = None
        return after

    def _take(self, listing: Listing) -> None:
        """Drop details of sessions that are older than the list."""
        if listing is self._listing:
            return
        before = {session.uid: session for session in self._listing.sessions}
        for session in listing.sessions:
            if session.complete or before.get(session.uid) != session:
                self._known.pop(session.uid, None)
        self._listing = listing

    def _catch_up(self, now: datetime | None) -> None:
        """Apply the sessions and logs recorded until `now`, or all before the next list."""
        while self._ahead and (now is None or self.ending or self._ahead[0].at <= now):
            match self._ahead.popleft():
                case Asked(session=session):
                    self._known[session.uid] = session
                case Read(uid=uid, log=log):
                    self._logs[uid] = log
                case Unread(uid=uid, why=why):
                    self._logs[uid] = why

    async def session(self, uid: Uid) -> Session:
        """The session as last recorded."""
        self._catch_up(self.now())
        listed = (session for session in self._listing.sessions if session.uid == uid)
        session = self._known.get(uid) or next(listed, None)
        if session is None:
            raise NotFound("The recording has no such session at this time.")
        return session

    async def events(self, uid: Uid) -> Log:
        """The log as last recorded."""
        self._catch_up(self.now())
        log = self._logs.get(uid)
        if log is None:
            raise NotFound("The recording has no events of this run up to this time.")
        if isinstance(log, str):
            raise EmError(log)
        return log

    async def session_xml(self, uid: Uid) -> str:  # noqa: ARG002 - no session has any
        """Always raises `NotFound`: XML is not recorded."""
        raise NotFound(_NO_XML)

    async def events_xml(self, uid: Uid) -> str:  # noqa: ARG002 - see above
        """Always raises `NotFound`: XML is not recorded."""
        raise NotFound(_NO_XML)

    async def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """Yield the sessions as recorded before the next list."""
        ahead = {record.session.uid: record.session for record in self._ahead if isinstance(record, Asked)}
        for reference in references:
            yield ahead.get(reference.uid) or self._known.get(reference.uid) or reference

    async def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass(frozen=True, slots=True)
class _Recorded(PollSchedule):
    """Pauses as recorded, regardless of user activity."""

    is_regular: ClassVar[bool] = False
    gap: Callable[[], float] = lambda: PollSchedule().interval

    def interval_for(self, idle: float) -> float:  # noqa: ARG002 - see above
        """The interval, regardless of `idle`."""
        return self.interval

    def after_success(self, seconds: float, idle: float) -> float:  # noqa: ARG002 - see above
        """The pause until the next list."""
        return self.gap()

    def after_failure(self, failures: int, retry_after: float | None, jitter: float) -> float:  # noqa: ARG002 - see above
        """The pause until the next list."""
        return self.gap()


def _stretches(name: str, records: Iterator[Record]) -> Iterator[_Stretch]:
    """Split the recording into segments; the last one, without a list, repeats endlessly."""
    ending = "The recording ends here."
    between: list[Asked | Read | Unread] = []
    seen = False
    try:
        for record in records:
            if not isinstance(record, Look | Failure):
                between.append(record)
                continue
            # when polling stopped, the connection was lost at once
            times = LOST_AFTER if isinstance(record, Failure) and record.stopped else 1
            for _ in range(times):
                seen = True
                yield _Stretch(tuple(between), record)
                between = []
    except BadRecording as problem:
        if not seen and not isinstance(problem, CutOff):
            raise
        ending = problem.ending
    except OSError as problem:
        ending = f"The recording cannot be read any further: {problem.strerror}."
    if not seen:
        ending = f"{name} contains no list: nothing to show."
    while True:
        yield _Stretch(tuple(between), None, ending)
        between = []
