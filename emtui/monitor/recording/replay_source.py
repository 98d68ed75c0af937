"""A recording, shown as the server was: look after look, at its own times or faster.

It stands in for the client, for the clocks and for the pace of whoever follows the list.
Nothing is asked of anybody. Time stands still while a look is taken in, never passes the
next look before that is taken, and stands still at the end.
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
"""Real seconds between two looks however fast: keys are heard meanwhile."""
_JUST_BEFORE = 0.001
"""Recorded seconds by which a look is called early: sums of seconds are not exact."""

_NO_XML = "A recording does not contain the XML of the server."


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What was seen until the next look, and that look; without one the recording ends, for a reason."""

    between: tuple[Asked | Read | Unread, ...]
    look: Look | Failure | None
    ending: str = ""


class Replay:
    """Raises `BadRecording` at once if there is not even one look."""

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
        """Why nothing more comes, once nothing does."""
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
        """The clock of whoever recorded it."""
        look = self._next.look
        left = max((look.at - self._at).total_seconds(), 0.0) if look else 0.0
        return self._at + timedelta(seconds=min(self._passed(), left))

    def monotonic(self) -> float:
        """Recorded seconds since the first look."""
        return (self._at - self._begin).total_seconds() + self._passed()

    def _passed(self) -> float:
        """Recorded seconds since the last look was taken in."""
        return 0.0 if self._since is None else (self._stopwatch() - self._since) * self.speed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until the event is set, or so many recorded seconds; time goes on from here."""
        if self._since is None and not self.ending:
            self._since = self._stopwatch()
        pause = None if seconds is None or self.ending else max(seconds / self.speed, _LEAST_PAUSE)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await event.wait()

    @property
    def pace(self) -> PollSchedule:
        """The pauses as they were."""
        return _Recorded(gap=lambda: self._gap)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock was ahead at the last list."""
        return self.receipt.skew if self.receipt else None

    @property
    def told(self) -> str:
        """How it goes on, in a word: `×60`, or that it has ended."""
        return "ended" if self.ending else f"×{self.speed:g}"

    # --- the client ---------------------------------------------------------------

    async def sessions(self, progress: Callable[[Progress], None] | None = None) -> Listing:  # noqa: ARG002
        """The next look, now; a list that could not be had is raised again.

        At the end nobody answers: the request is given up.
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
        """What comes after the next look; read once, whoever gives up waiting for it."""
        if self._reading is None:
            self._reading = asyncio.create_task(beside(lambda: next(self._stretches)))
        after = await asyncio.shield(self._reading)
        self._reading = None
        return after

    def _take(self, listing: Listing) -> None:
        """What the list says now is newer than what was known of one session."""
        if listing is self._listing:
            return
        before = {session.uid: session for session in self._listing.sessions}
        for session in listing.sessions:
            if session.complete or before.get(session.uid) != session:
                self._known.pop(session.uid, None)
        self._listing = listing

    def _catch_up(self, now: datetime | None) -> None:
        """What was asked for by itself until then, or until the next look; all of it at the end."""
        while self._ahead and (now is None or self.ending or self._ahead[0].at <= now):
            match self._ahead.popleft():
                case Asked(session=session):
                    self._known[session.uid] = session
                case Read(uid=uid, log=log):
                    self._logs[uid] = log
                case Unread(uid=uid, why=why):
                    self._logs[uid] = why

    async def session(self, uid: Uid) -> Session:
        """As it was last seen."""
        self._catch_up(self.now())
        listed = (session for session in self._listing.sessions if session.uid == uid)
        session = self._known.get(uid) or next(listed, None)
        if session is None:
            raise NotFound("The recording has no such session at this time.")
        return session

    async def events(self, uid: Uid) -> Log:
        """As they were when somebody opened the session last."""
        self._catch_up(self.now())
        log = self._logs.get(uid)
        if log is None:
            raise NotFound("The recording has no events of this run up to this time.")
        if isinstance(log, str):
            raise EmError(log)
        return log

    async def session_xml(self, uid: Uid) -> str:  # noqa: ARG002 - no session has any
        """Nothing: only what was read of it was recorded."""
        raise NotFound(_NO_XML)

    async def events_xml(self, uid: Uid) -> str:  # noqa: ARG002 - see above
        """Nothing either."""
        raise NotFound(_NO_XML)

    async def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """As they came to be known until the next look."""
        ahead = {record.session.uid: record.session for record in self._ahead if isinstance(record, Asked)}
        for reference in references:
            yield ahead.get(reference.uid) or self._known.get(reference.uid) or reference

    async def close(self) -> None:
        """Nothing is held but a file that is read."""


@dataclass(frozen=True, slots=True)
class _Recorded(PollSchedule):
    """Pauses as long as they were, whether anybody looks or not."""

    is_regular: ClassVar[bool] = False
    gap: Callable[[], float] = lambda: PollSchedule().interval

    def interval_for(self, idle: float) -> float:  # noqa: ARG002 - see above
        """The same for everybody."""
        return self.interval

    def after_success(self, seconds: float, idle: float) -> float:  # noqa: ARG002 - see above
        """Until the next look."""
        return self.gap()

    def after_failure(self, failures: int, retry_after: float | None, jitter: float) -> float:  # noqa: ARG002 - see above
        """Until the next look."""
        return self.gap()


def _stretches(name: str, records: Iterator[Record]) -> Iterator[_Stretch]:
    """The recording from look to look; the last one has none, and goes on for ever."""
    ending = "The recording ends here."
    between: list[Asked | Read | Unread] = []
    seen = False
    try:
        for record in records:
            if not isinstance(record, Look | Failure):
                between.append(record)
                continue
            # what somebody had to decide made us blind at once
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
