"""Where an Enterprise Manager listens, and whom to trust there.

The REST service answers on HTTPS 9398 unless configured otherwise
(em_rest/accessing_em_web_api); a reverse proxy may put a path before `/api`.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from emtui.em.errors import BadAddress

REST_PORT = 9398
_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.%A-Za-z]*:[0-9A-Fa-f:.%A-Za-z]*")
_PIN = re.compile(r"[0-9a-f]{64}")


def is_loopback(host: str) -> bool:
    """Whether this host can only be this computer."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def authority(host: str, port: int) -> str:
    """`host:port`, as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Server:
    """One Enterprise Manager: `prefix` is the path before `/api`, empty or `/like/this`."""

    host: str
    port: int = REST_PORT
    scheme: str = "https"
    prefix: str = ""

    @property
    def authority(self) -> str:
        """`host:port`, as it stands in a URL."""
        return authority(self.host, self.port)

    @property
    def url(self) -> str:
        """`https://host:port` and the prefix, without a trailing slash."""
        return f"{self.scheme}://{self.authority}{self.prefix}"

    def __str__(self) -> str:
        """The shortest text that `parse_server` reads back as this."""
        if self.scheme != "https" or self.prefix:
            return self.url
        return self.authority if self.port != REST_PORT or ":" in self.host else self.host


def without_user(text: str) -> str:
    """An address as it was typed, with `***` for a user and a password that stand in it."""
    before, at, host = text.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    return f"{f'{scheme}//' if slashes else ''}***@{host}" if at else text


def parse_server(text: str, *, allow_http: bool = False) -> Server:
    """Read host, host:port or URL; whatever follows `/api` in a URL is dropped.

    Raises `BadAddress`, also for `http://` to another computer without `allow_http`.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", text):
        text = f"[{text}]"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        raise _no_server(text) from None
    _check(text, parts)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise BadAddress(
            f"http://{host} would send the password in clear: use https://, or --allow-http if you mean it."
        )
    prefix = re.split(r"/api(?:/|$)", parts.path, maxsplit=1)[0].rstrip("/")
    return Server(host=host, port=REST_PORT if port is None else port, scheme=parts.scheme, prefix=prefix)


def _check(text: str, parts: SplitResult) -> None:
    if parts.scheme not in {"http", "https"}:
        raise BadAddress(
            f"{parts.scheme}:// is not spoken here: give a host, host:port or https://host:port."
        )
    if parts.username is not None or parts.password is not None:
        raise BadAddress("A server address holds no user name or password: give the user with --user.")
    if not parts.hostname or not _HOST.fullmatch(parts.hostname) or parts.port == 0:
        raise _no_server(text)


def _no_server(text: str) -> BadAddress:
    return BadAddress(f"{without_user(text)!r} is not a server: give a host, host:port or https://host:port.")


def parse_pin(text: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case hex digits; colons, blanks and case as one likes."""
    pin = re.sub(r"[:\s]", "", text).casefold()
    if not _PIN.fullmatch(pin):
        raise BadAddress("A pin is the SHA-256 of the certificate: 64 hex digits, with or without colons.")
    return pin


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust: the system's store, a CA file instead of it, or one certificate alone.

    `pin` is the SHA-256 of the certificate's DER as 64 lower-case hex digits. A pin
    narrows trust to that certificate, whatever else is trusted. `pin_key` is the SHA-256
    of its public key, where it is known: it tells whether a changed certificate was only
    renewed, and never makes it trusted.
    """

    ca_file: Path | None = None
    pin: str | None = None
    pin_key: str | None = None
