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
from emtui.em.background_thread import run_in_thread
from emtui.em.http_requests import ApiResponse
from emtui.em.model import Listing, Session
from emtui.em.session_source import DownloadProgress
from emtui.em.timestamps import EARLIEST

LIST_PATH = "/api/systemSessions?format=Entity"
"""The requested path."""
SLICE = 128 * 1024
"""Bytes per call of the parser: enough to be worth a thread, few enough to show progress."""
_PROGRESS_INTERVAL = 0.1
"""Seconds between two progress reports."""
_DOCUMENT_NAME = "a list of system sessions"
_REPARSE_AFTER = timedelta(hours=1)
"""After this time the same bytes are parsed again: a time too far ahead may be plausible by now."""


class ListDownloader:
    """Reads the lists of one client, comparing each with the previous one."""

    def __init__(self) -> None:
        self._listing: Listing | None = None
        self._digest = b""
        self._server_time = EARLIEST

    async def read(
        self, response: ApiResponse, on_progress: Callable[[DownloadProgress], None] | None = None
    ) -> Listing:
        """The complete list, newest first; the same object as last time if the content is the same.

        `on_progress` is called at most ten times a second, and once at the end. Raises `EmError` for a
        response that is not a list, such as `ServerTooOldError`, and whatever reading the response raises.
        """
        if response.is_not_found and self._listing is None:
            raise status_errors.server_too_old_error(response.url)
        response.expect(_DOCUMENT_NAME)
        try:
            return await self._read(response, on_progress)
        except xml_codec.UnreadableDocumentError as problem:
            raise status_errors.document_error(response.url, _DOCUMENT_NAME, problem) from None

    async def _read(
        self, response: ApiResponse, on_progress: Callable[[DownloadProgress], None] | None
    ) -> Listing:
        previous, reader, digest = (
            self._listing,
            xml_codec.ListReader(response.charset, response.server_time),
            blake2b(),
        )
        saved_slices: list[bytes] = []
        clock = asyncio.get_running_loop().time
        reported_at = clock()
        digest.update(response.charset.encode())  # the same bytes in another encoding are another list
        async with aclosing(_body_slices(response)) as slices, _ThreadedFeeder(reader) as feeder:
            async for piece in slices:
                if previous is None:
                    await feeder.feed(piece, digest)
                else:
                    saved_slices.append(piece)
                if on_progress and clock() - reported_at >= _PROGRESS_INTERVAL:
                    reported_at = clock()
                    on_progress(DownloadProgress(response.received, response.expected, reader.row_count))
            await feeder.wait()
            if saved_slices:
                await run_in_thread(partial(_update_digest, digest, saved_slices))
            is_outdated = abs(response.server_time - self._server_time) > _REPARSE_AFTER
            if previous is None or is_outdated or digest.digest() != self._digest:
                for piece in saved_slices:
                    await feeder.feed(piece)
                await feeder.wait()
                self._listing = await run_in_thread(partial(_build_listing, reader, previous))
                self._digest, self._server_time = digest.digest(), response.server_time
        if on_progress:
            on_progress(DownloadProgress(response.received, response.expected, reader.row_count))
        return cast("Listing", self._listing)


class _ThreadedFeeder:
    """Feeds a reader in threads, one chunk at a time, while the next one is received.

    Each thread is started from the event loop, so that the loop finishes its own work first.
    """

    def __init__(self, reader: xml_codec.ListReader) -> None:
        self._reader = reader
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel without awaiting the parser thread."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def feed(self, piece: bytes, digest: blake2b | None = None) -> None:
        """Start parsing this chunk after the previous one; raises the error of the previous one."""
        await self.wait()
        self._task = asyncio.create_task(run_in_thread(partial(self._parse, piece, digest)))

    async def wait(self) -> None:
        """Wait until the last chunk is parsed."""
        task, self._task = self._task, None
        if task:
            await task

    def _parse(self, piece: bytes, digest: blake2b | None) -> None:
        if digest is not None:
            digest.update(piece)
        self._reader.feed(piece)


def _update_digest(digest: blake2b, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        digest.update(piece)


def _build_listing(reader: xml_codec.ListReader, previous: Listing | None) -> Listing:
    """The list; the object `previous` if the content is the same."""
    listing = reader.close()
    if previous is None:
        return listing
    previous_by_uid = {session.uid: session for session in previous.sessions}
    shared = tuple(_reuse_equal(session, previous_by_uid.get(session.uid)) for session in listing.sessions)
    listing = Listing(shared, listing.replaced_count)
    return previous if listing == previous else listing


def _reuse_equal(session: Session, previous: Session | None) -> Session:
    """The object of the previous list if it is equal, so that two lists share their memory."""
    return previous if previous is not None and previous == session else session


async def _body_slices(response: ApiResponse) -> AsyncGenerator[bytes, None]:
    piece = bytearray()
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            piece += chunk
            if len(piece) >= SLICE:
                yield bytes(piece)
                piece.clear()
    if piece:
        yield bytes(piece)
