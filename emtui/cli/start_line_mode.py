"""`--plain`: the session browser without a screen, as questions and answers."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace

from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import resolve_access, resolve_connection, run_until_terminated
from emtui.cli.password_sources import find_password, given_or_command_password
from emtui.line_mode.startup import browse
from emtui.local import terminal
from emtui.monitor.browser_options import BrowserOptions


def open_in_line_mode(args: ParsedArguments, options: BrowserOptions) -> int:
    """Browse the configured server. Without a terminal nothing is asked: what is missing is an error."""
    if stdio.is_terminal(sys.stdin):
        connection = resolve_connection(args)
        connection = replace(connection, password=given_or_command_password(connection))
    else:
        connection = resolve_access(args).connection
        connection = replace(connection, password=find_password(connection))
    options = replace(options, connection=connection)
    if args.has("--record"):
        from emtui.cli.record import record_to_file  # noqa: PLC0415 - start-up time: only for --record

        with record_to_file(args, options.now) as recorder:
            return run_line_mode(replace(options, recorder=recorder))
    return run_line_mode(options)


def run_line_mode(options: BrowserOptions) -> int:
    """Browse with these options. Only ASCII is written also where the locale or the console requires it."""
    stdio.require_output()
    needs_ascii = stdio.is_output_terminal() and terminal.is_ascii_only(os.environ)
    options = replace(options, ascii_only=options.ascii_only or needs_ascii)
    return asyncio.run(run_until_terminated(browse(options, stdio.print_output_now)))
