"""Every kind of odd answer, and the one sentence that it gets: to be read as a whole, for truth.

`SERVER` stands for the host and port; an answer that has to do with what was requested names the whole
URL. A case without a sentence is read as if nothing were odd about it. `at` is the request that is answered
oddly, at its first time where `once` is true, else always; every other request is answered well.
`test_status_errors.py` plays each case over real TLS, `test_any_answers.py` all of them in random order.
"""

# ruff: noqa: E501 - a sentence stands on one line, to be read as it is shown

from __future__ import annotations

import gzip
import ssl
import zlib
from dataclasses import dataclass, replace

from rogue import LOGON, TOKEN, Reply, list_xml, reply, session_xml

from emtui.em import errors
from emtui.em.errors import EmError

XML = "Content-Type: application/xml\r\n"
JSON = "Content-Type: application/json\r\n"
HTML = "Content-Type: text/html\r\n"
NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PAGE = b"<!DOCTYPE html><html><head><title>Blocked</title></head><body>Blocked by policy</body></html>"
WHOLE = list_xml([session_xml()])
GARBAGE = bytes(range(256)) * 4


@dataclass(frozen=True, slots=True)
class Case:
    """One odd answer. `demands` is how many logons more than the first one it costs, `prefix` the path before `/api`."""

    at: str
    reply: Reply
    sentence: str = ""
    error: type[EmError] | None = None
    once: bool = False
    demands: int = 0
    prefix: str = ""


def raw(head: str, body: bytes = b"", after: str = "close") -> Reply:
    """A head as it is written here, its lines ended as HTTP wants it."""
    return Reply(head.replace("\r\n", "\n").replace("\n", "\r\n").encode("latin-1"), (body,), after)


def packed(name: str, body: bytes) -> Reply:
    """The list in a Content-Encoding."""
    return reply("200 OK", body, f"{XML}Content-Encoding: {name}\r\n")


def error(status: str, number: str, message: str, headers: str = XML) -> Reply:
    """An `Error` document under some status line."""
    return reply(status, f'<Error {NS} Message="{message}" StatusCode="{number}"/>'.encode(), headers)


EXPIRED = error(
    "401 Unauthorized", "401", "The session has expired", f"{XML}WWW-Authenticate: Basic Realm=RestSvc\r\n"
)


def json_error(status: str, number: int, message: str) -> Reply:
    """The same in JSON, as servers write it whatever they were asked for."""
    body = f'{{"FirstChanceExceptionMessage":null,"Message":"{message}","Status":null,"StatusCode":{number}}}'
    return reply(status, body.encode(), JSON)


def encoded(
    name: str, codec: str, headers: str = "Content-Type: application/xml\r\n", more: str = XSI
) -> Reply:
    """The list in an encoding, declared as `name` if that is one."""
    declaration = f'<?xml version="1.0" encoding="{name}"?>' if name else ""
    text = f"{declaration}<SystemSessions {NS} {more}>{session_xml()}</SystemSessions>"
    return reply("200 OK", text.encode(codec), headers)


def bare_deflate(body: bytes) -> bytes:
    """deflate without zlib's wrapping."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def chunked(headers: str, body: bytes) -> Reply:
    """A success whose body comes in chunks of a few kilobytes."""
    pieces = [body[start : start + 5_000] for start in range(0, len(body), 5_000)]
    framed = (*(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), b"0\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\n{XML}{headers}Transfer-Encoding: chunked\r\n\r\n"
    return Reply(head.encode(), framed, "close")


def bomb(beginning: bytes, wbits: int) -> bytes:
    """400 MiB of blanks behind this beginning, in half a megabyte; the checksum at the end is not right."""
    packer = zlib.compressobj(9, wbits=wbits)
    before = packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH)
    mebibyte = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return before + mebibyte * 400


ROWS = gzip.compress(b"<SystemSessions>" + b"<Links/>" * 300_000, mtime=0)
BOMB = gzip.compress(b"<SystemSession>" + b" " * 17 * 1024 * 1024, mtime=0)
"""A few kilobytes that unfold to more rows, and to more bytes, than are read."""
GZIP = gzip.compress(WHOLE, mtime=0)

CASES: dict[str, Case] = {
    # -- read as usual
    "no-compression: utf-8": Case("list", packed("utf-8", WHOLE)),
    "no-compression: none": Case("list", packed("none", WHOLE)),
    "no-compression: binary": Case("list", packed("binary", WHOLE)),
    "no-compression: identity twice": Case("list", packed("Identity, identity", WHOLE)),
    "no-compression: a charset": Case("list", packed("ISO-8859-1", WHOLE)),
    "gzip": Case("list", packed("gzip", GZIP)),
    "gzip: x-gzip": Case("list", packed("x-gzip", GZIP)),
    "gzip: after utf-8": Case("list", packed("utf-8, gzip", GZIP)),
    "gzip: in two members": Case(
        "list", packed("gzip", gzip.compress(WHOLE[:99]) + gzip.compress(WHOLE[99:]))
    ),
    "gzip: twice": Case("list", packed("gzip, gzip", gzip.compress(GZIP))),
    "gzip: said, but unpacked on its way": Case("list", packed("gzip", WHOLE)),
    "gzip: one session": Case(
        "session", packed("gzip", gzip.compress(session_xml(tag="SystemSession").encode()))
    ),
    "deflate": Case("list", packed("deflate", zlib.compress(WHOLE))),
    "deflate: bare": Case("list", packed("deflate", bare_deflate(WHOLE))),
    "windows-1252": Case("list", encoded("windows-1252", "cp1252")),
    "windows-1252: not the plain way": Case("list", encoded("windows-1252", "cp1252", more="")),
    "windows-1252: named in the header": Case(
        "list", encoded("", "cp1252", "Content-Type: application/xml; charset=windows-1252\r\n")
    ),
    "windows-1251 in the header, utf-8 declared": Case(
        "list", encoded("utf-8", "cp1251", 'Content-Type: text/xml; charset="windows-1251"\r\n')
    ),
    "utf-16": Case("list", encoded("utf-16", "utf-16")),
    "utf-16: big end first, no mark": Case("list", encoded("utf-16", "utf-16-be", more="")),
    "utf-16: declared of utf-8": Case("list", encoded("utf-16", "utf-8")),
    "another success: 203": Case("list", reply("203 Non-Authoritative Information", WHOLE)),
    "100 Continue before the answer": Case(
        "list", raw(f"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n{XML}Content-Length: {len(WHOLE)}\n\n", WHOLE)
    ),
    "early hints before the answer": Case(
        "list",
        raw(
            f"HTTP/1.1 103 Early Hints\nLink: </x>\n\nHTTP/1.1 200 OK\n{XML}Content-Length: {len(WHOLE)}\n\n",
            WHOLE,
        ),
    ),
    "HTTP/1.0": Case("list", raw(f"HTTP/1.0 200 OK\n{XML}\n", WHOLE)),
    "logon: 200": Case("logon", replace(LOGON, head=LOGON.head.replace(b"201 Created", b"200 OK"))),
    "logon: 204 with a token": Case(
        "logon", reply("204 No Content", b"", f"X-RestSvcSessionId: {TOKEN}\r\n")
    ),
    # -- an expired logon is renewed
    "expired: by the status line": Case(
        "list", error("401 Unauthorized", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: by the document": Case(
        "list", error("200 OK", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: by the document, in gzip": Case(
        "list",
        packed("gzip", gzip.compress(f'<Error {NS} Message="x" StatusCode="401"/>'.encode())),
        once=True,
        demands=1,
    ),
    "expired: by the document, in UTF-16": Case(
        "list",
        reply("200 OK", f'<Error {NS} Message="x" StatusCode="401"/>'.encode("utf-16")),
        once=True,
        demands=1,
    ),
    "expired: by JSON": Case(
        "list", json_error("200 OK", 401, "The session has expired"), once=True, demands=1
    ),
    "expired: 500 and the document says 401": Case(
        "list", error("500 Internal Server Error", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: one session": Case(
        "session", error("200 OK", "401", "The session has expired"), once=True, demands=1
    ),
    "expired: events": Case(
        "events", json_error("200 OK", 401, "The session has expired"), once=True, demands=1
    ),
    "expired again": Case(
        "list",
        error("401 Unauthorized", "401", "The session has expired"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one: log on again, and check whether a proxy in between drops the X-RestSvcSessionId header.",
        errors.Denied,
        demands=1,
    ),
    "expired again: by the document": Case(
        "list",
        error("200 OK", "401", "The session has expired"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one: log on again, and check whether a proxy in between drops the X-RestSvcSessionId header.",
        errors.Denied,
        demands=1,
    ),
    "expired again: and a cookie": Case(
        "list",
        error("401 Unauthorized", "401", "expired", f"{XML}Set-Cookie: SERVERID=s1; path=/\r\n"),
        "https://SERVER/api/systemSessions?format=Entity requires a new logon right after one and sets the cookie SERVERID: a load balancer probably routes by this cookie, which emtui does not send; connect to one server directly, or route by client address.",
        errors.Denied,
        demands=1,
    ),
    # -- the error that a document names
    "document: 403": Case(
        "list",
        error("200 OK", "403", "Access denied"),
        "https://SERVER/api/systemSessions?format=Entity is not allowed for this user (403 Access denied): system sessions require the role Portal Administrator.",
        errors.Forbidden,
    ),
    "document: 404": Case(
        "list",
        error("200 OK", "404", "There is no such resource"),
        "https://SERVER/api/systemSessions?format=Entity was not found (404): system sessions require Enterprise Manager 12 or later; update the server.",
        errors.TooOld,
    ),
    "document: 404 of a session": Case(
        "session",
        error("200 OK", "404", "There is no such resource"),
        "SERVER no longer lists session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.Gone,
    ),
    "document: 404 of events": Case(
        "events",
        json_error("200 OK", 404, "There is no such resource"),
        "SERVER no longer has a log of session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.Gone,
    ),
    "document: 429": Case(
        "list",
        error("200 OK", "429", "Slow down"),
        "https://SERVER/api/systemSessions?format=Entity answered 429 Slow down: wait a while before the next request.",
        errors.ServerTrouble,
    ),
    "document: 500": Case(
        "list",
        error("200 OK", "500", "Object reference not set to an instance of an object."),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Object reference not set to an instance of an object: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: 503": Case(
        "list",
        json_error("200 OK", 503, "The service is in maintenance"),
        "https://SERVER/api/systemSessions?format=Entity answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    "document: no number": Case(
        "list",
        reply("200 OK", f'<Error {NS} Message="Out of cheese"/>'.encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error (Out of cheese): try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: a number that is none": Case(
        "list",
        error("200 OK", "200", "Out of cheese"),
        "https://SERVER/api/systemSessions?format=Entity answered with an error (Out of cheese): try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: nothing": Case(
        "list",
        reply("200 OK", f"<Error {NS}/>".encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error without a readable message: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: cut": Case(
        "list",
        reply("200 OK", f'<Error {NS} Message="Out of'.encode()),
        "https://SERVER/api/systemSessions?format=Entity answered with an error without a readable message: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: of a session": Case(
        "session",
        error("200 OK", "500", "Out of cheese"),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: of events": Case(
        "events",
        error("200 OK", "500", "Out of cheese"),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "document: 503 under a redirect": Case(
        "list",
        error("302 Found", "503", "The service is in maintenance"),
        "https://SERVER/api/systemSessions?format=Entity answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    # -- statuses
    "204": Case(
        "list",
        reply("204 No Content", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 204 No Content instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "204: one session": Case(
        "session",
        reply("204 No Content", b"", ""),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 204 No Content instead of a system session: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "205": Case(
        "list",
        reply("205 Reset Content", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 205 Reset Content instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "206": Case(
        "list",
        reply("206 Partial Content", WHOLE, f"{XML}Content-Range: bytes 0-99/9999\r\n"),
        "https://SERVER/api/systemSessions?format=Entity answered 206 Partial Content instead of the complete document: check which cache or proxy is in between.",
        errors.BadDocument,
    ),
    "empty": Case(
        "list",
        reply("200 OK", b""),
        "https://SERVER/api/systemSessions?format=Entity answered with an empty body instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "empty: blanks": Case(
        "list",
        reply("200 OK", b" \r\n "),
        "https://SERVER/api/systemSessions?format=Entity answered with an empty body instead of a list of system sessions: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "empty: events": Case(
        "events",
        reply("200 OK", b""),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events answered with an empty body instead of the events of a session: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "301 without a target": Case(
        "list",
        reply("301 Moved Permanently", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 301 Moved Permanently, a redirect without a target: check which proxy is in between.",
        errors.Redirected,
    ),
    "302 to a page of its own": Case(
        "list",
        reply("302 Found", b"", "Location: /logon?from=/api\r\n"),
        "https://SERVER/api/systemSessions?format=Entity redirects to another page of this server, and redirects are not followed: use the URL of the REST service itself.",
        errors.Redirected,
    ),
    "302 elsewhere": Case(
        "list",
        reply("302 Found", b"", "Location: https://em99.example.net/sso\r\n"),
        "https://SERVER/api/systemSessions?format=Entity redirects to em99.example.net, and redirects are not followed: use the URL of the REST service itself.",
        errors.Redirected,
    ),
    "304": Case(
        "list",
        raw("HTTP/1.1 304 Not Modified\n\n", after="keep"),
        "https://SERVER/api/systemSessions?format=Entity answered 304 Not Modified to a request that was not conditional: check which cache or proxy is in between.",
        errors.Redirected,
    ),
    "400": Case(
        "list",
        error("400 BadRequest", "400", "Node [root] does not exist."),
        "https://SERVER/api/systemSessions?format=Entity answered 400 Node [root] does not exist: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    "403": Case(
        "list",
        error("403 Forbidden", "403", "Access denied"),
        "https://SERVER/api/systemSessions?format=Entity is not allowed for this user (403 Access denied): system sessions require the role Portal Administrator.",
        errors.Forbidden,
    ),
    "403 bare": Case(
        "list",
        reply("403 Forbidden", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.Forbidden,
    ),
    "403 with a web page": Case(
        "list",
        reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.Forbidden,
    ),
    "403 in another JSON": Case(
        "list",
        reply("403 Forbidden", b'{"message":"Forbidden by policy 7"}', JSON),
        "https://SERVER/api/systemSessions?format=Entity answered 403 Forbidden by policy 7: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.Forbidden,
    ),
    "404": Case(
        "list",
        reply("404 Not Found", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity was not found (404): system sessions require Enterprise Manager 12 or later; update the server.",
        errors.TooOld,
    ),
    "404 with a web page": Case(
        "list",
        reply("404 Not Found", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 404 Not Found with a web page: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    "404 with a web page for a session": Case(
        "session",
        reply("404 Not Found", PAGE, HTML),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 404 Not Found with a web page: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    "404 of a session": Case(
        "session",
        error("404 Not Found", "404", "There is no such resource"),
        "SERVER no longer lists session 11111111-2222-4333-8444-555555555555: it was deleted, is older than the 30-day retention, or is temporarily missing (for example after a restart or restore).",
        errors.Gone,
    ),
    "405": Case(
        "list",
        reply("405 Method Not Allowed", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 405 Method Not Allowed: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    "413": Case(
        "list",
        reply("413 Content Too Large", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 413 Content Too Large with a web page: the request is short, so check whether a proxy in between limits the size.",
        errors.ServerTrouble,
    ),
    "418": Case(
        "list",
        reply("418 I am a teapot", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 418: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    "429": Case(
        "list",
        reply("429 Too Many Requests", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 429 Too Many Requests: wait a while before the next request.",
        errors.ServerTrouble,
    ),
    "431": Case(
        "list",
        reply("431 Request Header Fields Too Large", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 431 Request Header Fields Too Large: the request is short, so check whether a proxy in between limits the size.",
        errors.ServerTrouble,
    ),
    "500": Case(
        "list",
        error("500 Internal Server Error", "500", "Object reference not set to an instance of an object."),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Object reference not set to an instance of an object: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "500 bare": Case(
        "list",
        reply("500 Internal Server Error", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Internal Server Error: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "502 with a web page": Case(
        "list",
        reply("502 Bad Gateway", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 502 Bad Gateway with a web page: the proxy in front of Enterprise Manager cannot reach it; check whether its service is running.",
        errors.ServerTrouble,
    ),
    "503": Case(
        "list",
        reply("503 Service Unavailable", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 503 Service Unavailable: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    "511": Case(
        "list",
        reply("511 Network Authentication Required", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity answered 511 Network Authentication Required with a web page: the network requires its own logon first, for example in a browser.",
        errors.ServerTrouble,
    ),
    "599": Case(
        "list",
        reply("599 Whatever", b"", ""),
        "https://SERVER/api/systemSessions?format=Entity answered 599: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "a certificate demanded by a proxy": Case(
        "list",
        reply(
            "400 Bad Request", b"<html><title>400 No required SSL certificate was sent</title></html>", HTML
        ),
        "https://SERVER/api/systemSessions?format=Entity requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateWanted,
    ),
    # -- bodies
    "web page": Case(
        "list",
        reply("200 OK", PAGE, HTML),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is an HTML page): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "JSON": Case(
        "list",
        reply("200 OK", b'{"Sessions":[]}', JSON),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is JSON): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "text": Case(
        "list",
        reply("200 OK", b"Service unavailable", "Content-Type: text/plain\r\n"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is not XML): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "an encoding that is not known": Case(
        "list",
        encoded("x-nope", "utf-8"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (its encoding x-nope is unknown): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "an encoding that is not known: in the header": Case(
        "list",
        encoded("", "utf-8", "Content-Type: application/xml; charset=x-nope\r\n"),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (its encoding x-nope is unknown): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "a compression that is not known": Case(
        "list",
        packed("br", GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent its response with the Content-Encoding br, which emtui does not request and cannot decode: check which proxy is in between.",
        errors.Compressed,
    ),
    "a compression that is not known: zstd in gzip": Case(
        "list",
        packed("zstd, gzip", GZIP),
        "https://SERVER/api/systemSessions?format=Entity sent its response with the Content-Encoding zstd, which emtui does not request and cannot decode: check which proxy is in between.",
        errors.Compressed,
    ),
    "gzip: no header": Case(
        "list",
        reply("200 OK", GZIP),
        "https://SERVER/api/systemSessions?format=Entity did not send a list of system sessions (it is gzip data without a Content-Encoding): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "gzip: damaged": Case(
        "list",
        packed("gzip", GZIP[:60] + GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent compressed data that is corrupt: try again, and check which proxy is in between.",
        errors.Compressed,
    ),
    "gzip: cut": Case(
        "list",
        packed("gzip", GZIP[:-20]),
        "https://SERVER/api/systemSessions?format=Entity ended its compressed response before it was complete: try again.",
        errors.Cut,
    ),
    "gzip: cut, one session": Case(
        "session",
        packed("gzip", gzip.compress(WHOLE)[:-20]),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity ended its compressed response before it was complete: try again.",
        errors.Cut,
    ),
    "gzip: cut with fewer bytes than promised": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Encoding: gzip\nContent-Length: 900\n\n", GZIP[:90]),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.Cut,
    ),
    "gzip: unfolds to more rows than are read": Case(
        "list",
        packed("gzip", ROWS),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.TooLarge,
    ),
    "gzip: unfolds to more than is read": Case(
        "session",
        packed("gzip", BOMB),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity sent more than the limit of 16 MiB: check which service answers there.",
        errors.TooLarge,
    ),
    "gzip: 400 MiB of blanks": Case(
        "list",
        packed(
            "gzip",
            bomb(
                b"",
                31,
            ),
        ),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.TooLarge,
    ),
    "gzip: 400 MiB of blanks in the list, in chunks": Case(
        "list",
        chunked("Content-Encoding: gzip\r\n", bomb(b"<SystemSessions>", 31)),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.TooLarge,
    ),
    "gzip: 400 MiB in an error": Case(
        "list",
        reply(
            "500 Oops",
            bomb(
                b"",
                31,
            ),
            f"{XML}Content-Encoding: gzip\r\n",
        ),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Internal Server Error: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "gzip: 400 MiB in an error document": Case(
        "session",
        packed("gzip", bomb(f'<Error {NS} StatusCode="503" Message="Out of cheese">'.encode(), 31)),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555?format=Entity answered 503 Out of cheese: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    "deflate: 400 MiB of blanks": Case(
        "list",
        packed(
            "deflate",
            bomb(
                b"",
                15,
            ),
        ),
        "https://SERVER/api/systemSessions?format=Entity sent more data than is accepted for a list of system sessions: check which service answers there.",
        errors.TooLarge,
    ),
    "deflate: 400 MiB of blanks, bare, in chunks": Case(
        "events",
        chunked(
            "Content-Encoding: deflate\r\n",
            bomb(
                b"",
                -15,
            ),
        ),
        "https://SERVER/api/systemSessions/11111111-2222-4333-8444-555555555555/events sent more data than is accepted for the events of a session: check which service answers there.",
        errors.TooLarge,
    ),
    "gzip: an error": Case(
        "list",
        reply(
            "500 Oops",
            gzip.compress(f'<Error {NS} Message="Out of cheese" StatusCode="500"/>'.encode()),
            f"{XML}Content-Encoding: gzip\r\n",
        ),
        "https://SERVER/api/systemSessions?format=Entity answered 500 Out of cheese: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "deflate: damaged": Case(
        "list",
        packed("deflate", GARBAGE),
        "https://SERVER/api/systemSessions?format=Entity sent compressed data that is corrupt: try again, and check which proxy is in between.",
        errors.Compressed,
    ),
    "cut": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 9000\n\n", WHOLE[:300]),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.Cut,
    ),
    "cut: the document": Case(
        "list",
        reply("200 OK", WHOLE[:-30]),
        "https://SERVER/api/systemSessions?format=Entity ended a list of system sessions before it was complete: try again.",
        errors.Cut,
    ),
    "too large": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 209715200\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent more than the limit of 128 MiB: check which service answers there.",
        errors.TooLarge,
    ),
    "chunks: broken": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\n20\n", WHOLE),
        "https://SERVER/api/systemSessions?format=Entity sent malformed chunks: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "chunks: broken, no number": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\nzz\n", WHOLE),
        "https://SERVER/api/systemSessions?format=Entity sent malformed chunks: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "chunks: cut": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: chunked\n\n5\n<Syst\n"),
        "https://SERVER/api/systemSessions?format=Entity ended its response before it was complete: try again.",
        errors.Cut,
    ),
    # -- heads
    "header line that is none": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\nmod/thing.php: odd\n{XML}Content-Length: 9\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed header line (mod/thing.php): check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "header line that is none: no colon": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\nPHP Warning in line 3\n{XML}\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed header line (PHP): check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "header line that is none: at the logon": Case(
        "logon",
        raw("HTTP/1.1 201 Created\nmod/thing.php: odd\n\n"),
        "https://SERVER/api/sessionMngr/?v=latest sent a malformed header line (mod/thing.php): check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "headers too long": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\nX-A: {'a' * 120_000}\n{XML}\n"),
        "https://SERVER/api/systemSessions?format=Entity sent more than 100 KiB of headers: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "two lengths": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 5\nContent-Length: 6\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed or contradictory Content-Length: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "a length that is none": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: five\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed or contradictory Content-Length: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "Transfer-Encoding that is not known": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Transfer-Encoding: gzip, chunked\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent an unsupported Transfer-Encoding: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "status line that is none": Case(
        "list",
        raw("HTTP/1.1 all right\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a malformed status line: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "status that is none": Case(
        "list",
        raw("HTTP/1.1 099 Early\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent a status code that HTTP does not have: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "101": Case(
        "list",
        raw("HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade\n\n"),
        "https://SERVER/api/systemSessions?format=Entity sent 101 Switching Protocols, which was not requested: check which server module or proxy sends it.",
        errors.Nonsense,
    ),
    "head that is cut": Case(
        "list",
        raw("HTTP/1.1 200 OK\nContent-"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) ended the connection before its response was complete: try again, and check whether the server is overloaded.",
        errors.Broken,
    ),
    "nothing at all": Case(
        "list",
        raw(""),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) ended the connection before its response was complete: try again, and check whether the server is overloaded.",
        errors.Broken,
    ),
    "nothing at all, never": Case(
        "root",
        raw(""),
        "https://SERVER/api/ (directly, it is this computer) ended the connection without a response: check the port (9398), and whether the server requires a client certificate.",
        errors.Broken,
    ),
    "not HTTP": Case(
        "list",
        raw("", b"<html>no head</html>"),
        "SERVER (directly, it is this computer) answered with something that is not HTTP: try again, and check what is in between.",
        errors.Broken,
    ),
    "not HTTP, never": Case(
        "root",
        raw("220 mail.example.net ready\n"),
        "SERVER (directly, it is this computer) answered with something that is not HTTP: check the port (9398).",
        errors.Broken,
    ),
    "no answer in time": Case(
        "list",
        Reply(b"", after="hang"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) sent nothing for 0.3 s while emtui waited for a response: try again, or check whether the server is overloaded.",
        errors.TimedOut,
    ),
    "no rest in time": Case(
        "list",
        raw(f"HTTP/1.1 200 OK\n{XML}Content-Length: 9000\n\n", WHOLE[:300], "hang"),
        "https://SERVER/api/systemSessions?format=Entity (directly, it is this computer) sent nothing for 0.3 s while emtui waited for the rest of its response: try again, or check whether the server is overloaded.",
        errors.TimedOut,
    ),
    # -- the root
    "root: web page": Case(
        "root",
        reply("200 OK", PAGE, HTML),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but a web page, probably the web UI: use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManager,
    ),
    "root: other JSON": Case(
        "root",
        reply("404 Not Found", b'{"errorCode":"NotFound"}', JSON),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but another API, such as the VBR REST API of port 9419: use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManager,
    ),
    "root: other XML": Case(
        "root",
        reply("200 OK", b"<feed/>"),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but something else (its root is feed): use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManager,
    ),
    "root: 204": Case(
        "root",
        reply("204 No Content", b"", ""),
        "https://SERVER/api/ answered 204 No Content instead of the API root: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "root: empty": Case(
        "root",
        reply("200 OK", b""),
        "https://SERVER/api/ answered with an empty body instead of the API root: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "root: 404": Case(
        "root",
        reply("404 Not Found", b"", ""),
        "https://SERVER/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManager,
    ),
    "root: 401": Case(
        "root",
        reply("401 Unauthorized", PAGE, f"{HTML}WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"),
        "https://SERVER/api/ answered 401 Unauthorized with a web page, although the API root of Enterprise Manager needs no logon: a proxy probably requires one (Negotiate, NTLM), so connect to Enterprise Manager directly.",
        errors.ServerTrouble,
    ),
    "root: 401 with no way to log on": Case(
        "root",
        reply(
            "401 Unauthorized",
            b"",
            "https://SERVER/api/ answered 401 Unauthorized, although the API root of Enterprise Manager needs no logon: use the host only, or the port of the REST service (9398), and check which proxy is in front of it.",
        ),
        "https://SERVER/api/ answered 401 Unauthorized, although the API root of Enterprise Manager needs no logon: use the host only, or the port of the REST service (9398), and check which proxy is in front of it.",
        errors.ServerTrouble,
    ),
    "root: 401 by a document": Case(
        "root",
        EXPIRED,
        "https://SERVER/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check which proxy in front of it changes the path.",
        errors.ServerTrouble,
    ),
    "root: 401 by a document, below a path": Case(
        "root",
        EXPIRED,
        "https://SERVER/api/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check the path /api, or use the host only.",
        errors.ServerTrouble,
        prefix="/api",
    ),
    "root: 401 by JSON, below a path": Case(
        "root",
        json_error("200 OK", 401, "The session has expired"),
        "https://SERVER/veeam/api/ answered 401 The session has expired, although the API root of Enterprise Manager needs no logon: check the path /veeam, or use the host only.",
        errors.ServerTrouble,
        prefix="/veeam",
    ),
    "root: 404 by a document, below a path": Case(
        "root",
        error("404 Not Found", "404", "There is no such resource"),
        "https://SERVER/veeam/api/ answered 404 There is no such resource: check the path /veeam, or use the host only.",
        errors.ServerTrouble,
        prefix="/veeam",
    ),
    "root: 404 below a path": Case(
        "root",
        reply(
            "404 Not Found",
            b"",
            "https://SERVER/veeam/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): check the path /veeam, use the host only, or the port of the REST service (9398).",
        ),
        "https://SERVER/veeam/api/ is not the REST service of Enterprise Manager but another service (404 Not Found): check the path /veeam, use the host only, or the port of the REST service (9398).",
        errors.NotEnterpriseManager,
        prefix="/veeam",
    ),
    "root: 403 with a web page": Case(
        "root",
        reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/ answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.Forbidden,
    ),
    "root: 413": Case(
        "root",
        reply("413 Content Too Large", b"", ""),
        "https://SERVER/api/ answered 413 Content Too Large: the request is short, so check whether a proxy in between limits the size.",
        errors.ServerTrouble,
    ),
    "root: 503": Case(
        "root",
        reply("503 Service Unavailable", b"", ""),
        "https://SERVER/api/ answered 503 Service Unavailable: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    "root: document says 503": Case(
        "root",
        error("200 OK", "503", "The service is in maintenance"),
        "https://SERVER/api/ answered 503 The service is in maintenance: try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped.",
        errors.ServerTrouble,
    ),
    "root: document says 404": Case(
        "root",
        error("200 OK", "404", "There is no such resource"),
        "https://SERVER/api/ answered 404 There is no such resource: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.ServerTrouble,
    ),
    # -- the logon
    "logon: refused": Case(
        "logon",
        error(
            "401 Unauthorized",
            "401",
            "The user name or password is incorrect",
            f"{XML}WWW-Authenticate: Basic Realm=RestSvc\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: refused without a reason": Case(
        "logon",
        reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate: Basic Realm=RestSvc\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: refused without a reason, and other ways": Case(
        "logon",
        reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate: Negotiate, NTLM\r\nWWW-Authenticate: Basic realm=x\r\n",
        ),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: refused with a web page": Case(
        "logon",
        reply("401 Unauthorized", PAGE, f"{HTML}WWW-Authenticate: Basic realm=x\r\n"),
        "SERVER refused the logon of EXAMPLE\\ops (401 Unauthorized with a web page): check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: refused by the document": Case(
        "logon",
        error("200 OK", "401", "The user name or password is incorrect"),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: refused by the document, no way named": Case(
        "logon",
        error("401 Unauthorized", "401", "The user name or password is incorrect"),
        "SERVER refused the logon of EXAMPLE\\ops: The user name or password is incorrect; check user name and password, whether the account is locked, and that it is not a single sign-on account.",
        errors.LogonRefused,
    ),
    "logon: no way named": Case(
        "logon",
        reply(
            "401 Unauthorized",
            b"",
            "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        ),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicNotOffered,
    ),
    "logon: no way named, a web page": Case(
        "logon",
        reply("401 Unauthorized", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized with a web page and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicNotOffered,
    ),
    "logon: no way named, another JSON": Case(
        "logon",
        reply("401 Unauthorized", b'{"message":"Sign in at the portal"}', JSON),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Sign in at the portal and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicNotOffered,
    ),
    "logon: no way named, an empty header": Case(
        "logon",
        reply(
            "401 Unauthorized",
            b"",
            "WWW-Authenticate:\r\n",
        ),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no authentication method: Enterprise Manager offers Basic, so check which proxy or firewall in between answers for it or drops the WWW-Authenticate header.",
        errors.BasicNotOffered,
    ),
    "logon: no Basic": Case(
        "logon",
        reply("401 Unauthorized", b"", f"{HTML}WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no Basic authentication, only Negotiate, NTLM: emtui logs on with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another method.",
        errors.BasicNotOffered,
    ),
    "logon: no Basic but Bearer": Case(
        "logon",
        reply("401 Unauthorized", b"", 'WWW-Authenticate: Bearer realm="Basic, as if", error="x"\r\n'),
        "https://SERVER/api/sessionMngr/?v=latest answered 401 Unauthorized and offers no Basic authentication, only Bearer: emtui logs on with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another method.",
        errors.BasicNotOffered,
    ),
    "logon: 403": Case(
        "logon",
        error("403 Forbidden", "403", "The account may not log on"),
        "https://SERVER/api/sessionMngr/?v=latest answered the logon with 403 The account may not log on: ask the administrator of Enterprise Manager.",
        errors.Forbidden,
    ),
    "logon: 403 with a web page": Case(
        "logon",
        reply("403 Forbidden", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest answered 403 Forbidden with a web page, not with an error of Enterprise Manager: a firewall or proxy in between probably blocks the request; ask its administrator.",
        errors.Forbidden,
    ),
    "logon: 403 bare": Case(
        "logon",
        reply("403 Forbidden", b"", ""),
        "https://SERVER/api/sessionMngr/?v=latest answered 403 Forbidden: ask the administrator of Enterprise Manager, and of any firewall or proxy in between.",
        errors.Forbidden,
    ),
    "logon: 500": Case(
        "logon",
        error("500 Internal Server Error", "500", "The directory cannot be reached"),
        "https://SERVER/api/sessionMngr/?v=latest answered 500 The directory cannot be reached: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "logon: 500 by the document": Case(
        "logon",
        error("200 OK", "500", "The directory cannot be reached"),
        "https://SERVER/api/sessionMngr/?v=latest answered 500 The directory cannot be reached: try again, then check the logs of Enterprise Manager.",
        errors.ServerTrouble,
    ),
    "logon: 204": Case(
        "logon",
        reply("204 No Content", b"", ""),
        "https://SERVER/api/sessionMngr/?v=latest answered 204 No Content instead of a logon: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "logon: empty": Case(
        "logon",
        reply("200 OK", b""),
        "https://SERVER/api/sessionMngr/?v=latest answered with an empty body instead of a logon: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
        errors.BadDocument,
    ),
    "logon: web page": Case(
        "logon",
        reply("200 OK", PAGE, HTML),
        "https://SERVER/api/sessionMngr/?v=latest did not send a logon (it is an HTML page): check which proxy or other service is in between.",
        errors.BadDocument,
    ),
    "logon: no token": Case(
        "logon",
        reply("201 Created", f"<LogonSession {NS}/>".encode()),
        "https://SERVER/api/sessionMngr/?v=latest accepted the logon without an X-RestSvcSessionId header: check whether a proxy drops it.",
        errors.BadDocument,
    ),
}
"""Every kind of odd answer."""

LATER = {
    "404": "https://SERVER/api/systemSessions?format=Entity answered 404 Not Found: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
    "document: 404": "https://SERVER/api/systemSessions?format=Entity answered 404 There is no such resource: try again, then check the logs of Enterprise Manager and any proxy in front of it.",
    "gzip: 400 MiB of blanks in the list, in chunks": "https://SERVER/api/systemSessions?format=Entity sent more than the limit of 128 MiB: check which service answers there.",
}
"""What is said of these instead once the list has been had: then there are system sessions, and a list is
parsed only when it is whole."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A server that comes to no agreement on TLS, and its sentence."""

    version: ssl.TLSVersion
    sentence: str
    error: type[EmError]
    wants_certificate: bool = False
    ciphers: str = ""


HANDSHAKES = {
    "client certificate, TLS 1.2": Handshake(
        ssl.TLSVersion.TLSv1_2,
        "SERVER (directly, it is this computer) requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateWanted,
        wants_certificate=True,
    ),
    "client certificate, TLS 1.3": Handshake(
        ssl.TLSVersion.TLSv1_3,
        "SERVER (directly, it is this computer) requires a client certificate, which emtui does not support: ask for access to the REST service without one.",
        errors.ClientCertificateWanted,
        wants_certificate=True,
    ),
    "no cipher in common": Handshake(
        ssl.TLSVersion.TLSv1_2,
        "SERVER (directly, it is this computer) and this computer could not agree on TLS (SSLV3_ALERT_HANDSHAKE_FAILURE): check which TLS versions and ciphers the server allows.",
        errors.Broken,
        ciphers="PSK-AES128-GCM-SHA256",
    ),
    "TLS 1.1": Handshake(
        ssl.TLSVersion.TLSv1_1,
        "SERVER (directly, it is this computer) and this computer could not agree on TLS (TLSV1_ALERT_PROTOCOL_VERSION): the server must support TLS 1.2 or later.",
        errors.Broken,
        ciphers="ALL:@SECLEVEL=0",
    ),
}
"""Every kind of handshake that fails for another reason than the server's certificate."""
