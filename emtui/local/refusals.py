"""Logons that were refused, remembered for every process of this user, so that none is sent twice.

Enterprise Manager checks passwords against Windows or a directory, and these lock an
account after a few wrong ones. Of a refused logon a keyed hash is kept (HMAC-SHA-256 of
server, user and password under a random key of this computer) with its time: nobody
can read or try out a password from it. One logon at a time is sent for an account, so
that twenty processes that start together learn from the first. One whose answer never
came is in doubt, and is sent again only seldom.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emtui.em.address import Server
from emtui.em.errors import Broken, EmError, LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.em.text import clean
from emtui.local.state import NoState, folder, opened

MOST = 20
"""How many refused passwords are remembered for one account."""
PATIENCE = 90.0
"""Seconds that a logon waits for another process's logon of the same account: longer than that may take."""
APART = 600.0
"""Seconds between two logons of which nobody knows what became, where no person waits for them."""
REFUSED, DOUBT = "refused", "doubt"
IN_DOUBT = (TimedOut, Broken)
"""Errors after which the server may or may not have counted the logon."""
_PAUSE = 0.05
_KEY_BYTES = 32


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
            account, this = _names(_key(place), server, user, password)
            handle = opened(place / f"logon-{account}", os.O_RDWR)
        except (NoState, OSError) as problem:
            async with _unremembered(problem):
                yield
            return
        try:
            await _locked(handle, server)
            book = _Book(handle, this)
            if book.check(server, user, insist=self.insist, attended=attended) != REFUSED:
                book.write(DOUBT)
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
        finally:
            os.close(handle)


def _names(key: bytes, server: Server, user: str, password: Secret) -> tuple[str, str]:
    """What account and logon are called here; a directory takes a name in any case."""
    whose = (server.url, user.casefold())
    return _digest(key, *whose)[:32], _digest(key, *whose, password.reveal())


@dataclass(frozen=True, slots=True)
class _Book:
    """The file of one account, which is ours alone for now, and the logon that is about to be sent."""

    handle: int
    this: str

    def check(self, server: Server, user: str, *, insist: bool, attended: bool) -> str:
        """How the last one ended, if that is noted; raises where it must not be sent."""
        when, what = _read(self.handle).get(self.this, ("", ""))
        if what == REFUSED and not insist:
            raise LogonRefused(
                f"{server.authority} refused this password of {clean(user)} on {when.replace('T', ' ')},"
                " and it is not sent again because accounts lock: give another, or send it with emtui login.",
                user,
            )
        if what == DOUBT and not (insist or attended) and _age(when) < APART:
            raise TimedOut(
                f"What became of the last logon of {clean(user)} at {server.authority} is not known"
                f" ({when.replace('T', ' ')}): because accounts lock it is sent again {APART // 60:g} minutes"
                " after that, or now by somebody at a terminal."
            )
        return what

    def write(self, what: str | None) -> OSError | None:
        """Note how it is with this logon, or nothing any more; the problem, if that cannot be written."""
        try:
            known = {one: told for one, told in _read(self.handle).items() if one != self.this}
            if what:
                known[self.this] = (datetime.now(UTC).isoformat(timespec="seconds"), what)
            last = list(known.items())[-MOST:]
            _replace(self.handle, "".join(f"{one} {when} {what}\n" for one, (when, what) in last).encode())
        except OSError as problem:
            return problem
        return None


def _age(when: str) -> float:
    """Seconds since then; an age without end for what is no time."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


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


def _digest(key: bytes, *parts: str) -> str:
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.digest(key, told, "sha256").hex()


def _key(place: Path) -> bytes:
    """The key of this computer; whoever comes first makes it, under a lock."""
    with _open(place / "key") as handle:
        _lock(handle, wait=True)
        key = os.read(handle, _KEY_BYTES)
        if len(key) < _KEY_BYTES:
            key = os.urandom(_KEY_BYTES)
            _replace(handle, key)
        return key


@contextmanager
def _open(path: Path) -> Iterator[int]:
    handle = opened(path, os.O_RDWR)
    try:
        yield handle
    finally:
        os.close(handle)


async def _locked(handle: int, server: Server) -> None:
    """Wait for our turn, without holding the loop; closing the file gives it to the next."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not _lock(handle):  # noqa: ASYNC110 - what other processes do is no event of ours
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        raise TimedOut(
            f"Another emtui has been waiting for {server.authority} to answer its logon for {PATIENCE:g} s:"
            " see whether the server is overloaded."
        ) from None


def _lock(handle: int, *, wait: bool = False) -> bool:
    """Whether the file is ours now; where there are no such locks it always is."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _read(handle: int) -> dict[str, tuple[str, str]]:
    """Hash of each logon, oldest first, when it was noted, and how it was."""
    os.lseek(handle, 0, os.SEEK_SET)
    lines = os.read(handle, 64 * 1024).decode("ascii", "replace").splitlines()
    known: dict[str, tuple[str, str]] = {}
    for line in lines:
        this, when, *what = line.split(" ")[:3] if " " in line else (line, "")
        if when:
            known[this] = (when, what[0] if what else REFUSED)
    return known


def _replace(handle: int, content: bytes) -> None:
    """The file with this content; nobody else reads it meanwhile, the lock is ours."""
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)
    os.ftruncate(handle, len(content))
    os.fsync(handle)
