"""Doing what was asked, and what the process ends with."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import cast

from emtui import __version__
from emtui.cli import exits, streams
from emtui.cli.arguments import Given, command_of, read
from emtui.cli.spec import CHECK
from emtui.local import process

UNKNOWN = 3
"""What `check` ends with where nothing is known."""


def run(argv: Sequence[str]) -> int:
    """Do what the arguments ask. Whatever goes wrong is one sentence on stderr and a code."""
    if command_of(argv) == CHECK:
        return _check(argv)
    try:
        _begin()
        return streams.finish(_do(read(argv)))
    except KeyboardInterrupt:
        return streams.leave(exits.INTERRUPTED)
    except exits.Terminated as ended:
        return streams.leave(ended.code)
    except BrokenPipeError:
        streams.drop_output()
        return streams.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort; a traceback could show secrets
        return streams.leave(_report(error))


def _check(argv: Sequence[str]) -> int:
    """One line and 0 to 3, whatever happens, in an installation that is not whole, too."""
    try:
        _begin()
        from emtui.cli.check import guarded  # where it cannot be loaded, that is the answer

        return guarded(lambda: _do(read(argv)))
    except BaseException as error:  # noqa: BLE001 - a check must say something, whatever happened
        streams.answer(f"EMTUI UNKNOWN - emtui itself does not work here ({type(error).__name__})\n")
        return UNKNOWN


def _begin() -> None:
    streams.prepare()
    for number in process.ending_signals():
        signal.signal(number, _terminate)


def _report(error: Exception) -> int:
    """Say what went wrong; the exit code. Works where the very modules that tell of it do not."""
    try:
        for line in (exits.sentence_of(error), *exits.details_of(error)):
            streams.narrate(line)
        return exits.code_of(error)
    except Exception as another:  # noqa: BLE001 - the last resort of the last resort
        streams.narrate(f"this is a fault of emtui ({type(error).__name__}, then {type(another).__name__}).")
        return exits.OWN_FAULT


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise exits.Terminated(number)


def _do(given: Given) -> int:
    if given.has("--help"):
        from emtui.cli.manual import manual  # start-up time: only for --help

        streams.say(manual(given.command))
        return 0
    if given.has("--version"):
        streams.say(f"emtui {__version__}\n")
        return 0
    if given.command.writes:
        streams.need_output()
    from emtui.local import faults

    if "EMTUI_PASSWORD" in os.environ:
        process.close_to_others()  # it stands in what the process began with, whether it is read or not
    faults.watch()
    if given.has("--debug"):
        _log()
    module, _, function = given.command.run.partition(":")
    act = cast("Callable[[Given], int]", getattr(import_module(f"emtui.cli.{module}"), function))
    try:
        return act(given)
    finally:
        if untold := faults.untold():
            streams.narrate(untold)


def _log() -> None:
    """Write down what is done; where that is cannot be, it stops nothing."""
    from emtui.local import journal  # start-up time: only for --debug
    from emtui.local.state import NoState

    try:
        streams.narrate(f"what is done is written, without secrets, into {journal.start(debug=True)}")
    except NoState as problem:
        streams.narrate(f"nothing is written down: {problem}")
