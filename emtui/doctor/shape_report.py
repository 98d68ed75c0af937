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
from emtui.doctor.xml_shape import ElementPath, describe_format, element_paths, format_paths
from emtui.em import xml_codec
from emtui.em.background_thread import run_in_thread
from emtui.em.charset import lookup_encoding
from emtui.em.errors import EmError
from emtui.em.http_requests import DOCUMENT_LIMIT, LIST_LIMIT, ApiResponse, RequestSender
from emtui.em.list_download import LIST_PATH
from emtui.em.logon import ActiveLogon, Credentials, LogonRenewer
from emtui.em.model import Outcome, Session
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.em.transport import Timeouts, open_transport
from emtui.em.xml_sanitizer import sanitize
from emtui.local.connection import Connection
from emtui.local.lockout_guard import LockoutGuard

_UNKNOWN_SESSION_ID = "00000000-0000-4000-8000-000000000000"
_SERVER_PRODUCTS = ("Microsoft-HTTPAPI", "Microsoft-IIS", "Kestrel", "nginx", "Apache", "Emtui-Demo")
_STANDARD_HEADERS = {
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
_PROTOCOL_WORDS = {
    *("application/xml", "text/xml", "application/json", "text/html", "text/plain", "charset=utf-8"),
    *("charset=utf-16", "charset=us-ascii", "close", "keep-alive", "chunked", "identity", "gzip", "deflate"),
    *("basic", "negotiate", "ntlm", "bearer", "digest"),
}
"""Header values that belong to the protocol."""
_HEADERS_WITH_VALUE = {
    "content-type",
    "transfer-encoding",
    "content-encoding",
    "connection",
    "www-authenticate",
}


@dataclass(frozen=True, slots=True)
class ResponseShape:
    """One response: status, headers and the description of its body, without the body."""

    request_label: str
    status: int
    headers: Mapping[str, str]
    error_name: str = ""
    body_lines: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    start_times: tuple[bytes, ...] = ()
    events_summary: str = ""


async def build_shape_report(
    connection: Connection, server: Server, user: str, password: Secret
) -> list[str]:
    """Return the lines of the report. Raises `EmError` if the server cannot be reached."""
    proxies = ProxySettings.from_environment(os.environ, connection.no_proxy)
    transport = await open_transport(server, connection.trust, proxies)
    exchange = RequestSender(server, transport, Timeouts(), AGENT)
    logons = LogonRenewer(server, exchange, Credentials(user, password, LockoutGuard()))
    try:
        async with exchange.get_root() as answer:
            root = await _describe_response("GET /api/", answer)
        logon = await logons.current()
        responses = [root] + [response async for response in _request_all(exchange, logon)]
    finally:
        await _log_off(exchange, logons.active)
        await exchange.close()
    return list(_format_report(responses))


async def _log_off(exchange: RequestSender, logon: ActiveLogon | None) -> None:
    if logon is not None and logon.id is not None:
        try:
            async with exchange.log_off(logon.id, logon.token):
                return
        except EmError:
            return


async def _request_all(exchange: RequestSender, logon: ActiveLogon) -> AsyncIterator[ResponseShape]:
    entities = await _request(exchange, logon, LIST_PATH, "GET /api/systemSessions?format=Entity")
    yield entities
    yield await _request(exchange, logon, "/api/systemSessions", "GET /api/systemSessions")
    for outcome_name, session in _sample_sessions(entities.sessions):
        path = f"/api/systemSessions/{session.id}"
        yield await _request(exchange, logon, path, f"GET /api/systemSessions/{{{outcome_name}}}")
        yield await _request(
            exchange,
            logon,
            f"{path}?format=Entity",
            f"GET /api/systemSessions/{{{outcome_name}}}?format=Entity",
        )
        yield await _request(
            exchange, logon, f"{path}/events", f"GET /api/systemSessions/{{{outcome_name}}}/events"
        )
    yield await _request(
        exchange, logon, f"/api/systemSessions/{_UNKNOWN_SESSION_ID}", "GET /api/systemSessions/{unknown}"
    )


async def _request(
    exchange: RequestSender, logon: ActiveLogon, path: str, request_label: str
) -> ResponseShape:
    limit = LIST_LIMIT if path.partition("?")[0].endswith("/systemSessions") else DOCUMENT_LIMIT
    try:
        async with exchange.get(path, logon.token, limit) as answer:
            return await _describe_response(request_label, answer)
    except EmError as problem:
        return ResponseShape(request_label, 0, {}, type(problem).__name__)


async def _describe_response(request_label: str, answer: ApiResponse) -> ResponseShape:
    """Describe a response; its body is not kept."""
    body = await answer.body() if answer.is_success else answer.error_body
    without_body = ResponseShape(request_label, answer.status, answer.headers)
    return (
        await run_in_thread(lambda: _describe_body(without_body, body, answer.charset))
        if body
        else without_body
    )


def _describe_body(response: ResponseShape, body: bytes, charset: str) -> ResponseShape:
    """Add the structure of the body and what the last section needs."""
    prolog_line = f"body: {_describe_prolog(body)}"
    try:
        body = sanitize(body, charset)
        paths = element_paths(body)
    except xml_codec.UnreadableDocumentError as problem:
        return replace(response, body_lines=(prolog_line, f"unreadable: {_format_unreadable(problem)}"))
    return replace(
        response,
        body_lines=(prolog_line, *format_paths(paths)),
        sessions=_read_sessions(body),
        start_times=_find_start_times(body),
        events_summary=_summarize_events(body, paths) if response.request_label.endswith("/events") else "",
    )


def _format_unreadable(problem: xml_codec.UnreadableDocumentError) -> str:
    """Return the kind of failure; the reason may quote the document."""
    return (
        "cut"
        if problem.is_truncated
        else "too large"
        if problem.is_too_large
        else "not a document of this API"
    )


def _read_sessions(body: bytes) -> tuple[Session, ...]:
    try:
        return xml_codec.read_list(body).sessions
    except xml_codec.UnreadableDocumentError:
        return ()


def _sample_sessions(sessions: tuple[Session, ...]) -> Iterator[tuple[str, Session]]:
    """Return one session of each outcome."""
    for outcome in Outcome:
        session = next((one for one in sessions if one.outcome is outcome), None)
        if session:
            yield outcome.value, session


def _format_report(responses: list[ResponseShape]) -> Iterator[str]:
    for response in responses:
        yield from _format_response(response)
        yield ""
    yield "Not defined by the vendor documentation:"
    yield from _answer_open_questions({response.request_label: response for response in responses})


def _format_response(response: ResponseShape) -> Iterator[str]:
    yield f"{response.request_label}: {response.status or response.error_name}"
    for name, value in sorted(response.headers.items()):
        folded_name = name.casefold()
        label = name if folded_name in _STANDARD_HEADERS else f"(a header of {len(name)} characters)"
        yield f"  {label}{_format_header_value(folded_name, value)}"
    yield from (f"  {line}" for line in response.body_lines)


def _format_header_value(name: str, value: str) -> str:
    """Return the public words of a value; of the server header only the product."""
    if name in _HEADERS_WITH_VALUE:
        words = [word for word in re.split(r"[\s,;]+", value.casefold()) if word]
        shown_words = words[:1] if name == "www-authenticate" else words
        return ": " + " ".join(
            word if _is_protocol_word(word) else describe_format(word) for word in shown_words
        )
    if name == "server":
        product = next(
            (
                product_name
                for product_name in _SERVER_PRODUCTS
                if value.casefold().startswith(product_name.casefold())
            ),
            None,
        )
        return f": {product} …" if product else f": {describe_format(value)}"
    return ""


def _is_protocol_word(word: str) -> bool:
    """Whether the word belongs to the protocol."""
    name = word.removeprefix("charset=").strip("\"'")
    return word in _PROTOCOL_WORDS or (word.startswith("charset=") and lookup_encoding(name) is not None)


def _describe_prolog(body: bytes) -> str:
    bom = "byte order mark, " if body.startswith(b"\xef\xbb\xbf") else ""
    declared = "XML declaration" if b"<?xml" in body[:64] else "no XML declaration"
    return bom + declared


def _answer_open_questions(responses: Mapping[str, ResponseShape]) -> Iterator[str]:
    entities = responses["GET /api/systemSessions?format=Entity"]
    plain_list = responses["GET /api/systemSessions"]
    sessions = entities.sessions
    yield (
        f"- the plain list gives {_list_kind(plain_list)}, the one with ?format=Entity {_list_kind(entities)}"
    )
    start_times = [one.started for one in sessions if one.started]
    yield f"- the list is {_describe_order(entities.start_times)}"
    yield f"- every row has a start time: {_yes_or_no(len(start_times) == len(sessions))}"
    for outcome in Outcome:
        sessions_of_outcome = [one for one in sessions if one.outcome is outcome]
        if sessions_of_outcome:
            yield f"- {outcome.value}: {_describe_outcome(sessions_of_outcome)}"
    unknown = responses["GET /api/systemSessions/{unknown}"]
    yield f"- an unknown ID returns {unknown.status or unknown.error_name}"
    for request_label, response in responses.items():
        if request_label.endswith("/events") and response.status == 200:
            yield f"- {request_label}: {response.events_summary}"


def _list_kind(response: ResponseShape) -> str:
    sessions = response.sessions
    if not sessions:
        return f"nothing readable ({response.status or response.error_name})"
    complete_count = sum(one.is_complete for one in sessions)
    return (
        "entities"
        if complete_count == len(sessions)
        else "references"
        if not complete_count
        else "both kinds"
    )


def _find_start_times(body: bytes) -> tuple[bytes, ...]:
    """Return start times in document order, as the client sorts its list."""
    return tuple(re.findall(rb"<(?:\w+:)?CreationTimeUTC>([^<]{10,40})<", body))


def _describe_order(start_times: tuple[bytes, ...]) -> str:
    if len(start_times) < 2:
        return "too short to have an order"
    if list(start_times) == sorted(start_times, reverse=True):
        return "sorted, newest first"
    return "sorted, oldest first" if list(start_times) == sorted(start_times) else "not sorted"


def _describe_outcome(sessions: list[Session]) -> str:
    """Describe the server's words for an outcome, and which fields are missing."""
    words = sorted(
        {
            f"State {describe_format(one.state or '')}, Result {describe_format(one.result.value or '')}"
            for one in sessions
        }
    )
    ended = sum(one.ended is not None for one in sessions)
    canceled = sum(bool(one.result.is_canceled) for one in sessions)
    end_share, cancel_share = _format_share(ended, len(sessions)), _format_share(canceled, len(sessions))
    return f"{'; '.join(words)}; end time: {end_share}; IsCanceled: {cancel_share}"


def _format_share(count: int, total: int) -> str:
    return "always" if count == total else "never" if not count else "sometimes"


def _summarize_events(body: bytes, paths: Mapping[str, ElementPath]) -> str:
    try:
        log = xml_codec.read_log(body)
    except xml_codec.UnreadableDocumentError as problem:
        return f"unreadable: {_format_unreadable(problem)}"
    time_formats = [
        forms
        for path, element_path in paths.items()
        if path.endswith("CreationTimeUTC")
        for forms in element_path.text_formats
    ]
    orders = [event.order for event in log.events]
    is_dense = orders == list(range(1, len(orders) + 1))
    return f"{', '.join(time_formats) or 'no times'}; Order from 1 without gaps: {_yes_or_no(is_dense)}"


def _yes_or_no(is_true: bool) -> str:
    return "yes" if is_true else "no"
