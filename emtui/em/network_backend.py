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

from emtui.em.background_thread import beside
from emtui.em.errors import (
    Broken,
    ClientCertificateWanted,
    EmError,
    NameUnknown,
    PlainHttp,
    ProxyTrouble,
    Refused,
    TimedOut,
)
from emtui.em.proxy import Decision
from emtui.em.server_address import Server, without_zone
from emtui.em.text_sanitizer import clean
from emtui.em.tls import AlertedError, NotVerified

SocketOptions: TypeAlias = Iterable[
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
]

_PLAIN = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER",
)
"""OpenSSL reasons for a response that is not TLS."""
_TOO_OLD = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "WRONG_SSL_VERSION", "UNKNOWN_SSL_VERSION")
"""OpenSSL reasons for a TLS version that only one side supports."""
_HTTP = b"HTTP/"
_TLS_ALERT = b"\x15\x03"
NO_CLIENT_CERTIFICATE = (
    "requires a client certificate, which emtui does not support:"
    " ask for access to the REST service without one."
)
_LISTENING = 1.0
"""Seconds to wait for the TLS alert of a server that rejects the client."""


class Dialer(httpcore.AsyncNetworkBackend):
    """Connects to one server or to its proxy; raises `EmError`, and `NotVerified` or `Met`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._host = place.proxy.host if place.proxy else place.server.host
        self._plain = httpcore.AnyIOBackend()
        self._answered: dict[str, str] = {}

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
        known = self._answered.get(host)
        if known:
            try:
                return await self._connect(known, port, timeout, socket_options)
            except EmError:
                del self._answered[host]
        addresses = await self._resolve(host, port, timeout)
        for address in addresses[:-1]:
            try:
                return await self._reached(host, address, port, _share(timeout, addresses), socket_options)
            except EmError:
                continue
        return await self._reached(host, addresses[-1], port, _share(timeout, addresses), socket_options)

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
                return await beside(lambda: addresses_of(host, port))
        except TimeoutError:
            raise self._place.mute("resolving the name", seconds) from None
        except (OSError, UnicodeError):
            raise self._place.unknown() from None

    async def _reached(
        self, host: str, address: str, port: int, seconds: float | None, options: SocketOptions | None
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._connect(address, port, seconds, options)
        self._answered[host] = address
        return stream

    async def _connect(
        self, address: str, port: int, seconds: float | None, options: SocketOptions | None
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._plain.connect_tcp(address, port, seconds, None, options)
        except httpcore.ConnectTimeout:
            raise self._place.mute("connecting", seconds) from None
        except httpcore.ConnectError as problem:
            raise self._place.closed(problem) from None
        return _Stream(stream, self._place, to_proxy=self._place.proxy is not None)


def _share(seconds: float | None, addresses: tuple[str, ...]) -> float | None:
    """The timeout per address, so that one silent address leaves time for the next."""
    return seconds and seconds / len(addresses)


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """The addresses of the host without duplicates, in the resolver's order. Blocks."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(_with_zone(place[4]) for place in found))


def _with_zone(place: tuple[object, ...]) -> str:
    """The address with its zone, which a link-local one needs."""
    address, zone = str(place[0]), place[3] if len(place) > 3 else 0
    return f"{address}%{zone}" if zone and "%" not in address else address


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that maps TLS failures to errors and rejects responses that are not HTTP.

    `to_proxy`: the proxy answers on it; `secured`: TLS is active.
    """

    def __init__(
        self, inner: httpcore.AsyncNetworkStream, place: Place, *, to_proxy: bool, secured: bool = False
    ) -> None:
        self._inner = inner
        self._place = place
        self._to_proxy = to_proxy
        self._secured = secured
        self._heard = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        piece = await self._inner.read(max_bytes, timeout)
        if len(self._heard) < len(_HTTP):
            self._heard += piece[: len(_HTTP)]
            if not self._heard.startswith(_HTTP[: len(self._heard)]):
                raise self._place.not_http(self._heard, by_proxy=self._to_proxy)
            if len(self._heard) >= len(_HTTP):
                self._place.proxy_speaks |= self._to_proxy
                self._place.speaks_http |= not self._to_proxy
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        self._heard = b""
        if self._place.only_listens and not self._to_proxy:
            await self._inner.read(1, _LISTENING)
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
        with_proxy = self._to_proxy and self._place.has_tls_to_proxy and not self._secured
        name = without_zone(server_hostname.strip("[]")) if server_hostname else None
        try:
            inner = await self._inner.start_tls(ssl_context, name, timeout)
        except httpcore.ConnectTimeout:
            raise self._place.mute("the TLS handshake", timeout) from None
        except httpcore.ConnectError as problem:
            if with_proxy:
                raise self._place.no_tls_to_proxy(problem) from None
            raise self._place.no_tls(problem) from None
        except AlertedError:
            raise self._place.wants_certificate() from None
        except OSError as problem:
            raise self._place.closed(problem) from None
        return _Stream(inner, self._place, to_proxy=with_proxy, secured=True)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore declares it
        return self._inner.get_extra_info(info)


class Place:
    """The server and the proxy in between, with the errors about connections to them.

    `asked` is the host with the route and its reason, for failed connections; `via` and `way` are suffixes
    for a URL. `speaks_http`: the server has answered in HTTP before, so the port is right; `proxy_speaks`:
    the same for the proxy. With `only_listens` no request is sent.
    """

    def __init__(self, server: Server, decision: Decision, *, only_listens: bool = False) -> None:
        self.server = server
        self.proxy = decision.proxy
        self.via = f" (via proxy {self.proxy.authority})" if self.proxy else ""
        self.way = f" ({decision})" if decision.reason else self.via
        self.name = server.authority + self.via
        self.asked = server.authority + self.way
        self.set_by = decision.reason
        self.speaks_http = self.proxy_speaks = False
        self.only_listens = only_listens

    @property
    def has_tls_to_proxy(self) -> bool:
        """Whether TLS is agreed with the proxy first."""
        return self.proxy is not None and self.proxy.scheme == "https"

    def unknown(self) -> EmError:
        """The error for a name that does not resolve."""
        if self.proxy:
            return ProxyTrouble(
                f"Cannot resolve the proxy host {self.proxy.host}: check {self.set_by} or use --no-proxy."
            )
        if "%" in self.server.host:
            zone = self.server.host.partition("%")[2]
            return NameUnknown(
                f"{self.server.authority} needs the network interface {zone}, which this computer does not"
                " have: check its name (ip link lists them)."
            )
        return NameUnknown(
            f"Cannot resolve host {self.server.name} (for {self.asked}): check the name, DNS and VPN."
        )

    def mute(self, what: str, seconds: float | None) -> EmError:
        """The error for the step `what` that took longer than `seconds`."""
        told = f"{self.asked} did not respond: {what} took more than {seconds or 0:g} s"
        if self.proxy and what != "the TLS handshake":
            return ProxyTrouble(f"{told}; check that the proxy is running or use --no-proxy.")
        return TimedOut(f"{told}; check the address, and whether a firewall drops the packets.")

    def closed(self, problem: BaseException) -> EmError:
        """The error for a failed connection."""
        cause = next((each for each in causes(problem) if isinstance(each, OSError) and each.errno), None)
        refused = cause is not None and cause.errno == errno.ECONNREFUSED
        told = "connection refused" if refused else clean((cause and cause.strerror) or "no connection")
        if self.proxy:
            return ProxyTrouble(
                f"The proxy {self.proxy.authority} cannot be reached ({told}), and {self.server.authority}"
                f" only through it: check {self.set_by} or use --no-proxy."
            )
        if refused:
            return Refused(
                f"{self.asked} refused the connection: check that Enterprise Manager is running"
                " and that its REST service listens on that port."
            )
        if cause is not None and cause.errno == errno.ETIMEDOUT:
            return TimedOut(f"{self.asked} did not respond in time: check the address and the firewall.")
        if cause is not None and cause.errno == errno.EINVAL and self.server.lacks_zone:
            return Broken(
                f"{self.asked} is a link-local address and needs a network interface:"
                f" add it, as in {self.server.host}%eth0."
            )
        return Broken(f"{self.asked} cannot be reached ({told}): check the address and the network.")

    def no_tls_to_proxy(self, problem: BaseException) -> ProxyTrouble:
        """The error for a failed TLS handshake with the proxy."""
        failed = next((each for each in causes(problem) if isinstance(each, ssl.SSLError)), None)
        if isinstance(failed, ssl.SSLCertVerificationError):
            reason = failed.verify_message
        else:
            reason = (failed and failed.reason) or "it ended the connection"
        proxy = self.proxy.authority if self.proxy else "?"
        return ProxyTrouble(
            f"The TLS handshake with the proxy {proxy} failed ({clean(reason)}): check {self.set_by}"
            " (https:// means TLS to the proxy itself), or use --no-proxy."
        )

    def not_http(self, heard: bytes, *, by_proxy: bool) -> EmError:
        """The error for a response that is not HTTP; `heard` is its beginning."""
        if by_proxy and self.proxy:
            return ProxyTrouble(
                f"The proxy {self.proxy.authority} answered with something that is not HTTP:"
                f" check {self.set_by} or use --no-proxy."
            )
        if heard.startswith(_TLS_ALERT) and self.server.scheme == "http":
            return PlainHttp(f"{self.asked} requires TLS on that port: use https:// instead of http://.")
        step = "try again, and check what is in between" if self.speaks_http else "check the port (9398)"
        return Broken(f"{self.asked} answered with something that is not HTTP: {step}.")

    def wants_certificate(self) -> ClientCertificateWanted:
        """The error for a server that requires a client certificate."""
        return ClientCertificateWanted(f"{self.asked} {NO_CLIENT_CERTIFICATE}")

    def no_tls(self, problem: BaseException) -> Exception:
        """The error for a failed TLS handshake, or `NotVerified` for an untrusted certificate."""
        failed = next((each for each in causes(problem) if isinstance(each, ssl.SSLError)), None)
        if isinstance(failed, ssl.SSLCertVerificationError):
            return NotVerified(failed.verify_code, failed.verify_message)
        reason = (failed and failed.reason) or ""
        if any(reason.startswith(word) for word in _PLAIN):
            return PlainHttp(
                f"{self.asked} does not use TLS on that port: the REST service uses HTTPS on port 9398."
            )
        if failed is None or isinstance(failed, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return Broken(
                f"{self.asked} ended the connection during the TLS handshake:"
                " check that the port is that of the REST service (HTTPS, 9398)."
            )
        step = "check which TLS versions and ciphers the server allows"
        if any(word in reason for word in _TOO_OLD):
            step = "the server must support TLS 1.2 or later"
        return Broken(
            f"{self.asked} and this computer could not agree on TLS"
            f" ({clean(reason or 'no reason given')}): {step}."
        )


def causes(problem: BaseException | None) -> Iterator[BaseException]:
    """The exception and all its causes, also those inside groups."""
    while problem is not None:
        yield problem
        if isinstance(problem, BaseExceptionGroup):
            for each in problem.exceptions:
                yield from causes(each)
        problem = problem.__cause__ or problem.__context__
