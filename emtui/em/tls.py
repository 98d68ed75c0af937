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

from emtui.em.certificate import Certificate, format_date
from emtui.em.errors import InvalidCaFileError
from emtui.em.server_address import Server, Trust, strip_zone
from emtui.em.text_sanitizer import clean

_TRUST_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat, Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
_SELF_SIGNED_TEXT, _UNKNOWN_ISSUER_TEXT = "it is self-signed", "its issuer is unknown to this computer"
_SELF_SIGNED_CODE = 18
_UNKNOWN_ISSUER_CODES = {2, 19, 20, 21}
"""X509_V_ERR_*: the issuer's certificate is missing, self-signed, not known here, or does not verify."""


class CertificateNotVerifiedError(Exception):
    """Verification of the chain or name failed; nothing was sent. `code` is OpenSSL's X509_V_ERR_*."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class HandshakeStoppedError(Exception):
    """The connection was closed after the handshake, without a request; `der` is the certificate."""

    def __init__(self, der: bytes) -> None:
        super().__init__("stopped after the handshake")
        self.der = der


class ClientCertificateAlertError(Exception):
    """The server aborted the handshake after the cipher was agreed: it requires a client certificate."""


class _AlertAwareSSLObject(ssl.SSLObject):
    """Distinguishes a missing client certificate from a failed negotiation."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError as problem:
            if "_ALERT_" in (problem.reason or "") and self.cipher() is not None:
                raise ClientCertificateAlertError(problem.reason) from None
            raise


class _ProbeSSLObject(_AlertAwareSSLObject):
    """Accepts any certificate, and stops after the handshake."""

    def do_handshake(self) -> None:
        super().do_handshake()
        raise HandshakeStoppedError(self.getpeercert(binary_form=True) or b"")


def create_probe_context() -> ssl.SSLContext:
    """A context to fetch a certificate; no request can be sent with it."""
    context = _create_unverified_context()
    context.sslobject_class = _ProbeSSLObject
    return context


def create_context(trust: Trust, on_certificate: Callable[[bytes], None]) -> ssl.SSLContext:
    """A context that verifies by `trust`; raises `InvalidCaFileError`. Reads files, so call it in a thread.

    `on_certificate` is called with the DER of every trusted certificate.
    """
    if trust.pin is None:
        context = create_ca_context(trust.ca_file)
    else:
        context = _create_unverified_context()
        if trust.ca_file:
            create_ca_context(trust.ca_file)  # an unreadable file is an error even with a pin
    context.sslobject_class = _pinned_ssl_class(trust.pin, on_certificate)
    return context


def _pinned_ssl_class(pin: str | None, on_certificate: Callable[[bytes], None]) -> type[ssl.SSLObject]:
    class TrustedSSLObject(_AlertAwareSSLObject):
        """Accepts only the pinned certificate, regardless of its dates, names and issuer.

        Without a pin it accepts any, since the context has verified it.
        """

        def do_handshake(self) -> None:
            super().do_handshake()
            der = self.getpeercert(binary_form=True) or b""
            if pin is not None and hashlib.sha256(der).hexdigest() != pin:
                raise HandshakeStoppedError(der)
            on_certificate(der)

    return TrustedSSLObject


def _create_unverified_context() -> ssl.SSLContext:
    """A context that trusts any certificate: only for the classes above, which check it themselves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def create_ca_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that trusts the system's store, or a CA file instead of it; raises `InvalidCaFileError`.

    The same on every Python: the file may contain an issuing CA or the server's own certificate without
    its root (partial chains, the default since Python 3.13), and a certificate may violate RFC 5280
    (rejected since 3.13), as self-signed ones of servers do.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file or _find_fallback_store() or "") or None)
    except ssl.SSLError:
        raise InvalidCaFileError(f"{ca_file} contains no readable certificate: use a PEM file.") from None
    except OSError as problem:
        raise InvalidCaFileError(
            f"{ca_file} cannot be read ({problem.strerror}): use another --ca-file."
        ) from None
    except ValueError:
        raise InvalidCaFileError(f"{str(ca_file)!r} is not a file name: use another --ca-file.") from None
    if ca_file and not context.cert_store_stats()["x509"]:
        raise InvalidCaFileError(
            f"{ca_file} contains no certificate: use a PEM file with the CA's certificate."
        )
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _find_fallback_store() -> Path | None:
    """The system's trust store if OpenSSL's default path has none, else `None`.

    Python builds with their own OpenSSL look in a path that no distribution uses.
    """
    paths = ssl.get_default_verify_paths()
    if sys.platform != "linux" or paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())):
        return None
    return next((store for store in map(Path, _TRUST_STORES) if store.is_file()), None)


def describe_trust(
    certificate: Certificate,
    server: Server,
    now: datetime,
    problem: CertificateNotVerifiedError | None = None,
    ca_file: Path | None = None,
) -> Certificate:
    """The certificate with its `reason`; `problem` is the failed verification, if any.

    `ca_file` is the trust store if that was not the system's; the reason then includes OpenSSL's message.
    """
    reasons: list[str] = []
    if certificate.valid_until < now:
        reasons.append(f"it expired on {format_date(certificate.valid_until)}")
    if now < certificate.valid_from:
        reasons.append(f"it is valid only from {format_date(certificate.valid_from)}")
    if certificate.is_self_signed and (
        problem is None or problem.code in {_SELF_SIGNED_CODE, *_UNKNOWN_ISSUER_CODES}
    ):
        reasons.append(_SELF_SIGNED_TEXT)
    elif problem and problem.code in _UNKNOWN_ISSUER_CODES:
        reasons.append("its issuer is not in the CA file" if ca_file else _UNKNOWN_ISSUER_TEXT)
    if not _has_matching_name(certificate.names, server.host):
        reasons.append(f"it is not valid for the name {server.name}")
    if problem and ca_file:
        reasons.append(f"with {ca_file} OpenSSL says: {clean(problem.message).rstrip('.')}")
    elif problem and not reasons:
        reasons.append(clean(problem.message))
    return replace(certificate, reason=", ".join(reasons))


def trust_hint(certificate: Certificate) -> str:
    """The next step for an assessed certificate; a CA file only if it would help."""
    pin_hint = f"compare its SHA-256 and use --pin {certificate.sha256}"
    return (
        f"{pin_hint}, or use --ca-file"
        if certificate.reason in {_SELF_SIGNED_TEXT, _UNKNOWN_ISSUER_TEXT}
        else pin_hint
    )


def _has_matching_name(names: tuple[str, ...], host: str) -> bool:
    return any(_is_matching_name(name, host) for name in names)


def _is_matching_name(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(strip_zone(host))
    except ValueError:
        name, host = name.casefold(), host.casefold()
    first, _, rest = host.partition(".")
    return name == host or bool(first and rest and name == f"*.{rest}")
