"""Every kind of unusual response with its expected error, readable as one list.

`SERVER` stands for host and port; errors about the requested resource have the full URL. A case without a
sentence is parsed normally. `route` is the request with the unusual response, only the first one if `once`;
all others get good responses. `test_status_errors.py` plays each case over real TLS, `test_any_answers.py`
all of them in random order.
"""

# ruff: noqa: E501 - each sentence is on one line, as it is shown

from __future__ import annotations

import gzip
import ssl
import zlib
from dataclasses import dataclass, replace

from scripted_server import LOGON_REPLY, TOKEN, ScriptedReply, list_xml, make_reply, session_xml

from emtui.em import errors
from emtui.em.errors import EmError

XML = "Content-Type: application/xml\r\n"
JSON = "Content-Type: application/json\r\n"
HTML = "Content-Type: text/html\r\n"
NAMESPACE = 'xmlns="http://www.veeam.com/ent/v1.0"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PAGE = b"<!DOCTYPE html><html><head><title>Blocked</title></head><body>Blocked by policy</body></html>"
COMPLETE_LIST = list_xml([session_xml()])
GARBAGE = bytes(range(256)) * 4


@dataclass(frozen=True, slots=True)
class ResponseCase:
    """An unusual response; `demands` is the number of additional logons, `prefix` the path before `/api`."""

    route: str
    reply: ScriptedReply
    sentence: str = ""
    error: type[EmError] | None = None
    once: bool = False
    demands: int = 0
    prefix: str = ""


def raw(head: str, body: bytes = b"", ending: str = "close") -> ScriptedReply:
    """The head with the line ends of HTTP."""
    return ScriptedReply(head.replace("\r\n", "\n").replace("\n", "\r\n").encode("latin-1"), (body,), ending)


def compressed(name: str, body: bytes) -> ScriptedReply:
    """The list in a Content-Encoding."""
    return make_reply("200 OK", body, f"{XML}Content-Encoding: {name}\r\n")


def error(status: str, number: str, message: str, headers: str = XML) -> ScriptedReply:
    """An `Error` document with this status line."""
    return make_reply(
        status, f'<Error {NAMESPACE} Message="{message}" StatusCode="{number}"/>'.encode(), headers
    )


EXPIRED = error(
    "401 Unauthorized", "401", "The session has expired", f"{XML}WWW-Authenticate: Basic Realm=RestSvc\r\n"
)


def json_error(status: str, number: int, message: str) -> ScriptedReply:
    """The same in JSON, which some servers send regardless of the Accept header."""
    body = f'{{"FirstChanceExceptionMessage":null,"Message":"{message}","Status":null,"StatusCode":{number}}}'
    return make_reply(status, body.encode(), JSON)


def encoded(
    name: str, codec: str, headers: str = "Content-Type: application/xml\r\n", more: str = XSI
) -> ScriptedReply:
    """The list in an encoding, declared as `name` if that is one."""
    declaration = f'<?xml version="1.0" encoding="{name}"?>' if name else ""
    text = f"{declaration}<SystemSessions {NAMESPACE} {more}>{session_xml()}</SystemSessions>"
    return make_reply("200 OK", text.encode(codec), headers)


def bare_deflate(body: bytes) -> bytes:
    """deflate without the zlib header."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def chunked(headers: str, body: bytes) -> ScriptedReply:
    """A successful response whose body is chunked, a few kilobytes each."""
    pieces = [body[start : start + 5_000] for start in range(0, len(body), 5_000)]
    framed = (*(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), b"0\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\n{XML}{headers}Transfer-Encoding: chunked\r\n\r\n"
    return ScriptedReply(head.encode(), framed, "close")


def bomb(beginning: bytes, wbits: int) -> bytes:
    """400 MiB of blanks after this start, compressed to half a megabyte; the checksum is wrong."""
    packer = zlib.compressobj(9, wbits=wbits)
    compressed_start = packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH)
    mebibyte = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return compressed_start + mebibyte * 400


ROWS = gzip.compress(b"<SystemSessions>" + b"<Links/>" * 300_000, mtime=0)
BOMB = gzip.compress(b"<SystemSession>" + b" " * 17 * 1024 * 1024, mtime=0)
"""A few kilobytes that decompress to more rows or bytes than the limits."""
GZIP = gzip.compress(COMPLETE_LIST, mtime=0)

CASES: dict[str, ResponseCase] = {
    # -- read as usual
    "no-compression: utf-8": ResponseCase("list", compressed("utf-8", COMPLETE_LIST)),
    "no-compression: none": ResponseCase("list", compressed("none", COMPLETE_LIST)),
    "no-compression: binary": ResponseCase("list", compressed("binary", COMPLETE_LIST)),
    "no-compression: identity twice": ResponseCase("list", compressed("Identity, identity", COMPLETE_LIST)),
    "no-compression: a charset": ResponseCase("list", compressed("ISO-8859-1", COMPLETE_LIST)),
    "gzip": ResponseCase("list", compressed("gzip", GZIP)),
    "gzip: x-gzip": ResponseCase("list", compressed("x-gzip", GZIP)),
    "gzip: after utf-8": ResponseCase("list", compressed("utf-8, gzip", GZIP)),
    "gzip: in two members": ResponseCase(
        "list", compressed("gzip", gzip.compress(COMPLETE_LIST[:99]) + gzip.compress(COMPLETE_LIST[99:]))
    ),
    "gzip: twice": ResponseCase("list", compressed("gzip, gzip", gzip.compress(GZIP))),
    "gzip: declared, but decompressed on the way": ResponseCase("list", compressed("gzip", COMPLETE_LIST)),
    "gzip: one session": ResponseCase(
        "session", compressed("gzip", gzip.compress(session_xml(tag="SystemSession").encode()))
    ),
    "deflate": ResponseCase("list", compressed("deflate", zlib.compress(COMPLETE_LIST))),
    "deflate: raw": ResponseCase("list", compressed("deflate", bare_deflate(COMPLETE_LIST))),
    "windows-1252": ResponseCase("list", encoded("windows-1252", "cp1252")),
    "windows-1252: without the fast parser": ResponseCase("list", encoded("windows-1252", "cp1252", more="")),
    "windows-1252: named in the header": ResponseCase(
        "list", encoded("", "cp1252", "Content-Type: application/xml; charset=windows-1252\r\n")
    ),
    "windows-1251 in the header, utf-8 declared": ResponseCase(
        "list", encoded("utf-8", "cp1251", 'Content-Type: text/xml; charset="windows-1251"\r\n')
    ),
    "utf-16": ResponseCase("list", encoded("utf-16", "utf-16")),
    "utf-16: big endian, no byte order mark": ResponseCase("list", encoded("utf-16", "utf-16-be", more="")),
    "utf-16: declared for utf-8": ResponseCase("list", encoded("utf-16", "utf-8")),
    "success with 203": ResponseCase("list", make_reply("203 Non-Authoritative Information", COMPLETE_LIST)),
    "100 Continue before the answer": ResponseCase(
        "list",
        raw(
            f"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n{XML}Content-Length: {len(COMPLETE_LIST)}\n\n",
            COMPLETE_LIST,
        ),
    ),
    "early hints before the answer": ResponseCase(
        "list",
        raw(
            f"HTTP/1.1 103 Early Hints\nLink: </x>\n\nHTTP/1.1 200 OK\n{XML}Content-Length: {len(COMPLETE_LIST)}\n\n",
            COMPLETE_LIST,
        ),
    ),
    "HTTP/1.0": ResponseCase("list", raw(f"HTTP/1.0 200 OK\n{XML}\n", COMPLETE_LIST)),
    "logon: 200": ResponseCase(
        "logon", replace(LOGON_REPLY, head=LOGON_REPLY.head.replace(b"201 Created", b"200 OK"))
    ),
    "logon: 204 with a token": ResponseCase(
        "logon", make_reply("204 No Content", b"", f"X-RestSvcSessionId: {TOKEN}\r\n")
    ),
    # -- an expired logon is renewed
    "expired: by the status line": ResponseCase(
        "list", error("401 Unauthorized", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: by the document": ResponseCase(
        "list", error("200 OK", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: by the document, in gzip": ResponseCase(
        "list",
        compressed("gzip", gzip.compress(f'<Error {NAMESPACE} Message="x" StatusCode="401"/>'.encode())),
        once=True,
        demands=1,
    ),
    "expired: by the document, in UTF-16": ResponseCase(
        "list",
        make_reply("200 OK", f'<Error {NAMESPACE} Message="x" StatusCode="401"/>'.encode("utf-16")),
        once=True,
        demands=1,
    ),
    "expired: by JSON": ResponseCase(
        "list", json_error("200 OK", 401, "The session has expired"), once=True, demands=1
    ),
    "expired: 500 and the document says 401": ResponseCase(
        "list", error("500 Internal Server Error", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: one session": ResponseCase(
        "session", error("200 OK", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: events": ResponseCase(
        "events", json_error("200 OK", 401, "The session has expired"), once=True, demands=1
    ),
    "expired again": ResponseCase(
        "list",
        error("401 Unauthorized", "401", "The session has expired"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one: log on again, and check whether a proxy in between drops the X-RestSvcSessionId header.",
        errors.AccessDeniedError,
        demands=1,
    ),
    "expired again: by the document": ResponseCase(
        "list",
        error("200 OK", "401", "The session has expired"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one: log on again, and check whether a proxy in between drops the X-RestSvcSessionId header.",
        errors.AccessDeniedError,
        demands=1,
    ),
    "expired again: and a cookie": ResponseCase(
        "list",
        error("401 Unauthorized", "401", "expired", f"{XML}Set-Cookie: SERVERID=s1; path=/\r\n"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one and sets the cookie SERVERID: a load balancer probably routes by this cookie, which emtui does not send; connect to one server directly, or route by client address.",
        errors.AccessDeniedError,
        demands=1,
    ),
    # -- the error that a document names
    "document: 403": ResponseCase(
        "list",
        error("200 OK", "403", "Access denied"),
        "https://SERVER/api/systemSessions?format=Entity is not allowed for this user (403 Access denied): system sessions require the Portal Administrator role; ask for this role.",
        errors.ForbiddenError,
    ),
    "document: 404": ResponseCase(
        "list",
        error("200 OK", "404", "There is no such resource"),
        "https://SERVER/api/systemSessions?format=Entity was not found (404): system sessions require Enterprise Manager 12 or later; update the server.",
        errors.ServerTooOldError,
    ),
    "document: 404 of a session": ResponseCase(
        "session",
        error("200 OK", "404", "There is no such resource"),
        "SERVER no longer lists session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.SessionGoneError,
    ),
    "document: 404 of events": ResponseCase(
        "events",
        json_error("200 OK", 404, "There is no such resource"),
        "SERVER no longer has the events of session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.SessionGoneError,
    ),
    "document: 429": ResponseCase(
        "list",
        error("200 OK", "429", "Slow down"),
        "https://SERVER/api/systemSessions?format=Entity answered 429 Slow down: wait a while before the next request.",
        errors.UnexpectedStatusError,
    ),
    "document: 500": ResponseCase(
        "list",
        error("200 OK", "500", "Object reference not set to an instance of an object."),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Object reference not set to an instance of an object: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: 503": ResponseCase(
        "list",
        json_error("200 OK", 503, "The service is in maintenance"),
        "https://SERVER/api/systemSessions?format=Entity answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    "document: no number": ResponseCase(
        "list",
        make_reply("200 OK", f'<Error {NAMESPACE} Message="Out of cheese"/>'.encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error (Out of cheese): try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: an invalid number": ResponseCase(
        "list",
        error("200 OK", "200", "Out of cheese"),
        "https://SERVER/api/systemSessions?format=Entity answered with an error (Out of cheese): try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: nothing": ResponseCase(
        "list",
        make_reply("200 OK", f"<Error {NAMESPACE}/>".encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error without a readable message: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: cut": ResponseCase(
        "list",
        make_reply("200 OK", f'<Error {NAMESPACE} Message="Out of'.encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error without a readable message: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: of a session": ResponseCase(
        "session",
        error("200 OK", "500", "Out of cheese"),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: of events": ResponseCase(
        "events",
        error("200 OK", "500", "Out of cheese"),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "document: 503 under a redirect": ResponseCase(
        "list",
        error("302 Found", "503", "The service is in maintenance"),
        "https://SERVER/api/systemSessions?format=Entity answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    # -- statuses
    "204": ResponseCase(
        "list",
        make_reply("204 No Content", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 204 No Content instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "204: one session": ResponseCase(
        "session",
        make_reply("204 No Content", b"", ""),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 204 No Content instead of a system session: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "205": ResponseCase(
        "list",
        make_reply("205 Reset Content", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 205 Reset Content instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "206": ResponseCase(
        "list",
        make_reply("206 Partial Content", COMPLETE_LIST, f"{XML}Content-Range: bytes 0-99/9999\r\n"),
        "https://SERVER/api/systemSessions?format=Entity answered 206 Partial Content instead of the complete document: check which cache or proxy is in between.",
        errors.UnexpectedDocumentError,
    ),
    "empty": ResponseCase(
        "list",
        make_reply("200 OK", b""),
        "https://SERVER/api/systemSessions?format=Entity answered with an empty body instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "empty: blanks": ResponseCase(
        "list",
        make_reply("200 OK", b" \r\n "),
        "https://SERVER/api/systemSessions?format=Entity answered with an empty body instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "empty: events": ResponseCase(
        "events",
        make_reply("200 OK", b""),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events answered with an empty body instead of the events of a session: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "301 without a target": ResponseCase(
        "list",
        make_reply("301 Moved Permanently", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 301 Moved Permanently, a redirect without a target: check which proxy is in between.",
        errors.RedirectError,
    ),
    "302 to a page of its own": ResponseCase(
        "list",
        make_reply("302 Found", b"", "Location: /logon?from=/api\r\n"),
        "https://SERVER/api/systemSessions?format=Entity redirects to another page of this server, and redirects are not followed: use the URL of the REST service itself.",
        errors.RedirectError,
    ),
    "302 elsewhere": ResponseCase(
        "list",
        make_reply("302 Found", b"", "Location: https://em99.example.net/sso\r\n"),
        "https://SERVER/api/systemSessions?format=Entity redirects to em99.example.net, and redirects are not followed: use the URL of the REST service itself.",
        errors.RedirectError,
    ),
    "304": ResponseCase(
        "list",
        raw("HTTP/1.1 304 Not Modified\n\n", ending="keep"),
        "https://SERVER/api/systemSessions?format=Entity answered 304 Not Modified to a request that was not conditional: check which cache or proxy is in between.",
        errors.RedirectError,
    ),
    "400": ResponseCase(
        "list",
        error("400 BadRequest", "400", "Node [root] does not exist."),
        "https://SERVER/api/systemSessions?format=Entity answered 400 Node [root] does not exist: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    "403": ResponseCase(
        "list",
        error("403 Forbidden", "403", "Access denied"),
        "https://SERVER/api/systemSessions?format=Entity is not allowed for this user (403 Access denied): system sessions require the Portal Administrator role; ask for this role.",
        errors.ForbiddenError,
    ),
    "403 without a body": ResponseCase(
        "list",
        make_reply("403 Forbidden", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.ForbiddenError,
    ),
    "403 with a web page": ResponseCase(
        "list",
        make_reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.ForbiddenError,
    ),
    "403 in another JSON": ResponseCase(
        "list",
        make_reply("403 Forbidden", b'{"message":"Forbidden by policy 7"}', JSON),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden by policy 7: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.ForbiddenError,
    ),
    "404": ResponseCase(
        "list",
        make_reply("404 Not Found", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity was not found (404): system sessions require Enterprise Manager 12 or later; update the server.",
        errors.ServerTooOldError,
    ),
    "404 with a web page": ResponseCase(
        "list",
        make_reply("404 Not Found", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 404 Not Found with a web page: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    "404 with a web page for a session": ResponseCase(
        "session",
        make_reply("404 Not Found", PAGE, HTML),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 404 Not Found with a web page: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    "404 of a session": ResponseCase(
        "session",
        error("404 Not Found", "404", "There is no such resource"),
        "SERVER no longer lists session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.SessionGoneError,
    ),
    "405": ResponseCase(
        "list",
        make_reply("405 Method Not Allowed", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 405 Method Not Allowed: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    "413": ResponseCase(
        "list",
        make_reply("413 Content Too Large", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 413 Content Too Large with a web page: the request is short, so check whether a proxy in between limits the size.",
        errors.UnexpectedStatusError,
    ),
    "418": ResponseCase(
        "list",
        make_reply("418 I am a teapot", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 418: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    "429": ResponseCase(
        "list",
        make_reply("429 Too Many Requests", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 429 Too Many Requests: wait a while before the next request.",
        errors.UnexpectedStatusError,
    ),
    "431": ResponseCase(
        "list",
        make_reply("431 Request Header Fields Too Large", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 431 Request Header Fields Too Large: the request is short, so check whether a proxy in between limits the size.",
        errors.UnexpectedStatusError,
    ),
    "500": ResponseCase(
        "list",
        error("500 Internal Server Error", "500", "Object reference not set to an instance of an object."),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Object reference not set to an instance of an object: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "500 without a body": ResponseCase(
        "list",
        make_reply("500 Internal Server Error", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Internal Server Error: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "502 with a web page": ResponseCase(
        "list",
        make_reply("502 Bad Gateway", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 502 Bad Gateway with a web page: the proxy in front of Enterprise Manager cannot reach it; check whether its service is running.",
        errors.UnexpectedStatusError,
    ),
    "503": ResponseCase(
        "list",
        make_reply("503 Service Unavailable", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 503 Service Unavailable: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    "511": ResponseCase(
        "list",
        make_reply("511 Network Authentication Required", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 511 Network Authentication Required with a web page: the network requires its own logon first, for example in a browser.",
        errors.UnexpectedStatusError,
    ),
    "599": ResponseCase(
        "list",
        make_reply("599 Whatever", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 599: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "a certificate demanded by a proxy": ResponseCase(
        "list",
        make_reply(
            "400 Bad Request", b"<html><title>400 No required SSL certificate was sent</title></html>", HTML
        ),
        "https://SERVER/api/systemSessions?format=Entity requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateRequiredError,
    ),
    # -- bodies
    "web page": ResponseCase(
        "list",
        make_reply("200 OK", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is an HTML page): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "JSON": ResponseCase(
        "list",
        make_reply("200 OK", b'{"Sessions":[]}', JSON),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is JSON): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "text": ResponseCase(
        "list",
        make_reply("200 OK", b"Service unavailable", "Content-Type: text/plain\r\n"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is not XML): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "an unknown encoding": ResponseCase(
        "list",
        encoded("x-nope", "utf-8"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (its encoding x-nope is unknown): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "an unknown encoding: in the header": ResponseCase(
        "list",
        encoded("", "utf-8", "Content-Type: application/xml; charset=x-nope\r\n"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (its encoding x-nope is unknown): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "an unknown compression": ResponseCase(
        "list",
        compressed("br", GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent its response with the Content-Encoding br, which emtui does not request and cannot decode: check which proxy is in between.",
        errors.ContentEncodingError,
    ),
    "an unknown compression: zstd in gzip": ResponseCase(
        "list",
        compressed("zstd, gzip", GZIP),
        "https://SERVER/api/systemSessions?format=Entity sent its response with the Content-Encoding zstd, which emtui does not request and cannot decode: check which proxy is in between.",
        errors.ContentEncodingError,
    ),
    "gzip: no header": ResponseCase(
        "list",
        make_reply("200 OK", GZIP),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is gzip data without a Content-Encoding): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "gzip: damaged": ResponseCase(
        "list",
        compressed("gzip", GZIP[:60] + GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent compressed data that is corrupt: try again, and check which proxy is in between.",
        errors.ContentEncodingError,
    ),
    "gzip: cut": ResponseCase(
        "list",
        compressed("gzip", GZIP[:-20]),
        "https://SERVER/api/systemSessions?format=Entity ended its compressed response before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    "gzip: cut, one session": ResponseCase(
        "session",
        compressed("gzip", gzip.compress(COMPLETE_LIST)[:-20]),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity ended its compressed response before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    "gzip: cut with fewer bytes than declared": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Encoding: gzip\nContent-Length: 900\n\n", GZIP[:90]),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    "gzip: decompresses to more rows than the limit": ResponseCase(
        "list",
        compressed("gzip", ROWS),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "gzip: decompresses to more bytes than the limit": ResponseCase(
        "session",
        compressed("gzip", BOMB),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity sent more than the limit of 16 MiB: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "gzip: 400 MiB of blanks": ResponseCase(
        "list",
        compressed(
            "gzip",
            bomb(
                b"",
                31,
            ),
        ),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "gzip: 400 MiB of blanks in the list, in chunks": ResponseCase(
        "list",
        chunked("Content-Encoding: gzip\r\n", bomb(b"<SystemSessions>", 31)),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "gzip: 400 MiB in an error": ResponseCase(
        "list",
        make_reply(
            "500 Oops",
            bomb(
                b"",
                31,
            ),
            f"{XML}Content-Encoding: gzip\r\n",
        ),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Internal Server Error: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "gzip: 400 MiB in an error document": ResponseCase(
        "session",
        compressed(
            "gzip", bomb(f'<Error {NAMESPACE} StatusCode="503" Message="Out of cheese">'.encode(), 31)
        ),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 503 Out of cheese: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    "deflate: 400 MiB of blanks": ResponseCase(
        "list",
        compressed(
            "deflate",
            bomb(
                b"",
                15,
            ),
        ),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "deflate: 400 MiB of blanks, raw, in chunks": ResponseCase(
        "events",
        chunked(
            "Content-Encoding: deflate\r\n",
            bomb(
                b"",
                -15,
            ),
        ),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events sent more data than is accepted for the events of a session: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "gzip: an error": ResponseCase(
        "list",
        make_reply(
            "500 Oops",
            gzip.compress(f'<Error {NAMESPACE} Message="Out of cheese" StatusCode="500"/>'.encode()),
            f"{XML}Content-Encoding: gzip\r\n",
        ),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "deflate: damaged": ResponseCase(
        "list",
        compressed("deflate", GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent compressed data that is corrupt: try again, and check which proxy is in between.",
        errors.ContentEncodingError,
    ),
    "cut": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 9000\n\n", COMPLETE_LIST[:300]),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    "cut: the document": ResponseCase(
        "list",
        make_reply("200 OK", COMPLETE_LIST[:-30]),
        "https://SERVER/api/systemSessions?format=Entity ended a list of system sessions before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    "too large": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 209715200\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent more than the limit of 128 MiB: check which service answers there.",
        errors.ResponseTooLargeError,
    ),
    "chunks: broken": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\n20\n", COMPLETE_LIST),
        "https://SERVER/api/systemSessions?format=Entity sent malformed chunks: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "chunks: broken, no number": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\nzz\n", COMPLETE_LIST),
        "https://SERVER/api/systemSessions?format=Entity sent malformed chunks: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "chunks: cut": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\n5\n<Syst\n"),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.TruncatedResponseError,
    ),
    # -- heads
    "invalid header line": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\nmod/thing.php: odd\n{XML}Content-Length: 9\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed header line (mod/thing.php): check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "invalid header line: no colon": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\nPHP Warning in line 3\n{XML}\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed header line (PHP): check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "invalid header line: at the logon": ResponseCase(
        "logon",
        raw("HTTP/1.1 201 Created\nmod/thing.php: odd\n\n"),
        "https://SERVER/api/sessionMngr/?v=latest sent a malformed header line (mod/thing.php): check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "headers too long": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\nX-A: {'a' * 120_000}\n{XML}\n"),
        "https://SERVER/api/systemSessions?format=Entity sent more than 100 KiB of headers: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "two lengths": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 5\nContent-Length: 6\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed or contradictory Content-Length: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "an invalid length": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: five\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed or contradictory Content-Length: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "unknown Transfer-Encoding": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: gzip, chunked\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent an unsupported Transfer-Encoding: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "invalid status line": ResponseCase(
        "list",
        raw("HTTP/1.1 all right\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed status line: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "invalid status": ResponseCase(
        "list",
        raw("HTTP/1.1 099 Early\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a status code that HTTP does not have: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "101": ResponseCase(
        "list",
        raw("HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent 101 Switching Protocols, which was not requested: check which server module or proxy sends it.",
        errors.UnexpectedResponseError,
    ),
    "truncated head": ResponseCase(
        "list",
        raw("HTTP/1.1 200 OK\nContent-"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) ended the connection before its response was complete: try again, and check whether the server is overloaded.",
        errors.ConnectionFailedError,
    ),
    "no response": ResponseCase(
        "list",
        raw(""),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) ended the connection before its response was complete: try again, and check whether the server is overloaded.",
        errors.ConnectionFailedError,
    ),
    "no response, always": ResponseCase(
        "root",
        raw(""),
        "https://SERVER/api/ (directly, it is this computer) ended the connection without a response: check the port (9398), and whether the server requires a client certificate.",
        errors.ConnectionFailedError,
    ),
    "not HTTP": ResponseCase(
        "list",
        raw("", b"<html>no head</html>"),
        "SERVER (directly, it is this computer) answered with something that is not HTTP: try again, and check which proxy or other service is in between.",
        errors.ConnectionFailedError,
    ),
    "not HTTP, always": ResponseCase(
        "root",
        raw("220 mail.example.net ready\n"),
        "SERVER (directly, it is this computer) answered with something that is not HTTP: check the port (9398).",
        errors.ConnectionFailedError,
    ),
    "time-out before the response": ResponseCase(
        "list",
        ScriptedReply(b"", then="hang"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) sent nothing for 0.3 s while emtui waited for a response: try again, or check whether the server is overloaded.",
        errors.ServerTimeoutError,
    ),
    "time-out within the response": ResponseCase(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 9000\n\n", COMPLETE_LIST[:300], "hang"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) sent nothing for 0.3 s while emtui waited for the rest of its response: try again, or check whether the server is overloaded.",
        errors.ServerTimeoutError,
    ),
    # -- the root
    "root: web page": ResponseCase(
        "root",
        make_reply("200 OK", PAGE, HTML),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but a web page, probably the web UI: use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManagerError,
    ),
    "root: other JSON": ResponseCase(
        "root",
        make_reply("404 Not Found", b'{"errorCode":"NotFound"}', JSON),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but another API, such as the VBR REST API of port 9419: use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManagerError,
    ),
    "root: other XML": ResponseCase(
        "root",
        make_reply("200 OK", b"<feed/>"),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but something else (its root is feed): use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManagerError,
    ),
    "root: 204": ResponseCase(
        "root",
        make_reply("204 No Content", b"", ""),
        "https://SERVER/api/ answered 204 No Content instead of the API root: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "root: empty": ResponseCase(
        "root",
        make_reply("200 OK", b""),
        "https://SERVER/api/ answered with an empty body instead of the API root: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "root: 404": ResponseCase(
        "root",
        make_reply("404 Not Found", b"", ""),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManagerError,
    ),
    "root: 401": ResponseCase(
        "root",
        make_reply(
            "401 Unauthorized", PAGE, f"{HTML}WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"
        ),
        "https://SERVER/api/ answered 401 Unauthorized with a web page, although the API root of Enterprise Manager needs no logon: a proxy probably requires one (Negotiate, NTLM), so connect to Enterprise Manager directly.",
        errors.UnexpectedStatusError,
    ),
    "root: 401 without a logon method": ResponseCase(
        "root",
        make_reply(
            "401 Unauthorized",
            b"",
            "https://SERVER/api/ answered 401 Unauthorized, although the API root of Enterprise Manager needs no logon: use the host only, or the port of the REST service (9398), and check which proxy is in front of it.",
        ),
        "https://SERVER/api/ answered 401 Unauthorized, although the API root of Enterprise Manager needs no logon: use the host only, or the port of the REST service (9398), and check which proxy is in front of it.",
        errors.UnexpectedStatusError,
    ),
    "root: 401 by a document": ResponseCase(
        "root",
        EXPIRED,
        "https://SERVER/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check which proxy in front of it changes the path.",
        errors.UnexpectedStatusError,
    ),
    "root: 401 by a document, below a path": ResponseCase(
        "root",
        EXPIRED,
        "https://SERVER/api/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check the path /api, or use the host only.",
        errors.UnexpectedStatusError,
        prefix="/api",
    ),
    "root: 401 by JSON, below a path": ResponseCase(
        "root",
        json_error("200 OK", 401, "The session has expired"),
        "https://SERVER/veeam/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check the path /veeam, or use the host only.",
        errors.UnexpectedStatusError,
        prefix="/veeam",
    ),
    "root: 404 by a document, below a path": ResponseCase(
        "root",
        error("404 Not Found", "404", "There is no such resource"),
        "https://SERVER/veeam/api/ answered 404 There is no such resource: check the path /veeam, or use the host only.",
        errors.UnexpectedStatusError,
        prefix="/veeam",
    ),
    "root: 404 below a path": ResponseCase(
        "root",
        make_reply(
            "404 Not Found",
            b"",
            "https://SERVER/veeam/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): check the path /veeam, use the host only, or the port of the REST service (9398).",
        ),
        "https://SERVER/veeam/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): check the path /veeam, use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManagerError,
        prefix="/veeam",
    ),
    "root: 403 with a web page": ResponseCase(
        "root",
        make_reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/ answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.ForbiddenError,
    ),
    "root: 413": ResponseCase(
        "root",
        make_reply("413 Content Too Large", b"", ""),
        "https://SERVER/api/ answered 413 Content Too Large: the request is short, so check whether a proxy in between limits the size.",
        errors.UnexpectedStatusError,
    ),
    "root: 503": ResponseCase(
        "root",
        make_reply("503 Service Unavailable", b"", ""),
        "https://SERVER/api/ answered 503 Service Unavailable: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    "root: document says 503": ResponseCase(
        "root",
        error("200 OK", "503", "The service is in maintenance"),
        "https://SERVER/api/ answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.UnexpectedStatusError,
    ),
    "root: document says 404": ResponseCase(
        "root",
        error("200 OK", "404", "There is no such resource"),
        "https://SERVER/api/ answered 404 There is no such resource: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedStatusError,
    ),
    # -- the logon
    "logon: refused": ResponseCase(
        "logon",
        error(
            "401 Unauthorized",
            "401",
            "The user name or password is incorrect",
            f"{XML}WWW-Authenticate: Basic Realm=RestSvc\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: refused without a reason": ResponseCase(
        "logon",
        make_reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate: Basic Realm=RestSvc\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: refused without a reason, with other methods": ResponseCase(
        "logon",
        make_reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate: Negotiate, NTLM\r\nWWW-Authenticate: Basic realm=x\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: refused with a web page": ResponseCase(
        "logon",
        make_reply("401 Unauthorized", PAGE, f"{HTML}WWW-Authenticate: Basic realm=x\r\n"),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized with a web page): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: refused by the document": ResponseCase(
        "logon",
        error("200 OK", "401", "The user name or password is incorrect"),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: refused by the document, no method named": ResponseCase(
        "logon",
        error("401 Unauthorized", "401", "The user name or password is incorrect"),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefusedError,
    ),
    "logon: no method named": ResponseCase(
        "logon",
        make_reply(
            "401 Unauthorized",
            b"",
            "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        ),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: no method named, a web page": ResponseCase(
        "logon",
        make_reply("401 Unauthorized", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized with a web page and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: no method named, another JSON": ResponseCase(
        "logon",
        make_reply("401 Unauthorized", b'{"message":"Sign in at the portal"}', JSON),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Sign in at the portal and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: no method named, an empty header": ResponseCase(
        "logon",
        make_reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate:\r\n",
        ),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: no Basic": ResponseCase(
        "logon",
        make_reply(
            "401 Unauthorized", b"", f"{HTML}WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"
        ),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no Basic authentication, only Negotiate, NTLM: emtui logs on with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another method.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: no Basic but Bearer": ResponseCase(
        "logon",
        make_reply("401 Unauthorized", b"", 'WWW-Authenticate: Bearer realm="Basic, as if", error="x"\r\n'),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no Basic authentication, only Bearer: emtui logs on with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another method.",
        errors.BasicAuthNotOfferedError,
    ),
    "logon: 403": ResponseCase(
        "logon",
        error("403 Forbidden", "403", "The account may not log on"),
        "https://SERVER/api/sessionMngr/?v=latest answered the logon with 403 The account may not log on: ask the administrator of Enterprise Manager.",
        errors.ForbiddenError,
    ),
    "logon: 403 with a web page": ResponseCase(
        "logon",
        make_reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.ForbiddenError,
    ),
    "logon: 403 without a body": ResponseCase(
        "logon",
        make_reply("403 Forbidden", b"", ""),
        "https://SERVER/api/sessionMngr/?v=latest answered 403 Forbidden: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.ForbiddenError,
    ),
    "logon: 500": ResponseCase(
        "logon",
        error("500 Internal Server Error", "500", "The directory cannot be reached"),
        "https://SERVER/api/sessionMngr/?v=latest answered 500 The directory cannot be reached: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "logon: 500 by the document": ResponseCase(
        "logon",
        error("200 OK", "500", "The directory cannot be reached"),
        "https://SERVER/api/sessionMngr/?v=latest answered 500 The directory cannot be reached: try again, then check the logs of Enterprise Manager.",
        errors.UnexpectedStatusError,
    ),
    "logon: 204": ResponseCase(
        "logon",
        make_reply("204 No Content", b"", ""),
        "https://SERVER/api/sessionMngr/?v=latest answered 204 No Content instead of a logon: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "logon: empty": ResponseCase(
        "logon",
        make_reply("200 OK", b""),
        "https://SERVER/api/sessionMngr/?v=latest answered with an empty body instead of a logon: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.UnexpectedDocumentError,
    ),
    "logon: web page": ResponseCase(
        "logon",
        make_reply("200 OK", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest did not send a logon (it is an HTML page): check which proxy or other service is in between.",
        errors.UnexpectedDocumentError,
    ),
    "logon: no token": ResponseCase(
        "logon",
        make_reply("201 Created", f"<LogonSession {NAMESPACE}/>".encode()),
        "https://SERVER/api/sessionMngr/?v=latest accepted the logon without an X-RestSvcSessionId header: check whether a proxy drops it.",
        errors.UnexpectedDocumentError,
    ),
}
"""All unusual responses."""

LATER_ROUTES = {
    "404": "https://SERVER/api/systemSessions?format=Entity answered 404 Not Found: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
    "document: 404": "https://SERVER/api/systemSessions?format=Entity answered 404 There is no such resource: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
    "gzip: 400 MiB of blanks in the list, in chunks": "https://SERVER/api/systemSessions?format=Entity sent more than the limit of 128 MiB: check which service answers there.",
}
"""Expected errors of these cases after a first successful list: the service is known to have system sessions,
and a list is parsed only when it is complete."""


@dataclass(frozen=True, slots=True)
class HandshakeCase:
    """A server whose TLS handshake fails, and the expected error."""

    version: ssl.TLSVersion
    sentence: str
    error: type[EmError]
    wants_certificate: bool = False
    ciphers: str = ""


HANDSHAKES = {
    "client certificate, TLS 1.2": HandshakeCase(
        ssl.TLSVersion.TLSv1_2,
        "SERVER (directly, it is this computer) requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateRequiredError,
        wants_certificate=True,
    ),
    "client certificate, TLS 1.3": HandshakeCase(
        ssl.TLSVersion.TLSv1_3,
        "SERVER (directly, it is this computer) requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateRequiredError,
        wants_certificate=True,
    ),
    "no cipher in common": HandshakeCase(
        ssl.TLSVersion.TLSv1_2,
        "SERVER (directly, it is this computer) and this computer could not agree on TLS (SSLV3_ALERT_HANDSHAKE_FAILURE): check which TLS versions and ciphers the server allows.",
        errors.ConnectionFailedError,
        ciphers="PSK-AES128-GCM-SHA256",
    ),
    "TLS 1.1": HandshakeCase(
        ssl.TLSVersion.TLSv1_1,
        "SERVER (directly, it is this computer) and this computer could not agree on TLS (TLSV1_ALERT_PROTOCOL_VERSION): the server must support TLS 1.2 or later.",
        errors.ConnectionFailedError,
        ciphers="ALL:@SECLEVEL=0",
    ),
}
"""Every kind of handshake that fails for a reason other than the server's certificate."""
