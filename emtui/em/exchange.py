"""All that ever leaves for the server: GET, the POST of the logon, the DELETE of our own logon.

Requests are built here, byte by byte what we mean: no cookies, no redirects, no
environment, nothing decoded. Answers are looked at before a byte of their body is
read. Sizes are in bytes.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime, timedelta

import httpx

from emtui.em import answers
from emtui.em.address import Server
from emtui.em.clock import read_skew, server_time, utc_now
from emtui.em.dial import Place
from emtui.em.errors import BadAddress, Compressed, Cut, EmError, TimedOut
from emtui.em.mishaps import told
from emtui.em.proxy import Decision
from emtui.em.secret import Secret
from emtui.em.times import read_http_date
from emtui.em.tls import Certificate
from emtui.em.transport import Timeouts, Transport, limits_of

MIB = 1024 * 1024
LIST_LIMIT = 128 * MIB
LIMIT = 16 * MIB
_ERROR_LIMIT = 64 * 1024
_ERROR_TIME = 5.0
"""Seconds that the body of an error is worth waiting for."""
_SLOW, _SLOWEST = 60.0, 256
"""Seconds that a body may take whatever its size, and beyond them the fewest bytes a second."""
_PATIENCE = 3600.0
"""The longest pause that a server may ask for, in seconds."""
_log = logging.getLogger(__name__)
TOKEN = "X-RestSvcSessionId"  # noqa: S105 - the name of the header, spelt as the server wants it


class Answer:
    """One answer, its head looked at and its body still to be read, at most `limit` bytes of it.

    `came` is when its head was received, by our clock.
    """

    def __init__(self, server: Server, response: httpx.Response, limit: int, came: datetime) -> None:
        self._server = server
        self._response = response
        self._limit = limit
        self.status = response.status_code
        self.headers = response.headers
        self.expected = _length(response)
        self.received = 0
        self.came = came

    @property
    def good(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of ours, to within a second; `None` if it does not say."""
        return read_skew(self.headers.get("date", ""), self.came)

    @property
    def clock(self) -> datetime:
        """What the server's clock showed when it answered; ours, if it does not say."""
        return server_time(self.came, self.skew)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again, an hour at most."""
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
        """Version of TLS and cipher that were agreed on; nothing in plain HTTP."""
        stream = self._response.extensions.get("network_stream")
        agreed = stream.get_extra_info("ssl_object") if stream else None
        return f"{agreed.version()} {agreed.cipher()[0]}" if agreed else None

    def check(self) -> None:
        """Refuse what must not be read: redirects, encodings that nobody asked for, too much."""
        if 300 <= self.status < 400:
            raise answers.redirected(self._server, self.headers.get("location", ""))
        if self._encoded and self.good:
            raise Compressed(
                f"{self._server.authority} sent a compressed answer that nobody asked for:"
                " see what proxy stands in between."
            )
        if self.good and self.expected is not None and self.expected > self._limit:
            raise answers.too_large(self._server, self._limit)

    @property
    def _encoded(self) -> bool:
        return self.headers.get("content-encoding", "").strip().casefold() not in {"", "identity"}

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes; raises `TooLarge`, `Cut`, `TimedOut`."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async for chunk in self._raw():
            self.received += len(chunk)
            if clock() - began > _SLOW + self.received / _SLOWEST:
                raise TimedOut(
                    f"{self._server.authority} sends too slowly: try again, or see the line to it."
                )
            if self.received > self._limit:
                raise answers.too_large(self._server, self._limit)
            yield chunk
        if self.expected is not None and self.received < self.expected:
            got = f"{self.received:,} of {self.expected:,} bytes"
            raise Cut(f"{self._server.authority} sent {got} and ended: try again.")

    async def body(self) -> bytes:
        """The whole body."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    async def error_body(self) -> bytes:
        """What there is of an error's body, 64 KiB at most; trouble with it never hides the status."""
        if self._encoded:
            return b""
        body = bytearray()
        with suppress(EmError, httpx.TransportError, TimeoutError):
            async with asyncio.timeout(_ERROR_TIME), aclosing(self._raw()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) >= _ERROR_LIMIT:
                        break
        return bytes(body[:_ERROR_LIMIT])

    async def trouble(self) -> EmError:
        """The error that this answer, not a success, stands for."""
        body = await self.error_body()
        return answers.trouble(self._server, self.status, self.headers, body, self.retry_after)

    async def _raw(self) -> AsyncGenerator[bytes, None]:
        stream = self._response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("a transport for asyncio is wanted")
        async for chunk in stream:
            yield chunk


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


class Exchange:
    """The requests to one server. Nothing else in emtui sends anything to it."""

    def __init__(
        self,
        server: Server,
        transport: httpx.AsyncBaseTransport,
        timeouts: Timeouts,
        agent: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.now = now
        """Our clock."""
        self.skew: timedelta | None = None
        """How far the server's clock is ahead of ours, as its last successful answer said."""
        self._server = server
        self._transport = transport
        self._timeouts = timeouts
        self._headers = {
            "Accept": "application/xml",
            "Accept-Encoding": "identity",
            "User-Agent": agent,
        }
        self._place = Place(server, Decision(None, ""))

    @property
    def certificate(self) -> Certificate | None:
        """What the server showed when we last shook hands."""
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
        """The logon; http.sys wants a length even of no body (em_rest/post_sessionmngr)."""
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
        request = self._request(method, path, headers)
        asked = path.partition("logonSessions/")[0]  # what follows is a credential
        _log.debug("%s %s", method, asked)
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.TransportError as problem:
            raise told(problem, self._place, request, began=False) from None
        try:
            answer = Answer(self._server, response, limit, self.now())
            if answer.good:
                self.skew = answer.skew
            _log.debug("%s %s: %s, %s bytes", method, asked, answer.status, answer.expected)
            answer.check()
            yield answer
        except httpx.TransportError as problem:
            raise told(problem, self._place, request, began=True) from None
        finally:
            await response.aclose()

    def _request(self, method: str, path: str, headers: dict[str, str]) -> httpx.Request:
        try:
            return httpx.Request(
                method,
                self._server.url + path,
                headers={**self._headers, **headers},
                extensions={"timeout": limits_of(self._timeouts)},
            )
        except httpx.InvalidURL:
            raise BadAddress(f"{self._server.url!r} is not a URL that can be asked: check it.") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()
