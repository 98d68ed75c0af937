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
from emtui.em.charset import charset_in
from emtui.em.compression import CutOffError, DamagedError, Decoder, UnknownCodingError
from emtui.em.error_body import MOST as ERROR_MOST
from emtui.em.error_mapping import REQUESTED, told
from emtui.em.errors import BadAddress, Compressed, Cut, EmError, TimedOut
from emtui.em.network_backend import Place
from emtui.em.proxy import Decision
from emtui.em.secret import SHOWN, Secret
from emtui.em.server_address import Server
from emtui.em.server_clock import read_skew, server_time, utc_now
from emtui.em.status_errors import ErrorResponse, Requested
from emtui.em.text_sanitizer import brief
from emtui.em.timestamps import read_http_date
from emtui.em.transport import Timeouts, Transport, limits_of

MIB = 1024 * 1024
LIST_LIMIT = 128 * MIB
LIMIT = 16 * MIB
_ERROR_TIME = 5.0
"""Seconds to wait for the body of an error."""
_SLOW, _SLOWEST = 60.0, 256
"""Seconds that any body may take, and the minimum bytes per second beyond that."""
_PATIENCE = 3600.0
"""Maximum Retry-After in seconds."""
_BOM = b"\xef\xbb\xbf"
_CREDENTIAL = re.compile(r"(?<=/logonSessions/).*")
_COOKIES, _COOKIE_NAME = 5, 40
"""Maximum number of cookie names kept, and their maximum length."""
_log = logging.getLogger(__name__)
TOKEN = "X-RestSvcSessionId"  # noqa: S105 - the name of the header, spelled as the server requires


class Answer:
    """A response with its start checked and its body still to be read, at most `limit` bytes of it.

    `came` is when the headers were received, by the local clock. `status` is that of the `Error` document,
    if it is one (0 if the document has none and the status line is a success). `received` and `expected`
    are bytes on the wire; `limit` also applies to decompressed bytes. `cookies` are the names of the
    cookies that the server has set so far.
    """

    def __init__(
        self,
        requested: Requested,
        response: httpx.Response,
        limit: int,
        came: datetime,
        cookies: Collection[str] = (),
    ) -> None:
        self.requested = requested
        self._response = response
        self._limit = limit
        self._ahead: list[bytes] = []
        self._is_blank = False
        self._refused: xml_codec.Unreadable | None = None
        self._error = xml_codec.ErrorBody()
        self._rest = self._decoded()
        self.status = response.status_code
        self.headers = response.headers
        self.cookies = cookies
        self.expected = _length(response)
        self.received = 0
        self.came = came

    @property
    def good(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def lacks(self) -> bool:
        """Whether it is a 404, except for a web page, which does not come from Enterprise Manager."""
        return self.status == 404 and not status_errors.is_page(self.headers, self.error_body)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of the local one, to within a second; `None` if unknown."""
        return read_skew(self.headers.get("date", ""), self.came)

    @property
    def clock(self) -> datetime:
        """The time of the response by the server's clock, or by the local one if that is unknown."""
        return server_time(self.came, self.skew)

    @property
    def retry_after(self) -> float | None:
        """Retry-After in seconds, at most one hour; `None` if not given."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return min(float(said), _PATIENCE)
        until = read_http_date(said)
        if until is None:
            return None
        left = until - self.came - (self.skew or timedelta())
        return min(max(left.total_seconds(), 0.0), _PATIENCE)

    @property
    def tls(self) -> str | None:
        """TLS version and cipher; `None` for plain HTTP."""
        stream = self._response.extensions.get("network_stream")
        agreed = stream.get_extra_info("ssl_object") if stream else None
        return f"{agreed.version()} {agreed.cipher()[0]}" if agreed else None

    @property
    def charset(self) -> str:
        """The charset of the Content-Type, or an empty text."""
        return charset_in(self.headers.get("content-type", ""))

    async def begin(self) -> None:
        """Check the headers and the first bytes; raises for redirects and for unacceptable bodies."""
        if self.good:
            await self._look()
        else:
            await self._take_error()
        if 300 <= self.status < 400:
            raise status_errors.redirected(self.requested, self.status, self.headers.get("location", ""))

    def expect(self, what: str) -> None:
        """Raise the error for this response unless it can contain `what`."""
        if not self.good:
            raise status_errors.error_of(self.error_response)
        if self.status in status_errors.UNUSABLE or self._is_blank:
            raise status_errors.not_sent(self.requested, self.status, what)
        if self._refused and self._refused.too_large:  # do not read endless blanks
            raise status_errors.bad_document(self.requested, what, self._refused)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The decompressed body as it arrives; raises `TooLarge`, `Cut`, `Compressed`, `TimedOut`."""
        async with aclosing(self._rest) as rest:
            ahead, self._ahead = self._ahead, []
            for chunk in ahead:
                yield chunk
            async for chunk in rest:
                yield chunk

    async def body(self) -> bytes:
        """The complete body."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    @property
    def error_body(self) -> bytes:
        """The body of an error, at most 64 KiB; empty if it cannot be read."""
        return b"".join(self._ahead)

    @property
    def error_response(self) -> ErrorResponse:
        """The response as an error."""
        return ErrorResponse(
            self.requested, self.status, self.headers, self.error_body, self._error, self.retry_after
        )

    async def close(self) -> None:
        """Close the response; the unread body is discarded."""
        await self._rest.aclose()
        await self._response.aclose()

    def _check_head(self) -> Decoder:
        """The decoder for the body; raises `Compressed` or `TooLarge`."""
        if self.expected is not None and self.expected > self._limit:
            raise status_errors.too_large(self.requested, self._limit)
        try:
            return Decoder(self.headers.get("content-encoding", ""))
        except UnknownCodingError as unknown:
            raise Compressed(
                f"{self.requested} sent its response with the Content-Encoding {unknown.name}, which"
                " emtui does not request and cannot decode: check which proxy is in between."
            ) from None

    async def _look(self) -> None:
        """Detect an `Error` document; the bytes read for that are kept."""
        beginning = xml_codec.Beginning(self.charset)
        async for chunk in self._rest:
            self._ahead.append(chunk)
            may_be = beginning.feed(chunk)
            if may_be:
                await self._take_error()
            if may_be is not None:
                self._refused = beginning.refused
                return
        self._is_blank = all(chunk.isspace() or chunk == _BOM for chunk in self._ahead)

    async def _take_error(self) -> None:
        """Read at most 64 KiB of the body, and take the status from it if it is an `Error` document."""
        with suppress(EmError, httpx.TransportError, TimeoutError):
            async with asyncio.timeout(_ERROR_TIME):
                async for chunk in self._rest:
                    self._ahead.append(chunk)
                    if sum(map(len, self._ahead)) >= ERROR_MOST:
                        break
        self._error = xml_codec.read_error_body(self.error_body, self.headers.get("content-type", ""))
        if self._error.is_document:
            self.status = self._error.status or (0 if self.good else self.status)

    async def _decoded(self) -> AsyncGenerator[bytes, None]:
        """The decompressed body as it arrives."""
        decoder = self._check_head()
        size = 0
        try:
            async with aclosing(self._timed()) as pieces:
                async for piece in pieces:
                    if decoder.idle:
                        yield piece
                        continue
                    for part in decoder.feed(piece):
                        size += len(part)
                        if size > self._limit:
                            raise status_errors.too_large(self.requested, self._limit)
                        yield part
                        await asyncio.sleep(0)  # let other tasks run while much data is decompressed
            decoder.close()
        except DamagedError:
            raise Compressed(
                f"{self.requested} sent compressed data that is corrupt:"
                " try again, and check which proxy is in between."
            ) from None
        except CutOffError:
            raise Cut(
                f"{self.requested} ended its compressed response before it was complete: try again."
            ) from None

    async def _timed(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the body; raises if they arrive too slowly, are too many or too few."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with aclosing(self._raw()) as chunks:
            async for chunk in chunks:
                self.received += len(chunk)
                if clock() - began > _SLOW + self.received / _SLOWEST:
                    raise TimedOut(f"{self.requested} sends too slowly: try again, or check the network.")
                if self.received > self._limit:
                    raise status_errors.too_large(self.requested, self._limit)
                yield chunk
        if self.expected is not None and self.received < self.expected:
            got = f"{self.received:,} of {self.expected:,} bytes"
            raise Cut(f"{self.requested} ended its response after {got}: try again.")

    async def _raw(self) -> AsyncGenerator[bytes, None]:
        stream = self._response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the transport must be asynchronous")
        async for chunk in stream:
            yield chunk


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


class Exchange:
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
        self._place = Place(server, Decision(None, ""))
        self._cookies: dict[str, None] = {}

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate in the last TLS handshake."""
        return self._transport.certificate if isinstance(self._transport, Transport) else None

    @asynccontextmanager
    async def root(self) -> AsyncIterator[Answer]:
        """`GET /api/`, without credentials (em_rest/get_api)."""
        async with self._send("GET", "/api/", {}, LIMIT) as answer:
            yield answer

    @asynccontextmanager
    async def get(self, path: str, token: Secret, limit: int = LIMIT) -> AsyncIterator[Answer]:
        """Read `path`, which begins with `/api/`."""
        async with self._send("GET", path, {TOKEN: token.reveal()}, limit) as answer:
            yield answer

    @asynccontextmanager
    async def log_on(self, user: str, password: Secret) -> AsyncIterator[Answer]:
        """Log on; http.sys requires a Content-Length even without a body (em_rest/post_sessionmngr)."""
        plain = Secret(f"{user}:{password.reveal()}")
        basic = Secret(base64.b64encode(plain.reveal().encode()).decode("ascii"))
        headers = {"Authorization": f"Basic {basic.reveal()}", "Content-Length": "0"}
        async with self._send("POST", "/api/sessionMngr/?v=latest", headers, LIMIT) as answer:
            yield answer

    @asynccontextmanager
    async def log_off(self, logon_id: Secret, token: Secret) -> AsyncIterator[Answer]:
        """Delete our own logon (em_rest/delete_logonsessions_id)."""
        path = f"/api/logonSessions/{logon_id.reveal()}"
        async with self._send("DELETE", path, {TOKEN: token.reveal()}, LIMIT) as answer:
            yield answer

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, headers: dict[str, str], limit: int
    ) -> AsyncIterator[Answer]:
        asked = _CREDENTIAL.sub(SHOWN, path)
        requested = Requested(self._server, asked)
        request = self._request(method, path, headers, requested)
        _log.debug("%s %s", method, asked)
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.TransportError as problem:
            raise told(problem, self._place, request, began=False) from None
        came = self.now()
        self._note_cookies(response)
        answer = Answer(requested, response, limit, came, tuple(self._cookies))
        try:
            _log.debug("%s %s: %s, %s bytes", method, asked, answer.status, answer.expected)
            await answer.begin()
            if answer.good:
                self.skew = answer.skew
            yield answer
        except httpx.TransportError as problem:
            raise told(problem, self._place, request, began=True) from None
        finally:
            await answer.close()

    def _note_cookies(self, response: httpx.Response) -> None:
        """Record the names of cookies other than the logon's: a load balancer may require them."""
        for cookie in response.headers.get_list("set-cookie"):
            name = brief(cookie.partition("=")[0], _COOKIE_NAME)
            if name and name.casefold() != TOKEN.casefold() and len(self._cookies) < _COOKIES:
                self._cookies[name] = None

    def _request(
        self, method: str, path: str, headers: dict[str, str], requested: Requested
    ) -> httpx.Request:
        try:
            return httpx.Request(
                method,
                self._server.sent_url + path,
                headers={**self._headers, **headers},
                extensions={"timeout": limits_of(self._timeouts), REQUESTED: requested},
            )
        except httpx.InvalidURL:
            raise BadAddress(f"{self._server.url!r} is not a valid URL: check it.") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()
