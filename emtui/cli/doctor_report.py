"""`emtui doctor --report`: the structure of a server's responses, for people without a server."""

from __future__ import annotations

import asyncio

from emtui import __version__
from emtui.cli import stdio
from emtui.cli.arguments import Given
from emtui.cli.client_session import reach, until_terminated
from emtui.cli.password_sources import password_for
from emtui.doctor import shape_report as doctor


def report(given: Given) -> int:
    """Request the responses and print only their structure."""
    there = reach(given)
    password = password_for(there.connection)
    lines = asyncio.run(until_terminated(doctor.report(there.connection, there.server, there.user, password)))
    stdio.say(
        f"emtui {__version__}: structure of the responses of an Enterprise Manager, without any values\n\n"
    )
    stdio.say("".join(f"{line}\n" for line in lines))
    return 0
