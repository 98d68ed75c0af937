"""The list while it arrives: slices into the parser, beside the event loop. Sizes are in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from emtui.em import wire
from emtui.em.exchange import Answer
from emtui.em.model import Listing
from emtui.em.threads import beside

SLICE = 128 * 1024
"""What the parser is fed at a time: enough to be worth a thread, little enough to show progress."""
_EVERY = 0.1
"""Seconds between two tellings of the progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list has come: bytes so far, bytes in all if the server said, rows so far."""

    received: int
    expected: int | None
    rows: int


async def read_listing(answer: Answer, tell: Callable[[Progress], None] | None) -> Listing:
    """The whole list, newest first; `tell` hears of it at most ten times a second, and once at the end.

    Raises `wire.Unreadable` and whatever reading the answer raises.
    """
    reader = wire.ListReader()
    clock = asyncio.get_running_loop().time
    received, told_at = 0, clock()
    async with aclosing(_slices(answer)) as slices:
        async for piece in slices:
            await beside(partial(reader.feed, piece))
            received += len(piece)
            if tell and clock() - told_at >= _EVERY:
                told_at = clock()
                tell(Progress(received, answer.expected, reader.rows))
    listing = await beside(reader.close)
    if tell:
        tell(Progress(received, answer.expected, reader.rows))
    return listing


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
