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
    AccessDeniedError,
    BasicAuthNotOfferedError,
    ClientCertificateRequiredError,
    EmError,
    ForbiddenError,
    LogonRefusedError,
    NotEnterpriseManagerError,
    ProxyFailedError,
    RedirectError,
    ResponseTooLargeError,
    SchemeMismatchError,
    ServerTooOldError,
    TruncatedResponseError,
    UnexpectedDocumentError,
    UnexpectedStatusError,
)
from emtui.em.network_backend import NO_CLIENT_CERTIFICATE
from emtui.em.secret import mask_secrets
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean, shorten
from emtui.em.xml_prolog import UnreadableDocumentError

NO_DOCUMENT_STATUSES = frozenset({204, 205, 206})
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
_OTHER_SERVICE_STATUSES = frozenset({404, 405, 410})
"""Statuses of another service for a path that does not exist."""
_UNKNOWN_PATH_STATUSES = _OTHER_SERVICE_STATUSES | {400}
"""Statuses of Enterprise Manager for a path that does not exist."""
_TOO_LARGE_STATUSES = frozenset({413, 414, 431})
_CLIENT_CERTIFICATE_MESSAGES = (b"no required ssl certificate was sent", b"client certificate required")
_QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_AUTH_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]{0,30})(?=\s*(?:,|$)|\s+[^=\s])")
_ROOT_PATH = "/api/"
_MAX_PATH_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RequestedUrl:
    """The requested URL, as shown in error messages.

    `path` begins with `/api/` and contains no credentials.
    """

    server: Server
    path: str

    def __str__(self) -> str:
        """The URL for display; a long path is shortened, since it may come from the server."""
        return f"{self.server.url}{shorten(self.path, _MAX_PATH_LENGTH)}"

    @property
    def is_root(self) -> bool:
        """Whether it is the API root. Until the root has answered, the port may be wrong."""
        return self.path == _ROOT_PATH


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A response that is not a success, with its body.

    `status` is that of the `Error` document, if the body is one (0 if the document has none). `body` is
    limited to 64 KiB; `retry_after` is in seconds.
    """

    url: RequestedUrl
    status: int
    headers: Mapping[str, str]
    body: bytes
    error: ErrorBody
    retry_after: float | None = None

    @property
    def is_web_page(self) -> bool:
        """Whether the body is a web page."""
        return is_web_page(self.headers, self.body)

    @property
    def message(self) -> str:
        """The server's error message, if readable, with our secrets masked."""
        return mask_secrets(self.error.message)

    @property
    def summary(self) -> str:
        """The status with the server's message, or with its standard name: `503 Service Unavailable`."""
        message = self.message.rstrip(".:")
        if not self.status:
            return f"with an error ({message})" if message else "with an error without a readable message"
        if message:
            return f"{self.status} {message.strip()}".rstrip()
        return _format_status(self.status) + (" with a web page" if self.is_web_page else "")


def _format_status(status: int) -> str:
    """A status with its standard name: `404 Not Found`."""
    return f"{status} {_STATUSES.get(status, '')}".rstrip()


def redirect_error(url: RequestedUrl, status: int, location: str) -> RedirectError:
    """The error for a 3xx status. Only the host of the target is shown, the rest is untrusted."""
    status_text = _format_status(status)
    if status == 304:
        return RedirectError(
            f"{url} answered {status_text} to a request that was not conditional:"
            " check which cache or proxy is in between."
        )
    if not location.strip():
        return RedirectError(
            f"{url} answered {status_text}, a redirect without a target: check which proxy is in between."
        )
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another page of this server"
    except ValueError:
        host = "an invalid URL"
    step = _location_hint(url.server) if url.is_root else "use the URL of the REST service itself"
    return RedirectError(f"{url} redirects to {clean(host)[:80]}, and redirects are not followed: {step}.")


def missing_document_error(url: RequestedUrl, status: int, document_name: str) -> UnexpectedDocumentError:
    """The error for a success without a document, or with only part of one."""
    if status == 206:
        return UnexpectedDocumentError(
            f"{url} answered 206 Partial Content instead of the complete document:"
            " check which cache or proxy is in between."
        )
    status_text = _format_status(status) if status in _STATUSES else "with an empty body"
    return UnexpectedDocumentError(
        f"{url} answered {status_text} instead of {document_name}: try again, then check the logs of"
        " Enterprise Manager and any proxy in front of it."
    )


def status_error(response: ErrorResponse) -> EmError:
    """The error for a status other than success, 3xx, or one with a meaning specific to the request."""
    url, status, body = response.url, response.status, response.body.lower()
    if status == 407:
        return ProxyFailedError(
            f"A proxy in front of {url} requires a logon: add user:password@ to the proxy URL."
        )
    if status == 400 and url.server.scheme == "http" and b"https" in body:
        return SchemeMismatchError(f"{url} is on a TLS port: use https:// instead of http://.")
    if status in {400, 403} and any(words in body for words in _CLIENT_CERTIFICATE_MESSAGES):
        return ClientCertificateRequiredError(f"{url} {NO_CLIENT_CERTIFICATE}")
    if status == 403:
        return ForbiddenError(_forbidden_message(response))
    sentence = f"{url} answered {response.summary}: {_next_step(status)}"
    return UnexpectedStatusError(sentence, status, response.retry_after)


def _forbidden_message(response: ErrorResponse) -> str:
    url, summary = response.url, response.summary
    if response.error.is_document:
        return (
            f"{url} is not allowed for this user ({summary}):"
            " system sessions require the Portal Administrator role; ask for this role."
        )
    if response.is_web_page:
        return (
            f"{url} answered {summary}, not with an error of Enterprise Manager:"
            " a firewall or proxy in between probably blocks the request; ask its administrator."
        )
    return (
        f"{url} answered {summary}: ask the administrator of Enterprise Manager,"
        " and of any firewall or proxy in between."
    )


def is_web_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the response is a web page."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    content_type = headers.get("content-type", "").casefold()
    return start.startswith((b"<!doctype html", b"<html")) or ("html" in content_type and bool(start))


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
    if status in _TOO_LARGE_STATUSES:
        return "the request is short, so check whether a proxy in between limits the size."
    if status == 0 or status >= 500:
        return "try again, then check the logs of Enterprise Manager."
    return "try again, then check the logs of Enterprise Manager and any proxy in front of it."


def repeated_logon_error(url: RequestedUrl, cookies: Collection[str]) -> AccessDeniedError:
    """The error for a 401 right after a new logon. Another logon could lock the account."""
    if cookies:
        return AccessDeniedError(
            f"{url} requires a new logon right after one and sets the cookie {', '.join(cookies)}:"
            " a load balancer probably routes by this cookie, which emtui does not send; connect to one"
            " server directly, or route by client address."
        )
    return AccessDeniedError(
        f"{url} requires a new logon right after one: log on again,"
        " and check whether a proxy in between drops the X-RestSvcSessionId header."
    )


def logon_refused_error(response: ErrorResponse, user: str) -> AccessDeniedError:
    """The error for a 401 on logon: the password was refused, or Basic authentication was not used.

    It was refused if Basic is offered, or if an `Error` document comes without any offer. Only text of the
    server is quoted as its message.
    """
    methods = tuple(map(str.casefold, _offered_methods(response.headers)))
    if "basic" not in methods and (methods or not response.error.is_document):
        return _basic_not_offered_error(response)
    message = response.message
    server_text = f": {message.rstrip('.')};" if message else f" ({response.summary}):"
    server = response.url.server.authority
    return LogonRefusedError(
        f"{server} refused the logon of {clean(user)}{server_text} {user_name_hint(user)}.", user
    )


def _basic_not_offered_error(response: ErrorResponse) -> BasicAuthNotOfferedError:
    """The error for a 401 on logon without an offer of Basic: the password was probably not checked."""
    statement, methods = f"{response.url} answered {response.summary}", _offered_methods(response.headers)
    if methods:
        return BasicAuthNotOfferedError(
            f"{statement} and offers no Basic authentication, only {', '.join(methods)}: emtui logs on"
            " with Basic, as Enterprise Manager expects, so check which proxy in front of it requires another"
            " method."
        )
    return BasicAuthNotOfferedError(
        f"{statement} and offers no authentication method: Enterprise Manager offers Basic, so check"
        " which proxy or firewall in between answers for it or drops the WWW-Authenticate header."
    )


def logon_error(response: ErrorResponse) -> EmError:
    """The error for any other status on logon. Roles are not checked at this point."""
    if response.status == 403 and response.error.is_document:
        return ForbiddenError(
            f"{response.url} answered the logon with {response.summary}:"
            " ask the administrator of Enterprise Manager."
        )
    return status_error(response)


def _offered_methods(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The authentication methods that a 401 offers, without duplicates."""
    challenges = _QUOTED_STRING.sub("", headers.get("www-authenticate", ""))
    return tuple(dict.fromkeys(_AUTH_SCHEME.findall(challenges)))[:5]


def user_name_hint(user: str) -> str:
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
    url, status = response.url, response.status
    statement = f"{url} answered {response.summary}"
    if status == 401:
        step = _root_hint(response)
        return UnexpectedStatusError(
            f"{statement}, although the API root of Enterprise Manager needs no logon: {step}.", status
        )
    if response.error.is_document and url.server.prefix and status in _UNKNOWN_PATH_STATUSES:
        return UnexpectedStatusError(f"{statement}: {_path_hint(url.server.prefix)}.", status)
    if response.error.is_document or status not in _OTHER_SERVICE_STATUSES:
        return logon_error(response)
    return not_enterprise_manager_error(
        url, response.headers, response.body, f"another service ({_format_status(status)})"
    )


def _root_hint(response: ErrorResponse) -> str:
    """The next step where the API root requires a logon; Enterprise Manager does so for other paths only."""
    server, methods = response.url.server, ", ".join(_offered_methods(response.headers))
    prefix = server.prefix
    if response.error.is_document:
        return _path_hint(prefix) if prefix else "check which proxy in front of it changes the path"
    if methods:
        return f"a proxy probably requires one ({methods}), so connect to Enterprise Manager directly"
    return f"{_location_hint(server)}, and check which proxy is in front of it"


def _path_hint(prefix: str) -> str:
    return f"check the path {prefix}, or use the host only"


def not_enterprise_manager_error(
    url: RequestedUrl, headers: Mapping[str, str], body: bytes, default_description: str
) -> NotEnterpriseManagerError:
    """The error for `GET /api/` answered by another service.

    `default_description` describes an unrecognized service.
    """
    content_type = headers.get("content-type", "").casefold()
    description = default_description
    if is_web_page(headers, body):
        description = "a web page, probably the web UI"
    elif "json" in content_type or body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        description = "another API, such as the VBR REST API of port 9419"
    return NotEnterpriseManagerError(
        f"{url} is not the REST service of Enterprise Manager but"
        f" {description}: {_location_hint(url.server)}."
    )


def _location_hint(server: Server) -> str:
    """Where else the REST service may be, as the next step."""
    if server.prefix:
        return f"check the path {server.prefix}, use the host only, or the port of the REST service (9398)"
    return "use the host only, or the port of the REST service (9398)"


def server_too_old_error(url: RequestedUrl) -> ServerTooOldError:
    """The error for a 404 on the list."""
    return ServerTooOldError(
        f"{url} was not found (404): system sessions require Enterprise Manager 12 or later;"
        " update the server."
    )


def document_error(url: RequestedUrl, document_name: str, problem: UnreadableDocumentError) -> EmError:
    """The error for an unreadable document: truncated, too large, or not the requested one."""
    if problem.is_truncated:
        return TruncatedResponseError(f"{url} ended {document_name} before it was complete: try again.")
    if problem.is_too_large:
        return ResponseTooLargeError(
            f"{url} sent more data than is accepted for {document_name}: check which service answers there."
        )
    return UnexpectedDocumentError(
        f"{url} did not send {document_name} ({problem.reason}):"
        " check which proxy or other service is in between."
    )


def too_large_error(url: RequestedUrl, limit: int) -> ResponseTooLargeError:
    """The error for a response of more than `limit` bytes."""
    return ResponseTooLargeError(
        f"{url} sent more than the limit of {limit // 1024**2} MiB: check which service answers there."
    )
