"""The httpx transport to one server: a connection pool with our own network backend and errors.

It ignores the environment, does not decode bodies or follow redirects, and disables the logging of httpx
and httpcore, whose messages contain URLs and headers with tokens.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore
import httpx

from emtui.em.background_thread import beside
from emtui.em.certificate import Certificate
from emtui.em.error_mapping import PROBLEMS, is_odd_http, slow_head, told
from emtui.em.errors import Broken, Changed, ClientCertificateWanted, EmError, PlainHttp, Untrusted
from emtui.em.network_backend import Dialer, Place
from emtui.em.proxy import Decision, Proxies, Proxy
from emtui.em.server_address import Server, Trust
from emtui.em.tls import (
    Met,
    NotVerified,
    judged,
    looking,
    next_step,
    trusting,
    verifying,
)

_LOGGERS = ("httpx", "httpcore", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")))
_log = logging.getLogger(__name__)
_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds: for a connection and its TLS handshake, for the next bytes, for the log-off."""

    connect: float = 10.0
    read: float = 60.0
    logoff: float = 2.0


class Transport(httpx.AsyncBaseTransport):
    """Sends requests to one server; raises only `EmError`."""

    def __init__(self, server: Server, decision: Decision, trust: Trust) -> None:
        self._server = server
        self._decision = decision
        self._trust = trust
        self._place = Place(server, decision)
        self._shown = b""
        self._certificate: Certificate | None = None
        self._context = trusting(trust, self._shook)
        self._pool = _pool(self._place, self._context)
        _log.debug("to %s", self._place.asked)

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate in the last TLS handshake, parsed on first use."""
        if self._shown and self._certificate is None:
            self._certificate = _read(self._shown)
        return self._certificate

    def _shook(self, der: bytes) -> None:
        """Record the trusted certificate of a handshake; it rarely changes."""
        if self._shown == der:
            return
        self._shown, self._certificate = der, None
        if _log.isEnabledFor(logging.DEBUG) and (seen := self.certificate):
            _log.debug("certificate %s, valid until %s", seen.sha256, seen.valid_until)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body of the response is still to be read."""
        try:
            answer = await self._asked(request)
        except Met as met:
            raise self._changed(met.der) from None
        except NotVerified as problem:
            raise await self._untrusted(request, problem) from None
        except PROBLEMS as problem:
            failed = told(problem, self._place, request, began=False)
            if type(failed) is Broken and await self._wants_certificate(request):
                raise self._place.wants_certificate() from None
            raise failed from None
        body = _Body(answer, self._place, request)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=body, extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def _asked(self, request: httpx.Request) -> httpcore.Response:
        """Send the request; retry if the server has closed a reused connection, except for a logon.

        Each try removes one connection from the pool, and a new connection is tried only once.
        """
        while True:
            seen = _Seen(request.extensions.get("timeout", {}).get("read"))
            try:
                async with seen.deadline:
                    return await self._pool.handle_async_request(_as_httpcore(request, {"trace": seen.note}))
            except TimeoutError:
                raise slow_head(self._place, request) from None
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as problem:
                if seen.dialled or request.method == "POST" or is_odd_http(problem):
                    raise

    async def _wants_certificate(self, request: httpx.Request) -> bool:
        """Whether a server that never answered aborts TLS because it requires a client certificate.

        In TLS 1.3 it says so after the handshake; a request already sent can reset the connection before
        that is read. So this connects again without sending a request.
        """
        if self._server.scheme != "https" or self._place.speaks_http:
            return False
        place = Place(self._server, self._decision, only_listens=True)
        async with _pool(place, self._context) as pool:
            try:
                await pool.handle_async_request(_as_httpcore(request))
            except PROBLEMS as problem:
                return isinstance(told(problem, place, request, began=False), ClientCertificateWanted)
            except (EmError, Met, NotVerified):
                return False
        return False

    def _changed(self, der: bytes) -> Changed:
        certificate = judged(_read(der), self._server, datetime.now(UTC))
        return Changed(
            f"The certificate of {self._place.name} is not the pinned one"
            f" (pinned {_short(self._trust.pin or '')}, now {_short(certificate.sha256)}):"
            " ask its administrator before trusting the new one.",
            certificate,
            self._trust.pin or "",
            _same(self._trust.pin_key, certificate.key_sha256),
        )

    async def _untrusted(self, request: httpx.Request, failed: NotVerified) -> EmError:
        limits = request.extensions.get("timeout", {})
        try:
            der = await _look(self._server, self._decision, limits)
        except EmError as other:
            return other
        now = datetime.now(UTC)
        certificate = judged(_read(der), self._server, now, failed, self._trust.ca_file)
        return Untrusted(
            f"The certificate of {self._place.name} is not trusted: {certificate.reason};"
            f" {next_step(certificate)}.",
            certificate,
        )


async def open_transport(server: Server, trust: Trust, proxies: Proxies) -> Transport:
    """A transport for this server, created in a thread, since it reads the trust store."""
    silence()
    decision = proxies.for_server(server)
    return await beside(lambda: Transport(server, decision, trust))


async def certificate(server: Server, proxies: Proxies, timeouts: Timeouts = Timeouts()) -> Certificate:
    """The server's certificate, assessed without the trust store; no request is sent."""
    if server.scheme == "http":
        raise PlainHttp(f"{server.authority} uses plain HTTP, which has no certificate: use https://.")
    silence()
    der = await _look(server, proxies.for_server(server), limits_of(timeouts))
    return judged(_read(der), server, datetime.now(UTC))


async def _look(server: Server, decision: Decision, limits: dict[str, float | None]) -> bytes:
    """Connect, stop after the handshake, and return the DER of the certificate."""
    context = await beside(looking)
    place = Place(server, decision)
    request = httpx.Request("GET", f"{server.sent_url}/api/", extensions={"timeout": limits})
    async with _pool(place, context) as pool:
        try:
            await pool.handle_async_request(_as_httpcore(request))
        except Met as met:
            return met.der
        except PROBLEMS as problem:
            raise told(problem, place, request, began=False) from None
    raise Broken(f"{place.asked} sent no certificate: check the port.")


def _read(der: bytes) -> Certificate:
    from emtui.em.certificate_reader import read_certificate  # noqa: PLC0415 - loads cryptography

    return read_certificate(der)


def limits_of(timeouts: Timeouts) -> dict[str, float | None]:
    """The timeouts for httpcore; waiting for a free connection has none."""
    return {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}


def silence() -> None:
    """Disable logging of httpx and httpcore: their messages contain credentials."""
    for name in _LOGGERS:
        logging.getLogger(name).disabled = True


class _Seen:
    """Observes one try: whether it connected, and a deadline for headers that arrive byte by byte.

    The pool's own timeouts apply only to the next bytes; waiting for a free connection has none.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self.dialled = False
        self.deadline = asyncio.timeout(None)

    async def note(self, event: str, _: object) -> None:
        """Handle a trace event of httpcore."""
        if event == "connection.connect_tcp.started":
            self.dialled = True
        elif event == "http11.receive_response_headers.started" and self._seconds:
            self.deadline.reschedule(asyncio.get_running_loop().time() + 2 * self._seconds)
        elif event == "http11.receive_response_headers.complete":
            self.deadline.reschedule(None)


class _Body(httpx.AsyncByteStream):
    """The body of a response, as it arrives."""

    def __init__(self, answer: httpcore.Response, place: Place, request: httpx.Request) -> None:
        self._answer = answer
        self._place = place
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.aiter_stream():
                yield chunk
        except PROBLEMS as problem:
            raise told(problem, self._place, self._request, began=True) from None

    async def aclose(self) -> None:
        await self._answer.aclose()


def _pool(place: Place, context: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    dialer, proxy = Dialer(place), place.proxy
    if proxy is None:
        return httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=12, keepalive_expiry=60, network_backend=dialer
        )
    secure = verifying() if proxy.scheme == "https" else None
    return httpcore.AsyncHTTPProxy(
        proxy.url,
        proxy_auth=_proxy_logon(proxy),
        proxy_ssl_context=secure,
        ssl_context=context,
        max_connections=12,
        keepalive_expiry=60,
        network_backend=dialer,
    )


def _proxy_logon(proxy: Proxy) -> tuple[bytes, bytes] | None:
    if proxy.user is None or proxy.password is None:
        return None
    return proxy.user.encode(), proxy.password.reveal().encode()


def _as_httpcore(request: httpx.Request, more: Mapping[str, object] = _NOTHING) -> httpcore.Request:
    host = request.url.raw_host
    url = httpcore.URL(
        scheme=request.url.raw_scheme,
        host=b"[%b]" % host if b":" in host else host,  # httpcore passes it to a proxy as it is
        port=request.url.port,
        target=request.url.raw_path,
    )
    return httpcore.Request(
        request.method,
        url,
        headers=request.headers.raw,
        content=b"",
        extensions={**request.extensions, **more},
    )


def _same(pinned: str | None, now: str) -> bool | None:
    """Whether two public keys are the same; `None` if one of them is unknown."""
    return pinned == now if pinned and now else None


def _short(fingerprint: str) -> str:
    return f"{fingerprint[:16]}…"
