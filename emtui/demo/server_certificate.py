"""The demo's certificate: self-signed like Enterprise Manager's, created at every start.

It is written as PEM to a private folder; the fingerprint is SHA-256 of the DER, 64 hex digits.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NAME = "em01.example.net"
_NAMES = (
    x509.DNSName("localhost"),
    x509.DNSName(_NAME),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)
_OTHER = "em99.example.net"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate and its key on disk."""

    certificate: Path
    key: Path
    sha256: str


def make(folder: Path, name: str, *, expired: bool = False, other_name: bool = False) -> Made:
    """Create a key and a certificate, valid for one year; or expired yesterday, or for another host."""
    key = ec.generate_private_key(ec.SECP256R1())
    until = datetime.now(UTC) + (-_DAY if expired else 365 * _DAY)
    certificate = _signed(key, until, other_name=other_name)
    made = Made(
        folder / f"{name}.pem", folder / f"{name}.key", certificate.fingerprint(hashes.SHA256()).hex()
    )
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


def _signed(key: ec.EllipticCurvePrivateKey, until: datetime, *, other_name: bool) -> x509.Certificate:
    name = _OTHER if other_name else _NAME
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = (x509.DNSName(_OTHER),) if other_name else _NAMES
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(until - 366 * _DAY).not_valid_after(until)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(), critical=True)
    builder = builder.add_extension(identifier, critical=False)
    return builder.sign(key, hashes.SHA256())


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
