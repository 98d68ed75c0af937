"""Simulated failures: responses replaced, corrupted, delayed or cut off.

A failure applies to one kind of resource. `simulated_status` and `simulated_reply` replace a response
before the request is handled; `corrupt_body` corrupts a valid one.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

from starlette.responses import Response, StreamingResponse

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.xml_writer import NAMESPACE

HUGE_BODY_BYTES = 200_000_000
DEEP_NESTING = 100_000
_CHUNK_BYTES = 65_536
_HANG_S = 86_400.0
_HTML = "text/html; charset=utf-8"
_HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in.<br></body></html>"
)
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
_XML_CONTENT_TYPE = "application/xml"


class SimulatedCutOffError(Exception):
    """Closes the connection in the middle of a body."""


@dataclass(frozen=True, slots=True)
class DemoReply:
    """A response before it is sent."""

    status: int
    body: bytes = b""
    content_type: str = _XML_CONTENT_TYPE
    headers: tuple[tuple[str, str], ...] = ()


STATUS_MESSAGES = {
    401: "The session has expired or does not exist",
    403: "Access denied: this operation needs the Portal Administrator role",
    404: "The resource does not exist",
    429: "Too many requests",
    500: "Object reference not set to an instance of an object.",
    501: "The demo does not simulate this resource",
    503: "The service is in maintenance",
}


def simulated_status(faults: ActiveFaults, resource: str) -> int | None:
    """Return the simulated error status, if any."""
    if faults.is_on("404-list") and resource == "list":
        return 404
    return next((status for status in STATUS_MESSAGES if faults.applies_to(str(status), resource)), None)


def simulated_reply(faults: ActiveFaults, resource: str) -> DemoReply | None:
    """Return a simulated response that is not a document of Enterprise Manager, if any."""
    if faults.is_on("web-ui") or faults.applies_to("html", resource):
        return DemoReply(200, _HTML_PAGE, _HTML)
    if faults.is_on("vbr"):
        body = b'{"errorCode":"NotFound","message":"There is no such resource","resourceId":null}'
        return DemoReply(404, body, "application/json")
    if faults.applies_to("html-502", resource):
        return DemoReply(502, _BAD_GATEWAY, _HTML)
    if faults.applies_to("500-empty", resource):
        return DemoReply(500)
    if faults.applies_to("redirect", resource):
        return DemoReply(302, headers=(("Location", "https://em99.example.net:9398/api/"),))
    return None


async def delay_response(faults: ActiveFaults, resource: str) -> None:
    """Delay the response, if simulated."""
    if faults.applies_to("hang", resource):
        await asyncio.sleep(_HANG_S)
    await asyncio.sleep(faults.number("slow-start") or 0)


def corrupt_body(faults: ActiveFaults, resource: str, reply: DemoReply) -> DemoReply:
    """Corrupt the body of a valid response, if simulated."""
    if faults.applies_to("empty", resource):
        return replace(reply, body=b"")
    if faults.applies_to("half", resource):
        return replace(reply, body=reply.body[: len(reply.body) // 2])
    if faults.applies_to("wrong-document", resource):
        body = f'<BackupSessions xmlns="{NAMESPACE}"><BackupSession /></BackupSessions>'
        return replace(reply, body=body.encode(), content_type=_XML_CONTENT_TYPE)
    if faults.applies_to("doctype", resource):
        return replace(reply, body=_with_doctype(reply.body))
    if faults.applies_to("deep", resource):
        return replace(
            reply, body=b"<a>" * DEEP_NESTING + b"</a>" * DEEP_NESTING, content_type=_XML_CONTENT_TYPE
        )
    if faults.applies_to("gzip", resource):
        compressed = gzip.compress(reply.body, mtime=0)
        return replace(reply, body=compressed, headers=(*reply.headers, ("Content-Encoding", "gzip")))
    return reply


def _with_doctype(body: bytes) -> bytes:
    declaration = b'<?xml version="1.0" encoding="utf-8"?>'
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return declaration + entity + body.removeprefix(b"\xef\xbb\xbf").removeprefix(declaration)


def build_response(faults: ActiveFaults, resource: str, reply: DemoReply) -> Response:
    """Return the HTTP response: at once, in chunks with delays, or cut off."""
    headers = dict(reply.headers)
    if reply.status == 204 or (reply.status >= 300 and not reply.body):
        return Response(status_code=reply.status, headers=headers)
    headers["Content-Type"] = reply.content_type
    if faults.applies_to("huge", resource):
        return StreamingResponse(_huge_chunks(reply.body), reply.status, headers)
    delays = _find_delays(faults, resource)
    if (
        delays is None
        and not faults.applies_to("cut", resource)
        and not faults.applies_to("no-length", resource)
    ):
        return Response(reply.body, reply.status, headers)
    if not faults.applies_to("no-length", resource):
        headers["Content-Length"] = str(len(reply.body))
    chunks = _chunks(reply.body, delays or _NO_DELAYS, cut=faults.applies_to("cut", resource))
    return StreamingResponse(chunks, reply.status, headers)


@dataclass(frozen=True, slots=True)
class _Delays:
    per_chunk: float
    at_middle: float


_NO_DELAYS = _Delays(0.0, 0.0)


def _find_delays(faults: ActiveFaults, resource: str) -> _Delays | None:
    per_chunk = faults.number("slow") if resource == "list" else None
    at_middle = faults.number("slow-body")
    return None if per_chunk is None and at_middle is None else _Delays(per_chunk or 0.0, at_middle or 0.0)


async def _chunks(body: bytes, delays: _Delays, *, cut: bool) -> AsyncIterator[bytes]:
    middle = len(body) // 2
    for start in range(0, middle, _CHUNK_BYTES):
        await asyncio.sleep(delays.per_chunk)
        yield body[start : min(start + _CHUNK_BYTES, middle)]
    if cut:
        raise SimulatedCutOffError
    await asyncio.sleep(delays.at_middle)
    for start in range(middle, len(body), _CHUNK_BYTES):
        await asyncio.sleep(delays.per_chunk)
        yield body[start : start + _CHUNK_BYTES]


def _huge_chunks(body: bytes) -> Iterator[bytes]:
    """Repeat the rows of the list until it has 200 MB."""
    first, last = body.find(b"<Sessions "), body.rfind(b"</SystemSessions>")
    if first < 0 or last < 0:
        first, last = 0, len(body)
    yield body[:first]
    rows = body[first:last] or b" " * _CHUNK_BYTES
    for _ in range(HUGE_BODY_BYTES // len(rows) + 1):
        yield rows
    yield body[last:]
