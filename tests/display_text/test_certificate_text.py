"""The fingerprints of a certificate: what is to be compared is aligned, and bold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emtui.display_text.certificate_text import certificate_as_text
from emtui.em.certificate import Certificate
from emtui.em.errors import CertificateChangedError, CertificateUntrustedError
from emtui.tui.formatting.fingerprint_rows import fingerprint_rows
from emtui.tui.theme import BOLD

NEW, PINNED = "0123456789abcdef" * 4, "fedcba9876543210" * 4
NEW_HALF = "0123 4567 89ab cdef 0123 4567 89ab cdef"
PINNED_HALF = "fedc ba98 7654 3210 fedc ba98 7654 3210"
CERTIFICATE = Certificate(
    subject="CN=em01.example.net",
    issuer="CN=em01.example.net",
    names=("em01.example.net",),
    valid_from=datetime(2026, 10, 14, tzinfo=UTC),
    valid_until=datetime(2036, 10, 11, tzinfo=UTC),
    sha256=NEW,
    sha1="0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
    key_sha256="",
    is_self_signed=True,
    reason="it is self-signed",
)
UNTRUSTED = CertificateUntrustedError("not trusted", CERTIFICATE)
CHANGED = CertificateChangedError("changed", CERTIFICATE, PINNED)


def drawn(error: CertificateUntrustedError, width: int) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in fingerprint_rows(error, width)]


@pytest.mark.parametrize("width", [58, 80, 120, 200])
def test_an_unknown_certificate_has_one_fingerprint(width: int) -> None:
    assert drawn(UNTRUSTED, width) == [f" SHA-256  {NEW_HALF}", f"          {NEW_HALF}"]


def test_of_a_changed_certificate_the_pinned_fingerprint_is_above_the_new_one() -> None:
    assert drawn(CHANGED, 119) == [
        f" SHA-256 pinned  {PINNED_HALF}",
        f"                 {PINNED_HALF}",
        f" SHA-256 now     {NEW_HALF}",
        f"                 {NEW_HALF}",
    ]
    assert max(map(len, drawn(CHANGED, 58))) <= 58


def test_of_a_changed_certificate_the_pinned_fingerprint_is_beside_the_new_one_if_wide() -> None:
    assert drawn(CHANGED, 120) == [
        f" {'SHA-256 pinned':<39}   SHA-256 now",
        f" {PINNED_HALF}   {NEW_HALF}",
        f" {PINNED_HALF}   {NEW_HALF}",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_only_the_digits_are_bold(width: int) -> None:
    bold = "".join(text for row in fingerprint_rows(CHANGED, width) for text, style in row if style == BOLD)
    assert sorted("".join(bold.split())) == sorted(NEW + PINNED)


def test_the_pager_gets_both_fingerprints() -> None:
    text = certificate_as_text(CHANGED, UTC)
    assert text.startswith("THE CERTIFICATE HAS CHANGED")
    assert text.count(NEW_HALF) == text.count(PINNED_HALF) == 2
    assert "Valid until" in text
    assert "2026-10-14 00:00 +00:00" in text, "as all other times"
