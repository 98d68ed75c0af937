"""Logons that were refused, remembered for every process of this user, so that none is sent twice.

Enterprise Manager checks passwords against Windows or a directory, and these lock an
account after a few wrong ones. What became of them stands in the account's `logon_book`. One logon
at a time is sent for an account, so that twenty processes that start together learn from the
first. One whose answer never came is in doubt, and is sent again only seldom.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from emtui.em.address import Server
from emtui.em.errors import Broken, EmError, LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.local import lock
from emtui.local.logon_book import DOUBT, REFUSED, Book, names
from emtui.local.state import NoState, folder, opened

PATIENCE = 90.0
"""Seconds that a logon waits for another process's logon of the same account: longer than that may take."""
IN_DOUBT = (TimedOut, Broken)
"""Errors after which the server may or may not have counted the logon."""
_PAUSE = 0.05


@dataclass(slots=True)
class Refusals:
    """The gate before every logon.

    `insist`: a person wants it sent although it was refused before. `attended`: a person waits
    for the first one, and may send it again while nobody knows what became of the last.
    """

    insist: bool = False
    attended: bool = False

    @asynccontextmanager
    async def passing(self, server: Server, user: str, password: Secret) -> AsyncIterator[None]:
        """One logon: not if it was refused before, and remembered if it is refused now.

        It counts as doubtful from before it is sent until its answer is known, so that one that
        is given up, or whose process is killed, is not sent again and again.
        """
        attended, self.attended = self.attended, False
        try:
            place = folder()
            account, this = names(place, server, user, password)
            handle = opened(place / f"logon-{account}", os.O_RDWR)
        except (NoState, OSError) as problem:
            async with _unremembered(problem):
                yield
            return
        try:
            await _locked(handle, server)
            book = Book(handle, this)
            if book.check(server, user, insist=self.insist, attended=attended) != REFUSED:
                book.write(DOUBT)
            async with _noted(book):
                yield
        finally:
            os.close(handle)


@asynccontextmanager
async def _noted(book: Book) -> AsyncIterator[None]:
    """A logon of which it is written down how it ended; what was given up stays in doubt."""
    try:
        yield
    except LogonRefused as refused:
        if unwritten := book.write(REFUSED):
            raise _not_remembered(refused, unwritten) from None
        raise
    except EmError as answered:
        if not isinstance(answered, IN_DOUBT):
            book.write(None)
        raise
    book.write(None)


@asynccontextmanager
async def _unremembered(problem: Exception) -> AsyncIterator[None]:
    """A logon whose refusal nobody else will know of; that is said if it is refused."""
    try:
        yield
    except LogonRefused as refused:
        raise _not_remembered(refused, problem) from None


def _not_remembered(refused: LogonRefused, problem: Exception) -> LogonRefused:
    why = f"{problem.strerror}." if isinstance(problem, OSError) and problem.strerror else str(problem)
    return LogonRefused(
        f"{refused} This could not be remembered, so do not send it again: {why}", refused.user
    )


async def _locked(handle: int, server: Server) -> None:
    """Wait for our turn, without holding the loop; closing the file gives it to the next."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not lock.ours(handle):  # noqa: ASYNC110 - what other processes do is no event of ours
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        raise TimedOut(
            f"Another emtui has been waiting for {server.authority} to answer its logon for {PATIENCE:g} s:"
            " see whether the server is overloaded."
        ) from None
