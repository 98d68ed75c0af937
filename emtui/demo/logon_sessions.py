"""Accounts and logon sessions of the demo, with expiry.

A logon expires after 15 minutes without a request (em_rest/http_authentication), by a monotonic
clock in seconds. Its token is base64 of the ASCII text of its session id.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

IDLE_SECONDS = 900.0
DOMAIN = "EXAMPLE"


@dataclass(frozen=True, slots=True)
class Account:
    """One user of the demo, with the common password unless it has another.

    Only administrators can read system sessions.
    """

    name: str
    administrator: bool
    password: str | None = None

    @property
    def full_name(self) -> str:
        r"""`EXAMPLE\ops`, as the server reports it."""
        return f"{DOMAIN}\\{self.name}"

    def answers_to(self, name: str) -> bool:
        r"""Whether this name means the user: `EXAMPLE\ops`, `ops@example.net` or `ops`, in any case."""
        bare = self.name.casefold()
        return name.casefold() in {bare, self.full_name.casefold(), f"{bare}@example.net"}


ACCOUNTS = (
    Account("ops", administrator=True),
    Account("viewer", administrator=False),
    Account("colleague", administrator=True, password="day shift"),  # noqa: S106 - not a secret
)


@dataclass(slots=True)
class Logon:
    """One REST session. `used` is the time of the last request, `requests` their number."""

    session_id: str
    account: Account
    used: float
    requests: int = 0

    @property
    def token(self) -> str:
        """Token that the client sends with every request."""
        return base64.b64encode(self.session_id.encode("ascii")).decode("ascii")


class Logons:
    """All open REST sessions. `most_requests` expires them early, to test logging on again."""

    def __init__(
        self, password: str, monotonic: Callable[[], float], idle: float, most_requests: float | None
    ) -> None:
        self._password = password
        self._monotonic = monotonic
        self._idle = idle
        self._most = most_requests
        self._open: dict[str, Logon] = {}

    def log_on(self, authorization: str | None) -> Logon | None:
        """Log on with a Basic header; `None` if user or password is wrong."""
        name, password = _basic(authorization or "")
        account = next((known for known in ACCOUNTS if known.answers_to(name)), None)
        if account is None or not _same(password, account.password or self._password):
            return None
        logon = Logon(str(uuid4()), account, self._monotonic())
        self._open[logon.token] = logon
        return logon

    def use(self, token: str | None) -> Logon | None:
        """Return the logon with this token and renew it; `None` if unknown or expired."""
        logon = self._open.get(token or "")
        if logon is None:
            return None
        now = self._monotonic()
        logon.requests += 1
        if now - logon.used >= self._idle or (self._most is not None and logon.requests > self._most):
            del self._open[logon.token]
            return None
        logon.used = now
        return logon

    def find(self, session_id: str) -> Logon | None:
        """Return the logon with this session ID."""
        wanted = session_id.casefold()
        return next((logon for logon in self._open.values() if logon.session_id == wanted), None)

    def others(self, own: Logon) -> tuple[Logon, ...]:
        """Return all other logons."""
        return tuple(logon for logon in self._open.values() if logon is not own)

    def end(self, logon: Logon) -> None:
        """Log off."""
        self._open.pop(logon.token, None)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, word = authorization.partition(" ")
    try:
        plain = base64.b64decode(word, validate=True).decode() if scheme.casefold() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        plain = ""
    name, _, password = plain.partition(":")
    return name, password
