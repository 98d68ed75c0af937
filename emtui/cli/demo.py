"""`emtui demo`: the simulated server, alone or with the session browser.

Uses neither configuration, keyring nor state.
"""

from __future__ import annotations

import argparse
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

from emtui.cli import stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.exit_codes import Terminated
from emtui.cli.start_tui import need_terminal
from emtui.demo import demo_options
from emtui.demo.server_process import Announced, NotStarted, running
from emtui.demo.simulated_clock import Clock
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.local.connection import Connection
from emtui.tui import launch
from emtui.tui.launch_options import DEMO, LaunchOptions

if TYPE_CHECKING:
    from emtui.demo.demo_options import DemoOptions

_NEEDED = ("starlette", "uvicorn")
_PASSED_ON = ("--seed", "--sessions", "--clock", "--speed", "--play")
_HIGHEST_PORT = 65535


class _Reader(argparse.ArgumentParser):
    """Parser of the demo's own options that raises errors as one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise `BadUsage` instead of exiting."""
        raise BadUsage(f"emtui demo: {message.removeprefix('argument ')}. See emtui demo --help.")


def run(given: Given) -> int:
    """Run the server, or browse one in a child process."""
    if demo_options.wants_help(given.all("--play")):
        stdio.say(demo_options.table())
        return 0
    options = _options(given)
    if any(find_spec(module) is None for module in _NEEDED):
        raise BadUsage("The demo server is not installed. Run: pip install 'emtui[demo]'")
    return _serve(given, options) if given.has("--serve") else _browse(given, options)


def _options(given: Given) -> DemoOptions:
    reader = _Reader(prog="emtui demo", add_help=False, allow_abbrev=False)
    demo_options.add_arguments(reader)
    passed_on = [f"{name}={value}" for name, value in given.options if name in _PASSED_ON]
    try:
        return demo_options.options(reader.parse_args(passed_on))
    except demo_options.BadPlay as bad:
        raise BadUsage(str(bad)) from None


def _serve(given: Given, options: DemoOptions) -> int:
    from emtui.demo.serve import USUAL_PORT, serve  # noqa: PLC0415 - its libraries may not be installed

    stdio.need_output()
    port = _port(given.one("--port"), USUAL_PORT)
    try:
        return serve(options, port)
    except KeyboardInterrupt:
        return 0
    except Terminated as ended:
        return 0 if ended.code == 128 + signal.SIGTERM else ended.code
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise BadUsage(f"Cannot start the demo server: {problem.strerror or problem}.") from None


def _port(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT):
        raise BadUsage(f"--port must be a number from 0 to {_HIGHEST_PORT}, not {text!r}.")
    return int(text)


def _browse(given: Given, options: DemoOptions) -> int:
    if given.has("--port"):
        raise BadUsage("--port requires --serve. Without it, a free port is used.")
    need_terminal()
    options = replace(options, clock=options.clock or datetime.now(UTC), since=time.monotonic())
    try:
        with running(options) as announced:
            return _start(announced, options, given)
    except NotStarted as error:
        raise BadUsage(f"Cannot start the demo server: {error}") from None


def _start(announced: Announced, options: DemoOptions, given: Given) -> int:
    connection = Connection(
        profile=None,
        server=parse_server(announced.url),
        user=announced.user,
        trust=Trust(pin=announced.sha256),
        no_proxy=True,
        allow_http=False,
        password=Secret(announced.password),
    )
    clock = Clock(options.clock or datetime.now(UTC), options.speed, since=options.since)
    return launch.run(
        LaunchOptions(
            connection,
            mark=DEMO,
            remember=False,
            at_once=False,
            now=clock,
            quiet=given.has("--quiet"),
            ascii=given.has("--ascii"),
            mouse=given.has("--mouse"),
        )
    )
