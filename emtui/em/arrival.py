"""The list while it arrives: slices into the parser, beside the event loop. Sizes are in bytes.

The first answer is parsed as it comes. Later ones are kept until they are whole: those
of the same bytes are the same list, without a parser; those of other bytes that say the
same (the server's lists are unordered) are it, too, once they are sorted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Self, cast

from emtui.em import wire
from emtui.em.exchange import Answer
from emtui.em.model import Listing
from emtui.em.source import Progress
from emtui.em.threads import beside
from emtui.em.times import EARLIEST

SLICE = 128 * 1024
"""What the parser is fed at a time: enough to be worth a thread, little enough to show progress."""
_EVERY = 0.1
"""Seconds between two tellings of the progress."""
_LATER = timedelta(hours=1)
"""After so long the same bytes are read again: a time that was too far ahead may be true by now."""


class Arrivals:
    """The list answers of one client, each read in the light of the one before."""

    def __init__(self) -> None:
        self._listing: Listing | None = None
        self._digest = b""
        self._clock = EARLIEST

    async def read(self, answer: Answer, tell: Callable[[Progress], None] | None) -> Listing:
        """The whole list, newest first: the very same object as last time if it says the same.

        `tell` hears of it at most ten times a second, and once at the end. Raises `wire.Unreadable`
        and whatever reading the answer raises.
        """
        before, reader, digest = self._listing, wire.ListReader(answer.clock), blake2b()
        kept: list[bytes] = []
        clock = asyncio.get_running_loop().time
        told_at = clock()
        async with aclosing(_slices(answer)) as slices, _Feeding(reader) as feeding:
            async for piece in slices:
                digest.update(piece)
                if before is None:
                    await feeding.feed(piece)
                else:
                    kept.append(piece)
                if tell and clock() - told_at >= _EVERY:
                    told_at = clock()
                    tell(Progress(answer.received, answer.expected, reader.rows))
            await feeding.rest()
        later = abs(answer.clock - self._clock) > _LATER
        if before is None or later or digest.digest() != self._digest:
            self._listing = await beside(partial(_read, reader, kept, before))
            self._digest, self._clock = digest.digest(), answer.clock
        if tell:
            tell(Progress(answer.received, answer.expected, reader.rows))
        return cast("Listing", self._listing)


class _Feeding:
    """Feeds a reader beside the loop, one piece at a time, while the next one comes."""

    def __init__(self, reader: wire.ListReader) -> None:
        self._reader = reader
        self._busy: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Whoever gives up does not wait for what is being read."""
        if self._busy:
            self._busy.cancel()
            await asyncio.gather(self._busy, return_exceptions=True)

    async def feed(self, piece: bytes) -> None:
        """Begin with this piece once the one before was read; raises what came of that one."""
        await self.rest()
        self._busy = asyncio.create_task(beside(partial(self._reader.feed, piece)))

    async def rest(self) -> None:
        """Until the last piece was read."""
        busy, self._busy = self._busy, None
        if busy:
            await busy


def _read(reader: wire.ListReader, kept: Iterable[bytes], before: Listing | None) -> Listing:
    for piece in kept:
        reader.feed(piece)
    listing = reader.close()
    return before if listing == before and before is not None else listing


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
