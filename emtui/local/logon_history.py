"""What became of the logons of one account: those that were refused, and the one that nobody knows of.

Of a logon a keyed hash is kept (HMAC-SHA-256 of server, user and password under a random key of
the place where it is kept) with its time: nobody can read or try out a password from it. Whoever
reads or writes has the page alone.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from emtui.em.errors import LogonRefused, TimedOut
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean

MOST = 20
"""How many refused passwords are remembered for one account."""
APART = 600.0
"""Seconds between two logons of which nobody knows what became, where no person waits for them."""
REFUSED, DOUBT = "refused", "doubt"


class Page(Protocol):
    """Where the notes on one account are kept. Everything may raise `OSError`."""

    def ours(self) -> bool:
        """Whether it is ours alone now, until it is closed; nobody waits."""
        ...

    def read(self) -> bytes:
        """What stands there; nothing at first."""
        ...

    def replace(self, content: bytes) -> None:
        """Write this in its place."""
        ...

    def close(self) -> None:
        """Give it to the next."""
        ...


@dataclass(frozen=True, slots=True)
class Book:
    """The page of one account, which is ours alone for now, and the logon that is about to be sent."""

    page: Page
    this: str

    def check(self, server: Server, user: str, *, insist: bool, attended: bool) -> str:
        """How the last one ended, if that is noted; raises where it must not be sent."""
        when, what = _read(self.page).get(self.this, ("", ""))
        if what == REFUSED and not insist:
            raise LogonRefused(
                f"{server.authority} rejected this password of {clean(user)} on {when.replace('T', ' ')}."
                " To prevent a lockout it is not sent again: enter another one,"
                " or resend it with emtui login.",
                user,
            )
        if what == DOUBT and not (insist or attended) and _age(when) < APART:
            raise TimedOut(
                f"The last logon of {clean(user)} to {server.authority} got no response"
                f" ({when.replace('T', ' ')}). To prevent a lockout it is retried after"
                f" {APART // 60:g} minutes, or now from an interactive terminal."
            )
        return what

    def write(self, what: str | None) -> OSError | None:
        """Note how it is with this logon, or nothing any more; the problem, if that cannot be written."""
        try:
            known = _read(self.page)
            if known.pop(self.this, None) is None and what is None:
                return None
            if what:
                known[self.this] = (datetime.now(UTC).isoformat(timespec="seconds"), what)
            last = list(known.items())[-MOST:]
            self.page.replace("".join(f"{one} {when} {what}\n" for one, (when, what) in last).encode())
        except OSError as problem:
            return problem
        return None


def _age(when: str) -> float:
    """Seconds since then; an age without end for what is no time."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


def names(key: bytes, server: Server, user: str, password: Secret) -> tuple[str, str]:
    """What account and logon are called under this key; a directory takes a name in any case."""
    whose = (server.key, user.casefold())
    return _digest(key, *whose)[:32], _digest(key, *whose, password.reveal())


def _digest(key: bytes, *parts: str) -> str:
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.digest(key, told, "sha256").hex()


def _read(page: Page) -> dict[str, tuple[str, str]]:
    """Hash of each logon, oldest first, when it was noted, and how it was."""
    lines = page.read().decode("ascii", "replace").splitlines()
    known: dict[str, tuple[str, str]] = {}
    for line in lines:
        this, when, *what = line.split(" ")[:3] if " " in line else (line, "")
        if when:
            known[this] = (when, what[0] if what else REFUSED)
    return known
