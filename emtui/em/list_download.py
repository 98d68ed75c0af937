"""Download the list and parse it in slices, in threads. Sizes are in bytes.

The first response is parsed as it arrives. Later ones are collected first: the same bytes are the same
list without parsing; other bytes with the same content (the server's lists are unordered) are recognized
as the same list after sorting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Self, cast

from emtui.em import status_errors, xml_codec
from emtui.em.background_thread import beside
from emtui.em.http_requests import Answer
from emtui.em.model import Listing, Session
from emtui.em.session_source import Progress
from emtui.em.timestamps import EARLIEST

LIST_PATH = "/api/systemSessions?format=Entity"
"""The requested path."""
SLICE = 128 * 1024
"""Bytes per call of the parser: enough to be worth a thread, few enough to show progress."""
_EVERY = 0.1
"""Seconds between two progress reports."""
_WHAT = "a list of system sessions"
_LATER = timedelta(hours=1)
"""After this time the same bytes are parsed again: a time too far ahead may be plausible by now."""


class ListDownloader:
    """Reads the lists of one client, comparing each with the previous one."""

    def __init__(self) -> None:
        self._listing: Listing | None = None
        self._digest = b""
        self._clock = EARLIEST

    async def read(self, answer: Answer, tell: Callable[[Progress], None] | None = None) -> Listing:
        """The complete list, newest first; the same object as last time if the content is the same.

        `tell` is called at most ten times a second, and once at the end. Raises `EmError` for a response
        that is not a list, such as `TooOld`, and whatever reading the response raises.
        """
        if answer.lacks and self._listing is None:
            raise status_errors.too_old(answer.requested)
        answer.expect(_WHAT)
        try:
            return await self._read(answer, tell)
        except xml_codec.Unreadable as problem:
            raise status_errors.bad_document(answer.requested, _WHAT, problem) from None

    async def _read(self, answer: Answer, tell: Callable[[Progress], None] | None) -> Listing:
        before, reader, digest = self._listing, xml_codec.ListReader(answer.charset, answer.clock), blake2b()
        kept: list[bytes] = []
        clock = asyncio.get_running_loop().time
        told_at = clock()
        digest.update(answer.charset.encode())  # the same bytes in another encoding are another list
        async with aclosing(_slices(answer)) as slices, _Feeding(reader) as feeding:
            async for piece in slices:
                if before is None:
                    await feeding.feed(piece, digest)
                else:
                    kept.append(piece)
                if tell and clock() - told_at >= _EVERY:
                    told_at = clock()
                    tell(Progress(answer.received, answer.expected, reader.rows))
            await feeding.rest()
            if kept:
                await beside(partial(_hash, digest, kept))
            later = abs(answer.clock - self._clock) > _LATER
            if before is None or later or digest.digest() != self._digest:
                for piece in kept:
                    await feeding.feed(piece)
                await feeding.rest()
                self._listing = await beside(partial(_finish, reader, before))
                self._digest, self._clock = digest.digest(), answer.clock
        if tell:
            tell(Progress(answer.received, answer.expected, reader.rows))
        return cast("Listing", self._listing)


class _Feeding:
    """Feeds a reader in threads, one chunk at a time, while the next one is received.

    Each thread is started from the event loop, so that the loop finishes its own work first.
    """

    def __init__(self, reader: xml_codec.ListReader) -> None:
        self._reader = reader
        self._busy: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel without awaiting the parser thread."""
        if self._busy:
            self._busy.cancel()
            await asyncio.gather(self._busy, return_exceptions=True)

    async def feed(self, piece: bytes, digest: blake2b | None = None) -> None:
        """Start parsing this chunk after the previous one; raises the error of the previous one."""
        await self.rest()
        self._busy = asyncio.create_task(beside(partial(self._take, piece, digest)))

    async def rest(self) -> None:
        """Wait until the last chunk is parsed."""
        busy, self._busy = self._busy, None
        if busy:
            await busy

    def _take(self, piece: bytes, digest: blake2b | None) -> None:
        if digest is not None:
            digest.update(piece)
        self._reader.feed(piece)


def _hash(digest: blake2b, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        digest.update(piece)


def _finish(reader: xml_codec.ListReader, before: Listing | None) -> Listing:
    """The list; the object `before` if the content is the same."""
    listing = reader.close()
    if before is None:
        return listing
    earlier = {session.uid: session for session in before.sessions}
    kept_once = tuple(_same(session, earlier.get(session.uid)) for session in listing.sessions)
    listing = Listing(kept_once, listing.replaced)
    return before if listing == before else listing


def _same(session: Session, earlier: Session | None) -> Session:
    """The object of the previous list if it is equal, so that two lists share their memory."""
    return earlier if earlier is not None and earlier == session else session


async def _slices(answer: Answer) -> AsyncGenerator[bytes, None]:
    piece = bytearray()
    async with aclosing(answer.chunks()) as chunks:
        async for chunk in chunks:
            piece += chunk
            if len(piece) >= SLICE:
                yield bytes(piece)
                piece.clear()
    if piece:
        yield bytes(piece)
