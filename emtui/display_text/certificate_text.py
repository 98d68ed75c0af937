"""Text about a certificate, for the user who decides whether to trust it. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.em.errors import CertificateChangedError, CertificateUntrustedError

if TYPE_CHECKING:
    from emtui.em.certificate import Certificate


PINNING_EXPLANATION = (
    "Pinning trusts exactly this certificate and ignores the issuing CA. Compare the SHA-256 "
    "with the value that the server's administrator sees."
)
"""Explains what typing `pin` does."""
TRUST_WARNING = "! WARNING: the server's identity is not proven"


def group_digits(fingerprint: str, size: int = 4) -> str:
    """Group hex digits: `ab12 cd34 …`."""
    return " ".join(fingerprint[start : start + size] for start in range(0, len(fingerprint), size))


def trust_question(error: CertificateUntrustedError) -> str:
    """Format why the certificate is shown, in one sentence."""
    if isinstance(error, CertificateChangedError):
        return f"THE CERTIFICATE HAS CHANGED since it was pinned; {error.key_text}. Nothing was sent."
    return f"This certificate is not trusted: {error.certificate.reason}. Nothing was sent."


def certificate_details(error: CertificateUntrustedError, zone: tzinfo) -> str:
    """Format what pinning means, and the certificate's names, dates and thumbprint."""
    certificate = error.certificate
    return "\n\n".join((PINNING_EXPLANATION, _names(certificate, zone), _thumbprint(certificate)))


def certificate_as_text(error: CertificateUntrustedError, zone: tzinfo) -> str:
    """Format everything about the certificate, for a pager."""
    fingerprints = "\n\n".join(
        f"{label}\n  {first}\n  {second}" for label, first, second in fingerprint_halves(error)
    )
    return f"{trust_question(error)}\n\n{fingerprints}\n\n{certificate_details(error, zone)}\n"


def fingerprint_halves(error: CertificateUntrustedError) -> list[tuple[str, str, str]]:
    """Label and both halves of each fingerprint: the pinned one, if there is one, then the one to trust."""
    if not isinstance(error, CertificateChangedError):
        return [("SHA-256", *_halves(error.certificate.sha256))]
    return [
        ("SHA-256 pinned", *_halves(error.pinned)),
        ("SHA-256 now", *_halves(error.certificate.sha256)),
    ]


def _names(certificate: Certificate, zone: tzinfo) -> str:
    lines = (
        ("Subject", certificate.subject),
        ("Issuer", "itself (self-signed)" if certificate.is_self_signed else certificate.issuer),
        ("Names", ", ".join(certificate.names)),
        ("Valid from", _format_date(certificate.valid_from, zone)),
        ("Valid until", _format_date(certificate.valid_until, zone)),
    )
    return "\n".join(f"{label:<12}  {text}" for label, text in lines if text)


def _format_date(when: datetime, zone: tzinfo) -> str:
    """Format `2026-10-14 03:14 +01:00`; a date that the zone cannot express is in UTC."""
    try:
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M} {text_format.format_zone_offset(when, zone)}"
    except OverflowError:
        return f"{when:%Y-%m-%d}"


def _thumbprint(certificate: Certificate) -> str:
    return f"Thumbprint (SHA-1) as shown by Windows; not proof of identity\n  {certificate.sha1}"


def _halves(fingerprint: str) -> tuple[str, str]:
    half = len(fingerprint) // 2
    return group_digits(fingerprint[:half]), group_digits(fingerprint[half:])
