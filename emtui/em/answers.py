"""What an answer that is not the one we asked for means: status and body to one error. Pure.

Bodies are never needed: an empty or odd one leaves the status (em_rest/http_response_codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from emtui.em import wire
from emtui.em.address import Server
from emtui.em.errors import (
    BadDocument,
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
)
from emtui.em.secret import without_secrets
from emtui.em.text import clean

_STATUSES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def redirected(server: Server, url: str, location: str) -> Redirected:
    """A 3xx for this URL; only the host is shown of where it points, the rest may be anything."""
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "itself"
    except ValueError:
        host = "nowhere"
    return Redirected(
        f"{url} points to {clean(host)[:80]} instead of answering, and redirects are not"
        f" followed: {_where(server)}."
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
    said = _said(status, headers, body)
    if status == 403:
        return Forbidden(
            f"{server.authority} does not allow this user to see it ({said}):"
            " system sessions need the role Portal Administrator."
        )
    whence = url if 400 <= status < 500 and status != 429 and url else server.authority
    return ServerTrouble(f"{whence} answered {said}: {_next_step(status)}", status, retry_after)


def _said(status: int, headers: Mapping[str, str], body: bytes) -> str:
    message = _words(headers, body)
    words = message.rstrip(".:") if message else _STATUSES.get(status, "")
    return f"{status} {words}".rstrip()


def _words(headers: Mapping[str, str], body: bytes) -> str | None:
    """What the server says of an error, if it says it readably; never what we sent it in confidence."""
    said = wire.read_error(body, headers.get("content-type", "")) if body else None
    return without_secrets(said) if said else None


def _next_step(status: int) -> str:
    if status == 429:
        return "it is asked too often, wait a while."
    if status in {502, 504}:
        return "what stands before Enterprise Manager does not reach it, see whether its service runs."
    if status == 503:
        return "it is overloaded or in maintenance, try again later."
    if status >= 500:
        return "try again, then see the logs of Enterprise Manager."
    return "it did not understand the request, check that this is the REST service (9398)."


def another_logon(server: Server) -> Denied:
    """A 401 right after a new logon: asking again would only lock the account."""
    return Denied(
        f"{server.authority} asks for a logon again right after one: log on anew,"
        " and see whether something between here and there drops the X-RestSvcSessionId header."
    )


def logon_refused(server: Server, user: str, headers: Mapping[str, str], body: bytes) -> LogonRefused:
    """A 401 on the logon: the user as sent, and the slip that is likely."""
    said = _words(headers, body)
    shown = clean(user)
    words = (said or "The user name or password is incorrect").rstrip(".")
    return LogonRefused(
        f"{server.authority} refused the logon of {shown!s}: {words}; {likely_slip(user)}.", user
    )


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
    plain = trouble(server, status, headers, body)
    if isinstance(plain, PlainHttp) or status in {407, 429} or status >= 500:
        return plain
    return not_enterprise_manager(server, headers, body, f"another service ({_said(status, headers, b'')})")


def not_enterprise_manager(
    server: Server, headers: Mapping[str, str], body: bytes, otherwise: str
) -> NotEnterpriseManager:
    """What answers `GET /api/` there, in plain words; `otherwise` if it is none of the usual ones."""
    kind = headers.get("content-type", "").casefold()
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = otherwise
    if "html" in kind or start.startswith((b"<!doctype html", b"<html")):
        what = "a web page, probably the web UI"
    elif "json" in kind or start.startswith((b"{", b"[")):
        what = "another API, such as the VBR REST API of port 9419"
    return NotEnterpriseManager(
        f"{server.url}/api/ is not the REST service of Enterprise Manager but {what}: {_where(server)}."
    )


def _where(server: Server) -> str:
    """Where the REST service may be instead, as the next step."""
    if server.prefix:
        return f"check the path {server.prefix}, give the host alone, or the port of the REST service (9398)"
    return "give the host alone, or the port of the REST service (9398)"


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
        " check what answers on that port."
    )
