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
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.exit_codes import TerminatedBySignalError
from emtui.cli.start_tui import uses_line_mode
from emtui.demo import demo_options
from emtui.demo.server_process import DemoNotStartedError, ServerAnnouncement, run_server
from emtui.demo.simulated_clock import SimulatedClock
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.local.connection import Connection
from emtui.monitor.browser_options import DEMO_MARK
from emtui.tui import launch
from emtui.tui.launch_options import LaunchOptions

if TYPE_CHECKING:
    from emtui.demo.demo_options import DemoOptions

_REQUIRED_MODULES = ("starlette", "uvicorn")
_SERVER_OPTIONS = ("--seed", "--sessions", "--clock", "--speed", "--play")
_MAX_PORT = 65535
_PORT_DIGITS = 6
"""Digits that are enough to see whether a number is too large."""


class _DemoArgumentParser(argparse.ArgumentParser):
    """Parser of the demo's own options that raises errors as one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` instead of exiting."""
        raise UsageError(f"emtui demo: {message.removeprefix('argument ')}. See emtui demo --help.")


def run(args: ParsedArguments) -> int:
    """Run the server, or browse one in a child process."""
    if demo_options.wants_help(args.values_of("--play")):
        stdio.print_output(demo_options.format_fault_table())
        return 0
    options = _parse_options(args)
    if any(find_spec(module) is None for module in _REQUIRED_MODULES):
        from emtui.cli.missing_extra import missing_extra_error  # noqa: PLC0415 - only for this error

        raise missing_extra_error("The demo server", "demo")
    return _serve(args, options) if args.has("--serve") else _browse(args, options)


def _parse_options(args: ParsedArguments) -> DemoOptions:
    parser = _DemoArgumentParser(prog="emtui demo", add_help=False, allow_abbrev=False)
    demo_options.add_arguments(parser)
    forwarded = [f"{name}={value}" for name, value in args.options if name in _SERVER_OPTIONS]
    try:
        return demo_options.options_from_arguments(parser.parse_args(forwarded))
    except demo_options.InvalidDemoOptionError as problem:
        raise UsageError(str(problem)) from None


def _serve(args: ParsedArguments, options: DemoOptions) -> int:
    from emtui.demo.serve import DEFAULT_PORT, serve  # noqa: PLC0415 - its libraries may not be installed

    stdio.require_output()
    port = _parse_port(args.value_of("--port"), DEFAULT_PORT)
    try:
        return serve(options, port)
    except KeyboardInterrupt:
        return 0
    except TerminatedBySignalError as termination:
        return 0 if termination.code == 128 + signal.SIGTERM else termination.code
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise UsageError(f"Cannot start the demo server: {problem.strerror or problem}.") from None


def _parse_port(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:_PORT_DIGITS]) <= _MAX_PORT):
        raise UsageError(f"--port must be a number from 0 to {_MAX_PORT}, not {text!r}.")
    return int(text)


def _browse(args: ParsedArguments, options: DemoOptions) -> int:
    if args.has("--port"):
        raise UsageError("--port requires --serve. Without it, a free port is used.")
    is_plain = uses_line_mode(args)
    options = replace(options, clock=options.clock or datetime.now(UTC), clock_start=time.monotonic())
    try:
        with run_server(options) as announcement:
            return _launch(announcement, options, args, is_plain=is_plain)
    except DemoNotStartedError as error:
        raise UsageError(f"Cannot start the demo server: {error}") from None


def _launch(
    announcement: ServerAnnouncement, options: DemoOptions, args: ParsedArguments, *, is_plain: bool
) -> int:
    connection = Connection(
        profile=None,
        server=parse_server(announcement.url),
        user=announcement.user,
        trust=Trust(pin=announcement.sha256),
        no_proxy=True,
        allow_http=False,
        password=Secret(announcement.password),
    )
    clock = SimulatedClock(options.clock or datetime.now(UTC), options.speed, started_at=options.clock_start)
    launch_options = LaunchOptions(
        connection,
        mark=DEMO_MARK,
        remember=False,
        log_on_at_once=False,
        now=clock,
        low_bandwidth=args.has("--quiet"),
        ascii_only=args.has("--ascii"),
        mouse_enabled=args.has("--mouse"),
        theme=args.value_of("--theme"),
    )
    if is_plain:
        from emtui.cli.start_line_mode import run_line_mode  # noqa: PLC0415 - only for --plain

        return run_line_mode(launch_options)
    return launch.run(launch_options)
