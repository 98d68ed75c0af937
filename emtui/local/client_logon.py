"""Log on with this computer's proxies, lockout guard and password command.

The only place where the screens and the command line create a client.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from emtui import __version__
from emtui.em.background_thread import run_in_thread
from emtui.em.client import Client
from emtui.em.errors import InvalidAddressError
from emtui.em.logon import LogonGuard
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_clock import utc_now
from emtui.local import password_command, process_hardening
from emtui.local.connection import Connection


async def log_on(connection: Connection, guard: LogonGuard, now: Callable[[], datetime] = utc_now) -> Client:
    """Return a client that is logged on; raises `EmError`.

    `guard` is a `LockoutGuard` and `now` the local clock, except for a demo.
    """
    if connection.server is None or connection.user is None or connection.password is None:
        raise InvalidAddressError("A server, a user and a password are needed to log on.")

    process_hardening.disable_dumping()

    async def provide_password() -> Secret | None:
        return await _run_password_command(connection)

    return await Client.connect(
        connection.server,
        connection.user,
        connection.password,
        trust=connection.trust,
        proxies=ProxySettings.from_environment(os.environ, connection.no_proxy),
        agent=f"emtui/{__version__}",
        guard=guard,
        password_provider=provide_password,
        now=now,
    )


async def _run_password_command(connection: Connection) -> Secret | None:
    """Run the profile's password command, if `unattended` allows it."""
    command = connection.password_command
    if not command or connection.profile is None or not connection.profile.unattended:
        return None
    try:
        return await run_in_thread(lambda: password_command.run_password_command(command, is_attended=False))
    except password_command.PasswordCommandFailedError:
        return None
