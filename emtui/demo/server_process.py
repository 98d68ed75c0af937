"""Run the simulated server in a child process.

Light: the server is not imported here. The child watches its standard input and so ends with
this process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from emtui.demo.demo_options import DemoOptions

_PATIENCE = 3.0
"""Seconds to wait for the child before it is killed."""


class NotStarted(Exception):
    """The server did not start; the message is its last line of stderr."""


@dataclass(frozen=True, slots=True)
class Announced:
    """Address and credentials of the server. `sha256` and `ca` are `None` over plain HTTP."""

    url: str
    user: str
    password: str
    sha256: str | None
    ca: str | None


@contextmanager
def running(options: DemoOptions) -> Iterator[Announced]:
    """Start it on a free port, wait until it accepts connections, stop it afterwards.

    Raises `NotStarted`.
    """
    words = [sys.executable, "-m", "emtui.demo", "--port", "0", "--with-parent", *options.arguments()]
    if options.since is not None:
        words += ["--since", str(options.since)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env=_environment(),
    ) as child:  # fmt: skip
        try:
            yield _announced(child)
        finally:
            _end(child)


def _announced(child: subprocess.Popen[str]) -> Announced:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        said = child.stderr.read().strip() if child.stderr else ""
        raise NotStarted(said.splitlines()[-1] if said else "The demo server did not start.")
    return Announced(**json.loads(line))


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()


def _environment() -> dict[str, str]:
    """Return our environment without the password of another server."""
    return {name: value for name, value in os.environ.items() if name != "EMTUI_PASSWORD"}
