"""The certificate of a server as a value.

Fingerprints are lower-case hex; times are aware and in UTC. `em.certificate_reader` reads certificates,
`em.tls` assesses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

EXPIRY_WARNING = timedelta(days=30)
"""How long before its expiry a certificate causes a warning."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate. `reason` says why it is not trusted; empty if there is no objection.

    `valid_from` and `valid_until` are the minimum and maximum time if the certificate cannot be read.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    sha256: str
    sha1: str
    key_sha256: str
    is_self_signed: bool
    reason: str = ""

    def expiry_text(self, now: datetime) -> str | None:
        """`expired on 3 Dec 2026`, `expires on 3 Dec 2026` within the 30 days before, or `None`."""
        if self.valid_until < now:
            return f"expired on {format_date(self.valid_until)}"
        if self.valid_until - now < EXPIRY_WARNING:
            return f"expires on {format_date(self.valid_until)}"
        return None


def format_date(when: datetime) -> str:
    """Format a date of a certificate: `3 Dec 2026`."""
    return f"{when.day} {when:%b %Y}"
