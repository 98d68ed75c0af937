"""TLS contexts, pinned certificates, and the assessment of a certificate.

The trust store is the system's or a CA file instead of it; a pin restricts trust to one certificate,
compared in the handshake, before any request is sent. Fingerprints are lower-case hex; times are aware
and in UTC.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from emtui.em.certificate import Certificate, day_text
from emtui.em.errors import BadCaFile
from emtui.em.server_address import Server, Trust, without_zone
from emtui.em.text_sanitizer import clean

_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat, Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
_ITSELF, _UNKNOWN = "it is self-signed", "its issuer is unknown to this computer"
_SELF_SIGNED = 18
_ISSUER_UNKNOWN = {2, 19, 20, 21}
"""X509_V_ERR_*: the issuer's certificate is missing, self-signed, not known here, or does not verify."""


class NotVerified(Exception):
    """Verification of the chain or name failed; nothing was sent. `code` is OpenSSL's X509_V_ERR_*."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Met(Exception):
    """The connection was closed after the handshake, without a request; `der` is the certificate."""

    def __init__(self, der: bytes) -> None:
        super().__init__("stopped after the handshake")
        self.der = der


class AlertedError(Exception):
    """The server aborted the handshake after the cipher was agreed: it requires a client certificate."""


class _Handshake(ssl.SSLObject):
    """Distinguishes a missing client certificate from a failed negotiation."""

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
    """Accepts any certificate, and stops after the handshake."""

    def do_handshake(self) -> None:
        super().do_handshake()
        raise Met(self.getpeercert(binary_form=True) or b"")


def looking() -> ssl.SSLContext:
    """A context to fetch a certificate; no request can be sent with it."""
    context = _unverified()
    context.sslobject_class = _Looking
    return context


def trusting(trust: Trust, met: Callable[[bytes], None]) -> ssl.SSLContext:
    """A context that verifies by `trust`; raises `BadCaFile`. Reads files, so call it in a thread.

    `met` is called with the DER of every trusted certificate.
    """
    if trust.pin is None:
        context = verifying(trust.ca_file)
    else:
        context = _unverified()
        if trust.ca_file:
            verifying(trust.ca_file)  # an unreadable file is an error even with a pin
    context.sslobject_class = _only(trust.pin, met)
    return context


def _only(pin: str | None, met: Callable[[bytes], None]) -> type[ssl.SSLObject]:
    class Trusted(_Handshake):
        """Accepts only the pinned certificate, regardless of its dates, names and issuer.

        Without a pin it accepts any, since the context has verified it.
        """

        def do_handshake(self) -> None:
            super().do_handshake()
            der = self.getpeercert(binary_form=True) or b""
            if pin is not None and hashlib.sha256(der).hexdigest() != pin:
                raise Met(der)
            met(der)

    return Trusted


def _unverified() -> ssl.SSLContext:
    """A context that trusts any certificate: only for the classes above, which check it themselves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def verifying(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that trusts the system's store, or a CA file instead of it; raises `BadCaFile`.

    The same on every Python: the file may contain an issuing CA or the server's own certificate without
    its root (partial chains, the default since Python 3.13), and a certificate may violate RFC 5280
    (rejected since 3.13), as self-signed ones of servers do.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file or _store() or "") or None)
    except ssl.SSLError:
        raise BadCaFile(f"{ca_file} contains no readable certificate: use a PEM file.") from None
    except OSError as problem:
        raise BadCaFile(f"{ca_file} cannot be read ({problem.strerror}): use another --ca-file.") from None
    except ValueError:
        raise BadCaFile(f"{str(ca_file)!r} is not a file name: use another --ca-file.") from None
    if ca_file and not context.cert_store_stats()["x509"]:
        raise BadCaFile(f"{ca_file} contains no certificate: use a PEM file with the CA's certificate.")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _store() -> Path | None:
    """The system's trust store if OpenSSL's default path has none, else `None`.

    Python builds with their own OpenSSL look in a path that no distribution uses.
    """
    known = ssl.get_default_verify_paths()
    if sys.platform != "linux" or known.cafile or (known.capath and any(Path(known.capath).iterdir())):
        return None
    return next((store for store in map(Path, _STORES) if store.is_file()), None)


def judged(
    certificate: Certificate,
    server: Server,
    now: datetime,
    problem: NotVerified | None = None,
    ca_file: Path | None = None,
) -> Certificate:
    """The certificate with its `reason`; `problem` is the failed verification, if any.

    `ca_file` is the trust store if that was not the system's; the reason then includes OpenSSL's message.
    """
    told: list[str] = []
    if certificate.valid_until < now:
        told.append(f"it expired on {day_text(certificate.valid_until)}")
    if now < certificate.valid_from:
        told.append(f"it is valid only from {day_text(certificate.valid_from)}")
    if certificate.self_signed and (problem is None or problem.code in {_SELF_SIGNED, *_ISSUER_UNKNOWN}):
        told.append(_ITSELF)
    elif problem and problem.code in _ISSUER_UNKNOWN:
        told.append("its issuer is not in the CA file" if ca_file else _UNKNOWN)
    if not _names_match(certificate.names, server.host):
        told.append(f"it is not valid for the name {server.name}")
    if problem and ca_file:
        told.append(f"with {ca_file} OpenSSL says: {clean(problem.message).rstrip('.')}")
    elif problem and not told:
        told.append(clean(problem.message))
    return replace(certificate, reason=", ".join(told))


def next_step(certificate: Certificate) -> str:
    """The next step for an assessed certificate; a CA file only if it would help."""
    pin = f"compare its SHA-256 and use --pin {certificate.sha256}"
    return f"{pin}, or use --ca-file" if certificate.reason in {_ITSELF, _UNKNOWN} else pin


def _names_match(names: tuple[str, ...], host: str) -> bool:
    return any(_name_matches(name, host) for name in names)


def _name_matches(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(without_zone(host))
    except ValueError:
        name, host = name.casefold(), host.casefold()
    first, _, rest = host.partition(".")
    return name == host or bool(first and rest and name == f"*.{rest}")
