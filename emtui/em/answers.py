"""What an answer that is not the one we asked for means: status and body to one error. Pure.

Bodies are never needed: an empty or odd one leaves the status (em_rest/http_response_codes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from emtui.em import wire
from emtui.em.address import Server
from emtui.em.dial import Place
from emtui.em.errors import (
    BadDocument,
    BasicNotOffered,
    Cut,
    Denied,
    EmError,
    Forbidden,
    LogonRefused,
    NotEnterpriseManager,
    PlainHttp,
    ProxyTrouble,
    Redirected,
    ServerTrouble,
    TooLarge,
    TooOld,
)
from emtui.em.proxy import Decision
from emtui.em.secret import without_secrets
from emtui.em.text import clean

UNUSABLE = frozenset({204, 205, 206})
"""Successes that carry no document, or only a part of one."""
_STATUSES = {
    204: "No Content",
    205: "Reset Content",
    206: "Partial Content",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    410: "Gone",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    421: "Misdirected Request",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    511: "Network Authentication Required",
}
_OTHER_SERVICE = frozenset({404, 405, 410})
"""What a service that is not Enterprise Manager says of a path that it does not have."""
_TOO_BIG = frozenset({413, 414, 431})
_NO_CERTIFICATE = (b"no required ssl certificate was sent", b"client certificate required")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]{0,30})(?=\s*(?:,|$)|\s+[^=\s])")


def redirected(server: Server, url: str, status: int, location: str) -> Redirected:
    """A 3xx for this URL; only the host is shown of where it points, the rest may be anything."""
    shown = f"{status} {_STATUSES.get(status, '')}".rstrip()
    if status == 304:
        return Redirected(
            f"{url} answered {shown} to a request that was not conditional:"
            " see what cache or proxy is in between."
        )
    if not location.strip():
        return Redirected(
            f"{url} answered {shown}, a redirect without a target: see what proxy is in between."
        )
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another of its own pages"
    except ValueError:
        host = "nowhere"
    known = url != _root(server)  # then the root has answered as Enterprise Manager's, so the port is right
    step = "give the address of the REST service itself" if known else _where(server)
    return Redirected(
        f"{url} points to {clean(host)[:80]} instead of answering, and redirects are not followed: {step}."
    )


def not_sent(server: Server, status: int, what: str) -> BadDocument:
    """A success with no document in it, or only a part of one."""
    if status == 206:
        return BadDocument(
            f"{server.authority} answered 206 Partial Content, although the whole document was requested:"
            " see what cache or proxy is in between."
        )
    empty = f"{status} {_STATUSES[status]}" if status in _STATUSES else "with an empty body"
    return BadDocument(
        f"{server.authority} answered {empty} instead of {what}: try again, then see the logs of"
        " Enterprise Manager and of what stands before it."
    )


def trouble(
    server: Server,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    retry_after: float | None = None,
    url: str = "",
) -> EmError:
    """What any status but success, 3xx, and what the request itself gives a meaning to, stands for."""
    if status == 407:
        return ProxyTrouble(
            f"A proxy before {server.authority} asks for a logon: put user:password@ into the proxy's URL."
        )
    if status == 400 and server.scheme == "http" and b"https" in body.lower():
        return PlainHttp(f"{server.authority} speaks TLS on that port: use https:// instead of http://.")
    if status in {400, 403} and any(words in body.lower() for words in _NO_CERTIFICATE):
        return Place(server, Decision(None, "")).wants_certificate()
    error = wire.read_error_body(body, headers.get("content-type", ""))
    said = _said(status, headers, body)
    if status == 403:
        return Forbidden(_forbidden(server, said, error, is_page=is_page(headers, body)))
    whence = url if 400 <= status < 500 and status != 429 and url else server.authority
    return ServerTrouble(f"{whence} answered {said}: {_next_step(status)}", status, retry_after)


def _forbidden(server: Server, said: str, error: wire.ErrorBody, *, is_page: bool) -> str:
    if error.is_document:
        return (
            f"{server.authority} does not allow this user to see it ({said}):"
            " system sessions need the role Portal Administrator."
        )
    if is_page:
        return (
            f"{server.authority} answered {said}, not with an error of Enterprise Manager:"
            " a firewall or proxy in between probably blocks the request, ask its administrator."
        )
    return (
        f"{server.authority} answered {said}: ask the administrator of Enterprise Manager,"
        " and of any firewall or proxy in between."
    )


def _said(status: int, headers: Mapping[str, str], body: bytes) -> str:
    words = (_words(headers, body) or "").rstrip(".:")
    if not status:
        return f"with an error ({words})" if words else "with an error that says nothing"
    if not words:
        words = _STATUSES.get(status, "") + (" with a web page" if is_page(headers, body) else "")
    return f"{status} {words.strip()}".rstrip()


def _words(headers: Mapping[str, str], body: bytes) -> str | None:
    """What the server says of an error, if it says it readably; never what we sent it in confidence."""
    said = wire.read_error(body, headers.get("content-type", "")) if body else None
    return without_secrets(said) if said else None


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it is meant for a browser."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kind = headers.get("content-type", "").casefold()
    return start.startswith((b"<!doctype html", b"<html")) or ("html" in kind and bool(start))


def _next_step(status: int) -> str:
    if status == 429:
        return "it is asked too often, wait a while."
    if status in {502, 504}:
        return "what stands before Enterprise Manager does not reach it, see whether its service runs."
    if status == 503:
        return "it is overloaded or in maintenance, try again later."
    if status == 511:
        return "the network wants a logon of its own first, such as in a browser."
    if status in _TOO_BIG:
        return "the request is a short one, so see which limit stands in between."
    if status == 0 or status >= 500:
        return "try again, then see the logs of Enterprise Manager."
    return "try again, then see the logs of Enterprise Manager and of what stands before it."


def another_logon(server: Server, cookies: Collection[str]) -> Denied:
    """A 401 right after a new logon: asking again would only lock the account."""
    if cookies:
        return Denied(
            f"{server.authority} asks for a logon again right after one and sets the cookie"
            f" {', '.join(cookies)}: probably a load balancer routes by that cookie, which emtui does not"
            " send, so connect to one server directly, or have the balancer route by client address."
        )
    return Denied(
        f"{server.authority} asks for a logon again right after one: log on anew,"
        " and see whether something between here and there drops the X-RestSvcSessionId header."
    )


def logon_refused(server: Server, user: str, headers: Mapping[str, str], body: bytes) -> Denied:
    """A 401 on the logon: the user as sent, and the slip that is likely; or that it does not take Basic."""
    others = _offered(headers)
    if others and "basic" not in map(str.casefold, others):
        return BasicNotOffered(
            f"{server.authority} does not offer Basic authentication for the logon, only"
            f" {', '.join(others)}: emtui logs on with Basic, as the REST service of Enterprise Manager"
            " expects, so see what proxy in front of it asks for something else."
        )
    said = _words(headers, body)
    shown = clean(user)
    words = (said or "The user name or password is incorrect").rstrip(".")
    return LogonRefused(
        f"{server.authority} refused the logon of {shown!s}: {words}; {likely_slip(user)}.", user
    )


def logon_trouble(
    server: Server,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    retry_after: float | None,
    url: str,
) -> EmError:
    """What any other status but success means for a logon: the role has no part in it yet."""
    error = wire.read_error_body(body, headers.get("content-type", ""))
    if status == 403 and error.is_document:
        return Forbidden(
            f"{server.authority} answered the logon with {_said(status, headers, body)}:"
            " ask the administrator of Enterprise Manager."
        )
    return trouble(server, status, headers, body, retry_after, url)


def _offered(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The ways of logging on that a 401 offers, each once."""
    offered = _QUOTED.sub("", headers.get("www-authenticate", ""))
    return tuple(dict.fromkeys(_SCHEME.findall(offered)))[:5]


def likely_slip(user: str) -> str:
    """What is probably wrong with a user name, as the next step."""
    if any(ord(character) < 32 for character in user):
        return r"the name holds a control character, so quote it where it is typed: 'EXAMPLE\backup'"
    if user != user.strip():
        return "the name begins or ends with a blank"
    if "\\\\" in user:
        return r"the name holds two backslashes, one is enough: EXAMPLE\name"
    if "/" in user and "\\" not in user:
        return r"the name holds a slash where a backslash belongs: EXAMPLE\name"
    if "\\" not in user and "@" not in user:
        return (
            r"the name has no domain: give 'EXAMPLE\name' (in quotes, or the shell eats the backslash),"
            r" name@example.net, or 'HOST\name' for a local account"
        )
    return "check the password, whether the account is locked, and that it is no single sign-on account"


def no_root(server: Server, status: int, headers: Mapping[str, str], body: bytes) -> EmError:
    """What a status but success means for `GET /api/`, which needs no credentials."""
    error = wire.read_error_body(body, headers.get("content-type", ""))
    if status == 401:
        ways = ", ".join(_offered(headers)) or "of no kind that it names"
        return ServerTrouble(
            f"{server.authority} requires a logon ({ways}) for a request that Enterprise Manager answers"
            " without one: a proxy in front of it probably asks, so connect to Enterprise Manager directly.",
            status,
        )
    if error.is_document or status not in _OTHER_SERVICE:
        return logon_trouble(server, status, headers, body, None, _root(server))
    return not_enterprise_manager(server, headers, body, f"another service ({_said(status, headers, b'')})")


def not_enterprise_manager(
    server: Server, headers: Mapping[str, str], body: bytes, otherwise: str
) -> NotEnterpriseManager:
    """What answers `GET /api/` there, in plain words; `otherwise` if it is none of the usual ones."""
    kind = headers.get("content-type", "").casefold()
    what = otherwise
    if is_page(headers, body):
        what = "a web page, probably the web UI"
    elif "json" in kind or body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        what = "another API, such as the VBR REST API of port 9419"
    return NotEnterpriseManager(
        f"{_root(server)} is not the REST service of Enterprise Manager but {what}: {_where(server)}."
    )


def _root(server: Server) -> str:
    return f"{server.url}/api/"


def _where(server: Server) -> str:
    """Where the REST service may be instead, as the next step."""
    if server.prefix:
        return f"check the path {server.prefix}, give the host alone, or the port of the REST service (9398)"
    return "give the host alone, or the port of the REST service (9398)"


def too_old(server: Server) -> TooOld:
    """404 on the list."""
    return TooOld(
        f"{server.url}/api/systemSessions is not there (404): system sessions came with version 12,"
        " so Enterprise Manager there must be updated."
    )


def bad_document(server: Server, what: str, problem: wire.Unreadable) -> EmError:
    """An answer that could not be read: cut, too large, or not what was asked for."""
    if problem.cut:
        return Cut(f"{server.authority} ended {what} in the middle: try again.")
    if problem.too_large:
        return TooLarge(f"{server.authority} sent more than can be read as {what}: see what answers there.")
    return BadDocument(
        f"{server.authority} did not send {what} ({problem.reason}): check that nothing stands in between."
    )


def too_large(server: Server, limit: int) -> TooLarge:
    """More bytes than we are ready to read."""
    return TooLarge(
        f"{server.authority} sent more than {limit // 1024**2} MiB, which is not read:"
        " see what answers there."
    )
