"""Report the structure of a server's responses for publication: headers, elements, formats, no values.

Sends the client's requests, and some with undocumented results: the list without format, a
session without format, an unknown session.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace

from emtui.doctor.server_checks import AGENT
from emtui.doctor.xml_shape import Place, form, lines, shape_of
from emtui.em import xml_codec
from emtui.em.background_thread import beside
from emtui.em.charset import known
from emtui.em.errors import EmError
from emtui.em.http_requests import LIMIT, LIST_LIMIT, Answer, Exchange
from emtui.em.list_download import LIST_PATH
from emtui.em.logon import Credentials, Logon, Logons
from emtui.em.model import Outcome, Session
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.em.transport import Timeouts, open_transport
from emtui.em.xml_sanitizer import sanitize
from emtui.local.connection import Connection
from emtui.local.lockout_guard import Refusals

_NOBODY = "00000000-0000-4000-8000-000000000000"
_PRODUCTS = ("Microsoft-HTTPAPI", "Microsoft-IIS", "Kestrel", "nginx", "Apache", "Emtui-Demo")
_HEADERS = {
    *("content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"),
    *("server", "date", "cache-control", "pragma", "expires", "etag", "last-modified", "vary", "location"),
    *("set-cookie", "www-authenticate", "x-restsvcsessionid", "via", "age", "strict-transport-security"),
    *(
        "x-content-type-options",
        "x-frame-options",
        "x-powered-by",
        "x-aspnet-version",
        "retry-after",
        "allow",
    ),
}
_WORDS = {
    *("application/xml", "text/xml", "application/json", "text/html", "text/plain", "charset=utf-8"),
    *("charset=utf-16", "charset=us-ascii", "close", "keep-alive", "chunked", "identity", "gzip", "deflate"),
    *("basic", "negotiate", "ntlm", "bearer", "digest"),
}
"""Header values that belong to the protocol."""
_SHOWN = {"content-type", "transfer-encoding", "content-encoding", "connection", "www-authenticate"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One response: status, headers and the description of its body, without the body."""

    asked: str
    status: int
    headers: Mapping[str, str]
    problem: str = ""
    told: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    starts: tuple[bytes, ...] = ()
    events: str = ""


async def report(connection: Connection, server: Server, user: str, password: Secret) -> list[str]:
    """Return the lines of the report. Raises `EmError` if the server cannot be reached."""
    proxies = Proxies.from_environment(os.environ, connection.no_proxy)
    transport = await open_transport(server, connection.trust, proxies)
    exchange = Exchange(server, transport, Timeouts(), AGENT)
    logons = Logons(server, exchange, Credentials(user, password, Refusals()))
    try:
        async with exchange.root() as answer:
            root = await _answered("GET /api/", answer)
        logon = await logons.current()
        answers = [root] + [one async for one in _answers(exchange, logon)]
    finally:
        await _log_off(exchange, logons.open)
        await exchange.close()
    return list(_lines(answers))


async def _log_off(exchange: Exchange, logon: Logon | None) -> None:
    if logon is not None and logon.id is not None:
        try:
            async with exchange.log_off(logon.id, logon.token):
                return
        except EmError:
            return


async def _answers(exchange: Exchange, logon: Logon) -> AsyncIterator[Answered]:
    entities = await _get(exchange, logon, LIST_PATH, "GET /api/systemSessions?format=Entity")
    yield entities
    yield await _get(exchange, logon, "/api/systemSessions", "GET /api/systemSessions")
    for what, session in _chosen(entities.sessions):
        path = f"/api/systemSessions/{session.id}"
        yield await _get(exchange, logon, path, f"GET /api/systemSessions/{{{what}}}")
        yield await _get(
            exchange, logon, f"{path}?format=Entity", f"GET /api/systemSessions/{{{what}}}?format=Entity"
        )
        yield await _get(exchange, logon, f"{path}/events", f"GET /api/systemSessions/{{{what}}}/events")
    yield await _get(exchange, logon, f"/api/systemSessions/{_NOBODY}", "GET /api/systemSessions/{unknown}")


async def _get(exchange: Exchange, logon: Logon, path: str, asked: str) -> Answered:
    limit = LIST_LIMIT if path.partition("?")[0].endswith("/systemSessions") else LIMIT
    try:
        async with exchange.get(path, logon.token, limit) as answer:
            return await _answered(asked, answer)
    except EmError as problem:
        return Answered(asked, 0, {}, type(problem).__name__)


async def _answered(asked: str, answer: Answer) -> Answered:
    """Describe a response; its body is not kept."""
    body = await answer.body() if answer.good else answer.error_body
    bare = Answered(asked, answer.status, answer.headers)
    return await beside(lambda: _looked_at(bare, body, answer.charset)) if body else bare


def _looked_at(answered: Answered, body: bytes, charset: str) -> Answered:
    """Add the structure of the body and what the last section needs."""
    beginning = f"body: {_beginning(body)}"
    try:
        body = sanitize(body, charset)
        places = shape_of(body)
    except xml_codec.Unreadable as problem:
        return replace(answered, told=(beginning, f"unreadable: {_why(problem)}"))
    return replace(
        answered,
        told=(beginning, *lines(places)),
        sessions=_read(body),
        starts=_starts(body),
        events=_events(body, places) if answered.asked.endswith("/events") else "",
    )


def _why(problem: xml_codec.Unreadable) -> str:
    """Return the kind of failure; the reason may quote the document."""
    return "cut" if problem.cut else "too large" if problem.too_large else "not a document of this API"


def _read(body: bytes) -> tuple[Session, ...]:
    try:
        return xml_codec.read_list(body).sessions
    except xml_codec.Unreadable:
        return ()


def _chosen(sessions: tuple[Session, ...]) -> Iterator[tuple[str, Session]]:
    """Return one session of each outcome."""
    for outcome in Outcome:
        session = next((one for one in sessions if one.outcome is outcome), None)
        if session:
            yield outcome.value, session


def _lines(answers: list[Answered]) -> Iterator[str]:
    for answered in answers:
        yield from _one(answered)
        yield ""
    yield "Not defined by the vendor documentation:"
    yield from _questions({answered.asked: answered for answered in answers})


def _one(answered: Answered) -> Iterator[str]:
    yield f"{answered.asked}: {answered.status or answered.problem}"
    for name, value in sorted(answered.headers.items()):
        folded = name.casefold()
        shown = name if folded in _HEADERS else f"(a header of {len(name)} characters)"
        yield f"  {shown}{_header(folded, value)}"
    yield from (f"  {line}" for line in answered.told)


def _header(name: str, value: str) -> str:
    """Return the public words of a value; of the server header only the product."""
    if name in _SHOWN:
        words = [word for word in re.split(r"[\s,;]+", value.casefold()) if word]
        first = words[:1] if name == "www-authenticate" else words
        return ": " + " ".join(word if _is_word(word) else form(word) for word in first)
    if name == "server":
        product = next((one for one in _PRODUCTS if value.casefold().startswith(one.casefold())), None)
        return f": {product} …" if product else f": {form(value)}"
    return ""


def _is_word(word: str) -> bool:
    """Whether the word belongs to the protocol."""
    name = word.removeprefix("charset=").strip("\"'")
    return word in _WORDS or (word.startswith("charset=") and known(name) is not None)


def _beginning(body: bytes) -> str:
    bom = "byte order mark, " if body.startswith(b"\xef\xbb\xbf") else ""
    declared = "XML declaration" if b"<?xml" in body[:64] else "no XML declaration"
    return bom + declared


def _questions(answers: Mapping[str, Answered]) -> Iterator[str]:
    entities = answers["GET /api/systemSessions?format=Entity"]
    plain = answers["GET /api/systemSessions"]
    sessions = entities.sessions
    yield f"- the plain list gives {_kind(plain)}, the one with ?format=Entity {_kind(entities)}"
    times = [one.started for one in sessions if one.started]
    yield f"- the list is {_order(entities.starts)}"
    yield f"- every row has a start: {_yes(len(times) == len(sessions))}"
    for outcome in Outcome:
        those = [one for one in sessions if one.outcome is outcome]
        if those:
            yield f"- {outcome.value}: {_of(those)}"
    unknown = answers["GET /api/systemSessions/{unknown}"]
    yield f"- an unknown id returns {unknown.status or unknown.problem}"
    for asked, answered in answers.items():
        if asked.endswith("/events") and answered.status == 200:
            yield f"- {asked}: {answered.events}"


def _kind(answered: Answered) -> str:
    sessions = answered.sessions
    if not sessions:
        return f"nothing that can be read ({answered.status or answered.problem})"
    whole = sum(one.complete for one in sessions)
    return "entities" if whole == len(sessions) else "references" if not whole else "some of both"


def _starts(body: bytes) -> tuple[bytes, ...]:
    """Return start times in document order, as the client sorts its list."""
    return tuple(re.findall(rb"<(?:\w+:)?CreationTimeUTC>([^<]{10,40})<", body))


def _order(starts: tuple[bytes, ...]) -> str:
    if len(starts) < 2:
        return "too short to have an order"
    if list(starts) == sorted(starts, reverse=True):
        return "sorted, newest first"
    return "sorted, oldest first" if list(starts) == sorted(starts) else "not sorted"


def _of(sessions: list[Session]) -> str:
    """Describe the server's words for an outcome, and which fields are missing."""
    words = sorted(
        {f"State {form(one.state or '')}, Result {form(one.result.word or '')}" for one in sessions}
    )
    ended = sum(one.ended is not None for one in sessions)
    canceled = sum(bool(one.result.canceled) for one in sessions)
    ends, cancels = _share(ended, len(sessions)), _share(canceled, len(sessions))
    return f"{'; '.join(words)}; an end: {ends}; IsCanceled: {cancels}"


def _share(some: int, whole: int) -> str:
    return "always" if some == whole else "never" if not some else "sometimes"


def _events(body: bytes, places: Mapping[str, Place]) -> str:
    try:
        log = xml_codec.read_log(body)
    except xml_codec.Unreadable as problem:
        return f"unreadable: {_why(problem)}"
    times = [
        forms for path, place in places.items() if path.endswith("CreationTimeUTC") for forms in place.texts
    ]
    orders = [event.order for event in log.events]
    dense = orders == list(range(1, len(orders) + 1))
    return f"{', '.join(times) or 'no times'}; Order from 1 without gaps: {_yes(dense)}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
