"""Logons that were refused, remembered for every process of this user, so that none is sent twice.

Enterprise Manager checks passwords against Windows or a directory, and these lock an
account after a few wrong ones. Of a refused logon a keyed hash is kept (HMAC-SHA-256 of
server, user and password under a random key of this computer) with its time: nobody
can read or try out a password from it. One logon at a time is sent for an account, so
that twenty processes that start together learn from the first.
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
from emtui.em.errors import LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.em.text import clean
from emtui.local.state import NoState, folder, opened

MOST = 20
"""How many refused passwords are remembered for one account."""
PATIENCE = 90.0
"""Seconds that a logon waits for another process's logon of the same account: longer than that may take."""
_PAUSE = 0.05
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Refusals:
    """The gate before every logon. `insist`: a person wants it sent although it was refused before."""

    insist: bool = False

    @asynccontextmanager
    async def passing(self, server: Server, user: str, password: Secret) -> AsyncIterator[None]:
        """One logon: not if it was refused before, and remembered if it is refused now."""
        try:
            place = folder()
            key = _key(place)
        except (NoState, OSError) as problem:
            async with _unremembered(problem):
                yield
            return
        account = _digest(key, server.url, user)
        this = _digest(key, server.url, user, password.reveal())
        with _open(place / f"logon-{account[:32]}") as handle:
            await _locked(handle, server)
            refused = _read(handle)
            if this in refused and not self.insist:
                raise _known(server, user, refused[this])
            try:
                yield
            except LogonRefused:
                _write(handle, refused | {this: datetime.now(UTC).isoformat(timespec="seconds")})
                raise
            if this in refused:
                _write(handle, {one: when for one, when in refused.items() if one != this})


@asynccontextmanager
async def _unremembered(problem: Exception) -> AsyncIterator[None]:
    """A logon whose refusal nobody else will know of; that is said if it is refused."""
    try:
        yield
    except LogonRefused as refused:
        raise LogonRefused(
            f"{refused} This could not be remembered, so do not send it again: {problem}", refused.user
        ) from None


def _known(server: Server, user: str, when: str) -> LogonRefused:
    return LogonRefused(
        f"{server.authority} refused this password of {clean(user)} on {when.replace('T', ' ')},"
        " and it is not sent again because accounts lock: give another, or send it with emtui login.",
        user,
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


def _read(handle: int) -> dict[str, str]:
    """Hash and time of each refusal, oldest first."""
    os.lseek(handle, 0, os.SEEK_SET)
    lines = os.read(handle, 64 * 1024).decode("ascii", "replace").splitlines()
    return {this: when for this, blank, when in (line.partition(" ") for line in lines) if blank}


def _write(handle: int, refused: dict[str, str]) -> None:
    last = list(refused.items())[-MOST:]
    _replace(handle, "".join(f"{this} {when}\n" for this, when in last).encode())


def _replace(handle: int, content: bytes) -> None:
    """The file with this content; nobody else reads it meanwhile, the lock is ours."""
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)
    os.ftruncate(handle, len(content))
    os.fsync(handle)
