"""Listens to what a server says and has it written down, in order, beside the event loop.

A recording that cannot go on is told once and stops nothing.
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
"""Records that a slow disk may be behind."""
_PATIENCE = 2.0
"""Seconds that the last records may take at the end."""


class Recorder:
    """One file, into which what one server says is written.

    `problem` says why it was given up; `tell` is told that, once.
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
        """The same client, overheard; one of another server than before ends the recording."""
        if self._server not in {None, client.server}:
            self._give_up("Recording stopped: a recording covers only one server.")
            return client
        self._server = client.server
        self._hiding = Hiding.of(client.server, client.user)
        return _Overheard(client, self)

    def note(self, record: Record) -> None:
        """Have this written as soon as those before it are."""
        if self.problem:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._give_up("Recording stopped: the disk is too slow.")
            return
        self._waiting.append((record, self._hiding))
        if not self.writing:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """All that waits, in one go: runs that a list only names come by the thousand."""
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
        """Whether something is being written."""
        return self._writing is not None and not self._writing.done()

    async def settle(self) -> None:
        """Wait a moment until all is written."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_PATIENCE)

    def close(self) -> str:
        """End the file, once nothing is written any more; the sentence about what went wrong, if anything."""
        if self.writing:
            self._give_up("The end of the recording may be missing: the disk does not respond.")
        elif self._sound:
            try:
                self._writer.close()
            except OSError as problem:
                self._give_up(f"Cannot write the end of the recording: {problem.strerror}.")
        return self.problem


class _Overheard:
    """A client of which everything that it says is noted."""

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
        """Not noted: a recording keeps what was read, and hides what the XML would show."""
        return await self._client.session_xml(uid)

    async def events_xml(self, uid: Uid) -> str:
        """Not noted either."""
        return await self._client.events_xml(uid)

    async def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """What is known of a run since an earlier list is not noted again."""
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
