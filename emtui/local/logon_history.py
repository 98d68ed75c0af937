"""Results of the logons of one account: rejected ones, and the one without a response.

Each logon is saved as a keyed hash (HMAC-SHA-256 of server, user and password under the
storage's random key) with its time; the password cannot be read or guessed from it. Callers
hold the lock of the page while they read or write.
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
"""Maximum number of rejected passwords recorded per account."""
APART = 600.0
"""Seconds between two unattended logons without a response."""
REFUSED, DOUBT = "refused", "doubt"


class Page(Protocol):
    """Storage for the entries of one account. Everything may raise `OSError`."""

    def ours(self) -> bool:
        """Try to lock it until `close`, without waiting."""
        ...

    def read(self) -> bytes:
        """Return the content; empty at first."""
        ...

    def replace(self, content: bytes) -> None:
        """Replace the content."""
        ...

    def close(self) -> None:
        """Release the lock."""
        ...


@dataclass(frozen=True, slots=True)
class Book:
    """The locked page of one account, and the hash of the logon about to be sent."""

    page: Page
    this: str

    def check(self, server: Server, user: str, *, insist: bool, attended: bool) -> str:
        """Return the recorded result of this logon; raise if it must not be sent."""
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
        """Record the result of this logon, or remove it; return the error if writing fails."""
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
    """Return the seconds since then; infinity for an invalid time."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


def names(key: bytes, server: Server, user: str, password: Secret) -> tuple[str, str]:
    """Return the hashes of account and logon; directories ignore the case of user names."""
    whose = (server.key, user.casefold())
    return _digest(key, *whose)[:32], _digest(key, *whose, password.reveal())


def _digest(key: bytes, *parts: str) -> str:
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.digest(key, told, "sha256").hex()


def _read(page: Page) -> dict[str, tuple[str, str]]:
    """Return time and result by logon hash, oldest first."""
    lines = page.read().decode("ascii", "replace").splitlines()
    known: dict[str, tuple[str, str]] = {}
    for line in lines:
        this, when, *what = line.split(" ")[:3] if " " in line else (line, "")
        if when:
            known[this] = (when, what[0] if what else REFUSED)
    return known
