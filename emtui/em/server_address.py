"""The address of an Enterprise Manager, and the certificates to trust.

The REST service listens on HTTPS port 9398 by default (em_rest/accessing_em_web_api); a reverse proxy
may add a path before `/api`.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from emtui.em.errors import InvalidAddressError

REST_PORT = 9398
_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9._~-]+)?")
_ZONE = re.compile(r"[A-Za-z0-9._~-]+")
_API = re.compile(
    r"/+api(?:/+(?:(?:sessionMngr|lookup|lookupSvc|query|querySvc|reports|cloud|jobs|replicas|backups|backupServers"
    r"|[A-Za-z]*Sessions)(?:[/?].*)?)?)?",
    re.IGNORECASE,
)
"""The API part of a path: `/api` at its end, or before a resource of the API."""
_PIN = re.compile(r"[0-9a-f]{64}")


def is_loopback(host: str) -> bool:
    """Whether this host is always this computer."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def format_authority(host: str, port: int) -> str:
    """`host:port`, as in a URL."""
    if ":" not in host:
        return f"{host}:{port}"
    address, percent, zone = host.partition("%")
    # a zone that begins with 25 would be read as an encoded %
    return f"[{address}{'%25' if zone.startswith('25') else percent}{zone}]:{port}"


def strip_zone(host: str) -> str:
    """An IPv6 address without its zone, which is valid only on this computer (RFC 6874)."""
    return host.partition("%")[0]


@dataclass(frozen=True, slots=True)
class Server:
    """One Enterprise Manager: `prefix` is the path before `/api`, empty or `/like/this`.

    `host` is the name for DNS, TLS, HTTP and certificates: a name in ASCII (the A-label of an
    international one), or an address, with its zone for IPv6. `display_host` is an international name as
    typed, for display.
    """

    host: str
    port: int = REST_PORT
    scheme: str = "https"
    prefix: str = ""
    display_host: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The host, for display."""
        return self.display_host or self.host

    @property
    def is_missing_zone(self) -> bool:
        """Whether this is a link-local address without an interface."""
        try:
            return "%" not in self.host and ipaddress.IPv6Address(self.host).is_link_local
        except ValueError:
            return False

    @property
    def authority(self) -> str:
        """`host:port`, for display."""
        return format_authority(self.name, self.port)

    @property
    def ascii_authority(self) -> str:
        """`host:port` in ASCII: the same for each spelling of the name; used for stored data."""
        return format_authority(self.host, self.port)

    @property
    def url(self) -> str:
        """`https://host:port` and the prefix, without a trailing slash, for display."""
        return f"{self.scheme}://{self.authority}{self.prefix}"

    @property
    def key(self) -> str:
        """The URL in ASCII; used for stored data."""
        return f"{self.scheme}://{self.ascii_authority}{self.prefix}"

    @property
    def request_url(self) -> str:
        """The URL for requests: in ASCII, without the zone of an address."""
        return f"{self.scheme}://{format_authority(strip_zone(self.host), self.port)}{self.prefix}"

    def __str__(self) -> str:
        """The shortest text from which `parse_server` returns this server."""
        if self.scheme != "https" or self.prefix:
            return self.url
        return self.authority if self.port != REST_PORT or ":" in self.host else self.name


def mask_credentials(text: str) -> str:
    """An address as typed, with any user and password replaced by `***`."""
    before, at, host = text.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    return f"{f'{scheme}//' if slashes else ''}***@{host}" if at else text


def parse_server(text: str, *, allow_http: bool = False) -> Server:
    """Parse host, host:port or URL; `/api` at the end of the path, and a resource after it, are removed.

    Raises `InvalidAddressError`, also for `http://` to another computer without `allow_http`.
    """
    text = text.strip()
    if _BARE_IPV6.fullmatch(text):
        text = f"[{text}]"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        raise _invalid_server_error(text) from None
    host, display_host = _check_parts(text, parts)
    server = Server(
        host=host,
        port=REST_PORT if port is None else port,
        scheme=parts.scheme,
        prefix=_path_prefix(parts.path),
        display_host=display_host,
    )
    if server.scheme == "http" and not allow_http and not is_loopback(host):
        raise InvalidAddressError(
            f"{server.url} would send the password unencrypted: use https://, or --allow-http to accept that."
        )
    return server


def _path_prefix(path: str) -> str:
    """The path before the final `/api`; any other `/api` belongs to the prefix."""
    path = path.rstrip("/")
    starts = [found.start() for found in re.finditer(r"/+api(?=/|$)", path, re.IGNORECASE)]
    cut = next((start for start in reversed(starts) if _API.fullmatch(path, start)), len(path))
    return path[:cut].rstrip("/")


def _check_parts(text: str, parts: SplitResult) -> tuple[str, str]:
    """The host for requests, and for display if that differs. Raises `InvalidAddressError`."""
    if parts.scheme not in {"http", "https"}:
        raise InvalidAddressError(
            f"{parts.scheme}:// is not supported: use a host, host:port or https://host:port."
        )
    if parts.username is not None or parts.password is not None:
        raise InvalidAddressError("A server address must not contain a user name or password: use --user.")
    host = parse_host(parts.hostname or "")
    if host is None or parts.port == 0 or ("[" in parts.netloc and ":" not in host[0]):
        raise _invalid_server_error(text)
    return host


def parse_host(text: str) -> tuple[str, str] | None:
    """A host name or address for requests, and for display if that differs; `None` if invalid.

    An IPv6 address is in its shortest form. Its zone may follow `%`, or `%25` as in a URL.
    """
    if ":" in text:
        return _parse_ipv6(text)
    if not text.isascii():
        return _parse_international(text)
    name = text.removesuffix(".")
    return (name.casefold(), "") if _NAME.fullmatch(name) else None


def _parse_ipv6(text: str) -> tuple[str, str] | None:
    address, percent, zone = text.partition("%")
    if zone.startswith("25") and len(zone) > len("25"):
        zone = zone[2:]
    if percent and not _ZONE.fullmatch(zone):
        return None
    try:
        return f"{ipaddress.IPv6Address(address)}{percent}{zone}", ""
    except ValueError:
        return None


def _parse_international(text: str) -> tuple[str, str] | None:
    """The A-label of each label that needs one (IDNA 2008, with the mapping of browsers: UTS 46)."""
    import idna  # noqa: PLC0415 - start-up time: rarely needed

    try:
        display_name = idna.uts46_remap(text, std3_rules=False).removesuffix(".")
        labels = [
            label if label.isascii() else idna.alabel(label).decode() for label in display_name.split(".")
        ]
    except UnicodeError:
        return None
    ascii_name = ".".join(labels)
    if not _NAME.fullmatch(ascii_name):
        return None
    return ascii_name, "" if display_name == ascii_name else display_name


def _invalid_server_error(text: str) -> InvalidAddressError:
    return InvalidAddressError(
        f"{mask_credentials(text)!r} is not a server address: use a host, host:port or https://host:port."
    )


def parse_pin(text: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case hex digits; colons, blanks and case are ignored."""
    pin = re.sub(r"[:\s]", "", text).casefold()
    if not _PIN.fullmatch(pin):
        raise InvalidAddressError(
            "A pin is the SHA-256 of the certificate: 64 hex digits, with or without colons."
        )
    return pin


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates to trust: the system's store, a CA file instead of it, or a single certificate.

    `pin` is the SHA-256 of the certificate's DER as 64 lower-case hex digits; only that certificate is
    trusted then. `pin_key` is the SHA-256 of its public key, if known: it shows whether a changed
    certificate was only renewed, and never makes it trusted.
    """

    ca_file: Path | None = None
    pin: str | None = None
    pin_key: str | None = None
