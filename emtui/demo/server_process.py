"""Run the simulated server in a child process.

Light: the server is not imported here. The child watches its standard input and so ends with
this process.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from emtui.child_process import DEMO_SERVER, child_command
from emtui.demo.demo_options import DemoOptions

_STOP_TIMEOUT_S = 3.0
"""Seconds to wait for the child before it is killed."""


class DemoNotStartedError(Exception):
    """The server did not start; the message is its last line of stderr."""


@dataclass(frozen=True, slots=True)
class ServerAnnouncement:
    """Address and credentials of the server. `sha256` and `ca` are `None` over plain HTTP."""

    url: str
    user: str
    password: str
    sha256: str | None
    ca: str | None


@contextmanager
def run_server(options: DemoOptions) -> Iterator[ServerAnnouncement]:
    """Start it on a free port, wait until it accepts connections, stop it afterwards.

    Raises `DemoNotStartedError`.
    """
    command = child_command(DEMO_SERVER, "--port", "0", "--with-parent", *options.to_arguments())
    if options.clock_start is not None:
        command += ["--since", str(options.clock_start)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env=_child_environment(),
    ) as child:  # fmt: skip
        try:
            yield _read_announcement(child)
        finally:
            _stop(child)


def _read_announcement(child: subprocess.Popen[str]) -> ServerAnnouncement:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        error_text = child.stderr.read().strip() if child.stderr else ""
        raise DemoNotStartedError(
            error_text.splitlines()[-1] if error_text else "The demo server did not start."
        )
    return ServerAnnouncement(**json.loads(line))


def _stop(child: subprocess.Popen[str]) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _child_environment() -> dict[str, str]:
    """Return our environment without the password of another server."""
    return {name: value for name, value in os.environ.items() if name != "EMTUI_PASSWORD"}
