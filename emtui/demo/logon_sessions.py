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

IDLE_TIMEOUT_S = 900.0
DOMAIN = "EXAMPLE"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One user of the demo, with the common password unless it has another.

    Only administrators can read system sessions.
    """

    name: str
    is_administrator: bool
    password: str | None = None

    @property
    def full_name(self) -> str:
        r"""`EXAMPLE\ops`, as the server reports it."""
        return f"{DOMAIN}\\{self.name}"

    def matches_name(self, name: str) -> bool:
        r"""Whether this name means the user: `EXAMPLE\ops`, `ops@example.net` or `ops`, in any case."""
        folded_name = self.name.casefold()
        return name.casefold() in {folded_name, self.full_name.casefold(), f"{folded_name}@example.net"}


ACCOUNTS = (
    DemoAccount("ops", is_administrator=True),
    DemoAccount("viewer", is_administrator=False),
    DemoAccount("colleague", is_administrator=True, password="day shift"),  # noqa: S106 - not a secret
)


@dataclass(slots=True)
class DemoLogon:
    """One REST session. `last_used` is the time of the last request."""

    session_id: str
    account: DemoAccount
    last_used: float
    request_count: int = 0

    @property
    def token(self) -> str:
        """Token that the client sends with every request."""
        return base64.b64encode(self.session_id.encode("ascii")).decode("ascii")


class DemoLogons:
    """All open REST sessions. `max_requests` expires them early, to test logging on again."""

    def __init__(
        self, password: str, monotonic: Callable[[], float], idle_timeout: float, max_requests: float | None
    ) -> None:
        self._password = password
        self._monotonic = monotonic
        self._idle_timeout = idle_timeout
        self._max_requests = max_requests
        self._open: dict[str, DemoLogon] = {}

    def log_on(self, authorization: str | None) -> DemoLogon | None:
        """Log on with a Basic header; `None` if user or password is wrong."""
        name, password = _parse_basic(authorization or "")
        account = next((candidate for candidate in ACCOUNTS if candidate.matches_name(name)), None)
        if account is None or not _equal_in_constant_time(password, account.password or self._password):
            return None
        logon = DemoLogon(str(uuid4()), account, self._monotonic())
        self._open[logon.token] = logon
        return logon

    def use(self, token: str | None) -> DemoLogon | None:
        """Return the logon with this token and renew it; `None` if unknown or expired."""
        logon = self._open.get(token or "")
        if logon is None:
            return None
        now = self._monotonic()
        logon.request_count += 1
        if now - logon.last_used >= self._idle_timeout or (
            self._max_requests is not None and logon.request_count > self._max_requests
        ):
            del self._open[logon.token]
            return None
        logon.last_used = now
        return logon

    def find(self, session_id: str) -> DemoLogon | None:
        """Return the logon with this session ID."""
        folded_id = session_id.casefold()
        return next((logon for logon in self._open.values() if logon.session_id == folded_id), None)

    def others(self, excluded: DemoLogon) -> tuple[DemoLogon, ...]:
        """Return all other logons."""
        return tuple(logon for logon in self._open.values() if logon is not excluded)

    def end(self, logon: DemoLogon) -> None:
        """Log off."""
        self._open.pop(logon.token, None)


def _equal_in_constant_time(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode())


def _parse_basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode() if scheme.casefold() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    name, _, password = decoded.partition(":")
    return name, password
