"""`--plain`: the session browser without a screen, as questions and answers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import (
    load_configuration,
    resolve_access,
    resolve_connection,
    run_until_terminated,
)
from emtui.cli.password_sources import find_password, given_or_command_password
from emtui.line_mode.options import DEMO_MARK, LineModeOptions
from emtui.line_mode.startup import browse
from emtui.local import terminal
from emtui.local.connection import Connection
from emtui.monitor.recording.replay_source import ReplaySource


def open_in_line_mode(
    args: ParsedArguments,
    query: str,
    order: str | None,
    target: str | None,
    compare: str | None,
    view: str | None,
) -> int:
    """Browse the configured server. Without a terminal nothing is asked: what is missing is an error."""
    if stdio.is_terminal(sys.stdin):
        connection = resolve_connection(args)
        connection = replace(connection, password=given_or_command_password(connection))
    else:
        connection = resolve_access(args).connection
        connection = replace(connection, password=find_password(connection))
    config = load_configuration()
    options = LineModeOptions(
        connection,
        stdio.print_output_now,
        config.profiles,
        query=query,
        order=order,
        target=target,
        compare_with=compare,
        view=view,
        own_queries=config.queries,
        ascii_only=_needs_ascii(args),
    )
    if args.has("--record"):
        from emtui.cli.record import record_to_file  # noqa: PLC0415 - start-up time: only for --record

        with record_to_file(args, options.now) as recorder:
            return _run(replace(options, recorder=recorder))
    return _run(options)


def replay_in_line_mode(
    args: ParsedArguments,
    source: ReplaySource,
    query: str,
    order: str | None,
    target: str | None,
    compare: str | None,
    view: str | None,
) -> int:
    """Browse a recording."""
    return _run(
        LineModeOptions(
            Connection(),
            stdio.print_output_now,
            query=query,
            order=order,
            target=target,
            compare_with=compare,
            view=view,
            mark="REPLAY",
            replay=source,
            remember=False,
            now=source.now,
            ascii_only=_needs_ascii(args),
        )
    )


def demo_in_line_mode(args: ParsedArguments, connection: Connection, clock: Callable[[], datetime]) -> int:
    """Browse the demo server."""
    return _run(
        LineModeOptions(
            connection,
            stdio.print_output_now,
            mark=DEMO_MARK,
            remember=False,
            log_on_at_once=False,
            now=clock,
            ascii_only=_needs_ascii(args),
        )
    )


def _run(options: LineModeOptions) -> int:
    stdio.require_output()
    return asyncio.run(run_until_terminated(browse(options)))


def _needs_ascii(args: ParsedArguments) -> bool:
    """Whether only ASCII is written: by an option, the locale or the console's font."""
    return args.has("--ascii") or (stdio.is_output_terminal() and terminal.is_ascii_only(os.environ))
