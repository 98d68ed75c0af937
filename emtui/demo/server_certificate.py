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

_HOST_NAME = "em01.example.net"
_SUBJECT_NAMES = (
    x509.DNSName("localhost"),
    x509.DNSName(_HOST_NAME),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)
_OTHER_HOST_NAME = "em99.example.net"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """A certificate and its key on disk."""

    certificate: Path
    key: Path
    sha256: str


def create_certificate(
    folder: Path, name: str, *, expired: bool = False, other_name: bool = False
) -> CertificateFiles:
    """Create a key and a certificate, valid for one year; or expired yesterday, or for another host."""
    key = ec.generate_private_key(ec.SECP256R1())
    valid_until = datetime.now(UTC) + (-_DAY if expired else 365 * _DAY)
    certificate = _sign_certificate(key, valid_until, other_name=other_name)
    files = CertificateFiles(
        folder / f"{name}.pem", folder / f"{name}.key", certificate.fingerprint(hashes.SHA256()).hex()
    )
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _sign_certificate(
    key: ec.EllipticCurvePrivateKey, valid_until: datetime, *, other_name: bool
) -> x509.Certificate:
    host_name = _OTHER_HOST_NAME if other_name else _HOST_NAME
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host_name)])
    names = (x509.DNSName(_OTHER_HOST_NAME),) if other_name else _SUBJECT_NAMES
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(valid_until - 366 * _DAY).not_valid_after(valid_until)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(), critical=True)
    builder = builder.add_extension(identifier, critical=False)
    return builder.sign(key, hashes.SHA256())


def _key_usage() -> x509.KeyUsage:
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
