"""Map exceptions of httpcore and httpx to an `EmError`. Pure.

Complete responses are mapped by `status_errors`, failures to connect by `network_backend`.
"""

from __future__ import annotations

import re
import ssl

import httpcore
import httpx

from emtui.em.errors import (
    ConnectionFailedError,
    EmError,
    ProxyFailedError,
    ServerTimeoutError,
    TruncatedResponseError,
    UnexpectedResponseError,
)
from emtui.em.network_backend import Endpoint, iter_causes
from emtui.em.proxy import Proxy
from emtui.em.secret import mask_secrets
from emtui.em.text_sanitizer import clean, shorten

URL_EXTENSION = "requested"
"""The request extension with the URL for display: without credentials, with the zone of an address."""
TRANSPORT_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpx.TransportError,
    OSError,
)
"""What httpcore and httpx raise; a TLS alert after the handshake is a plain `ssl.SSLError`."""
_EARLY_END_MESSAGES = ("disconnected", "closed connection", "ConnectionClosed")
"""Parts of the messages of h11 and httpcore for a connection that ended too early."""
_HEADER_LINE = re.compile(r"illegal header line: (?:bytearray\()?b['\"]([!#-&(-9;-\[\]-~]{0,40})")
_MALFORMED_PARTS = (
    ("illegal header line", "a malformed header line"),
    ("buffer too long", "more than 100 KiB of headers"),
    ("illegal status line", "a malformed status line"),
    ("status_code", "a status code that HTTP does not have"),
    ("switch_", "101 Switching Protocols, which was not requested"),
    ("transfer-encoding", "an unsupported Transfer-Encoding"),
    ("chunk", "malformed chunks"),
    ("content-length", "a malformed or contradictory Content-Length"),
)
"""Parts of the messages of h11 for a malformed response, with their text in our errors."""
_CERTIFICATE_ALERTS = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "ALERT_HANDSHAKE_FAILURE", "UNKNOWN_CA")
"""TLS alerts after the handshake that mean a missing client certificate."""


def map_error(problem: Exception, endpoint: Endpoint, request: httpx.Request, *, has_begun: bool) -> EmError:
    """The error for a failed request; `has_begun` says whether the response had begun."""
    if (
        endpoint.proxy
        and not endpoint.has_proxy_answered
        and (proxy_error := _silent_proxy_error(problem, endpoint.proxy, endpoint, request))
    ):
        return proxy_error
    if isinstance(problem, httpcore.TimeoutException | httpx.TimeoutException):
        return _timeout_error(endpoint, request, has_begun=has_begun)
    if isinstance(problem, httpcore.ProxyError | httpx.ProxyError):
        return _proxy_error(str(problem), endpoint)
    if is_malformed_http(problem):
        return _malformed_http_error(str(problem), endpoint, request)
    if has_begun:
        return TruncatedResponseError(
            f"{_request_url(endpoint, request)}"
            f"{endpoint.proxy_suffix} ended"
            " its response before it was complete: try again."
        )
    if alert := _tls_alert_reason(problem):
        return _tls_alert_error(alert, endpoint)
    if endpoint.server.scheme == "http" and not endpoint.has_answered_http:
        return _plain_http_error(endpoint, request)
    url = f"{_request_url(endpoint, request)}{endpoint.route_suffix}"
    if endpoint.has_answered_http:
        return ConnectionFailedError(
            f"{url} ended the connection before its response was complete:"
            " try again, and check whether the server is overloaded."
        )
    return ConnectionFailedError(
        f"{url} ended the connection without a response: check the port (9398), and whether the server"
        " requires a client certificate."
    )


def _silent_proxy_error(
    problem: Exception, proxy: Proxy, endpoint: Endpoint, request: httpx.Request
) -> ProxyFailedError | None:
    """The error for a proxy that did not respond; `None` for a TLS, proxy or protocol error."""
    if (
        _tls_alert_reason(problem)
        or isinstance(problem, httpcore.ProxyError | httpx.ProxyError)
        or is_malformed_http(problem)
    ):
        return None
    failure = "ended the connection without a response"
    if isinstance(problem, httpcore.TimeoutException | httpx.TimeoutException):
        failure = f"sent nothing for {_read_timeout(request):g} s"
    return ProxyFailedError(
        f"The proxy {proxy.authority} {failure}, so {endpoint.server.authority} cannot be reached:"
        f" check {endpoint.proxy_source} or use --no-proxy."
    )


def _read_timeout(request: httpx.Request) -> float:
    """The read timeout of the request in seconds."""
    return request.extensions.get("timeout", {}).get("read") or 0


def _request_url(endpoint: Endpoint, request: httpx.Request) -> str:
    """The requested URL; the host and port for a mere handshake."""
    return str(request.extensions.get(URL_EXTENSION, endpoint.server.authority))


def is_malformed_http(problem: Exception) -> bool:
    """Whether the response violates HTTP; one that only ended too early does not."""
    text = str(problem)
    is_protocol_error = isinstance(problem, httpcore.ProtocolError | httpx.ProtocolError)
    return is_protocol_error and not any(words in text for words in _EARLY_END_MESSAGES)


def _malformed_http_error(reason: str, endpoint: Endpoint, request: httpx.Request) -> UnexpectedResponseError:
    """The error for a response that violates HTTP. Only the name of a header is quoted from it."""
    text = reason.casefold()
    defect = next((words for part, words in _MALFORMED_PARTS if part in text), "malformed HTTP")
    header = _HEADER_LINE.search(reason)
    name = f" ({shorten(mask_secrets(header.group(1)), 40)})" if header and header.group(1) else ""
    return UnexpectedResponseError(
        f"{_request_url(endpoint, request)}"
        f"{endpoint.proxy_suffix} sent"
        f" {defect}{name}: check which server module or proxy sends it."
    )


def _tls_alert_error(alert: str, endpoint: Endpoint) -> EmError:
    if any(word in alert for word in _CERTIFICATE_ALERTS):
        return endpoint.client_certificate_error()
    return ConnectionFailedError(
        f"{endpoint.description} ended the"
        " TLS connection without a"
        f" response ({alert}): check the TLS settings of the"
        " server, and whether it requires a client certificate."
    )


def _timeout_error(endpoint: Endpoint, request: httpx.Request, *, has_begun: bool) -> ServerTimeoutError:
    awaited = "the rest of its response" if has_begun else "a response"
    return ServerTimeoutError(
        f"{_request_url(endpoint, request)}"
        f"{endpoint.route_suffix} sent nothing"
        f" for {_read_timeout(request):g} s while emtui waited"
        f" for {awaited}: try again, or check whether the server is overloaded."
    )


def slow_headers_error(endpoint: Endpoint, request: httpx.Request) -> ServerTimeoutError:
    """The error for response headers that arrive too slowly."""
    return ServerTimeoutError(
        f"{_request_url(endpoint, request)}"
        f"{endpoint.route_suffix} started"
        " a response but did not finish its headers in time:"
        " try again, or check whether the server is overloaded."
    )


def _tls_alert_reason(problem: Exception) -> str:
    """The reason of the TLS error that caused the problem, or an empty text."""
    reasons = (error.reason for error in iter_causes(problem) if isinstance(error, ssl.SSLError))
    return clean(next((reason for reason in reasons if reason), ""))


def _plain_http_error(endpoint: Endpoint, request: httpx.Request) -> EmError:
    return ConnectionFailedError(
        f"{_request_url(endpoint, request)}"
        f"{endpoint.route_suffix} ended"
        " the connection without a response to plain HTTP:"
        " it may require https://."
    )


def _proxy_error(reason: str, endpoint: Endpoint) -> ProxyFailedError:
    proxy = endpoint.proxy.authority if endpoint.proxy else "?"
    if reason.startswith("407"):
        return ProxyFailedError(
            f"The proxy {proxy} requires a logon to connect to {endpoint.server.authority}:"
            f" add user:password@ to {endpoint.proxy_source}, or use --no-proxy."
        )
    return ProxyFailedError(
        f"The proxy {proxy} refuses to connect to {endpoint.server.authority} ({clean(reason)[:100]}):"
        " ask its administrator for access, or use --no-proxy."
    )
