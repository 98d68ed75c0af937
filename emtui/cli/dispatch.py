"""Run a command and turn errors and signals into one sentence and an exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import cast

from emtui import __version__
from emtui.cli import exit_codes, stdio
from emtui.cli.arguments import ParsedArguments, find_command_name, parse_arguments
from emtui.cli.command_table import CHECK_COMMAND
from emtui.local import process_hardening

UNKNOWN_EXIT_CODE = 3
"""Exit code of `check` if it has no result."""


def run(argv: Sequence[str]) -> int:
    """Run the command line. Any error is one sentence on stderr and an exit code."""
    if find_command_name(argv) == CHECK_COMMAND:
        return _run_check(argv)
    try:
        _set_up_process()
        return stdio.flush_output(_run_command(parse_arguments(argv)))
    except KeyboardInterrupt:
        return stdio.flush_quietly(exit_codes.INTERRUPTED)
    except exit_codes.TerminatedBySignalError as termination:
        return stdio.flush_quietly(termination.code)
    except BrokenPipeError:
        stdio.discard_output()
        return stdio.CLOSED_PIPE_EXIT_CODE
    except Exception as error:  # noqa: BLE001 - the last resort; a traceback could show secrets
        return stdio.flush_quietly(_report_error(error))


def _run_check(argv: Sequence[str]) -> int:
    """Run `check`: one line and exit code 0 to 3, even if the installation is incomplete."""
    try:
        _set_up_process()
        from emtui.cli.check import run_guarded  # if it cannot be loaded, that is the result

        return run_guarded(lambda: _run_command(parse_arguments(argv)))
    except BaseException as error:  # noqa: BLE001 - a check must print a line, whatever happened
        stdio.print_with_fallback(
            f"EMTUI UNKNOWN - emtui cannot start: incomplete installation ({type(error).__name__})\n"
        )
        return UNKNOWN_EXIT_CODE


def _set_up_process() -> None:
    stdio.prepare_streams()
    for number in process_hardening.termination_signals():
        signal.signal(number, _raise_terminated)


def _report_error(error: Exception) -> int:
    """Print the error and return its exit code, even if the modules that describe it cannot be loaded."""
    try:
        for line in (exit_codes.error_sentence(error), *exit_codes.error_details(error)):
            stdio.print_message(line)
        return exit_codes.exit_code_for(error)
    except Exception as second_error:  # noqa: BLE001 - the last resort of the last resort
        stdio.print_message(f"internal error ({type(error).__name__}, then {type(second_error).__name__}).")
        return exit_codes.INTERNAL_ERROR


def _raise_terminated(number: int, _frame: FrameType | None) -> None:
    raise exit_codes.TerminatedBySignalError(number)


def _run_command(args: ParsedArguments) -> int:
    if args.has("--help"):
        from emtui.cli.help_text import format_help  # start-up time: only for --help

        stdio.print_output(format_help(args.command))
        return 0
    if args.has("--version"):
        stdio.print_output(f"emtui {__version__}\n")
        return 0
    if args.command.needs_stdout:
        stdio.require_output()
    from emtui.local import crash_report

    if "EMTUI_PASSWORD" in os.environ:
        # The password is in the initial environment of the process, whether it is read or not.
        process_hardening.disable_dumping()
    crash_report.install_exception_hooks()
    if args.has("--debug"):
        _start_debug_log()
    module, _, function = args.command.entry_point.partition(":")
    run_command = cast(
        "Callable[[ParsedArguments], int]", getattr(import_module(f"emtui.cli.{module}"), function)
    )
    try:
        return run_command(args)
    finally:
        if unreported := crash_report.take_unreported():
            stdio.print_message(unreported)


def _start_debug_log() -> None:
    """Start the debug log; without one the command still runs."""
    from emtui.local import logfile  # start-up time: only for --debug
    from emtui.local.state_files import StateUnavailableError

    try:
        stdio.print_message(f"Writing a debug log (without secrets) to {logfile.start_logging(debug=True)}")
    except StateUnavailableError as problem:
        stdio.print_message(f"No debug log: {problem}")
