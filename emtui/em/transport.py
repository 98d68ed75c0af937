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

from emtui.em.background_thread import run_in_thread
from emtui.em.certificate import Certificate
from emtui.em.errors import (
    CertificateChangedError,
    CertificateUntrustedError,
    ClientCertificateRequiredError,
    ConnectionFailedError,
    EmError,
    SchemeMismatchError,
)
from emtui.em.network_backend import Endpoint, NetworkBackend
from emtui.em.proxy import Proxy, ProxyChoice, ProxySettings
from emtui.em.server_address import Server, Trust
from emtui.em.tls import (
    CertificateNotVerifiedError,
    HandshakeStoppedError,
    create_ca_context,
    create_context,
    create_probe_context,
    describe_trust,
    trust_hint,
)
from emtui.em.transport_errors import TRANSPORT_ERRORS, is_malformed_http, map_error, slow_headers_error

_LOGGERS = ("httpx", "httpcore", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")))
_log = logging.getLogger(__name__)
_NO_EXTENSIONS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds: for a connection and its TLS handshake, for the next bytes, for the log-off."""

    connect: float = 10.0
    read: float = 60.0
    logoff: float = 2.0


class Transport(httpx.AsyncBaseTransport):
    """Sends requests to one server; raises only `EmError`."""

    def __init__(self, server: Server, choice: ProxyChoice, trust: Trust) -> None:
        self._server = server
        self._proxy_choice = choice
        self._trust = trust
        self._endpoint = Endpoint(server, choice)
        self._certificate_der = b""
        self._certificate: Certificate | None = None
        self._context = create_context(trust, self._on_handshake)
        self._pool = _create_pool(self._endpoint, self._context)
        _log.debug("to %s", self._endpoint.description)

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate in the last TLS handshake, parsed on first use."""
        if self._certificate_der and self._certificate is None:
            self._certificate = _parse_certificate(self._certificate_der)
        return self._certificate

    def _on_handshake(self, der: bytes) -> None:
        """Record the trusted certificate of a handshake; it rarely changes."""
        if self._certificate_der == der:
            return
        self._certificate_der, self._certificate = der, None
        if _log.isEnabledFor(logging.DEBUG) and (parsed := self.certificate):
            _log.debug("certificate %s, valid until %s", parsed.sha256, parsed.valid_until)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body of the response is still to be read."""
        try:
            response = await self._send_with_retry(request)
        except HandshakeStoppedError as stopped:
            raise self._certificate_changed_error(stopped.der) from None
        except CertificateNotVerifiedError as problem:
            raise await self._certificate_untrusted_error(request, problem) from None
        except TRANSPORT_ERRORS as problem:
            error = map_error(problem, self._endpoint, request, has_begun=False)
            if type(error) is ConnectionFailedError and await self._requires_client_certificate(request):
                raise self._endpoint.client_certificate_error() from None
            raise error from None
        body = _ResponseBody(response, self._endpoint, request)
        return httpx.Response(
            response.status, headers=response.headers, stream=body, extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def _send_with_retry(self, request: httpx.Request) -> httpcore.Response:
        """Send the request; retry if the server has closed a reused connection, except for a logon.

        Each try removes one connection from the pool, and a new connection is tried only once.
        """
        while True:
            attempt = _SendAttempt(request.extensions.get("timeout", {}).get("read"))
            try:
                async with attempt.deadline:
                    return await self._pool.handle_async_request(
                        _to_httpcore(request, {"trace": attempt.on_trace})
                    )
            except TimeoutError:
                raise slow_headers_error(self._endpoint, request) from None
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as problem:
                if attempt.has_dialed or request.method == "POST" or is_malformed_http(problem):
                    raise

    async def _requires_client_certificate(self, request: httpx.Request) -> bool:
        """Whether a server that never answered aborts TLS because it requires a client certificate.

        In TLS 1.3 it says so after the handshake; a request already sent can reset the connection before
        that is read. So this connects again without sending a request.
        """
        if self._server.scheme != "https" or self._endpoint.has_answered_http:
            return False
        endpoint = Endpoint(self._server, self._proxy_choice, is_probe=True)
        async with _create_pool(endpoint, self._context) as pool:
            try:
                await pool.handle_async_request(_to_httpcore(request))
            except TRANSPORT_ERRORS as problem:
                return isinstance(
                    map_error(problem, endpoint, request, has_begun=False), ClientCertificateRequiredError
                )
            except (EmError, HandshakeStoppedError, CertificateNotVerifiedError):
                return False
        return False

    def _certificate_changed_error(self, der: bytes) -> CertificateChangedError:
        certificate = describe_trust(_parse_certificate(der), self._server, datetime.now(UTC))
        return CertificateChangedError(
            f"The certificate of {self._endpoint.name} is not the pinned one"
            " (pinned"
            f" {_shorten_fingerprint(self._trust.pin or '')}, now"
            f" {_shorten_fingerprint(certificate.sha256)}):"
            " ask its administrator before trusting the new one.",
            certificate,
            self._trust.pin or "",
            _is_same_key(self._trust.pin_key, certificate.key_sha256),
        )

    async def _certificate_untrusted_error(
        self, request: httpx.Request, verification_error: CertificateNotVerifiedError
    ) -> EmError:
        limits = request.extensions.get("timeout", {})
        try:
            der = await _fetch_der(self._server, self._proxy_choice, limits)
        except EmError as error:
            return error
        now = datetime.now(UTC)
        certificate = describe_trust(
            _parse_certificate(der), self._server, now, verification_error, self._trust.ca_file
        )
        return CertificateUntrustedError(
            f"The certificate of {self._endpoint.name} is not trusted: {certificate.reason};"
            f" {trust_hint(certificate)}.",
            certificate,
        )


async def open_transport(server: Server, trust: Trust, proxies: ProxySettings) -> Transport:
    """A transport for this server, created in a thread, since it reads the trust store."""
    disable_library_logging()
    choice = proxies.choose(server)
    return await run_in_thread(lambda: Transport(server, choice, trust))


async def fetch_certificate(
    server: Server, proxies: ProxySettings, timeouts: Timeouts = Timeouts()
) -> Certificate:
    """The server's certificate, assessed without the trust store; no request is sent."""
    if server.scheme == "http":
        raise SchemeMismatchError(
            f"{server.authority} uses plain HTTP, which has no certificate: use https://."
        )
    disable_library_logging()
    der = await _fetch_der(server, proxies.choose(server), timeouts_for_httpcore(timeouts))
    return describe_trust(_parse_certificate(der), server, datetime.now(UTC))


async def _fetch_der(server: Server, choice: ProxyChoice, limits: dict[str, float | None]) -> bytes:
    """Connect, stop after the handshake, and return the DER of the certificate."""
    context = await run_in_thread(create_probe_context)
    endpoint = Endpoint(server, choice)
    request = httpx.Request("GET", f"{server.request_url}/api/", extensions={"timeout": limits})
    async with _create_pool(endpoint, context) as pool:
        try:
            await pool.handle_async_request(_to_httpcore(request))
        except HandshakeStoppedError as stopped:
            return stopped.der
        except TRANSPORT_ERRORS as problem:
            raise map_error(problem, endpoint, request, has_begun=False) from None
    raise ConnectionFailedError(f"{endpoint.description} sent no certificate: check the port.")


def _parse_certificate(der: bytes) -> Certificate:
    from emtui.em.certificate_reader import read_certificate  # noqa: PLC0415 - loads cryptography

    return read_certificate(der)


def timeouts_for_httpcore(timeouts: Timeouts) -> dict[str, float | None]:
    """The timeouts for httpcore; waiting for a free connection has none."""
    return {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": None}


def disable_library_logging() -> None:
    """Disable logging of httpx and httpcore: their messages contain credentials."""
    for name in _LOGGERS:
        logging.getLogger(name).disabled = True


class _SendAttempt:
    """Observes one try: whether it connected, and a deadline for headers that arrive byte by byte.

    The pool's own timeouts apply only to the next bytes; waiting for a free connection has none.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self.has_dialed = False
        self.deadline = asyncio.timeout(None)

    async def on_trace(self, event: str, _: object) -> None:
        """Handle a trace event of httpcore."""
        if event == "connection.connect_tcp.started":
            self.has_dialed = True
        elif event == "http11.receive_response_headers.started" and self._seconds:
            self.deadline.reschedule(asyncio.get_running_loop().time() + 2 * self._seconds)
        elif event == "http11.receive_response_headers.complete":
            self.deadline.reschedule(None)


class _ResponseBody(httpx.AsyncByteStream):
    """The body of a response, as it arrives."""

    def __init__(self, response: httpcore.Response, endpoint: Endpoint, request: httpx.Request) -> None:
        self._response = response
        self._endpoint = endpoint
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.aiter_stream():
                yield chunk
        except TRANSPORT_ERRORS as problem:
            raise map_error(problem, self._endpoint, self._request, has_begun=True) from None

    async def aclose(self) -> None:
        await self._response.aclose()


def _create_pool(endpoint: Endpoint, context: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    backend, proxy = NetworkBackend(endpoint), endpoint.proxy
    if proxy is None:
        return httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=12, keepalive_expiry=60, network_backend=backend
        )
    proxy_context = create_ca_context() if proxy.scheme == "https" else None
    return httpcore.AsyncHTTPProxy(
        proxy.url,
        proxy_auth=_proxy_credentials(proxy),
        proxy_ssl_context=proxy_context,
        ssl_context=context,
        max_connections=12,
        keepalive_expiry=60,
        network_backend=backend,
    )


def _proxy_credentials(proxy: Proxy) -> tuple[bytes, bytes] | None:
    if proxy.user is None or proxy.password is None:
        return None
    return proxy.user.encode(), proxy.password.reveal().encode()


def _to_httpcore(
    request: httpx.Request, extensions: Mapping[str, object] = _NO_EXTENSIONS
) -> httpcore.Request:
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
        extensions={**request.extensions, **extensions},
    )


def _is_same_key(pinned: str | None, current: str) -> bool | None:
    """Whether two public keys are the same; `None` if one of them is unknown."""
    return pinned == current if pinned and current else None


def _shorten_fingerprint(fingerprint: str) -> str:
    return f"{fingerprint[:16]}…"
