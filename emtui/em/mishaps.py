"""What a conversation that broke off means: what httpcore and httpx raise, to one error. Pure.

What an answer means that came whole is told by `answers`; why there was no connection, by `dial`.
"""

from __future__ import annotations

import ssl

import httpcore
import httpx

from emtui.em.dial import Place, causes
from emtui.em.errors import Broken, Cut, EmError, PlainHttp, ProxyTrouble, TimedOut
from emtui.em.text import clean

PROBLEMS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpx.TransportError,
    OSError,
)
"""What comes out of httpcore and httpx; an alert after the handshake comes as a bare `ssl.SSLError`."""


def told(problem: Exception, place: Place, request: httpx.Request, *, began: bool) -> EmError:
    """What became of a request, in one sentence; `began` says that the answer had begun."""
    if isinstance(problem, httpcore.TimeoutException | httpx.TimeoutException):
        return _silent(place, request, began=began)
    if isinstance(problem, httpcore.ProxyError | httpx.ProxyError):
        return _proxy_trouble(str(problem), place)
    if began:
        return Cut(f"{place.name} ended its answer in the middle: try again.")
    if alert := _alert(problem):
        return Broken(
            f"{place.asked} ended TLS without an answer ({alert}): see whether it wants a certificate."
        )
    if place.server.scheme == "http":
        return _no_http(str(problem), place)
    protocol = isinstance(problem, httpcore.ProtocolError | httpx.ProtocolError)
    if protocol and "disconnected" not in str(problem):
        return Broken(f"{place.asked} answered with something that is not HTTP: check the port (9398).")
    return Broken(
        f"{place.asked} ended the connection without an answer: try again, or check the port (9398)."
    )


def _silent(place: Place, request: httpx.Request, *, began: bool) -> TimedOut:
    seconds = request.extensions.get("timeout", {}).get("read") or 0
    what = "the rest of its answer" if began else "an answer"
    return TimedOut(
        f"{place.asked} sent nothing for {seconds:g} s while we waited for {what}:"
        " try again, or look whether the server is overloaded."
    )


def _alert(problem: Exception) -> str:
    """What TLS says was wrong, if that is what ended it."""
    reasons = (each.reason for each in causes(problem) if isinstance(each, ssl.SSLError))
    return clean(next((reason for reason in reasons if reason), ""))


def _no_http(reason: str, place: Place) -> EmError:
    if "\\x15\\x03" in reason:
        return PlainHttp(f"{place.asked} speaks TLS on that port: use https:// instead of http://.")
    return Broken(
        f"{place.asked} ended the connection without an answer to plain HTTP: perhaps it wants https://."
    )


def _proxy_trouble(reason: str, place: Place) -> ProxyTrouble:
    proxy = place.proxy.authority if place.proxy else "?"
    if reason.startswith("407"):
        return ProxyTrouble(
            f"The proxy {proxy} asks for a logon before it leads to {place.server.authority}:"
            f" put user:password@ into {place.set_by}, or give --no-proxy."
        )
    return ProxyTrouble(
        f"The proxy {proxy} does not lead to {place.server.authority} ({clean(reason)[:100]}):"
        " ask for a way through, or give --no-proxy."
    )
