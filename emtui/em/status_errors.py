"""Map the status and body of an HTTP response to an `EmError`. Pure.

The body is optional: if it is empty or unreadable, the status decides (em_rest/http_response_codes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from emtui.em.error_body import ErrorBody
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
from emtui.em.network_backend import NO_CLIENT_CERTIFICATE
from emtui.em.secret import without_secrets
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import brief, clean
from emtui.em.xml_prolog import Unreadable

UNUSABLE = frozenset({204, 205, 206})
"""Success statuses without a document, or with only part of one."""
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
"""Statuses of another service for a path that does not exist."""
_NO_SUCH_PATH = _OTHER_SERVICE | {400}
"""Statuses of Enterprise Manager for a path that does not exist."""
_TOO_BIG = frozenset({413, 414, 431})
_NO_CERTIFICATE = (b"no required ssl certificate was sent", b"client certificate required")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]{0,30})(?=\s*(?:,|$)|\s+[^=\s])")
_ROOT = "/api/"
_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Requested:
    """The requested URL, as shown in error messages.

    `path` begins with `/api/` and contains no credentials.
    """

    server: Server
    path: str

    def __str__(self) -> str:
        """The URL for display; a long path is shortened, since it may come from the server."""
        return f"{self.server.url}{brief(self.path, _LONGEST_PATH)}"

    @property
    def is_root(self) -> bool:
        """Whether it is the API root. Until the root has answered, the port may be wrong."""
        return self.path == _ROOT


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A response that is not a success, with its body.

    `status` is that of the `Error` document, if the body is one (0 if the document has none). `body` is
    limited to 64 KiB; `retry_after` is in seconds.
    """

    requested: Requested
    status: int
    headers: Mapping[str, str]
    body: bytes
    error: ErrorBody
    retry_after: float | None = None

    @property
    def is_page(self) -> bool:
        """Whether the body is a web page."""
        return is_page(self.headers, self.body)

    @property
    def message(self) -> str:
        """The server's error message, if readable, with our secrets masked."""
        return without_secrets(self.error.message)

    @property
    def summary(self) -> str:
        """The status with the server's message, or with its standard name: `503 Service Unavailable`."""
        message = self.message.rstrip(".:")
        if not self.status:
            return f"with an error ({message})" if message else "with an error without a readable message"
        if message:
            return f"{self.status} {message.strip()}".rstrip()
        return _named(self.status) + (" with a web page" if self.is_page else "")


def _named(status: int) -> str:
    """A status with its standard name: `404 Not Found`."""
    return f"{status} {_STATUSES.get(status, '')}".rstrip()


def redirected(requested: Requested, status: int, location: str) -> Redirected:
    """The error for a 3xx status. Only the host of the target is shown, the rest is untrusted."""
    shown = _named(status)
    if status == 304:
        return Redirected(
            f"{requested} answered {shown} to a request that was not conditional:"
            " check which cache or proxy is in between."
        )
    if not location.strip():
        return Redirected(
            f"{requested} answered {shown}, a redirect without a target: check which proxy is in between."
        )
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another page of this server"
    except ValueError:
        host = "an invalid URL"
    step = _where(requested.server) if requested.is_root else "use the URL of the REST service itself"
    return Redirected(f"{requested} redirects to {clean(host)[:80]}, and redirects are not followed: {step}.")


def not_sent(requested: Requested, status: int, what: str) -> BadDocument:
    """The error for a success without a document, or with only part of one."""
    if status == 206:
        return BadDocument(
            f"{requested} answered 206 Partial Content instead of the complete document:"
            " check which cache or proxy is in between."
        )
    empty = _named(status) if status in _STATUSES else "with an empty body"
    return BadDocument(
        f"{requested} answered {empty} instead of {what}: try again, then check the logs of"
        " Enterprise Manager and any proxy in front of it."
    )


def error_of(response: ErrorResponse) -> EmError:
    """The error for a status other than success, 3xx, or one with a meaning specific to the request."""
    requested, status, body = response.requested, response.status, response.body.lower()
    if status == 407:
        return ProxyTrouble(
            f"A proxy in front of {requested} requires a logon: add user:password@ to the proxy URL."
        )
    if status == 400 and requested.server.scheme == "http" and b"https" in body:
        return PlainHttp(f"{requested} is on a TLS port: use https:// instead of http://.")
    if status in {400, 403} and any(words in body for words in _NO_CERTIFICATE):
        return ClientCertificateWanted(f"{requested} {NO_CLIENT_CERTIFICATE}")
    if status == 403:
        return Forbidden(_forbidden(response))
    sentence = f"{requested} answered {response.summary}: {_next_step(status)}"
    return ServerTrouble(sentence, status, response.retry_after)


def _forbidden(response: ErrorResponse) -> str:
    requested, summary = response.requested, response.summary
    if response.error.is_document:
        return (
            f"{requested} is not allowed for this user ({summary}):"
            " system sessions require the role Portal Administrator."
        )
    if response.is_page:
        return (
            f"{requested} answered {summary}, not with an error of Enterprise Manager:"
            " a firewall or proxy in between probably blocks the request; ask its administrator."
        )
    return (
        f"{requested} answered {summary}: ask the administrator of Enterprise Manager,"
        " and of any firewall or proxy in between."
    )


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the response is a web page."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kind = headers.get("content-type", "").casefold()
    return start.startswith((b"<!doctype html", b"<html")) or ("html" in kind and bool(start))


def _next_step(status: int) -> str:
    if status == 429:
        return "wait a while before the next request."
    if status in {502, 504}:
        return (
            "the proxy in front of Enterprise Manager cannot reach it; check whether its service is running."
        )
    if status == 503:
        return (
            "try again later, and check whether Enterprise Manager is overloaded, in maintenance or stopped."
        )
    if status == 511:
        return "the network requires its own logon first, for example in a browser."
    if status in _TOO_BIG:
        return "the request is short, so check whether a proxy in between limits the size."
    if status == 0 or status >= 500:
        return "try again, then check the logs of Enterprise Manager."
    return "try again, then check the logs of Enterprise Manager and any proxy in front of it."


def another_logon(requested: Requested, cookies: Collection[str]) -> Denied:
    """The error for a 401 right after a new logon. Another logon could lock the account."""
    if cookies:
        return Denied(
            f"{requested} requires a new logon right after one and sets the cookie {', '.join(cookies)}:"
            " a load balancer probably routes by this cookie, which emtui does not send; connect to one"
            " server directly, or route by client address."
        )
    return Denied(
        f"{requested} requires a new logon right after one: log on again,"
        " and check whether a proxy in between drops the X-RestSvcSessionId header."
    )


def logon_refused(response: ErrorResponse, user: str) -> Denied:
    """The error for a 401 on logon: the password was refused, or Basic authentication was not used.

    It was refused if Basic is offered, or if an `Error` document comes without any offer. Only text of the
    server is quoted as its message.
    """
    offered = tuple(map(str.casefold, _offered(response.headers)))
    if "basic" not in offered and (offered or not response.error.is_document):
        return _not_basic(response)
    message = response.message
    words = f": {message.rstrip('.')};" if message else f" ({response.summary}):"
    server = response.requested.server.authority
    return LogonRefused(f"{server} refused the logon of {clean(user)}{words} {likely_slip(user)}.", user)


def _not_basic(response: ErrorResponse) -> BasicNotOffered:
    """The error for a 401 on logon without an offer of Basic: the password was probably not checked."""
    answered, offered = f"{response.requested} answered {response.summary}", _offered(response.headers)
    if offered:
        return BasicNotOffered(
            f"{answered} and offers no Basic authentication, only {', '.join(offered)}: emtui logs on"
            " with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another"
            " method."
        )
    return BasicNotOffered(
        f"{answered} and offers no authentication method: Enterprise Manager offers Basic, so check"
        " which proxy or firewall in between answers for it or drops the WWW-Authenticate header."
    )


def logon_error(response: ErrorResponse) -> EmError:
    """The error for any other status on logon. Roles are not checked at this point."""
    if response.status == 403 and response.error.is_document:
        return Forbidden(
            f"{response.requested} answered the logon with {response.summary}:"
            " ask the administrator of Enterprise Manager."
        )
    return error_of(response)


def _offered(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The authentication methods that a 401 offers, without duplicates."""
    offered = _QUOTED.sub("", headers.get("www-authenticate", ""))
    return tuple(dict.fromkeys(_SCHEME.findall(offered)))[:5]


def likely_slip(user: str) -> str:
    """What is probably wrong with the user name, as the next step."""
    if any(ord(character) < 32 for character in user):
        return r"the user name contains a control character; quote it: 'EXAMPLE\backup'"
    if user != user.strip():
        return "the user name begins or ends with a space"
    if "\\\\" in user:
        return r"the user name contains two backslashes; use one: EXAMPLE\name"
    if "/" in user and "\\" not in user:
        return r"the user name contains a slash instead of a backslash: EXAMPLE\name"
    if "\\" not in user and "@" not in user:
        return (
            r"the user name has no domain; use 'EXAMPLE\name' (quoted, as shells remove backslashes),"
            r" name@example.net, or 'HOST\name' for a local account"
        )
    return (
        "check user name and password, whether the account is locked, and that it is not a single sign-on"
        " account"
    )


def root_error(response: ErrorResponse) -> EmError:
    """The error for a status other than success on `GET /api/`, which needs no credentials."""
    requested, status = response.requested, response.status
    answered = f"{requested} answered {response.summary}"
    if status == 401:
        step = _root_step(response)
        return ServerTrouble(
            f"{answered}, although the API root of Enterprise Manager needs no logon: {step}.", status
        )
    if response.error.is_document and requested.server.prefix and status in _NO_SUCH_PATH:
        return ServerTrouble(f"{answered}: {_check_path(requested.server.prefix)}.", status)
    if response.error.is_document or status not in _OTHER_SERVICE:
        return logon_error(response)
    return not_enterprise_manager(
        requested, response.headers, response.body, f"another service ({_named(status)})"
    )


def _root_step(response: ErrorResponse) -> str:
    """The next step where the API root requires a logon; Enterprise Manager does so for other paths only."""
    server, offered = response.requested.server, ", ".join(_offered(response.headers))
    prefix = server.prefix
    if response.error.is_document:
        return _check_path(prefix) if prefix else "check which proxy in front of it changes the path"
    if offered:
        return f"a proxy probably requires one ({offered}), so connect to Enterprise Manager directly"
    return f"{_where(server)}, and check which proxy is in front of it"


def _check_path(prefix: str) -> str:
    return f"check the path {prefix}, or use the host only"


def not_enterprise_manager(
    requested: Requested, headers: Mapping[str, str], body: bytes, otherwise: str
) -> NotEnterpriseManager:
    """The error for `GET /api/` answered by another service; `otherwise` describes an unrecognized one."""
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
    """Where else the REST service may be, as the next step."""
    if server.prefix:
        return f"check the path {server.prefix}, use the host only, or the port of the REST service (9398)"
    return "use the host only, or the port of the REST service (9398)"


def too_old(requested: Requested) -> TooOld:
    """The error for a 404 on the list."""
    return TooOld(
        f"{requested} was not found (404): system sessions require Enterprise Manager 12 or later;"
        " update the server."
    )


def bad_document(requested: Requested, what: str, problem: Unreadable) -> EmError:
    """The error for an unreadable document: truncated, too large, or not the requested one."""
    if problem.cut:
        return Cut(f"{requested} ended {what} before it was complete: try again.")
    if problem.too_large:
        return TooLarge(
            f"{requested} sent more data than is accepted for {what}: check which service answers there."
        )
    return BadDocument(
        f"{requested} did not send {what} ({problem.reason}):"
        " check which proxy or other service is in between."
    )


def too_large(requested: Requested, limit: int) -> TooLarge:
    """The error for a response of more than `limit` bytes."""
    return TooLarge(
        f"{requested} sent more than the limit of {limit // 1024**2} MiB: check which service answers there."
    )
