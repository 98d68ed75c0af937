"""Checks of the connection to the server: name, proxy, TLS, clock, API root, logon, permissions.

Each check depends on the one before; the first failure ends the checks. Only requests that the
client also sends are used.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emtui import __version__
from emtui.doctor.check_result import Check, fail, ok, skip, warn
from emtui.em import status_errors
from emtui.em.background_thread import beside
from emtui.em.client import read_root
from emtui.em.errors import EmError, NameUnknown, ProxyTrouble
from emtui.em.http_requests import LIST_LIMIT, Answer, Exchange
from emtui.em.list_download import LIST_PATH, ListDownloader
from emtui.em.logon import Credentials, Logon, Logons, check_user
from emtui.em.network_backend import addresses_of
from emtui.em.proxy import Decision, Proxies
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean
from emtui.em.transport import Timeouts, open_transport
from emtui.local.connection import Connection
from emtui.local.lockout_guard import Refusals

MOST_OFF = timedelta(seconds=30)
"""Clock difference above which a warning is reported."""
_PATIENCE = 10.0
AGENT = f"emtui/{__version__}"


class Stop(Exception):
    """No further checks are possible."""


@dataclass(slots=True)
class Way:
    """State of the checks of one server."""

    server: Server
    connection: Connection
    exchange: Exchange
    logons: Logons | None = None
    logon: Logon | None = None


async def checks(connection: Connection) -> AsyncIterator[Check]:
    """Check this connection's server."""
    server = connection.server
    if server is None:
        yield skip("server", "no server configured", "use --server or a profile (-p)")
        return
    proxies = Proxies.from_environment(os.environ, connection.no_proxy)
    try:
        decision = proxies.for_server(server)
    except ProxyTrouble as problem:
        yield fail("proxy", problem)
        return
    yield ok("proxy", f"{server.authority}: {decision}")
    name = await _name(server, decision)
    yield name
    if name.problem:
        return
    exchange = Exchange(
        server, await open_transport(server, connection.trust, proxies), Timeouts(read=30.0), AGENT
    )
    try:
        async for check in _asked(Way(server, connection, exchange)):
            yield check
    finally:
        await exchange.close()


async def _name(server: Server, decision: Decision) -> Check:
    proxy = decision.proxy
    host, port = (proxy.host, proxy.port) if proxy else (server.host, server.port)
    shown = host if proxy else server.name
    began = time.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE):
            addresses = await beside(lambda: addresses_of(host, port))
    except (OSError, UnicodeError, TimeoutError):
        problem = NameUnknown(f"Cannot resolve {shown}: check the name, DNS and VPN.")
        return fail("name", problem, time.monotonic() - began)
    return ok("name", f"{shown} is {', '.join(addresses)}", time.monotonic() - began)


async def _asked(way: Way) -> AsyncIterator[Check]:
    began = time.monotonic()
    try:
        async with way.exchange.root() as answer:
            seconds = time.monotonic() - began
            yield _tls(way, answer, seconds)
            if ending := _ending(way):
                yield ending
            yield _clock(answer)
            for check in await _root(answer):
                yield check
    except EmError as problem:
        yield fail("TLS and API root", problem, time.monotonic() - began)
        return
    async for check in _with_logon(way):
        yield check


def _tls(way: Way, answer: Answer, seconds: float) -> Check:
    seen, trust = way.exchange.certificate, way.connection.trust
    if seen is None:
        return warn("TLS", "plain HTTP: the password is sent unencrypted", "use https://", seconds)
    why = "pinned" if trust.pin else f"trusted by {trust.ca_file or 'the system'}"
    until = f"valid until {seen.valid_until:%Y-%m-%d}"
    return ok("TLS", f"{answer.tls}, certificate {why}, {until}, SHA-256 {seen.sha256}", seconds)


def _ending(way: Way) -> Check | None:
    seen = way.exchange.certificate
    ending = seen.ending(datetime.now(UTC)) if seen else None
    return warn("certificate", f"it {ending}", "renew it in time") if ending else None


def _clock(answer: Answer) -> Check:
    """Compare the server's clock with ours."""
    apart = answer.skew
    if apart is None:
        return skip("clock", "the server sends no Date header")
    seconds = round(apart.total_seconds())
    found = f"the server's clock is {f'{seconds:+} s from' if seconds else 'the same as'} ours (±1 s)"
    if abs(apart) > MOST_OFF:
        return warn("clock", found, "correct one of them: durations of running sessions depend on it")
    return ok("clock", found)


async def _root(answer: Answer) -> tuple[Check, ...]:
    """Check that it is Enterprise Manager, and report its API versions."""
    if versions := await read_root(answer):
        return (ok("API root", f"Enterprise Manager, {versions}"),)
    return ok("API root", "Enterprise Manager"), skip("API versions", "the server lists none")


async def _with_logon(way: Way) -> AsyncIterator[Check]:
    user, password = way.connection.user, way.connection.password
    if user is None:
        yield skip("logon", "no user configured", "use --user")
        return
    if password is None:
        yield skip(
            "logon", "no password available without a prompt", "set EMTUI_PASSWORD or use --password-stdin"
        )
        return
    began = time.monotonic()
    try:
        check_user(user)
        way.logons = Logons(way.server, way.exchange, Credentials(user, password, Refusals()))
        logon = await way.logons.current()
    except EmError as problem:
        yield fail("logon", problem, time.monotonic() - began)
        return
    yield ok("logon", f"as {clean(user)}", time.monotonic() - began)
    try:
        yield await _rights(way, logon)
    finally:
        off = await _log_off(way, logon)
    yield off


async def _rights(way: Way, logon: Logon) -> Check:
    began = time.monotonic()
    try:
        async with way.exchange.get(LIST_PATH, logon.token, LIST_LIMIT) as answer:
            if answer.status == 401:
                raise status_errors.another_logon(answer.requested, answer.cookies)
            listing = await ListDownloader().read(answer)
            size = answer.received
    except EmError as problem:
        return fail("sessions", problem, time.monotonic() - began)
    found = f"{len(listing.sessions):,} sessions, {size / 1e6:.1f} MB"
    if listing.odd or listing.replaced:
        found += f", {listing.odd} rows partly unreadable, {listing.replaced} characters replaced"
        return warn("sessions", found, "run emtui sessions -o json", time.monotonic() - began)
    return ok("sessions", found, time.monotonic() - began)


async def _log_off(way: Way, logon: Logon) -> Check:
    if logon.id is None:
        return warn("log-off", "the server did not return a logon ID: the logon expires in 15 minutes")
    try:
        async with asyncio.timeout(_PATIENCE), way.exchange.log_off(logon.id, logon.token) as answer:
            if answer.good:
                return ok("log-off", "logged off")
            return warn("log-off", f"the server returned {answer.status}: the logon expires in 15 minutes")
    except (EmError, TimeoutError) as problem:
        return warn("log-off", f"the logon expires in 15 minutes ({problem})")
