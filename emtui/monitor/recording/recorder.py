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

from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.em.model import Listing, Log, Session, Uid
from emtui.em.session_source import Progress, Receipt, Source
from emtui.monitor.poller import PERMANENT_ERRORS
from emtui.monitor.recording.recording_format import Asked, Failure, Full, Look, Read, Record, Unread, Writer
from emtui.monitor.recording.redaction import NOTHING, Hiding

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate
    from emtui.em.client import Client

_MOST_WAITING = 20_000
"""Maximum number of queued records."""
_PATIENCE = 2.0
"""Seconds to wait for the last records when closing."""


class Recorder:
    """Writes the responses of one server to one file.

    `problem` is why recording stopped; `tell` is called with it once.
    """

    def __init__(self, writer: Writer, now: Callable[[], datetime]) -> None:
        self.now = now
        self.problem = ""
        self.tell: Callable[[str], None] = lambda _: None
        self._writer = writer
        self._sound = True
        self._server: object = None
        self._hiding = NOTHING
        self._waiting: deque[tuple[Record, Hiding]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def listen(self, client: Client) -> Source:
        """Wrap a client so that its responses are recorded; a client of another server ends the recording."""
        if self._server not in {None, client.server}:
            self._give_up("Recording stopped: a recording covers only one server.")
            return client
        self._server = client.server
        self._hiding = Hiding.of(client.server, client.user)
        return _Overheard(client, self)

    def note(self, record: Record) -> None:
        """Queue a record for writing."""
        if self.problem:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._give_up("Recording stopped: the disk is too slow.")
            return
        self._waiting.append((record, self._hiding))
        if not self.writing:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Write all queued records at once: completed references come by the thousand."""
        while self._waiting:
            records = list(self._waiting)
            self._waiting.clear()
            try:
                await beside(partial(self._write_all, records))
            except OSError as problem:
                self._sound = False
                self._give_up(f"Recording stopped: cannot write the file: {problem.strerror}.")
            except Full as problem:
                self._sound = False
                self._give_up(str(problem))

    def _write_all(self, records: Iterable[tuple[Record, Hiding]]) -> None:
        for record, hiding in records:
            self._writer.write(record, hiding)

    def _give_up(self, problem: str) -> None:
        self._waiting.clear()
        if not self.problem:
            self.problem = problem
            self.tell(problem)

    @property
    def writing(self) -> bool:
        """Whether records are being written."""
        return self._writing is not None and not self._writing.done()

    async def settle(self) -> None:
        """Wait until all records are written, with a time limit."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_PATIENCE)

    def close(self) -> str:
        """Close the file, unless records are still being written; return the error sentence, if any."""
        if self.writing:
            self._give_up("The end of the recording may be missing: the disk does not respond.")
        elif self._sound:
            try:
                self._writer.close()
            except OSError as problem:
                self._give_up(f"Cannot write the end of the recording: {problem.strerror}.")
        return self.problem


class _Overheard:
    """A client whose responses are recorded."""

    def __init__(self, client: Source, recorder: Recorder) -> None:
        self._client = client
        self._recorder = recorder
        self._noted: dict[Uid, Session] = {}

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
    def logged_on(self) -> Sequence[datetime]:
        return self._client.logged_on

    @property
    def receipt(self) -> Receipt | None:
        return self._client.receipt

    @property
    def skew(self) -> timedelta | None:
        return self._client.skew

    @property
    def api(self) -> str:
        return self._client.api

    async def sessions(self, progress: Callable[[Progress], None] | None = None) -> Listing:
        try:
            listing = await self._client.sessions(progress)
        except EmError as problem:
            self._note(Failure(self._recorder.now(), str(problem), isinstance(problem, PERMANENT_ERRORS)))
            raise
        receipt = self._client.receipt or Receipt(0, 0.0, None)
        self._note(Look(self._recorder.now(), listing, receipt.size, receipt.took, receipt.skew))
        return listing

    async def session(self, uid: Uid) -> Session:
        try:
            session = await self._client.session(uid)
        except EmError as problem:
            self._note(Unread(self._recorder.now(), uid, str(problem)))
            raise
        self._note(Asked(self._recorder.now(), session))
        return session

    async def events(self, uid: Uid) -> Log:
        try:
            log = await self._client.events(uid)
        except EmError as problem:
            self._note(Unread(self._recorder.now(), uid, str(problem)))
            raise
        self._note(Read(self._recorder.now(), uid, log))
        return log

    async def session_xml(self, uid: Uid) -> str:
        """Not recorded: recordings contain redacted fields, not raw XML."""
        return await self._client.session_xml(uid)

    async def events_xml(self, uid: Uid) -> str:
        """Not recorded either."""
        return await self._client.events_xml(uid)

    async def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """Record completed sessions, each only if it has changed."""
        async with aclosing(self._client.complete(references)) as sessions:
            async for session in sessions:
                if self._noted.get(session.uid) != session:
                    self._noted[session.uid] = session
                    self._note(Asked(self._recorder.now(), session))
                yield session

    async def close(self) -> None:
        await self._client.close()
        await self._recorder.settle()

    def _note(self, record: Record) -> None:
        self._recorder.note(record)
