"""Map exceptions of httpcore and httpx to an `EmError`. Pure.

Complete responses are mapped by `status_errors`, failures to connect by `network_backend`.
"""

from __future__ import annotations

import re
import ssl

import httpcore
import httpx

from emtui.em.errors import Broken, Cut, EmError, Nonsense, ProxyTrouble, TimedOut
from emtui.em.network_backend import Place, causes
from emtui.em.proxy import Proxy
from emtui.em.secret import without_secrets
from emtui.em.text_sanitizer import brief, clean

REQUESTED = "requested"
"""The request extension with the URL for display: without credentials, with the zone of an address."""
PROBLEMS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpx.TransportError,
    OSError,
)
"""What httpcore and httpx raise; a TLS alert after the handshake is a plain `ssl.SSLError`."""
_ENDED = ("disconnected", "closed connection", "ConnectionClosed")
"""Parts of the messages of h11 and httpcore for a connection that ended too early."""
_HEADER_LINE = re.compile(r"illegal header line: (?:bytearray\()?b['\"]([!#-&(-9;-\[\]-~]{0,40})")
_ODD = (
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


def told(problem: Exception, place: Place, request: httpx.Request, *, began: bool) -> EmError:
    """The error for a failed request; `began` says whether the response had begun."""
    if place.proxy and not place.proxy_speaks and (mute := _mute_proxy(problem, place.proxy, place, request)):
        return mute
    if isinstance(problem, httpcore.TimeoutException | httpx.TimeoutException):
        return _silent(place, request, began=began)
    if isinstance(problem, httpcore.ProxyError | httpx.ProxyError):
        return _proxy_trouble(str(problem), place)
    if is_odd_http(problem):
        return _odd_http(str(problem), place, request)
    if began:
        return Cut(f"{_url(place, request)}{place.via} ended its response before it was complete: try again.")
    if alert := _alert(problem):
        return _refused_by_tls(alert, place)
    if place.server.scheme == "http" and not place.speaks_http:
        return _no_http(place, request)
    asked = f"{_url(place, request)}{place.way}"
    if place.speaks_http:
        return Broken(
            f"{asked} ended the connection before its response was complete:"
            " try again, and check whether the server is overloaded."
        )
    return Broken(
        f"{asked} ended the connection without a response: check the port (9398), and whether the server"
        " requires a client certificate."
    )


def _mute_proxy(
    problem: Exception, proxy: Proxy, place: Place, request: httpx.Request
) -> ProxyTrouble | None:
    """The error for a proxy that did not respond; `None` for a TLS, proxy or protocol error."""
    if _alert(problem) or isinstance(problem, httpcore.ProxyError | httpx.ProxyError) or is_odd_http(problem):
        return None
    ended = "ended the connection without a response"
    if isinstance(problem, httpcore.TimeoutException | httpx.TimeoutException):
        ended = f"sent nothing for {_patience(request):g} s"
    return ProxyTrouble(
        f"The proxy {proxy.authority} {ended}, so {place.server.authority} cannot be reached:"
        f" check {place.set_by} or use --no-proxy."
    )


def _patience(request: httpx.Request) -> float:
    """The read timeout of the request in seconds."""
    return request.extensions.get("timeout", {}).get("read") or 0


def _url(place: Place, request: httpx.Request) -> str:
    """The requested URL; the host and port for a mere handshake."""
    return str(request.extensions.get(REQUESTED, place.server.authority))


def is_odd_http(problem: Exception) -> bool:
    """Whether the response violates HTTP; one that only ended too early does not."""
    text = str(problem)
    protocol = isinstance(problem, httpcore.ProtocolError | httpx.ProtocolError)
    return protocol and not any(words in text for words in _ENDED)


def _odd_http(reason: str, place: Place, request: httpx.Request) -> Nonsense:
    """The error for a response that violates HTTP. Only the name of a header is quoted from it."""
    text = reason.casefold()
    what = next((words for part, words in _ODD if part in text), "malformed HTTP")
    found = _HEADER_LINE.search(reason)
    name = f" ({brief(without_secrets(found.group(1)), 40)})" if found and found.group(1) else ""
    return Nonsense(
        f"{_url(place, request)}{place.via} sent {what}{name}: check which server module or proxy sends it."
    )


def _refused_by_tls(alert: str, place: Place) -> EmError:
    if any(word in alert for word in _CERTIFICATE_ALERTS):
        return place.wants_certificate()
    return Broken(
        f"{place.asked} ended the TLS connection without a response ({alert}): check the TLS settings of the"
        " server, and whether it requires a client certificate."
    )


def _silent(place: Place, request: httpx.Request, *, began: bool) -> TimedOut:
    what = "the rest of its response" if began else "a response"
    return TimedOut(
        f"{_url(place, request)}{place.way} sent nothing for {_patience(request):g} s while emtui waited"
        f" for {what}: try again, or check whether the server is overloaded."
    )


def slow_head(place: Place, request: httpx.Request) -> TimedOut:
    """The error for response headers that arrive too slowly."""
    return TimedOut(
        f"{_url(place, request)}{place.way} started a response but did not finish its headers in time:"
        " try again, or check whether the server is overloaded."
    )


def _alert(problem: Exception) -> str:
    """The reason of the TLS error that caused the problem, or an empty text."""
    reasons = (each.reason for each in causes(problem) if isinstance(each, ssl.SSLError))
    return clean(next((reason for reason in reasons if reason), ""))


def _no_http(place: Place, request: httpx.Request) -> EmError:
    return Broken(
        f"{_url(place, request)}{place.way} ended the connection without a response to plain HTTP:"
        " it may require https://."
    )


def _proxy_trouble(reason: str, place: Place) -> ProxyTrouble:
    proxy = place.proxy.authority if place.proxy else "?"
    if reason.startswith("407"):
        return ProxyTrouble(
            f"The proxy {proxy} requires a logon to connect to {place.server.authority}:"
            f" add user:password@ to {place.set_by}, or use --no-proxy."
        )
    return ProxyTrouble(
        f"The proxy {proxy} refuses to connect to {place.server.authority} ({clean(reason)[:100]}):"
        " ask its administrator for access, or use --no-proxy."
    )
