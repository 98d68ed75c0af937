"""Records the responses of a server to a file, in order, in a background thread.

If a recording fails, this is reported once; monitoring continues.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Listing, Log, Session, Uid
from emtui.em.session_source import DownloadProgress, ResponseStats, SessionSource
from emtui.monitor.list_poller import PERMANENT_ERRORS
from emtui.monitor.recording.recording_format import (
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSession,
    RecordedSessionFailure,
    RecordingFullError,
    RecordingWriter,
)
from emtui.monitor.recording.redaction import SECRETS_ONLY, RecordingRedactor

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.client import Client

_MAX_QUEUED = 20_000
"""Maximum number of queued records."""
_CLOSE_TIMEOUT_S = 2.0
"""Seconds to wait for the last records when closing."""


class Recorder:
    """Writes the responses of one server to one file.

    `problem` is why recording stopped; `on_problem` is called with it once.
    """

    def __init__(self, writer: RecordingWriter, now: Callable[[], datetime]) -> None:
        self.now = now
        self.problem = ""
        self.on_problem: Callable[[str], None] = lambda _: None
        self._writer = writer
        self._is_writable = True
        self._server: object = None
        self._redactor = SECRETS_ONLY
        self._queue: deque[tuple[RecordedResponse, RecordingRedactor]] = deque()
        self._write_task: asyncio.Task[None] | None = None

    def wrap_client(self, client: Client) -> SessionSource:
        """Wrap a client so that its responses are recorded; a client of another server ends the recording."""
        if self._server not in {None, client.server}:
            self._stop_recording("Recording stopped: a recording covers only one server.")
            return client
        self._server = client.server
        self._redactor = RecordingRedactor.for_logon(client.server, client.user)
        return _RecordingSource(client, self)

    def add_record(self, record: RecordedResponse) -> None:
        """Queue a record for writing."""
        if self.problem:
            return
        if len(self._queue) >= _MAX_QUEUED:
            self._stop_recording("Recording stopped: the disk is too slow.")
            return
        self._queue.append((record, self._redactor))
        if not self.is_writing:
            self._write_task = asyncio.create_task(self._write_queue())

    async def _write_queue(self) -> None:
        """Write all queued records at once: completed references come by the thousand."""
        while self._queue:
            records = list(self._queue)
            self._queue.clear()
            try:
                await run_in_thread(partial(self._write_all, records))
            except OSError as error:
                self._is_writable = False
                self._stop_recording(f"Recording stopped: cannot write the file: {error.strerror}.")
            except RecordingFullError as error:
                self._is_writable = False
                self._stop_recording(str(error))

    def _write_all(self, records: Iterable[tuple[RecordedResponse, RecordingRedactor]]) -> None:
        for record, redactor in records:
            self._writer.write(record, redactor)

    def _stop_recording(self, problem: str) -> None:
        self._queue.clear()
        if not self.problem:
            self.problem = problem
            self.on_problem(problem)

    @property
    def is_writing(self) -> bool:
        """Whether records are being written."""
        return self._write_task is not None and not self._write_task.done()

    async def wait_written(self) -> None:
        """Wait until all records are written, with a time limit."""
        if self._write_task is not None:
            await asyncio.wait({self._write_task}, timeout=_CLOSE_TIMEOUT_S)

    def close(self) -> str:
        """Close the file, unless records are still being written; return the error sentence, if any."""
        if self.is_writing:
            self._stop_recording("The end of the recording may be missing: the disk does not respond.")
        elif self._is_writable:
            try:
                self._writer.close()
            except OSError as error:
                self._stop_recording(f"Cannot write the end of the recording: {error.strerror}.")
        return self.problem


class _RecordingSource:
    """A client whose responses are recorded."""

    def __init__(self, client: SessionSource, recorder: Recorder) -> None:
        self._client = client
        self._recorder = recorder
        self._recorded_sessions: dict[Uid, Session] = {}

    @property
    def server(self) -> object:
        return self._client.server

    @property
    def user(self) -> str:
        return self._client.user

    @property
    def certificate(self) -> Certificate | None:
        return self._client.certificate

    @property
    def logon_times(self) -> Sequence[datetime]:
        return self._client.logon_times

    @property
    def response_stats(self) -> ResponseStats | None:
        return self._client.response_stats

    @property
    def skew(self) -> timedelta | None:
        return self._client.skew

    @property
    def api_versions(self) -> str:
        return self._client.api_versions

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:
        try:
            listing = await self._client.sessions(progress)
        except EmError as error:
            self._record(
                RecordedListFailure(self._recorder.now(), str(error), isinstance(error, PERMANENT_ERRORS))
            )
            raise
        stats = self._client.response_stats or ResponseStats(0, 0.0, None)
        self._record(RecordedList(self._recorder.now(), listing, stats.size, stats.seconds, stats.skew))
        return listing

    async def session(self, uid: Uid) -> Session:
        try:
            session = await self._client.session(uid)
        except EmError as error:
            self._record(RecordedSessionFailure(self._recorder.now(), uid, str(error)))
            raise
        self._record(RecordedSession(self._recorder.now(), session))
        return session

    async def events(self, uid: Uid) -> Log:
        try:
            log = await self._client.events(uid)
        except EmError as error:
            self._record(RecordedSessionFailure(self._recorder.now(), uid, str(error)))
            raise
        self._record(RecordedLog(self._recorder.now(), uid, log))
        return log

    async def session_xml(self, uid: Uid) -> str:
        """Not recorded: recordings contain redacted fields, not raw XML."""
        return await self._client.session_xml(uid)

    async def events_xml(self, uid: Uid) -> str:
        """Not recorded either."""
        return await self._client.events_xml(uid)

    async def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """Record completed sessions, each only if it has changed."""
        async with aclosing(self._client.complete_references(references)) as sessions:
            async for session in sessions:
                if self._recorded_sessions.get(session.uid) != session:
                    self._recorded_sessions[session.uid] = session
                    self._record(RecordedSession(self._recorder.now(), session))
                yield session

    async def close(self) -> None:
        await self._client.close()
        await self._recorder.wait_written()

    def _record(self, record: RecordedResponse) -> None:
        self._recorder.add_record(record)
