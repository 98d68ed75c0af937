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
from emtui.local.state_files import StateUnavailableError

_log = logging.getLogger("emtui.fault")
_MAX_FRAMES = 30
_unreported: list[tuple[str, Path | StateUnavailableError]] = []


def format_location(error: BaseException) -> str:
    """Return type and location: `ValueError at xml_codec.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    location = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{location}"


def report_error(error: BaseException) -> str:
    """Log the error and return one sentence for the user, with log path and next step."""
    return _format_sentence(format_location(error), log_error(error))


def _format_sentence(location: str, log_path: Path | StateUnavailableError) -> str:
    sentence = f"internal error ({location}); nothing on the server was changed."
    if isinstance(log_path, StateUnavailableError):
        return f"{sentence} It could not be logged: {log_path} Please report the text in parentheses."
    return f"{sentence} Please report it and attach the last lines of {log_path}; they contain no secrets."


def log_error(error: BaseException, context: str = "fault") -> Path | StateUnavailableError:
    """Log the frames, never values; return the log's path or why there is no log."""
    path = _ensure_log()
    if isinstance(path, StateUnavailableError):
        return path
    for linked_error in _linked_errors(error):
        frames = traceback.extract_tb(linked_error.__traceback__)[-_MAX_FRAMES:]
        frame_path = " > ".join(
            f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames
        )
        _log.error("%s: %s: %s", context, type(linked_error).__qualname__, frame_path or "no frames")
    return path


def log_warning(sentence: str) -> None:
    """Log a warning, if a log is available."""
    if not isinstance(_ensure_log(), StateUnavailableError):
        _log.warning("%s", sentence)


def _ensure_log() -> Path | StateUnavailableError:
    """Return the log's path, starting it if necessary, or why there is no log."""
    try:
        return logfile.log_path() or logfile.start_logging()
    except StateUnavailableError as problem:
        return problem
    except Exception as problem:  # noqa: BLE001 - must work when anything else is broken
        return StateUnavailableError(f"the log cannot be written ({type(problem).__name__}).")


def _linked_errors(error: BaseException) -> list[BaseException]:
    """Return the error, its group members and its causes, each once."""
    found: list[BaseException] = []
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or current in found:
            continue
        found.append(current)
        pending += [current.__cause__ or current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
    return found


def install_exception_hooks() -> None:
    """Install the hooks for unhandled exceptions; none prints a traceback any more."""
    logging.lastResort = logging.NullHandler()  # keep library messages off the screen
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_thread_exception
    sys.unraisablehook = _on_unraisable


def log_task_exception(_: object, context: Mapping[str, object]) -> None:
    """Log an exception of a task that was not awaited: for `loop.set_exception_handler`."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        _log_for_exit(error, "in a dropped task")


def _on_uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"emtui: {report_error(error)}\n")


def _on_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_for_exit(args.exc_value, "in a thread")


def _on_unraisable(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        _log_for_exit(args.exc_value, "in a finalizer")


def _log_for_exit(error: BaseException, context: str) -> None:
    """Log it now; it is reported to the user at exit, after the last screen update."""
    _unreported.append((format_location(error), log_error(error, context)))


def take_unreported() -> str | None:
    """Return the first unreported error as one sentence, once."""
    if not _unreported:
        return None
    location, log_path = _unreported[0]
    _unreported.clear()
    return _format_sentence(location, log_path)
