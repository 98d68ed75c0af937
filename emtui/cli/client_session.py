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
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.password_sources import given_password, password_for
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import connection, crash_report, process_hardening
from emtui.local.configuration import Config, load
from emtui.local.connection import Connection
from emtui.local.paths import config_files

if TYPE_CHECKING:
    from emtui.em.client import Client

T = TypeVar("T")
LAST = 5.0
"""Seconds allowed after a signal for a pending logon, the logoff and closing connections."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A server, a user, and the connection settings."""

    server: Server
    user: str
    connection: Connection

    @property
    def zone(self) -> tzinfo:
        """Time zone of tables and clock times: the profile's, else this computer's."""
        return self.connection.zone


def resolve(given: Given) -> Connection:
    """Connection settings from options, environment and configuration; a password from the first two."""
    password = given_password(given)
    options = connection.Options(
        profile=given.one("--profile"),
        server=given.one("--server"),
        user=given.one("--user"),
        ca_file=given.one("--ca-file"),
        pin=given.one("--pin"),
        no_proxy=given.has("--no-proxy"),
        allow_http=given.has("--allow-http"),
    )
    found = connection.resolve(options, os.environ, configuration())
    return replace(found, password=password or found.password)


def configuration() -> Config:
    """The user's configuration over the team's."""
    return load(*config_files())


def reach(given: Given) -> Reach:
    """The configured server and user; raises `BadUsage` if one is missing."""
    connection = resolve(given)
    if connection.server is None:
        raise BadUsage(f"No server configured. {choices()}")
    if connection.user is None:
        raise BadUsage(f"No user configured for {connection.server}. Use --user or EMTUI_USER.")
    return Reach(connection.server, connection.user, connection)


def choices() -> str:
    """What to do if no server is configured."""
    names = [profile.name for profile in configuration().profiles]
    if not names:
        return "Use --server, EMTUI_SERVER or a profile (create one with emtui login)."
    return (
        f"Available profiles: {', '.join(names)}; none is the default. Choose one with -p,"
        " or set default_profile in the configuration."
    )


def narrate_zone(there: Reach, now: datetime) -> None:
    """Print the time zone of a table on a terminal if it is not this computer's."""
    if there.connection.servers_zone and stdio.is_terminal(sys.stderr):
        offset = text_format.zone_offset(now, there.zone)
        stdio.narrate(f"Times are in {there.zone} (now {offset})")


def converse(there: Reach, ask: Callable[[Client], Awaitable[T]]) -> T:
    """Log on, run `ask`, and log off."""
    return talk(there, password_for(there.connection), ask)


def talk(
    there: Reach,
    password: Secret,
    ask: Callable[[Client], Awaitable[T]],
    *,
    insist: bool = False,
    say: Callable[[str], object] | None = None,
) -> T:
    """The same with a given password; `insist` sends it even if it was rejected before.

    `say` gets the message if a rejection could not be recorded.
    """
    import asyncio  # start-up time: only to connect

    async def whole() -> T:
        async with await logged_on(there, password, insist=insist, say=say) as client:
            return await ask(client)

    gc.freeze()  # else the garbage collector traverses all loaded modules again and again for a long list
    return asyncio.run(until_terminated(whole()))


async def logged_on(
    there: Reach,
    password: Secret,
    *,
    insist: bool = False,
    say: Callable[[str], object] | None = None,
) -> Client:
    """A client that is logged on; raises `EmError`. Warns on a terminal if the certificate expires soon."""
    from emtui.local.lockout_guard import Refusals
    from emtui.local.logon_policy import log_on  # start-up time: loads the client, and httpx with it

    client = await log_on(
        replace(there.connection, password=password),
        Refusals(insist, attended=prompts.somebody_there(), say=say),
    )
    if stdio.is_terminal(sys.stderr):
        ending = client.certificate and client.certificate.ending(datetime.now(UTC))
        if ending:
            stdio.narrate(f"The certificate of {there.server} {ending}")
    return client


async def until_terminated(work: Awaitable[T]) -> T:
    """Await the work; a terminating signal cancels it, so that it logs off, and raises `Terminated`.

    A second signal, which a closing terminal sends, does not interrupt the logoff; that has a time limit.
    """
    import asyncio  # start-up time: as in talk

    task = asyncio.ensure_future(work)
    came: list[int] = []

    def stop(number: int) -> None:
        came.append(number)
        if len(came) == 1:
            task.cancel()
            loop.call_later(LAST, task.cancel)

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(crash_report.in_loop)
    before = {
        number: signal.getsignal(number) for number in (*process_hardening.ending_signals(), signal.SIGINT)
    }
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, before)
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, before)
        if came:
            raise exit_codes.Terminated(came[0]) from None


def seconds_of(timeout: str) -> float:
    """The value of `--timeout` in seconds: a number, or a duration such as 15m. Raises `BadUsage`."""
    try:
        is_number = timeout.replace(".", "", 1).isdigit()
        return float(timeout) if is_number else text_format.parse_span(timeout).total_seconds()
    except ValueError as problem:
        raise BadUsage(f"--timeout: {problem}") from None
