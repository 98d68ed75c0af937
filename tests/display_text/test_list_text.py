"""What stands above a list that is asked for no more before somebody decides."""

from __future__ import annotations

from datetime import UTC, datetime

from emtui.display_text.list_text import stop_reason
from emtui.em.certificate import Certificate
from emtui.em.errors import CertificateChangedError, CertificateUntrustedError, LogonRefusedError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CERTIFICATE = Certificate(
    "CN=em01", "CN=em01", (), NOON, NOON, "ab" * 32, "cd" * 20, "ef" * 32, True, "it is self-signed"
)


def test_of_a_certificate_it_says_why_and_leaves_the_fingerprint_to_the_page_that_asks() -> None:
    texts = stop_reason(
        CertificateUntrustedError(f"not trusted: compare it and give --pin {'ab' * 32}", CERTIFICATE)
    )
    assert texts == "This certificate is not trusted: it is self-signed. Nothing was sent."
    texts = stop_reason(
        CertificateChangedError(f"changed: give --pin {'ab' * 32}", CERTIFICATE, "12" * 32, has_same_key=True)
    )
    assert "its public key is the same" in texts
    assert "abab" not in texts


def test_of_anything_else_it_says_all() -> None:
    assert stop_reason(LogonRefusedError("em01 refused the logon.", "ops")) == "em01 refused the logon."
