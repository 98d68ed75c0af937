"""All requests to the server: GET, POST to log on, DELETE to log off.

No cookies, no redirects, no settings from the environment. The start of each response is checked before
it is read: its headers, its size, and whether it is an `Error` document. Sizes are in bytes.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime, timedelta

import httpx

from emtui.em import status_errors, xml_codec
from emtui.em.certificate import Certificate
from emtui.em.charset import parse_charset
from emtui.em.compression import (
    BodyDecoder,
    CorruptDataError,
    IncompleteDataError,
    UnknownContentEncodingError,
)
from emtui.em.error_body import MAX_ERROR_BYTES
from emtui.em.errors import (
    ContentEncodingError,
    EmError,
    InvalidAddressError,
    ServerTimeoutError,
    TruncatedResponseError,
)
from emtui.em.network_backend import Endpoint
from emtui.em.proxy import ProxyChoice
from emtui.em.secret import MASK, Secret
from emtui.em.server_address import Server
from emtui.em.server_clock import parse_skew, server_time, utc_now
from emtui.em.status_errors import ErrorResponse, RequestedUrl
from emtui.em.text_sanitizer import shorten
from emtui.em.timestamps import parse_http_date
from emtui.em.transport import Timeouts, Transport, timeouts_for_httpcore
from emtui.em.transport_errors import URL_EXTENSION, map_error

MIB = 1024 * 1024
LIST_LIMIT = 128 * MIB
DOCUMENT_LIMIT = 16 * MIB
_ERROR_TIMEOUT = 5.0
"""Seconds to wait for the body of an error."""
_BODY_TIME, _MIN_BYTES_PER_SECOND = 60.0, 256
"""Seconds that any body may take, and the minimum bytes per second beyond that."""
_MAX_RETRY_AFTER = 3600.0
"""Maximum Retry-After in seconds."""
_BOM = b"\xef\xbb\xbf"
_CREDENTIAL = re.compile(r"(?<=/logonSessions/).*")
_MAX_COOKIES, _MAX_COOKIE_NAME = 5, 40
"""Maximum number of cookie names kept, and their maximum length."""
_log = logging.getLogger(__name__)
TOKEN_HEADER = "X-RestSvcSessionId"  # noqa: S105 - the name of the header, spelled as the server requires


class ApiResponse:
    """A response with its start checked and its body still to be read, at most `limit` bytes of it.

    `received_at` is when the headers were received, by the local clock. `status` is that of the `Error`
    document, if it is one (0 if the document has none and the status line is a success). `received` and
    `expected` are bytes on the wire; `limit` also applies to decompressed bytes. `cookies` are the names of
    the cookies that the server has set so far.
    """

    def __init__(
        self,
        url: RequestedUrl,
        response: httpx.Response,
        limit: int,
        received_at: datetime,
        cookies: Collection[str] = (),
    ) -> None:
        self.url = url
        self._response = response
        self._limit = limit
        self._buffered: list[bytes] = []
        self._is_blank = False
        self._rejection: xml_codec.UnreadableDocumentError | None = None
        self._error = xml_codec.ErrorBody()
        self._unread_body = self._decompress()
        self.status = response.status_code
        self.headers = response.headers
        self.cookies = cookies
        self.expected = _content_length(response)
        self.received = 0
        self.received_at = received_at

    @property
    def is_success(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def is_not_found(self) -> bool:
        """Whether it is a 404, except for a web page, which does not come from Enterprise Manager."""
        return self.status == 404 and not status_errors.is_web_page(self.headers, self.error_body)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of the local one, to within a second; `None` if unknown."""
        return parse_skew(self.headers.get("date", ""), self.received_at)

    @property
    def server_time(self) -> datetime:
        """The time of the response by the server's clock, or by the local one if that is unknown."""
        return server_time(self.received_at, self.skew)

    @property
    def retry_after(self) -> float | None:
        """Retry-After in seconds, at most one hour; `None` if not given."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return min(float(value), _MAX_RETRY_AFTER)
        until = parse_http_date(value)
        if until is None:
            return None
        remaining = until - self.received_at - (self.skew or timedelta())
        return min(max(remaining.total_seconds(), 0.0), _MAX_RETRY_AFTER)

    @property
    def tls(self) -> str | None:
        """TLS version and cipher; `None` for plain HTTP."""
        stream = self._response.extensions.get("network_stream")
        ssl_object = stream.get_extra_info("ssl_object") if stream else None
        return f"{ssl_object.version()} {ssl_object.cipher()[0]}" if ssl_object else None

    @property
    def charset(self) -> str:
        """The charset of the Content-Type, or an empty text."""
        return parse_charset(self.headers.get("content-type", ""))

    async def check_start(self) -> None:
        """Check the headers and the first bytes; raises for redirects and for unacceptable bodies."""
        if self.is_success:
            await self._detect_error_document()
        else:
            await self._read_error()
        if 300 <= self.status < 400:
            raise status_errors.redirect_error(self.url, self.status, self.headers.get("location", ""))

    def expect(self, document_name: str) -> None:
        """Raise the error for this response unless it can contain `document_name`."""
        if not self.is_success:
            raise status_errors.status_error(self.error_response)
        if self.status in status_errors.NO_DOCUMENT_STATUSES or self._is_blank:
            raise status_errors.missing_document_error(self.url, self.status, document_name)
        if self._rejection and self._rejection.is_too_large:  # do not read endless blanks
            raise status_errors.document_error(self.url, document_name, self._rejection)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The decompressed body as it arrives.

        Raises `ResponseTooLargeError`, `TruncatedResponseError`, `ContentEncodingError` or
        `ServerTimeoutError`.
        """
        async with aclosing(self._unread_body) as unread:
            buffered, self._buffered = self._buffered, []
            for chunk in buffered:
                yield chunk
            async for chunk in unread:
                yield chunk

    async def body(self) -> bytes:
        """The complete body."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    @property
    def error_body(self) -> bytes:
        """The body of an error, at most 64 KiB; empty if it cannot be read."""
        return b"".join(self._buffered)

    @property
    def error_response(self) -> ErrorResponse:
        """The response as an error."""
        return ErrorResponse(
            self.url, self.status, self.headers, self.error_body, self._error, self.retry_after
        )

    async def close(self) -> None:
        """Close the response; the unread body is discarded."""
        await self._unread_body.aclose()
        await self._response.aclose()

    def _create_decoder(self) -> BodyDecoder:
        """The decoder for the body; raises `ContentEncodingError` or `ResponseTooLargeError`."""
        if self.expected is not None and self.expected > self._limit:
            raise status_errors.too_large_error(self.url, self._limit)
        try:
            return BodyDecoder(self.headers.get("content-encoding", ""))
        except UnknownContentEncodingError as error:
            raise ContentEncodingError(
                f"{self.url} sent its response with the Content-Encoding {error.name}, which"
                " emtui does not request and cannot decode: check which proxy is in between."
            ) from None

    async def _detect_error_document(self) -> None:
        """Detect an `Error` document; the bytes read for that are kept."""
        detector = xml_codec.ErrorDetector(self.charset)
        async for chunk in self._unread_body:
            self._buffered.append(chunk)
            is_candidate = detector.feed(chunk)
            if is_candidate:
                await self._read_error()
            if is_candidate is not None:
                self._rejection = detector.rejection
                return
        self._is_blank = all(chunk.isspace() or chunk == _BOM for chunk in self._buffered)

    async def _read_error(self) -> None:
        """Read at most 64 KiB of the body, and take the status from it if it is an `Error` document."""
        with suppress(EmError, httpx.TransportError, TimeoutError):
            async with asyncio.timeout(_ERROR_TIMEOUT):
                async for chunk in self._unread_body:
                    self._buffered.append(chunk)
                    if sum(map(len, self._buffered)) >= MAX_ERROR_BYTES:
                        break
        self._error = xml_codec.read_error_body(self.error_body, self.headers.get("content-type", ""))
        if self._error.is_document:
            self.status = self._error.status or (0 if self.is_success else self.status)

    async def _decompress(self) -> AsyncGenerator[bytes, None]:
        """The decompressed body as it arrives."""
        decoder = self._create_decoder()
        size = 0
        try:
            async with aclosing(self._read_timed()) as pieces:
                async for piece in pieces:
                    if decoder.is_passthrough:
                        yield piece
                        continue
                    for part in decoder.feed(piece):
                        size += len(part)
                        if size > self._limit:
                            raise status_errors.too_large_error(self.url, self._limit)
                        yield part
                        await asyncio.sleep(0)  # let other tasks run while much data is decompressed
            decoder.close()
        except CorruptDataError:
            raise ContentEncodingError(
                f"{self.url} sent compressed data that is corrupt:"
                " try again, and check which proxy is in between."
            ) from None
        except IncompleteDataError:
            raise TruncatedResponseError(
                f"{self.url} ended its compressed response before it was complete: try again."
            ) from None

    async def _read_timed(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the body; raises if they arrive too slowly, are too many or too few."""
        clock = asyncio.get_running_loop().time
        started_at = clock()
        async with aclosing(self._read_raw()) as chunks:
            async for chunk in chunks:
                self.received += len(chunk)
                if clock() - started_at > _BODY_TIME + self.received / _MIN_BYTES_PER_SECOND:
                    raise ServerTimeoutError(f"{self.url} sends too slowly: try again, or check the network.")
                if self.received > self._limit:
                    raise status_errors.too_large_error(self.url, self._limit)
                yield chunk
        if self.expected is not None and self.received < self.expected:
            progress = f"{self.received:,} of {self.expected:,} bytes"
            raise TruncatedResponseError(f"{self.url} ended its response after {progress}: try again.")

    async def _read_raw(self) -> AsyncGenerator[bytes, None]:
        stream = self._response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the transport must be asynchronous")
        async for chunk in stream:
            yield chunk


def _content_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


class RequestSender:
    """The requests to one server. Nothing else in emtui sends requests to it."""

    def __init__(
        self,
        server: Server,
        transport: httpx.AsyncBaseTransport,
        timeouts: Timeouts,
        agent: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.now = now
        """The local clock."""
        self.skew: timedelta | None = None
        """How far the server's clock is ahead of the local one, by its last successful response."""
        self._server = server
        self._transport = transport
        self._timeouts = timeouts
        self._headers = {
            "Accept": "application/xml",
            "Accept-Encoding": "identity",
            "User-Agent": agent,
        }
        self._endpoint = Endpoint(server, ProxyChoice(None, ""))
        self._cookies: dict[str, None] = {}

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate in the last TLS handshake."""
        return self._transport.certificate if isinstance(self._transport, Transport) else None

    @asynccontextmanager
    async def get_root(self) -> AsyncIterator[ApiResponse]:
        """`GET /api/`, without credentials (em_rest/get_api)."""
        async with self._send("GET", "/api/", {}, DOCUMENT_LIMIT) as response:
            yield response

    @asynccontextmanager
    async def get(self, path: str, token: Secret, limit: int = DOCUMENT_LIMIT) -> AsyncIterator[ApiResponse]:
        """Read `path`, which begins with `/api/`."""
        async with self._send("GET", path, {TOKEN_HEADER: token.reveal()}, limit) as response:
            yield response

    @asynccontextmanager
    async def log_on(self, user: str, password: Secret) -> AsyncIterator[ApiResponse]:
        """Log on; http.sys requires a Content-Length even without a body (em_rest/post_sessionmngr)."""
        credentials = Secret(f"{user}:{password.reveal()}")
        encoded = Secret(base64.b64encode(credentials.reveal().encode()).decode("ascii"))
        headers = {"Authorization": f"Basic {encoded.reveal()}", "Content-Length": "0"}
        async with self._send("POST", "/api/sessionMngr/?v=latest", headers, DOCUMENT_LIMIT) as response:
            yield response

    @asynccontextmanager
    async def log_off(self, logon_id: Secret, token: Secret) -> AsyncIterator[ApiResponse]:
        """Delete our own logon (em_rest/delete_logonsessions_id)."""
        path = f"/api/logonSessions/{logon_id.reveal()}"
        async with self._send("DELETE", path, {TOKEN_HEADER: token.reveal()}, DOCUMENT_LIMIT) as response:
            yield response

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, headers: dict[str, str], limit: int
    ) -> AsyncIterator[ApiResponse]:
        shown_path = _CREDENTIAL.sub(MASK, path)
        url = RequestedUrl(self._server, shown_path)
        request = self._build_request(method, path, headers, url)
        _log.debug("%s %s", method, shown_path)
        try:
            raw_response = await self._transport.handle_async_request(request)
        except httpx.TransportError as problem:
            raise map_error(problem, self._endpoint, request, has_begun=False) from None
        received_at = self.now()
        self._record_cookies(raw_response)
        response = ApiResponse(url, raw_response, limit, received_at, tuple(self._cookies))
        try:
            _log.debug("%s %s: %s, %s bytes", method, shown_path, response.status, response.expected)
            await response.check_start()
            if response.is_success:
                self.skew = response.skew
            yield response
        except httpx.TransportError as problem:
            raise map_error(problem, self._endpoint, request, has_begun=True) from None
        finally:
            await response.close()

    def _record_cookies(self, response: httpx.Response) -> None:
        """Record the names of cookies other than the logon's: a load balancer may require them."""
        for cookie in response.headers.get_list("set-cookie"):
            name = shorten(cookie.partition("=")[0], _MAX_COOKIE_NAME)
            if name and name.casefold() != TOKEN_HEADER.casefold() and len(self._cookies) < _MAX_COOKIES:
                self._cookies[name] = None

    def _build_request(
        self, method: str, path: str, headers: dict[str, str], url: RequestedUrl
    ) -> httpx.Request:
        try:
            return httpx.Request(
                method,
                self._server.request_url + path,
                headers={**self._headers, **headers},
                extensions={"timeout": timeouts_for_httpcore(self._timeouts), URL_EXTENSION: url},
            )
        except httpx.InvalidURL:
            raise InvalidAddressError(f"{self._server.url!r} is not a valid URL: check it.") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()
