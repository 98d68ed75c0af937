"""`emtui doctor --report`: the structure of a server's responses, for people without a server."""

from __future__ import annotations

import asyncio

from emtui import __version__
from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import resolve_access, run_until_terminated
from emtui.cli.password_sources import find_or_ask_password
from emtui.doctor import shape_report as doctor


def print_shape_report(args: ParsedArguments) -> int:
    """Request the responses and print only their structure."""
    access = resolve_access(args)
    password = find_or_ask_password(access.connection)
    lines = asyncio.run(
        run_until_terminated(
            doctor.build_shape_report(access.connection, access.server, access.user, password)
        )
    )
    stdio.print_output(
        f"emtui {__version__}: structure of the responses of an Enterprise Manager, without any values\n\n"
    )
    stdio.print_output("".join(f"{line}\n" for line in lines))
    return 0
