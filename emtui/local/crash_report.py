"""Our own faults: written into the log without any value, and told in one sentence.

Tracebacks hold what stood in variables, so none is ever shown: of a fault only its kind
and the places it came through are kept. Every last resort of Python leads here.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path, PurePath
from types import TracebackType

from emtui.local import logfile
from emtui.local.state_files import NoState

_log = logging.getLogger("emtui.fault")
_MOST_FRAMES = 30
_untold: list[tuple[str, Path | NoState]] = []


def place(error: BaseException) -> str:
    """Kind and place: `ValueError at xml_codec.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def told(error: BaseException) -> str:
    """The fault is in the log now; one sentence for the person, with the path and the next step."""
    return _sentence(place(error), write(error))


def _sentence(where: str, logged: Path | NoState) -> str:
    sentence = f"internal error ({where}); nothing on the server was changed."
    if isinstance(logged, NoState):
        return f"{sentence} It could not be logged: {logged} Please report the text in parentheses."
    return f"{sentence} Please report it and attach the last lines of {logged}; they contain no secrets."


def write(error: BaseException, what: str = "fault") -> Path | NoState:
    """Log where it came through, never what was there; where the log is, or why there is none."""
    path = _logged()
    if isinstance(path, NoState):
        return path
    for part in _chain(error):
        frames = traceback.extract_tb(part.__traceback__)[-_MOST_FRAMES:]
        way = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        _log.error("%s: %s: %s", what, type(part).__qualname__, way or "no frames")
    return path


def note(sentence: str) -> None:
    """Log what is nobody's fault, if there can be a log."""
    if not isinstance(_logged(), NoState):
        _log.warning("%s", sentence)


def _logged() -> Path | NoState:
    """Where the log is, which is begun if it was not; or why there is none."""
    try:
        return logfile.path() or logfile.start()
    except NoState as problem:
        return problem
    except Exception as problem:  # noqa: BLE001 - the last resort needs nothing that may be broken
        return NoState(f"the log cannot be written ({type(problem).__name__}).")


def _chain(error: BaseException) -> list[BaseException]:
    """The error, those inside it, and what it came from; each once."""
    found: list[BaseException] = []
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or one in found:
            continue
        found.append(one)
        rest += [one.__cause__ or one.__context__]
        if isinstance(one, BaseExceptionGroup):
            rest += one.exceptions
    return found


def watch() -> None:
    """Lead all last resorts of Python here: none of them prints a traceback any more."""
    logging.lastResort = None  # what a library has to say is not for the screen
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable


def in_loop(_: object, context: Mapping[str, object]) -> None:
    """An exception that nobody awaited: for `loop.set_exception_handler`."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        _quietly(error, "in a dropped task")


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"emtui: {told(error)}\n")


def _in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _quietly(args.exc_value, "in a thread")


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        _quietly(args.exc_value, "in a finalizer")


def _quietly(error: BaseException, what: str) -> None:
    """Log it now; the person is told at the end, where nothing is drawn any more."""
    _untold.append((place(error), write(error, what)))


def untold() -> str | None:
    """What went wrong aside and nobody was told of, as one sentence; told once."""
    if not _untold:
        return None
    where, logged = _untold[0]
    _untold.clear()
    return _sentence(where, logged)
