"""Simulated failures: responses replaced, corrupted, delayed or cut off.

A failure applies to one kind of resource, its place. `instead` replaces a response before the
request is handled; `spoiled` corrupts a valid one.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

from starlette.responses import Response, StreamingResponse

from emtui.demo.demo_options import Plays
from emtui.demo.xml_writer import NAMESPACE

HUGE = 200_000_000
DEEP = 100_000
_PART = 65_536
_FOR_EVER = 86_400.0
_HTML = "text/html; charset=utf-8"
_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in.<br></body></html>"
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
_XML_KIND = "application/xml"


class CutOff(Exception):
    """Closes the connection in the middle of a body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is sent."""

    status: int
    body: bytes = b""
    kind: str = _XML_KIND
    headers: tuple[tuple[str, str], ...] = ()


MESSAGES = {
    401: "The session has expired or does not exist",
    403: "Access denied: this operation needs the role Portal Administrator",
    404: "The resource does not exist",
    429: "Too many requests",
    500: "Object reference not set to an instance of an object.",
    501: "This resource is not played by the demo",
    503: "The service is in maintenance",
}


def status_instead(plays: Plays, place: str) -> int | None:
    """Return the simulated error status, if any."""
    if plays.on("404-list") and place == "list":
        return 404
    return next((status for status in MESSAGES if plays.hits(str(status), place)), None)


def instead(plays: Plays, place: str) -> Answer | None:
    """Return a simulated response that is not a document of Enterprise Manager, if any."""
    if plays.on("web-ui") or plays.hits("html", place):
        return Answer(200, _PAGE, _HTML)
    if plays.on("vbr"):
        body = b'{"errorCode":"NotFound","message":"There is no such resource","resourceId":null}'
        return Answer(404, body, "application/json")
    if plays.hits("html-502", place):
        return Answer(502, _BAD_GATEWAY, _HTML)
    if plays.hits("500-empty", place):
        return Answer(500)
    if plays.hits("redirect", place):
        return Answer(302, headers=(("Location", "https://em99.example.net:9398/api/"),))
    return None


async def waited(plays: Plays, place: str) -> None:
    """Delay the response, if simulated."""
    if plays.hits("hang", place):
        await asyncio.sleep(_FOR_EVER)
    await asyncio.sleep(plays.number("slow-start") or 0)


def spoiled(plays: Plays, place: str, answer: Answer) -> Answer:
    """Corrupt the body of a valid response, if simulated."""
    if plays.hits("empty", place):
        return replace(answer, body=b"")
    if plays.hits("half", place):
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if plays.hits("wrong-document", place):
        body = f'<BackupSessions xmlns="{NAMESPACE}"><BackupSession /></BackupSessions>'
        return replace(answer, body=body.encode(), kind=_XML_KIND)
    if plays.hits("doctype", place):
        return replace(answer, body=_with_doctype(answer.body))
    if plays.hits("deep", place):
        return replace(answer, body=b"<a>" * DEEP + b"</a>" * DEEP, kind=_XML_KIND)
    if plays.hits("gzip", place):
        packed = gzip.compress(answer.body, mtime=0)
        return replace(answer, body=packed, headers=(*answer.headers, ("Content-Encoding", "gzip")))
    return answer


def _with_doctype(body: bytes) -> bytes:
    declaration = b'<?xml version="1.0" encoding="utf-8"?>'
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return declaration + entity + body.removeprefix(b"\xef\xbb\xbf").removeprefix(declaration)


def response(plays: Plays, place: str, answer: Answer) -> Response:
    """Return the HTTP response: at once, in chunks with delays, or cut off."""
    headers = dict(answer.headers)
    if answer.status == 204 or (answer.status >= 300 and not answer.body):
        return Response(status_code=answer.status, headers=headers)
    headers["Content-Type"] = answer.kind
    if plays.hits("huge", place):
        return StreamingResponse(_huge(answer.body), answer.status, headers)
    pauses = _pauses(plays, place)
    if pauses is None and not plays.hits("cut", place) and not plays.hits("no-length", place):
        return Response(answer.body, answer.status, headers)
    if not plays.hits("no-length", place):
        headers["Content-Length"] = str(len(answer.body))
    parts = _parts(answer.body, pauses or _NO_PAUSES, cut=plays.hits("cut", place))
    return StreamingResponse(parts, answer.status, headers)


@dataclass(frozen=True, slots=True)
class _Pauses:
    part: float
    half: float


_NO_PAUSES = _Pauses(0.0, 0.0)


def _pauses(plays: Plays, place: str) -> _Pauses | None:
    part = plays.number("slow") if place == "list" else None
    half = plays.number("slow-body")
    return None if part is None and half is None else _Pauses(part or 0.0, half or 0.0)


async def _parts(body: bytes, pauses: _Pauses, *, cut: bool) -> AsyncIterator[bytes]:
    middle = len(body) // 2
    for start in range(0, middle, _PART):
        await asyncio.sleep(pauses.part)
        yield body[start : min(start + _PART, middle)]
    if cut:
        raise CutOff
    await asyncio.sleep(pauses.half)
    for start in range(middle, len(body), _PART):
        await asyncio.sleep(pauses.part)
        yield body[start : start + _PART]


def _huge(body: bytes) -> Iterator[bytes]:
    """Repeat the rows of the list until it has 200 MB."""
    first, last = body.find(b"<Sessions "), body.rfind(b"</SystemSessions>")
    if first < 0 or last < 0:
        first, last = 0, len(body)
    yield body[:first]
    rows = body[first:last] or b" " * _PART
    for _ in range(HUGE // len(rows) + 1):
        yield rows
    yield body[last:]
