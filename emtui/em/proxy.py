"""Choose between a direct connection and an HTTP proxy. Pure; the environment is an argument.

httpx's own choice is not used: it ignores CIDR in NO_PROXY and has unclear errors for SOCKS.
Loopback addresses are always connected directly.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from emtui.em.errors import ProxyFailedError
from emtui.em.secret import Secret
from emtui.em.server_address import Server, format_authority, is_loopback, parse_host, strip_zone

_HTTPS = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_HTTP = ("http_proxy", "all_proxy", "ALL_PROXY")
"""Without HTTP_PROXY, which a CGI server sets from a request header."""
_NO_PROXY = ("no_proxy", "NO_PROXY")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; its credentials are never shown."""

    host: str
    port: int
    scheme: str = "http"
    user: str | None = None
    password: Secret | None = None

    @property
    def authority(self) -> str:
        """`host:port`, as in a URL."""
        return format_authority(self.host, self.port)

    @property
    def url(self) -> str:
        """The proxy's URL, without its user."""
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class ProxyChoice:
    """The chosen proxy, `None` for a direct connection, and the reason as text."""

    proxy: Proxy | None
    reason: str

    @property
    def url(self) -> str | None:
        """The proxy's URL, without its user."""
        return self.proxy.url if self.proxy else None

    def __str__(self) -> str:
        """`directly, no proxy is set` or `via proxy host:port, HTTPS_PROXY`."""
        route = f"via proxy {self.proxy.authority}" if self.proxy else "directly"
        return f"{route}, {self.reason}"


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """The proxy settings of the environment; values are `Secret`, since they may contain a password."""

    https: Secret | None = None
    https_variable: str = ""
    http: Secret | None = None
    http_variable: str = ""
    bypass_rules: tuple[str, ...] = ()
    is_disabled: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], no_proxy: bool = False) -> ProxySettings:
        """Read the usual variables; lower-case names take precedence, and empty means unset, as in curl."""
        https, https_variable = _first_variable(environ, _HTTPS)
        http, http_variable = _first_variable(environ, _HTTP)
        exceptions, _ = _first_variable(environ, _NO_PROXY)
        rules = exceptions.reveal().replace(",", " ").split() if exceptions else ()
        return cls(https, https_variable, http, http_variable, tuple(rules), no_proxy)

    def choose(self, server: Server) -> ProxyChoice:
        """The choice for this server; raises `ProxyFailedError` for a proxy other than HTTP."""
        if is_loopback(server.host):
            return ProxyChoice(None, "it is this computer")
        if self.is_disabled:
            return ProxyChoice(None, "--no-proxy")
        value, name = (
            (self.http, self.http_variable) if server.scheme == "http" else (self.https, self.https_variable)
        )
        if value is None:
            return ProxyChoice(None, "no proxy is set")
        for rule in self.bypass_rules:
            if _matches_rule(rule, server):
                return ProxyChoice(None, f"NO_PROXY contains {rule}")
        return ProxyChoice(_parse_proxy(value.reveal(), name), name)


def _first_variable(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[Secret | None, str]:
    for name in names:
        if environ.get(name, "").strip():
            return Secret(environ[name].strip()), name
    return None, ""


def _parse_proxy(value: str, name: str) -> Proxy:
    try:
        value.encode()  # what is not UTF-8 cannot be sent
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = parts.port
    except ValueError:
        raise _invalid_proxy_error(name) from None
    if parts.scheme.startswith("socks"):
        raise ProxyFailedError(
            f"{name} names a SOCKS proxy, which is not supported: set an http:// proxy or use --no-proxy."
        )
    # a password with / ? or # ends the host too early, so a path or query is an error
    host = parse_host(parts.hostname or "")
    has_host_only = parts.path in {"", "/"} and not any(mark in value for mark in "?#")
    if parts.scheme not in _PORTS or host is None or port == 0 or not has_host_only:
        raise _invalid_proxy_error(name)
    return Proxy(host[0], port or _PORTS[parts.scheme], parts.scheme, *_credentials(parts))


def _credentials(parts: SplitResult) -> tuple[str | None, Secret | None]:
    if parts.username is None:
        return None, None
    return unquote(parts.username), Secret(unquote(parts.password or ""))


def _invalid_proxy_error(name: str) -> ProxyFailedError:
    return ProxyFailedError(
        f"{name} is not a proxy URL: set it to http://host:port or http://user:password@host:port"
        " (in the password, write / as %2F, # as %23, ? as %3F, @ as %40), or use --no-proxy."
    )


def _matches_rule(rule: str, server: Server) -> bool:
    if rule == "*":
        return True
    host = server.host.casefold()
    address = _parse_address(strip_zone(host))
    if address is not None and "/" in rule:
        return _in_network(address, rule)
    name, port = _split_port(rule.lower())
    if port is not None and port != server.port:
        return False
    if address is not None:
        return _parse_address(name) == address
    name = name.removeprefix("*").lstrip(".").rstrip(".")
    name, _ = parse_host(name) or (name, "")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(strip_zone(text.strip("[]")))
    except ValueError:
        return None


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, rule: str) -> bool:
    try:
        return address in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False


def _split_port(rule: str) -> tuple[str, int | None]:
    """Split `host:8080`; a bare IPv6 address has no port."""
    if _parse_address(rule) is not None:
        return rule, None
    name, colon, port = rule.rpartition(":")
    if colon and port.isascii() and port.isdigit():
        return name, int(port)
    return rule, None
