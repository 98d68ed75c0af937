"""Doing what was asked, and what the process ends with."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import cast

from emtui.cli import exits, streams
from emtui.cli.arguments import Given, command_of, read
from emtui.cli.spec import CHECK


def run(argv: Sequence[str]) -> int:
    """Do what the arguments ask. Whatever goes wrong is one sentence on stderr and a code."""
    streams.prepare()
    signal.signal(signal.SIGTERM, _terminate)
    if command_of(argv) == CHECK:
        from emtui.cli.check import guarded

        return guarded(lambda: _do(read(argv)))
    try:
        return streams.finish(_do(read(argv)))
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except exits.Terminated:
        return exits.TERMINATED
    except BrokenPipeError:
        streams.drop_output()
        return streams.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort; a traceback could show secrets
        for line in (exits.sentence_of(error), *exits.details_of(error)):
            streams.narrate(line)
        return exits.code_of(error)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise exits.Terminated


def _do(given: Given) -> int:
    if given.has("--help"):
        from emtui.cli.manual import manual

        streams.say(manual(given.command))
        return 0
    if given.has("--version"):
        from emtui import __version__

        streams.say(f"emtui {__version__}\n")
        return 0
    from emtui.local import faults, process

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
    from emtui.local import journal
    from emtui.local.state import NoState

    try:
        streams.narrate(f"what is done is written, without secrets, into {journal.start(debug=True)}")
    except NoState as problem:
        streams.narrate(f"nothing is written down: {problem}")
