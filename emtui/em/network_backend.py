"""The network backend of httpcore: resolve names, try addresses, start TLS, map failures to `EmError`.

Names are resolved in a daemon thread, never in the default executor. TLS is verified against the
host name, whatever address answers. This layer does not parse HTTP.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import httpcore

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import (
    ClientCertificateRequiredError,
    ConnectionFailedError,
    EmError,
    HostNotFoundError,
    PortClosedError,
    ProxyFailedError,
    SchemeMismatchError,
    ServerTimeoutError,
)
from emtui.em.proxy import ProxyChoice
from emtui.em.server_address import Server, strip_zone
from emtui.em.text_sanitizer import clean
from emtui.em.tls import CertificateNotVerifiedError, ClientCertificateAlertError

SocketOptions: TypeAlias = Iterable[
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
]

_NOT_TLS_REASONS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER",
)
"""OpenSSL reasons for a response that is not TLS."""
_TLS_VERSION_REASONS = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "WRONG_SSL_VERSION",
    "UNKNOWN_SSL_VERSION",
)
"""OpenSSL reasons for a TLS version that only one side supports."""
_HTTP_START = b"HTTP/"
_TLS_ALERT = b"\x15\x03"
NO_CLIENT_CERTIFICATE = (
    "requires a client certificate, which emtui does not support:"
    " ask for access to the REST service without one."
)
_ALERT_TIMEOUT = 1.0
"""Seconds to wait for the TLS alert of a server that rejects the client."""


class NetworkBackend(httpcore.AsyncNetworkBackend):
    """Connects to one server or to its proxy.

    Raises `EmError`, `CertificateNotVerifiedError` or `HandshakeStoppedError`.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._host = endpoint.proxy.host if endpoint.proxy else endpoint.server.host
        self._backend = httpcore.AnyIOBackend()
        self._reachable_addresses: dict[str, str] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name for it
        local_address: str | None = None,  # noqa: ARG002 - httpcore passes it; ours is always the system's
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host that answers, trying the last successful one first."""
        host = self._host  # httpcore passes it as in a URL: in brackets, without a zone
        last_address = self._reachable_addresses.get(host)
        if last_address:
            try:
                return await self._connect(last_address, port, timeout, socket_options)
            except EmError:
                del self._reachable_addresses[host]
        addresses = await self._resolve(host, port, timeout)
        for address in addresses[:-1]:
            try:
                return await self._connect_and_remember(
                    host, address, port, _timeout_per_address(timeout, addresses), socket_options
                )
            except EmError:
                continue
        return await self._connect_and_remember(
            host, addresses[-1], port, _timeout_per_address(timeout, addresses), socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name for it
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Not supported: Enterprise Manager has no Unix socket."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore calls it between its own retries, which are disabled."""
        await asyncio.sleep(seconds)

    async def _resolve(self, host: str, port: int, seconds: float | None) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(seconds):
                return await run_in_thread(lambda: resolve_addresses(host, port))
        except TimeoutError:
            raise self._endpoint.timeout_error("resolving the name", seconds) from None
        except (OSError, UnicodeError):
            raise self._endpoint.host_not_found_error() from None

    async def _connect_and_remember(
        self, host: str, address: str, port: int, seconds: float | None, options: SocketOptions | None
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._connect(address, port, seconds, options)
        self._reachable_addresses[host] = address
        return stream

    async def _connect(
        self, address: str, port: int, seconds: float | None, options: SocketOptions | None
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._backend.connect_tcp(address, port, seconds, None, options)
        except httpcore.ConnectTimeout:
            raise self._endpoint.timeout_error("connecting", seconds) from None
        except httpcore.ConnectError as problem:
            raise self._endpoint.connection_error(problem) from None
        return _CheckedStream(stream, self._endpoint, is_to_proxy=self._endpoint.proxy is not None)


def _timeout_per_address(seconds: float | None, addresses: tuple[str, ...]) -> float | None:
    """The timeout per address, so that one silent address leaves time for the next."""
    return seconds and seconds / len(addresses)


def resolve_addresses(host: str, port: int) -> tuple[str, ...]:
    """The addresses of the host without duplicates, in the resolver's order. Blocks."""
    results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(_with_zone(result[4]) for result in results))


def _with_zone(socket_address: tuple[object, ...]) -> str:
    """The address with its zone, which a link-local one needs."""
    address, zone = str(socket_address[0]), socket_address[3] if len(socket_address) > 3 else 0
    return f"{address}%{zone}" if zone and "%" not in address else address


class _CheckedStream(httpcore.AsyncNetworkStream):
    """A connection that maps TLS failures to errors and rejects responses that are not HTTP.

    `is_to_proxy`: the proxy answers on it; `is_secured`: TLS is active.
    """

    def __init__(
        self,
        inner: httpcore.AsyncNetworkStream,
        endpoint: Endpoint,
        *,
        is_to_proxy: bool,
        is_secured: bool = False,
    ) -> None:
        self._inner = inner
        self._endpoint = endpoint
        self._is_to_proxy = is_to_proxy
        self._is_secured = is_secured
        self._received = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        piece = await self._inner.read(max_bytes, timeout)
        if len(self._received) < len(_HTTP_START):
            self._received += piece[: len(_HTTP_START)]
            if not self._received.startswith(_HTTP_START[: len(self._received)]):
                raise self._endpoint.not_http_error(self._received, is_from_proxy=self._is_to_proxy)
            if len(self._received) >= len(_HTTP_START):
                self._endpoint.has_proxy_answered |= self._is_to_proxy
                self._endpoint.has_answered_http |= not self._is_to_proxy
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        self._received = b""
        if self._endpoint.is_probe and not self._is_to_proxy:
            await self._inner.read(1, _ALERT_TIMEOUT)
            raise httpcore.ReadError("nothing received")
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:
        is_proxy_handshake = self._is_to_proxy and self._endpoint.has_tls_to_proxy and not self._is_secured
        name = strip_zone(server_hostname.strip("[]")) if server_hostname else None
        try:
            inner = await self._inner.start_tls(ssl_context, name, timeout)
        except httpcore.ConnectTimeout:
            raise self._endpoint.timeout_error("the TLS handshake", timeout) from None
        except httpcore.ConnectError as problem:
            if is_proxy_handshake:
                raise self._endpoint.proxy_tls_error(problem) from None
            raise self._endpoint.tls_error(problem) from None
        except ClientCertificateAlertError:
            raise self._endpoint.client_certificate_error() from None
        except OSError as problem:
            raise self._endpoint.connection_error(problem) from None
        return _CheckedStream(inner, self._endpoint, is_to_proxy=is_proxy_handshake, is_secured=True)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore declares it
        return self._inner.get_extra_info(info)


class Endpoint:
    """The server and the proxy in between, with the errors about connections to them.

    `description` is the host with the route and its reason, for failed connections; `proxy_suffix` and
    `route_suffix` are suffixes for a URL. `has_answered_http`: the server has answered in HTTP before, so
    the port is right; `has_proxy_answered`: the same for the proxy. With `is_probe` no request is sent.
    """

    def __init__(self, server: Server, choice: ProxyChoice, *, is_probe: bool = False) -> None:
        self.server = server
        self.proxy = choice.proxy
        self.proxy_suffix = f" (via proxy {self.proxy.authority})" if self.proxy else ""
        self.route_suffix = f" ({choice})" if choice.reason else self.proxy_suffix
        self.name = server.authority + self.proxy_suffix
        self.description = server.authority + self.route_suffix
        self.proxy_source = choice.reason
        self.has_answered_http = self.has_proxy_answered = False
        self.is_probe = is_probe

    @property
    def has_tls_to_proxy(self) -> bool:
        """Whether TLS is agreed with the proxy first."""
        return self.proxy is not None and self.proxy.scheme == "https"

    def host_not_found_error(self) -> EmError:
        """The error for a name that does not resolve."""
        if self.proxy:
            return ProxyFailedError(
                f"Cannot resolve the proxy host {self.proxy.host}: check"
                f" {self.proxy_source} or use --no-proxy."
            )
        if "%" in self.server.host:
            zone = self.server.host.partition("%")[2]
            return HostNotFoundError(
                f"{self.server.authority} needs the network interface {zone}, which this computer does not"
                " have: check its name (ip link lists them)."
            )
        return HostNotFoundError(
            f"Cannot resolve host {self.server.name}{self.route_suffix}: check the name, DNS and VPN."
        )

    def timeout_error(self, action: str, seconds: float | None) -> EmError:
        """The error for the step `action` that took longer than `seconds`."""
        text = f"{self.description} did not respond: {action} took more than {seconds or 0:g} s"
        if self.proxy and action != "the TLS handshake":
            return ProxyFailedError(f"{text}; check that the proxy is running or use --no-proxy.")
        return ServerTimeoutError(f"{text}; check the address, and whether a firewall drops the packets.")

    def connection_error(self, problem: BaseException) -> EmError:
        """The error for a failed connection."""
        cause = next(
            (error for error in iter_causes(problem) if isinstance(error, OSError) and error.errno), None
        )
        is_refused = cause is not None and cause.errno == errno.ECONNREFUSED
        text = "connection refused" if is_refused else clean((cause and cause.strerror) or "no connection")
        if self.proxy:
            return ProxyFailedError(
                f"The proxy {self.proxy.authority} cannot be reached ({text}), so {self.server.authority}"
                f" cannot be reached, either: check {self.proxy_source} or use --no-proxy."
            )
        if is_refused:
            return PortClosedError(
                f"{self.description} refused the connection: check that Enterprise Manager is running"
                " and that its REST service listens on that port."
            )
        if cause is not None and cause.errno == errno.ETIMEDOUT:
            return ServerTimeoutError(
                f"{self.description} did not respond in time: check the address and the firewall."
            )
        if cause is not None and cause.errno == errno.EINVAL and self.server.is_missing_zone:
            return ConnectionFailedError(
                f"{self.description} is a link-local address and needs a network interface:"
                f" add it, as in {self.server.host}%eth0."
            )
        return ConnectionFailedError(
            f"{self.description} cannot be reached ({text}): check the address and the network."
        )

    def proxy_tls_error(self, problem: BaseException) -> ProxyFailedError:
        """The error for a failed TLS handshake with the proxy."""
        ssl_error = next((error for error in iter_causes(problem) if isinstance(error, ssl.SSLError)), None)
        if isinstance(ssl_error, ssl.SSLCertVerificationError):
            reason = ssl_error.verify_message
        else:
            reason = (ssl_error and ssl_error.reason) or "it ended the connection"
        proxy = self.proxy.authority if self.proxy else "?"
        return ProxyFailedError(
            f"The TLS handshake with the proxy {proxy} failed ({clean(reason)}): check {self.proxy_source}"
            " (https:// means TLS to the proxy itself), or use --no-proxy."
        )

    def not_http_error(self, received: bytes, *, is_from_proxy: bool) -> EmError:
        """The error for a response that is not HTTP; `received` is its beginning."""
        if is_from_proxy and self.proxy:
            return ProxyFailedError(
                f"The proxy {self.proxy.authority} answered with something that is not HTTP:"
                f" check {self.proxy_source} or use --no-proxy."
            )
        if received.startswith(_TLS_ALERT) and self.server.scheme == "http":
            return SchemeMismatchError(
                f"{self.description} requires TLS on that port: use https:// instead of http://."
            )
        step = (
            "try again, and check which proxy or other service is in between"
            if self.has_answered_http
            else "check the port (9398)"
        )
        return ConnectionFailedError(f"{self.description} answered with something that is not HTTP: {step}.")

    def client_certificate_error(self) -> ClientCertificateRequiredError:
        """The error for a server that requires a client certificate."""
        return ClientCertificateRequiredError(f"{self.description} {NO_CLIENT_CERTIFICATE}")

    def tls_error(self, problem: BaseException) -> Exception:
        """The error for a failed TLS handshake.

        It is `CertificateNotVerifiedError` for an untrusted certificate.
        """
        ssl_error = next((error for error in iter_causes(problem) if isinstance(error, ssl.SSLError)), None)
        if isinstance(ssl_error, ssl.SSLCertVerificationError):
            return CertificateNotVerifiedError(ssl_error.verify_code, ssl_error.verify_message)
        reason = (ssl_error and ssl_error.reason) or ""
        if any(reason.startswith(word) for word in _NOT_TLS_REASONS):
            return SchemeMismatchError(
                f"{self.description} does not use TLS on that port: the REST service uses HTTPS on port 9398."
            )
        if ssl_error is None or isinstance(ssl_error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return ConnectionFailedError(
                f"{self.description} ended the connection during the TLS handshake:"
                " check that the port is that of the REST service (HTTPS, 9398)."
            )
        step = "check which TLS versions and ciphers the server allows"
        if any(word in reason for word in _TLS_VERSION_REASONS):
            step = "the server must support TLS 1.2 or later"
        return ConnectionFailedError(
            f"{self.description} and this computer could not agree on TLS"
            f" ({clean(reason or 'no reason given')}): {step}."
        )


def iter_causes(problem: BaseException | None) -> Iterator[BaseException]:
    """The exception and all its causes, also those inside groups."""
    while problem is not None:
        yield problem
        if isinstance(problem, BaseExceptionGroup):
            for member in problem.exceptions:
                yield from iter_causes(member)
        problem = problem.__cause__ or problem.__context__
