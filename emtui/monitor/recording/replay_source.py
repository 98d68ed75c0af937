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

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError, SessionNotFoundError
from emtui.em.model import Listing, Log, Session, Uid
from emtui.em.session_source import DownloadProgress, ResponseStats
from emtui.monitor.feed_health import LOST_AFTER
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.recording.recording_format import (
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSession,
    RecordedSessionFailure,
    TruncatedRecordingError,
    UnreadableRecordingError,
)

MAX_SPEED = 100_000.0
_MIN_PAUSE_S = 0.01
"""Minimum real seconds between two lists, so that keys are handled."""
_EARLY_BY_S = 0.001
"""Recorded seconds by which a list is requested early, because sums of floats are inexact."""

_NO_XML_MESSAGE = "A recording does not contain the XML of the server."


@dataclass(frozen=True, slots=True)
class _ReplaySegment:
    """Records up to the next list, and that list; without one the recording ends, with a reason."""

    records: tuple[RecordedSession | RecordedLog | RecordedSessionFailure, ...]
    list_record: RecordedList | RecordedListFailure | None
    end_message: str = ""


class ReplaySource:
    """A source that replays a recording. Raises `UnreadableRecordingError` at once if it has no list."""

    user = ""
    certificate = None
    logon_times = ()
    api_versions = ""

    def __init__(
        self,
        name: str,
        records: Iterator[RecordedResponse],
        speed: float = 1.0,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = name
        self.speed = speed
        self.response_stats: ResponseStats | None = None
        self.end_message = ""
        """Why the recording ended, once it has."""
        self.on_end: Callable[[], object] = lambda: None
        self._segments = _split_segments(name, records)
        self._stopwatch = stopwatch
        first = next(self._segments)
        if first.list_record is None:
            raise UnreadableRecordingError(first.end_message)
        self._next_segment: _ReplaySegment = first
        self._read_task: asyncio.Task[_ReplaySegment] | None = None
        self._sessions: dict[Uid, Session] = {}
        self._logs: dict[Uid, Log | str] = {}
        self._listing = Listing(())
        self._first_list_at = self._last_list_at = first.list_record.at
        self._resumed_at: float | None = None
        self._pause = PollSchedule().interval
        self._upcoming: deque[RecordedSession | RecordedLog | RecordedSessionFailure] = deque(first.records)

    # --- the clocks ---------------------------------------------------------------

    def now(self) -> datetime:
        """The wall clock of the computer that recorded it."""
        list_record = self._next_segment.list_record
        remaining = max((list_record.at - self._last_list_at).total_seconds(), 0.0) if list_record else 0.0
        return self._last_list_at + timedelta(seconds=min(self._elapsed(), remaining))

    def monotonic(self) -> float:
        """Recorded seconds since the first list."""
        return (self._last_list_at - self._first_list_at).total_seconds() + self._elapsed()

    def _elapsed(self) -> float:
        """Recorded seconds since the last list was processed."""
        return 0.0 if self._resumed_at is None else (self._stopwatch() - self._resumed_at) * self.speed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait until the event is set or so many recorded seconds passed; resumes the clock."""
        if self._resumed_at is None and not self.end_message:
            self._resumed_at = self._stopwatch()
        pause = None if seconds is None or self.end_message else max(seconds / self.speed, _MIN_PAUSE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await event.wait()

    @property
    def schedule(self) -> PollSchedule:
        """The schedule with the recorded pauses."""
        return _RecordedSchedule(recorded_pause=lambda: self._pause)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock was ahead at the last list."""
        return self.response_stats.skew if self.response_stats else None

    @property
    def speed_text(self) -> str:
        """The speed, such as `×60`, or `ended`."""
        return "ended" if self.end_message else f"×{self.speed:g}"

    # --- the client ---------------------------------------------------------------

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:  # noqa: ARG002
        """The next list, at once; a recorded failure is raised again.

        At the end the request is canceled.
        """
        list_record = self._next_segment.list_record
        if list_record is None:
            self.on_end()
            raise asyncio.CancelledError
        segment = await self._read_segment()
        self._apply_until(None)
        self._next_segment, self._upcoming = segment, deque(segment.records)
        self._last_list_at, self._resumed_at = list_record.at, None
        if segment.list_record:
            self._pause = max(
                (segment.list_record.at - list_record.at).total_seconds() - _EARLY_BY_S, _EARLY_BY_S
            )
        else:
            self.end_message = segment.end_message
            self.on_end()
        if isinstance(list_record, RecordedListFailure):
            raise EmError(list_record.reason)
        self.response_stats = ResponseStats(list_record.size, list_record.seconds, list_record.skew)
        self._drop_outdated(list_record.listing)
        return list_record.listing

    async def _read_segment(self) -> _ReplaySegment:
        """Read the segment after the next list; shared if a caller is canceled."""
        if self._read_task is None:
            self._read_task = asyncio.create_task(run_in_thread(lambda: next(self._segments)))
        segment = await asyncio.shield(self._read_task)
        self._read_task = None
        return segment

    def _drop_outdated(self, listing: Listing) -> None:
        """Drop details of sessions that are older than the list."""
        if listing is self._listing:
            return
        previous = {session.uid: session for session in self._listing.sessions}
        for session in listing.sessions:
            if session.is_complete or previous.get(session.uid) != session:
                self._sessions.pop(session.uid, None)
        self._listing = listing

    def _apply_until(self, until: datetime | None) -> None:
        """Apply the sessions and logs recorded until `now`, or all before the next list."""
        while self._upcoming and (until is None or self.end_message or self._upcoming[0].at <= until):
            match self._upcoming.popleft():
                case RecordedSession(session=session):
                    self._sessions[session.uid] = session
                case RecordedLog(uid=uid, log=log):
                    self._logs[uid] = log
                case RecordedSessionFailure(uid=uid, reason=reason):
                    self._logs[uid] = reason

    async def session(self, uid: Uid) -> Session:
        """The session as last recorded."""
        self._apply_until(self.now())
        listed = (session for session in self._listing.sessions if session.uid == uid)
        session = self._sessions.get(uid) or next(listed, None)
        if session is None:
            raise SessionNotFoundError("The recording has no such session at this time.")
        return session

    async def events(self, uid: Uid) -> Log:
        """The log as last recorded."""
        self._apply_until(self.now())
        log = self._logs.get(uid)
        if log is None:
            raise SessionNotFoundError("The recording has no events of this run up to this time.")
        if isinstance(log, str):
            raise EmError(log)
        return log

    async def session_xml(self, uid: Uid) -> str:  # noqa: ARG002 - no session has any
        """Always raises `SessionNotFoundError`: XML is not recorded."""
        raise SessionNotFoundError(_NO_XML_MESSAGE)

    async def events_xml(self, uid: Uid) -> str:  # noqa: ARG002 - see above
        """Always raises `SessionNotFoundError`: XML is not recorded."""
        raise SessionNotFoundError(_NO_XML_MESSAGE)

    async def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """Yield the sessions as recorded before the next list."""
        upcoming = {
            record.session.uid: record.session
            for record in self._upcoming
            if isinstance(record, RecordedSession)
        }
        for reference in references:
            yield upcoming.get(reference.uid) or self._sessions.get(reference.uid) or reference

    async def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass(frozen=True, slots=True)
class _RecordedSchedule(PollSchedule):
    """Pauses as recorded, regardless of user activity."""

    is_regular: ClassVar[bool] = False
    recorded_pause: Callable[[], float] = lambda: PollSchedule().interval

    def interval_for(self, idle: float) -> float:  # noqa: ARG002 - see above
        """The interval, regardless of `idle`."""
        return self.interval

    def pause_after_success(self, response_time: float, idle: float) -> float:  # noqa: ARG002 - see above
        """The pause until the next list."""
        return self.recorded_pause()

    def pause_after_failure(self, failures: int, retry_after: float | None, jitter: float) -> float:  # noqa: ARG002 - see above
        """The pause until the next list."""
        return self.recorded_pause()


def _split_segments(name: str, records: Iterator[RecordedResponse]) -> Iterator[_ReplaySegment]:
    """Split the recording into segments; the last one, without a list, repeats endlessly."""
    end_message = "The recording ends here."
    pending: list[RecordedSession | RecordedLog | RecordedSessionFailure] = []
    has_list = False
    try:
        for record in records:
            if not isinstance(record, RecordedList | RecordedListFailure):
                pending.append(record)
                continue
            # when polling stopped, the connection was lost at once
            repeats = LOST_AFTER if isinstance(record, RecordedListFailure) and record.has_stopped else 1
            for _ in range(repeats):
                has_list = True
                yield _ReplaySegment(tuple(pending), record)
                pending = []
    except UnreadableRecordingError as error:
        if not has_list and not isinstance(error, TruncatedRecordingError):
            raise
        end_message = error.end_message
    except OSError as error:
        end_message = f"The recording cannot be read any further: {error.strerror}."
    if not has_list:
        end_message = f"{name} contains no list: nothing to show."
    while True:
        yield _ReplaySegment(tuple(pending), None, end_message)
        pending = []
