"""Prevent account lockouts: rejected logons are recorded for all processes of this user and not resent.

Enterprise Manager checks passwords against Windows or a directory, which lock an account
after a few wrong ones. Results are saved in the account's `logon_history`. One logon at a time is
sent per account, so that twenty processes that start together learn from the first. A logon
without a response is retried only after a delay.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from emtui.em.errors import Broken, EmError, LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local.logon_history import DOUBT, REFUSED, Book, Page
from emtui.local.logon_storage import PLACES, Place, book
from emtui.local.state_files import ELSEWHERE, NoState

PATIENCE = 90.0
"""Seconds to wait for another process's logon of the same account; longer than a logon can take."""
IN_DOUBT = (TimedOut, Broken)
"""Errors after which the server may or may not have counted the logon."""
_PAUSE = 0.05


@dataclass(slots=True)
class Refusals:
    """Checks every logon before it is sent.

    `insist`: send it although it was rejected before. `attended`: a user waits for the first
    logon and may retry one that got no response. `say` receives a warning if rejections cannot
    be recorded in any of the `places`.
    """

    insist: bool = False
    attended: bool = False
    say: Callable[[str], object] | None = None
    places: tuple[Place, ...] = PLACES

    @asynccontextmanager
    async def passing(self, server: Server, user: str, password: Secret) -> AsyncIterator[None]:
        """Guard one logon: raise if it was rejected before, record it if it is rejected now.

        It is recorded as unanswered before it is sent, so that a logon that is canceled or whose
        process is killed is not sent repeatedly.
        """
        attended, self.attended = self.attended, False
        books: list[Book] = []
        problem: Exception | None = None
        taken = False
        with ExitStack() as held:
            for place in self.places:
                try:
                    found = book(place, server, user, password, make=not taken)
                    if found is None:
                        continue
                    held.callback(found.page.close)
                    await _locked(found.page, server)
                    known = found.check(server, user, insist=self.insist, attended=attended)
                except (NoState, OSError) as unusable:
                    problem = problem or unusable
                    continue
                books.append(found)
                if not taken:
                    unwritten = None if known == REFUSED else found.write(DOUBT)
                    taken, problem = unwritten is None, problem or unwritten
                if taken and not self.insist:
                    break
            if not taken and problem and self.say:
                self.say(f"rejected passwords cannot be recorded on this computer: {_why(problem)}")
            async with _noted(books, problem):
                yield


@asynccontextmanager
async def _noted(books: Sequence[Book], problem: Exception | None) -> AsyncIterator[None]:
    """Record the result of a logon; a canceled one stays unanswered."""
    try:
        yield
    except LogonRefused as refused:
        for one in books:
            unwritten = one.write(REFUSED)
            if unwritten is None:
                raise
            problem = problem or unwritten
        raise _not_remembered(refused, problem) from None
    except EmError as answered:
        if not isinstance(answered, IN_DOUBT):
            _forget(books)
        raise
    _forget(books)


def _forget(books: Sequence[Book]) -> None:
    for one in books:
        one.write(None)


def _not_remembered(refused: LogonRefused, problem: Exception | None) -> LogonRefused:
    why = _why(problem) if problem else f"{ELSEWHERE}."
    return LogonRefused(f"{refused} This could not be recorded, so do not send it again: {why}", refused.user)


def _why(problem: Exception) -> str:
    """Return the sentence of `NoState`, or one about the state folder."""
    if isinstance(problem, NoState):
        return str(problem)
    reason = problem.strerror if isinstance(problem, OSError) else None
    return f"the state folder cannot be used ({reason or type(problem).__name__}): {ELSEWHERE}."


async def _locked(page: Page, server: Server) -> None:
    """Wait for the lock without blocking the loop; closing the page releases it."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not page.ours():  # noqa: ASYNC110 - other processes send no events
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        raise TimedOut(
            f"Another emtui process has waited {PATIENCE:g} s for its logon to {server.authority}:"
            " check whether the server is overloaded."
        ) from None
