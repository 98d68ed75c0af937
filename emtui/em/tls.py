"""Whom we speak to: TLS contexts, pins, and certificates as a person may judge them.

Trust is the system's store or a CA file instead of it; a pin narrows it to one
certificate, compared on the handshake, before a byte of a request is written.
Fingerprints are lower-case hex; times are aware and in UTC.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from emtui.em.address import Server, Trust, without_zone
from emtui.em.errors import BadCaFile
from emtui.em.text import clean

SOON = timedelta(days=30)
"""How long before its end a certificate is warned about."""
_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat, Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
_ITSELF, _UNKNOWN = "it is self-signed", "its issuer is not known to this computer"
_SELF_SIGNED = 18
_ISSUER_UNKNOWN = {2, 19, 20, 21}
"""X509_V_ERR_*: the issuer's certificate is missing, self-signed, not known here, or does not verify."""


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
            return f"expired on {_day(self.valid_until)}"
        if self.valid_until - now < SOON:
            return f"expires on {_day(self.valid_until)}"
        return None


class NotVerified(Exception):
    """The chain or the name did not verify; nothing was sent. `code` is OpenSSL's X509_V_ERR_*.

    `ca_file` is what it was verified against, unless that was the system's store.
    """

    def __init__(self, code: int, message: str, ca_file: Path | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.ca_file = ca_file


class Met(Exception):
    """The handshake is done and was left, with nothing sent; `der` is the server's certificate."""

    def __init__(self, der: bytes) -> None:
        super().__init__("a handshake that was only looked at")
        self.der = der


class AlertedError(Exception):
    """The server gave up the handshake although TLS was agreed on: only we were still to be judged.

    So it wants a certificate of ours: nothing else is sent after that.
    """


class _Handshake(ssl.SSLObject):
    """Tells a server that found nothing in common from one that does not want us."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError as problem:
            if "_ALERT_" in (problem.reason or "") and self.cipher() is not None:
                raise AlertedError(problem.reason) from None
            raise


class _Looking(_Handshake):
    """Shakes hands with anybody, and leaves with the certificate."""

    def do_handshake(self) -> None:
        super().do_handshake()
        raise Met(self.getpeercert(binary_form=True) or b"")


def looking() -> ssl.SSLContext:
    """A context for seeing a certificate: no request can ever be sent through it."""
    context = _unverified()
    context.sslobject_class = _Looking
    return context


def trusting(trust: Trust, met: Callable[[bytes], None]) -> ssl.SSLContext:
    """A context that trusts as told; raises `BadCaFile`. Reads files: call it beside the loop.

    `met` is told the DER of every certificate that is trusted.
    """
    context = verifying(trust.ca_file)
    if trust.pin is not None:
        context = _unverified()
    context.sslobject_class = _only(trust.pin, met)
    return context


def _only(pin: str | None, met: Callable[[bytes], None]) -> type[ssl.SSLObject]:
    class Trusted(_Handshake):
        """Shakes hands with the pinned certificate alone, whatever its dates, names and issuer.

        Without a pin with any: then the context has verified it before.
        """

        def do_handshake(self) -> None:
            super().do_handshake()
            der = self.getpeercert(binary_form=True) or b""
            if pin is not None and hashlib.sha256(der).hexdigest() != pin:
                raise Met(der)
            met(der)

    return Trusted


def _unverified() -> ssl.SSLContext:
    """Trusts anybody: only for the two classes above, which judge by themselves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def verifying(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that trusts the system's store, or a CA file instead of it; raises `BadCaFile`.

    The same on every Python: the file may hold an issuing CA or the server's own certificate without
    its root (partial chains, the default from Python 3.13 on), and a certificate need not follow
    RFC 5280 to the letter (3.13 began to insist on that), as what servers sign for themselves does not.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file or _store() or "") or None)
    except ssl.SSLError:
        raise BadCaFile(f"{ca_file} holds no certificate that can be read: give a PEM file.") from None
    except OSError as problem:
        raise BadCaFile(f"{ca_file} cannot be read ({problem.strerror}): give another --ca-file.") from None
    except ValueError:
        raise BadCaFile(f"{str(ca_file)!r} is no name of a file: give another --ca-file.") from None
    if ca_file and not context.cert_store_stats()["x509"]:
        raise BadCaFile(f"{ca_file} holds no certificate: give a PEM file with the CA's certificate.")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _store() -> Path | None:
    """The system's certificates, where OpenSSL as it was built does not know their place; else nothing.

    Python builds that carry an OpenSSL of their own look where no distribution keeps them.
    """
    known = ssl.get_default_verify_paths()
    if sys.platform != "linux" or known.cafile or (known.capath and any(Path(known.capath).iterdir())):
        return None
    return next((store for store in map(Path, _STORES) if store.is_file()), None)


def read_certificate(der: bytes) -> Certificate:
    """The certificate as told in text, cleaned; one that cannot be read still has its fingerprints."""
    bare = Certificate(
        subject="(it cannot be read)",
        issuer="(it cannot be read)",
        names=(),
        valid_from=datetime.min.replace(tzinfo=UTC),
        valid_until=datetime.max.replace(tzinfo=UTC),
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        key_sha256="",
        self_signed=False,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what RFC 5280 forbids: a person decides on the rest
            return _filled(bare, x509.load_der_x509_certificate(der))
    except Exception:  # noqa: BLE001 - whatever a hostile certificate makes of the library
        return bare


def _filled(bare: Certificate, read: x509.Certificate) -> Certificate:
    return replace(
        bare,
        subject=clean(read.subject.rfc4514_string()),
        issuer=clean(read.issuer.rfc4514_string()),
        names=_names(read),
        valid_from=read.not_valid_before_utc,
        valid_until=read.not_valid_after_utc,
        key_sha256=_key(read),
        self_signed=read.issuer == read.subject,
    )


def _names(read: x509.Certificate) -> tuple[str, ...]:
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001 - none, twice the same, of a kind that nobody knows
        return ()
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return tuple(clean(name) for name in (*names.get_values_for_type(x509.DNSName), *addresses))


def _key(read: x509.Certificate) -> str:
    """SHA-256 of the public key; it stays when a certificate is renewed with the same key."""
    try:
        key = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - a key of a kind that the library does not know
        return ""
    return hashlib.sha256(key).hexdigest()


def judged(
    certificate: Certificate, server: Server, now: datetime, problem: NotVerified | None = None
) -> Certificate:
    """The certificate with its `reason`, in plain words; `problem` is what verification said, if asked.

    Where a CA file was given and did not help, OpenSSL's own words are in it.
    """
    told: list[str] = []
    if certificate.valid_until < now:
        told.append(f"it expired on {_day(certificate.valid_until)}")
    if now < certificate.valid_from:
        told.append(f"it is valid only from {_day(certificate.valid_from)}")
    if certificate.self_signed and (problem is None or problem.code in {_SELF_SIGNED, *_ISSUER_UNKNOWN}):
        told.append(_ITSELF)
    elif problem and problem.code in _ISSUER_UNKNOWN:
        told.append("its issuer is not in the CA file" if problem.ca_file else _UNKNOWN)
    if not _names_match(certificate.names, server.host):
        told.append(f"it is not for the name {server.name}")
    if problem and problem.ca_file:
        told.append(f"with {problem.ca_file} OpenSSL says: {clean(problem.message).rstrip('.')}")
    elif problem and not told:
        told.append(clean(problem.message))
    return replace(certificate, reason=", ".join(told))


def next_step(certificate: Certificate) -> str:
    """What to do about a certificate that was judged; a CA file only where nothing else is wrong."""
    pin = f"compare its SHA-256 and give --pin {certificate.sha256}"
    return f"{pin}, or give --ca-file" if certificate.reason in {_ITSELF, _UNKNOWN} else pin


def _day(when: datetime) -> str:
    return f"{when.day} {when:%b %Y}"


def _names_match(names: tuple[str, ...], host: str) -> bool:
    return any(_name_matches(name, host) for name in names)


def _name_matches(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(without_zone(host))
    except ValueError:
        name, host = name.casefold(), host.casefold()
    first, _, rest = host.partition(".")
    return name == host or bool(first and rest and name == f"*.{rest}")
