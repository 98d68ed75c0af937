"""A server's certificate as a value: what a person is shown and what trust is kept as. Reads nothing.

Fingerprints are lower-case hex; times are aware and in UTC. `em.tls` reads and judges certificates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(days=30)
"""How long before its end a certificate is warned about."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate. `reason` says why it is not trusted, empty where nothing speaks against it.

    `valid_from` and `valid_until` are the ends of time where the certificate cannot be read.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    sha256: str
    sha1: str
    key_sha256: str
    self_signed: bool
    reason: str = ""

    def ending(self, now: datetime) -> str | None:
        """That it has expired, or will within 30 days: `expired on 3 Dec 2026`, `expires on 3 Dec 2026`."""
        if self.valid_until < now:
            return f"expired on {day_text(self.valid_until)}"
        if self.valid_until - now < SOON:
            return f"expires on {day_text(self.valid_until)}"
        return None


def day_text(when: datetime) -> str:
    """A day as certificates' dates are shown: `3 Dec 2026`."""
    return f"{when.day} {when:%b %Y}"
