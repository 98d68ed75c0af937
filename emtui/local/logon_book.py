"""What became of the logons of one account: those that were refused, and the one that nobody knows of.

Of a logon a keyed hash is kept (HMAC-SHA-256 of server, user and password under a random key of
this computer) with its time: nobody can read or try out a password from it. Whoever reads or
writes has locked the file.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emtui.em.address import Server
from emtui.em.errors import LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.em.text import clean
from emtui.local import lock
from emtui.local.state import opened

MOST = 20
"""How many refused passwords are remembered for one account."""
APART = 600.0
"""Seconds between two logons of which nobody knows what became, where no person waits for them."""
REFUSED, DOUBT = "refused", "doubt"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Book:
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


def names(place: Path, server: Server, user: str, password: Secret) -> tuple[str, str]:
    """What account and logon are called in this folder; a directory takes a name in any case."""
    key = _key(place)
    whose = (server.key, user.casefold())
    return _digest(key, *whose)[:32], _digest(key, *whose, password.reveal())


def _digest(key: bytes, *parts: str) -> str:
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.digest(key, told, "sha256").hex()


def _key(place: Path) -> bytes:
    """The key of this computer; whoever comes first makes it, under a lock."""
    handle = opened(place / "key", os.O_RDWR)
    try:
        lock.wait(handle)
        key = os.read(handle, _KEY_BYTES)
        if len(key) < _KEY_BYTES:
            key = os.urandom(_KEY_BYTES)
            _replace(handle, key)
        return key
    finally:
        os.close(handle)


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
