"""Read a `Certificate` from DER. The only module that imports cryptography.

Import it only where the fields of a certificate are needed: it loads as slowly as httpx.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from emtui.em.certificate import Certificate
from emtui.em.text_sanitizer import clean


def read_certificate(der: bytes) -> Certificate:
    """The certificate with cleaned texts; an unreadable one has only its fingerprints."""
    unreadable = Certificate(
        subject="(unreadable)",
        issuer="(unreadable)",
        names=(),
        valid_from=datetime.min.replace(tzinfo=UTC),
        valid_until=datetime.max.replace(tzinfo=UTC),
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        key_sha256="",
        is_self_signed=False,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about violations of RFC 5280
            return _with_fields(unreadable, x509.load_der_x509_certificate(der))
    except Exception:  # noqa: BLE001 - a hostile certificate may raise anything
        return unreadable


def _with_fields(base: Certificate, parsed: x509.Certificate) -> Certificate:
    return replace(
        base,
        subject=clean(parsed.subject.rfc4514_string()),
        issuer=clean(parsed.issuer.rfc4514_string()),
        names=_subject_alt_names(parsed),
        valid_from=parsed.not_valid_before_utc,
        valid_until=parsed.not_valid_after_utc,
        key_sha256=_key_fingerprint(parsed),
        is_self_signed=parsed.issuer == parsed.subject,
    )


def _subject_alt_names(parsed: x509.Certificate) -> tuple[str, ...]:
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001 - missing, duplicate or unknown
        return ()
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return tuple(clean(name) for name in (*names.get_values_for_type(x509.DNSName), *addresses))


def _key_fingerprint(parsed: x509.Certificate) -> str:
    """SHA-256 of the public key, unchanged if a certificate is renewed with the same key."""
    try:
        key = parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - a type of key that the library does not support
        return ""
    return hashlib.sha256(key).hexdigest()
