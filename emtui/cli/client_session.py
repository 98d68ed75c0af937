"""Connect to a server, log on, run requests, and log off, even if a signal ends emtui."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, TypeVar

from emtui import text_format
from emtui.cli import exit_codes, prompts, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.password_sources import find_or_ask_password, password_from_arguments
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import connection, crash_report, process_hardening
from emtui.local.configuration import Config, load_config
from emtui.local.connection import Connection
from emtui.local.paths import config_files

if TYPE_CHECKING:
    from emtui.em.client import Client

T = TypeVar("T")
SHUTDOWN_GRACE_S = 5.0
"""Seconds allowed after a signal for a pending logon, the logoff and closing connections."""


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """A server, a user, and the connection settings."""

    server: Server
    user: str
    connection: Connection

    @property
    def zone(self) -> tzinfo:
        """Time zone of tables and clock times: the profile's, else this computer's."""
        return self.connection.display_time_zone


def resolve_connection(args: ParsedArguments) -> Connection:
    """Connection settings from options, environment and configuration; a password from the first two."""
    password = password_from_arguments(args)
    options = connection.ConnectionOptions(
        profile=args.value_of("--profile"),
        server=args.value_of("--server"),
        user=args.value_of("--user"),
        ca_file=args.value_of("--ca-file"),
        pin=args.value_of("--pin"),
        no_proxy=args.has("--no-proxy"),
        allow_http=args.has("--allow-http"),
    )
    resolved = connection.resolve_connection(options, os.environ, load_configuration())
    return replace(resolved, password=password or resolved.password)


def load_configuration() -> Config:
    """The user's configuration over the team's."""
    return load_config(*config_files())


def resolve_access(args: ParsedArguments) -> ServerAccess:
    """The configured server and user; raises `UsageError` if one is missing."""
    connection = resolve_connection(args)
    if connection.server is None:
        raise UsageError(f"No server configured. {format_server_choices()}")
    if connection.user is None:
        raise UsageError(f"No user configured for {connection.server}. Use --user or EMTUI_USER.")
    return ServerAccess(connection.server, connection.user, connection)


def format_server_choices() -> str:
    """What to do if no server is configured."""
    names = [profile.name for profile in load_configuration().profiles]
    if not names:
        return "Use --server, EMTUI_SERVER or a profile (-p; create one with emtui login)."
    return (
        f"Available profiles: {', '.join(names)}; none is the default. Choose one with -p,"
        " or set default_profile in the configuration."
    )


def print_time_zone(access: ServerAccess, now: datetime) -> None:
    """Print the time zone of a table on a terminal if it is not this computer's."""
    if access.connection.server_time_zone and stdio.is_terminal(sys.stderr):
        offset = text_format.format_zone_offset(now, access.zone)
        stdio.print_message(f"Times are in {access.zone} (now {offset}).")


def run_logged_on(access: ServerAccess, request: Callable[[Client], Awaitable[T]]) -> T:
    """Log on, run `ask`, and log off."""
    return run_with_password(access, find_or_ask_password(access.connection), request)


def run_with_password(
    access: ServerAccess,
    password: Secret,
    request: Callable[[Client], Awaitable[T]],
    *,
    override_lockout: bool = False,
    report: Callable[[str], object] | None = None,
) -> T:
    """The same with a given password; `override_lockout` sends it even if it was rejected before.

    `say` gets the message if a rejection could not be recorded.
    """
    import asyncio  # start-up time: only to connect

    async def log_on_and_request() -> T:
        async with await open_client(
            access, password, override_lockout=override_lockout, report=report
        ) as client:
            return await request(client)

    gc.freeze()  # else the garbage collector traverses all loaded modules again and again for a long list
    return asyncio.run(run_until_terminated(log_on_and_request()))


async def open_client(
    access: ServerAccess,
    password: Secret,
    *,
    override_lockout: bool = False,
    report: Callable[[str], object] | None = None,
) -> Client:
    """A client that is logged on; raises `EmError`. Warns on a terminal if the certificate expires soon."""
    from emtui.local.client_logon import log_on  # start-up time: loads the client, and httpx with it
    from emtui.local.lockout_guard import LockoutGuard

    client = await log_on(
        replace(access.connection, password=password),
        LockoutGuard(override_lockout, is_attended=prompts.can_ask_user(), warn=report),
    )
    if stdio.is_terminal(sys.stderr):
        expiry_warning = client.certificate and client.certificate.expiry_text(datetime.now(UTC))
        if expiry_warning:
            stdio.print_message(f"The certificate of {access.server} {expiry_warning}")
    return client


async def run_until_terminated(work: Awaitable[T]) -> T:
    """Await the work; a terminating signal cancels it, so that it logs off, and raises `Terminated`.

    A second signal, which a closing terminal sends, does not interrupt the logoff; that has a time limit.
    """
    import asyncio  # start-up time: as in talk

    task = asyncio.ensure_future(work)
    received_signals: list[int] = []

    def stop(number: int) -> None:
        received_signals.append(number)
        if len(received_signals) == 1:
            task.cancel()
            loop.call_later(SHUTDOWN_GRACE_S, task.cancel)

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(crash_report.log_task_exception)
    previous_handlers = {
        number: signal.getsignal(number)
        for number in (*process_hardening.termination_signals(), signal.SIGINT)
    }
    previous_handlers = {
        number: handler for number, handler in previous_handlers.items() if handler is not signal.SIG_IGN
    }
    for number in previous_handlers:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, previous_handlers)
        for number, handler in previous_handlers.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, previous_handlers)
        if received_signals:
            raise exit_codes.TerminatedBySignalError(received_signals[0]) from None


def parse_timeout(text: str) -> float:
    """The value of `--timeout` in seconds: a number, or a duration such as 15m. Raises `UsageError`."""
    try:
        is_number = text.replace(".", "", 1).isdigit()
        return float(text) if is_number else text_format.parse_duration(text).total_seconds()
    except ValueError as problem:
        raise UsageError(f"--timeout: {problem}") from None
