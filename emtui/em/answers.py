"""What an answer that is not the one we asked for means: status and body to one error. Pure.

Bodies are never needed: an empty or odd one leaves the status (em_rest/http_response_codes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from emtui.em import wire
from emtui.em.address import Server
from emtui.em.dial import NO_CLIENT_CERTIFICATE
from emtui.em.errors import (
    BadDocument,
    BasicNotOffered,
    ClientCertificateWanted,
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
from emtui.em.secret import without_secrets
from emtui.em.text import brief, clean

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
_NO_SUCH_PATH = _OTHER_SERVICE | {400}
"""What Enterprise Manager says of a path that it does not have."""
_TOO_BIG = frozenset({413, 414, 431})
_NO_CERTIFICATE = (b"no required ssl certificate was sent", b"client certificate required")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]{0,30})(?=\s*(?:,|$)|\s+[^=\s])")
_ROOT = "/api/"
_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Requested:
    """What was requested: the URL that every sentence about its answer names.

    `path` begins with `/api/` and holds no credential.
    """

    server: Server
    path: str

    def __str__(self) -> str:
        """The whole URL, for a person; a path that the server made up is cut off."""
        return f"{self.server.url}{brief(self.path, _LONGEST_PATH)}"

    @property
    def is_root(self) -> bool:
        """Whether it is the API root: until that has answered, the port may be the wrong one."""
        return self.path == _ROOT


def redirected(requested: Requested, status: int, location: str) -> Redirected:
    """A 3xx; only the host is shown of where it points, the rest may be anything."""
    shown = f"{status} {_STATUSES.get(status, '')}".rstrip()
    if status == 304:
        return Redirected(
            f"{requested} answered {shown} to a request that was not conditional:"
            " see what cache or proxy is in between."
        )
    if not location.strip():
        return Redirected(
            f"{requested} answered {shown}, a redirect without a target: see what proxy is in between."
        )
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another of its own pages"
    except ValueError:
        host = "nowhere"
    step = _where(requested.server) if requested.is_root else "give the address of the REST service itself"
    return Redirected(
        f"{requested} points to {clean(host)[:80]} instead of answering, and redirects are not followed:"
        f" {step}."
    )


def not_sent(requested: Requested, status: int, what: str) -> BadDocument:
    """A success with no document in it, or only a part of one."""
    if status == 206:
        return BadDocument(
            f"{requested} answered 206 Partial Content, although the whole document was requested:"
            " see what cache or proxy is in between."
        )
    empty = f"{status} {_STATUSES[status]}" if status in _STATUSES else "with an empty body"
    return BadDocument(
        f"{requested} answered {empty} instead of {what}: try again, then see the logs of"
        " Enterprise Manager and of any proxy in front of it."
    )


def trouble(
    requested: Requested,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    retry_after: float | None = None,
) -> EmError:
    """What any status but success, 3xx, and what the request itself gives a meaning to, stands for."""
    if status == 407:
        return ProxyTrouble(
            f"A proxy before {requested} asks for a logon: put user:password@ into the proxy's URL."
        )
    if status == 400 and requested.server.scheme == "http" and b"https" in body.lower():
        return PlainHttp(f"{requested} is on a port that speaks TLS: use https:// instead of http://.")
    if status in {400, 403} and any(words in body.lower() for words in _NO_CERTIFICATE):
        return ClientCertificateWanted(f"{requested} {NO_CLIENT_CERTIFICATE}")
    error = wire.read_error_body(body, headers.get("content-type", ""))
    said = _said(status, headers, body)
    if status == 403:
        return Forbidden(_forbidden(requested, said, error, is_page=is_page(headers, body)))
    return ServerTrouble(f"{requested} answered {said}: {_next_step(status)}", status, retry_after)


def _forbidden(requested: Requested, said: str, error: wire.ErrorBody, *, is_page: bool) -> str:
    if error.is_document:
        return (
            f"{requested} is forbidden to this user ({said}):"
            " system sessions need the role Portal Administrator."
        )
    if is_page:
        return (
            f"{requested} answered {said}, not with an error of Enterprise Manager:"
            " a firewall or proxy in between probably blocks the request, ask its administrator."
        )
    return (
        f"{requested} answered {said}: ask the administrator of Enterprise Manager,"
        " and of any firewall or proxy in between."
    )


def _said(status: int, headers: Mapping[str, str], body: bytes) -> str:
    words = (_words(headers, body) or "").rstrip(".:")
    if not status:
        return f"with an error ({words})" if words else "with an error without a readable message"
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
        return "wait a while before the next request."
    if status in {502, 504}:
        return "the proxy in front of Enterprise Manager does not reach it: see whether its service runs."
    if status == 503:
        return "try again later, and see whether Enterprise Manager is overloaded, in maintenance or stopped."
    if status == 511:
        return "the network wants a logon of its own first, such as in a browser."
    if status in _TOO_BIG:
        return "the request is a short one, so see whether a proxy in between limits the size."
    if status == 0 or status >= 500:
        return "try again, then see the logs of Enterprise Manager."
    return "try again, then see the logs of Enterprise Manager and of any proxy in front of it."


def another_logon(requested: Requested, cookies: Collection[str]) -> Denied:
    """A 401 right after a new logon: asking again would only lock the account."""
    if cookies:
        return Denied(
            f"{requested} asks for a logon again right after one and sets the cookie {', '.join(cookies)}:"
            " a load balancer probably routes by it, and emtui sends none: connect to one server directly, or"
            " route by client address."
        )
    return Denied(
        f"{requested} asks for a logon again right after one: log on anew,"
        " and see whether something between here and there drops the X-RestSvcSessionId header."
    )


def logon_refused(requested: Requested, user: str, headers: Mapping[str, str], body: bytes) -> Denied:
    """A 401 on the logon: Basic was refused, or was not looked at.

    It was refused where Basic is offered, and where an `Error` document says so without any offer. What
    is no word of the server is never told as one.
    """
    offered = tuple(map(str.casefold, _offered(headers)))
    is_document = wire.read_error_body(body, headers.get("content-type", "")).is_document
    if "basic" not in offered and (offered or not is_document):
        return _not_basic(requested, headers, body)
    said = _words(headers, body)
    words = f": {said.rstrip('.')};" if said else f" ({_said(401, headers, body)}):"
    return LogonRefused(
        f"{requested.server.authority} refused the logon of {clean(user)}{words} {likely_slip(user)}.", user
    )


def _not_basic(requested: Requested, headers: Mapping[str, str], body: bytes) -> BasicNotOffered:
    """A 401 on the logon that offers no Basic, so the password was probably not looked at."""
    offered, said = ", ".join(_offered(headers)), _said(401, headers, body)
    if offered:
        return BasicNotOffered(
            f"{requested} answered {said} and offers no Basic authentication, only {offered}: emtui logs on"
            " with Basic, as Enterprise Manager expects, so see what proxy in front of it asks for something"
            " else."
        )
    return BasicNotOffered(
        f"{requested} answered {said} and names no way to log on: Enterprise Manager names Basic, so see"
        " what proxy or firewall in between answers for it or drops the WWW-Authenticate header."
    )


def logon_trouble(
    requested: Requested,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    retry_after: float | None,
) -> EmError:
    """What any other status but success means for a logon: the role has no part in it yet."""
    error = wire.read_error_body(body, headers.get("content-type", ""))
    if status == 403 and error.is_document:
        return Forbidden(
            f"{requested} answered the logon with {_said(status, headers, body)}:"
            " ask the administrator of Enterprise Manager."
        )
    return trouble(requested, status, headers, body, retry_after)


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
    return (
        "check user name and password, whether the account is locked, and that it is not a single sign-on"
        " account"
    )


def no_root(requested: Requested, status: int, headers: Mapping[str, str], body: bytes) -> EmError:
    """What a status but success means for `GET /api/`, which needs no credentials."""
    prefix, said = requested.server.prefix, _said(status, headers, body)
    is_document = wire.read_error_body(body, headers.get("content-type", "")).is_document
    if status == 401:
        told = f"{requested} answered {said}, although the API root of Enterprise Manager needs no logon"
        return ServerTrouble(f"{told}: {_root_step(requested, headers, is_document=is_document)}.", status)
    if is_document and prefix and status in _NO_SUCH_PATH:
        return ServerTrouble(f"{requested} answered {said}: {_check_path(prefix)}.", status)
    if is_document or status not in _OTHER_SERVICE:
        return logon_trouble(requested, status, headers, body, None)
    return not_enterprise_manager(
        requested, headers, body, f"another service ({_said(status, headers, b'')})"
    )


def _root_step(requested: Requested, headers: Mapping[str, str], *, is_document: bool) -> str:
    """Who wants a logon for the API root: Enterprise Manager does for whatever else it is asked."""
    prefix, offered = requested.server.prefix, ", ".join(_offered(headers))
    if is_document:
        return _check_path(prefix) if prefix else "see what proxy in front of it changes the path"
    if offered:
        return f"a proxy probably asks for one ({offered}), so connect to Enterprise Manager directly"
    return f"{_where(requested.server)}, and see what proxy is in front of it"


def _check_path(prefix: str) -> str:
    return f"check the path {prefix}, or give the host alone"


def not_enterprise_manager(
    requested: Requested, headers: Mapping[str, str], body: bytes, otherwise: str
) -> NotEnterpriseManager:
    """What answers `GET /api/` there, in plain words; `otherwise` if it is none of the usual ones."""
    kind = headers.get("content-type", "").casefold()
    what = otherwise
    if is_page(headers, body):
        what = "a web page, probably the web UI"
    elif "json" in kind or body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        what = "another API, such as the VBR REST API of port 9419"
    return NotEnterpriseManager(
        f"{requested} is not the REST service of Enterprise Manager but {what}: {_where(requested.server)}."
    )


def _where(server: Server) -> str:
    """Where the REST service may be instead, as the next step."""
    if server.prefix:
        return f"check the path {server.prefix}, give the host alone, or the port of the REST service (9398)"
    return "give the host alone, or the port of the REST service (9398)"


def too_old(requested: Requested) -> TooOld:
    """404 on the list."""
    return TooOld(
        f"{requested} is not there (404): system sessions came with version 12,"
        " so Enterprise Manager there must be updated."
    )


def bad_document(requested: Requested, what: str, problem: wire.Unreadable) -> EmError:
    """An answer that could not be read: cut, too large, or not what was asked for."""
    if problem.cut:
        return Cut(f"{requested} ended {what} in the middle: try again.")
    if problem.too_large:
        return TooLarge(f"{requested} sent more than can be read as {what}: see what answers there.")
    return BadDocument(
        f"{requested} did not send {what} ({problem.reason}): see what proxy or other service is in between."
    )


def too_large(requested: Requested, limit: int) -> TooLarge:
    """More bytes than we are ready to read."""
    return TooLarge(
        f"{requested} sent more than {limit // 1024**2} MiB, which is not read: see what answers there."
    )
