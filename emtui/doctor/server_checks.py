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
from emtui.doctor.check_result import CheckResult, failed, passed, skipped, warning
from emtui.em import status_errors
from emtui.em.background_thread import run_in_thread
from emtui.em.client import read_api_versions
from emtui.em.errors import EmError, ProxyFailedError
from emtui.em.http_requests import LIST_LIMIT, ApiResponse, RequestSender
from emtui.em.list_download import LIST_PATH, ListDownloader
from emtui.em.logon import ActiveLogon, Credentials, LogonRenewer, check_user
from emtui.em.network_backend import Endpoint, resolve_addresses
from emtui.em.proxy import ProxyChoice, ProxySettings
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean
from emtui.em.transport import Timeouts, open_transport
from emtui.local.connection import Connection
from emtui.local.lockout_guard import LockoutGuard

MAX_CLOCK_DIFFERENCE = timedelta(seconds=30)
"""Clock difference above which a warning is reported."""
_TIMEOUT_S = 10.0
AGENT = f"emtui/{__version__}"


class Stop(Exception):
    """No further checks are possible."""


@dataclass(slots=True)
class ServerCheckContext:
    """State of the checks of one server."""

    server: Server
    connection: Connection
    exchange: RequestSender
    logons: LogonRenewer | None = None
    logon: ActiveLogon | None = None


async def check_server(connection: Connection) -> AsyncIterator[CheckResult]:
    """Check this connection's server."""
    server = connection.server
    if server is None:
        yield skipped(
            "server",
            "no server configured",
            "use --server, EMTUI_SERVER or a profile (-p; create one with emtui login)",
        )
        return
    proxies = ProxySettings.from_environment(os.environ, connection.no_proxy)
    try:
        decision = proxies.choose(server)
    except ProxyFailedError as problem:
        yield failed("proxy", problem)
        return
    yield passed("proxy", f"{server.authority}: {decision}")
    name_check = await _check_name(server, decision)
    yield name_check
    if name_check.error:
        return
    exchange = RequestSender(
        server, await open_transport(server, connection.trust, proxies), Timeouts(read=30.0), AGENT
    )
    try:
        async for check in _check_connection(ServerCheckContext(server, connection, exchange)):
            yield check
    finally:
        await exchange.close()


async def _check_name(server: Server, decision: ProxyChoice) -> CheckResult:
    proxy = decision.proxy
    host, port = (proxy.host, proxy.port) if proxy else (server.host, server.port)
    host_label = proxy.host if proxy else server.name
    start = time.monotonic()
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            addresses = await run_in_thread(lambda: resolve_addresses(host, port))
    except (OSError, UnicodeError, TimeoutError):
        problem = Endpoint(server, decision).host_not_found_error()
        return failed("name", problem, time.monotonic() - start)
    return passed("name", f"{host_label} is {', '.join(addresses)}", time.monotonic() - start)


async def _check_connection(context: ServerCheckContext) -> AsyncIterator[CheckResult]:
    start = time.monotonic()
    try:
        async with context.exchange.get_root() as response:
            seconds = time.monotonic() - start
            yield _check_tls(context, response, seconds)
            if expiry_warning := _check_expiry(context):
                yield expiry_warning
            yield _check_clock(response)
            for check in await _check_root(response):
                yield check
    except EmError as problem:
        yield failed("TLS and API root", problem, time.monotonic() - start)
        return
    async for check in _check_logon(context):
        yield check


def _check_tls(context: ServerCheckContext, response: ApiResponse, seconds: float) -> CheckResult:
    certificate, trust = context.exchange.certificate, context.connection.trust
    if certificate is None:
        return warning("TLS", "plain HTTP: the password is sent unencrypted", "use https://", seconds)
    trust_reason = "pinned" if trust.pin else f"trusted by {trust.ca_file or 'the system'}"
    validity = f"valid until {certificate.valid_until:%Y-%m-%d}"
    return passed(
        "TLS",
        f"{response.tls}, certificate {trust_reason}, {validity}, SHA-256 {certificate.sha256}",
        seconds,
    )


def _check_expiry(context: ServerCheckContext) -> CheckResult | None:
    certificate = context.exchange.certificate
    now = datetime.now(UTC)
    expiry = certificate.expiry_text(now) if certificate else None
    if certificate is None or expiry is None:
        return None
    next_step = "renew it before then" if certificate.valid_until >= now else "renew it"
    return warning("certificate", f"the certificate {expiry}", next_step)


def _check_clock(response: ApiResponse) -> CheckResult:
    """Compare the server's clock with ours."""
    difference = response.skew
    if difference is None:
        return skipped("clock", "the server sends no Date header")
    seconds = round(difference.total_seconds())
    direction = "ahead of" if seconds > 0 else "behind"
    relation = f"is {abs(seconds)} s {direction}" if seconds else "agrees with"
    message = f"the server's clock {relation} this computer's (±1 s)"
    if abs(difference) > MAX_CLOCK_DIFFERENCE:
        return warning(
            "clock",
            message,
            "correct the wrong clock: durations of running sessions depend on the difference",
        )
    return passed("clock", message)


async def _check_root(response: ApiResponse) -> tuple[CheckResult, ...]:
    """Check that it is Enterprise Manager, and report its API versions."""
    if versions := await read_api_versions(response):
        return (passed("API root", f"Enterprise Manager, {versions}"),)
    return passed("API root", "Enterprise Manager"), skipped("API versions", "the server lists none")


async def _check_logon(context: ServerCheckContext) -> AsyncIterator[CheckResult]:
    user, password = context.connection.user, context.connection.password
    if user is None:
        yield skipped("logon", "no user configured", "use --user")
        return
    if password is None:
        yield skipped(
            "logon", "no password available without a prompt", "set EMTUI_PASSWORD or use --password-stdin"
        )
        return
    start = time.monotonic()
    try:
        check_user(user)
        context.logons = LogonRenewer(
            context.server, context.exchange, Credentials(user, password, LockoutGuard())
        )
        logon = await context.logons.current()
    except EmError as problem:
        yield failed("logon", problem, time.monotonic() - start)
        return
    yield passed("logon", f"as {clean(user)}", time.monotonic() - start)
    try:
        yield await _check_permissions(context, logon)
    finally:
        log_off_check = await _check_log_off(context, logon)
    yield log_off_check


async def _check_permissions(context: ServerCheckContext, logon: ActiveLogon) -> CheckResult:
    start = time.monotonic()
    try:
        async with context.exchange.get(LIST_PATH, logon.token, LIST_LIMIT) as response:
            if response.status == 401:
                raise status_errors.repeated_logon_error(response.url, response.cookies)
            listing = await ListDownloader().read(response)
            size = response.received
    except EmError as problem:
        return failed("sessions", problem, time.monotonic() - start)
    message = f"{len(listing.sessions):,} sessions, {size / 1e6:.1f} MB"
    if listing.unreadable_count or listing.replaced_count:
        message += (
            f", {listing.unreadable_count} rows not fully readable,"
            f" {listing.replaced_count} characters replaced"
        )
        return warning("sessions", message, "run emtui sessions -o json", time.monotonic() - start)
    return passed("sessions", message, time.monotonic() - start)


async def _check_log_off(context: ServerCheckContext, logon: ActiveLogon) -> CheckResult:
    if logon.id is None:
        return warning("log-off", "the server did not return a logon ID: the logon expires in 15 minutes")
    try:
        async with asyncio.timeout(_TIMEOUT_S), context.exchange.log_off(logon.id, logon.token) as response:
            if response.is_success:
                return passed("log-off", "logged off")
            return warning(
                "log-off", f"the server returned {response.status}: the logon expires in 15 minutes"
            )
    except (EmError, TimeoutError) as problem:
        return warning("log-off", f"the logon expires in 15 minutes ({problem})")
