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
from emtui.cli.arguments import Given, command_of, read
from emtui.cli.command_table import CHECK
from emtui.local import process_hardening

UNKNOWN = 3
"""Exit code of `check` if it has no result."""


def run(argv: Sequence[str]) -> int:
    """Run the command line. Any error is one sentence on stderr and an exit code."""
    if command_of(argv) == CHECK:
        return _check(argv)
    try:
        _begin()
        return stdio.finish(_do(read(argv)))
    except KeyboardInterrupt:
        return stdio.leave(exit_codes.INTERRUPTED)
    except exit_codes.Terminated as ended:
        return stdio.leave(ended.code)
    except BrokenPipeError:
        stdio.drop_output()
        return stdio.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort; a traceback could show secrets
        return stdio.leave(_report(error))


def _check(argv: Sequence[str]) -> int:
    """Run `check`: one line and exit code 0 to 3, even if the installation is incomplete."""
    try:
        _begin()
        from emtui.cli.check import guarded  # if it cannot be loaded, that is the result

        return guarded(lambda: _do(read(argv)))
    except BaseException as error:  # noqa: BLE001 - a check must print a line, whatever happened
        stdio.answer(
            f"EMTUI UNKNOWN - emtui cannot start: incomplete installation ({type(error).__name__})\n"
        )
        return UNKNOWN


def _begin() -> None:
    stdio.prepare()
    for number in process_hardening.ending_signals():
        signal.signal(number, _terminate)


def _report(error: Exception) -> int:
    """Print the error and return its exit code, even if the modules that describe it cannot be loaded."""
    try:
        for line in (exit_codes.sentence_of(error), *exit_codes.details_of(error)):
            stdio.narrate(line)
        return exit_codes.code_of(error)
    except Exception as another:  # noqa: BLE001 - the last resort of the last resort
        stdio.narrate(f"internal error ({type(error).__name__}, then {type(another).__name__}).")
        return exit_codes.OWN_FAULT


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise exit_codes.Terminated(number)


def _do(given: Given) -> int:
    if given.has("--help"):
        from emtui.cli.help_text import manual  # start-up time: only for --help

        stdio.say(manual(given.command))
        return 0
    if given.has("--version"):
        stdio.say(f"emtui {__version__}\n")
        return 0
    if given.command.writes:
        stdio.need_output()
    from emtui.local import crash_report

    if "EMTUI_PASSWORD" in os.environ:
        # The password is in the initial environment of the process, whether it is read or not.
        process_hardening.close_to_others()
    crash_report.watch()
    if given.has("--debug"):
        _log()
    module, _, function = given.command.run.partition(":")
    act = cast("Callable[[Given], int]", getattr(import_module(f"emtui.cli.{module}"), function))
    try:
        return act(given)
    finally:
        if untold := crash_report.untold():
            stdio.narrate(untold)


def _log() -> None:
    """Start the debug log; without one the command still runs."""
    from emtui.local import logfile  # start-up time: only for --debug
    from emtui.local.state_files import NoState

    try:
        stdio.narrate(f"Writing a debug log (without secrets) to {logfile.start(debug=True)}")
    except NoState as problem:
        stdio.narrate(f"No debug log: {problem}")
