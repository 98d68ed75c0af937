"""Report internal errors: log their location without any values, return one sentence.

Tracebacks can contain secrets, so none is shown: only the exception type and the frames are
logged. All of Python's hooks for unhandled exceptions lead here.
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
    """Return type and location: `ValueError at xml_codec.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def told(error: BaseException) -> str:
    """Log the error and return one sentence for the user, with log path and next step."""
    return _sentence(place(error), write(error))


def _sentence(where: str, logged: Path | NoState) -> str:
    sentence = f"internal error ({where}); nothing on the server was changed."
    if isinstance(logged, NoState):
        return f"{sentence} It could not be logged: {logged} Please report the text in parentheses."
    return f"{sentence} Please report it and attach the last lines of {logged}; they contain no secrets."


def write(error: BaseException, what: str = "fault") -> Path | NoState:
    """Log the frames, never values; return the log's path or why there is no log."""
    path = _logged()
    if isinstance(path, NoState):
        return path
    for part in _chain(error):
        frames = traceback.extract_tb(part.__traceback__)[-_MOST_FRAMES:]
        way = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        _log.error("%s: %s: %s", what, type(part).__qualname__, way or "no frames")
    return path


def note(sentence: str) -> None:
    """Log a warning, if a log is available."""
    if not isinstance(_logged(), NoState):
        _log.warning("%s", sentence)


def _logged() -> Path | NoState:
    """Return the log's path, starting it if necessary, or why there is no log."""
    try:
        return logfile.path() or logfile.start()
    except NoState as problem:
        return problem
    except Exception as problem:  # noqa: BLE001 - must work when anything else is broken
        return NoState(f"the log cannot be written ({type(problem).__name__}).")


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error, its group members and its causes, each once."""
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
    """Install the hooks for unhandled exceptions; none prints a traceback any more."""
    logging.lastResort = None  # keep library messages off the screen
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable


def in_loop(_: object, context: Mapping[str, object]) -> None:
    """Log an exception of a task that was not awaited: for `loop.set_exception_handler`."""
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
    """Log it now; the user is told at exit, when nothing is drawn any more."""
    _untold.append((place(error), write(error, what)))


def untold() -> str | None:
    """Return the first unreported error as one sentence, once."""
    if not _untold:
        return None
    where, logged = _untold[0]
    _untold.clear()
    return _sentence(where, logged)
