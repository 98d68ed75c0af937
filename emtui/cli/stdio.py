"""Standard streams: data on stdout, messages on stderr; each may be a terminal, a pipe, or closed."""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TextIO

CLOSED_PIPE = 141
_VISIBLE = "backslashreplace"


def prepare() -> None:
    """Set up both streams: UTF-8 on pipes whatever the locale; a terminal's own encoding with escapes."""
    from emtui.local import terminal  # start-up time: `--version` needs none of this

    _fill_gaps()
    terminal.as_it_was(os.environ)
    sys.stdout = _buffered(sys.stdout)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding, errors = _manner(stream.encoding) if stream.isatty() else ("utf-8", _VISIBLE)
            stream.reconfigure(encoding=encoding, errors=errors)


def _fill_gaps() -> None:
    """Open /dev/null in place of closed standard streams, so that no socket gets their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number


def _manner(encoding: str) -> tuple[str, str]:
    """Encoding and errors for a terminal: by the user's locale, not by Python's view of the C locale."""
    from emtui.local import terminal

    if terminal.writes_utf8(os.environ):
        return encoding, _VISIBLE
    from emtui.ascii import ERRORS

    return "ascii" if encoding.lower().replace("-", "") == "utf8" else encoding, ERRORS


def _buffered(stream: TextIO) -> TextIO:
    """Add a buffer under PYTHONUNBUFFERED: without one, a write cut short by a closed pipe goes unnoticed."""
    raw = getattr(stream, "buffer", None)
    return TextIOWrapper(BufferedWriter(raw)) if isinstance(raw, RawIOBase) else stream


class NotWritten(Exception):
    """Standard output cannot be written, for example because the disk is full."""


def say(text: str) -> None:
    """Write data. Raises `BrokenPipeError` for a closed pipe, `NotWritten` for any other failure."""
    need_output()
    try:
        sys.stdout.write(shown(text))
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise NotWritten(_unwritten(error)) from None


def say_now(text: str) -> None:
    """Write data and flush; raises as `say` does."""
    say(text)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise NotWritten(_unwritten(error)) from None


def need_output() -> None:
    """Raise `NotWritten` if standard output was closed when emtui was started."""
    if sys.stdout is None:
        raise NotWritten("Standard output is closed: redirect it to a file or to /dev/null.")


def answer(text: str) -> bool:
    """Write a line to standard output, or to standard error if that fails.

    Returns whether it was written.
    """
    try:
        say_now(text)
    except BrokenPipeError:
        drop_output()
        return _complain(text)
    except NotWritten:
        return _complain(text)
    return True


def _unwritten(error: OSError) -> str:
    return f"Cannot write to standard output: {error.strerror}."


def narrate(text: str) -> None:
    """Print one message on stderr; a closed stderr is ignored."""
    _complain(f"emtui: {text}\n")


def _complain(text: str) -> bool:
    """Write to standard error and return whether that worked."""
    if sys.stderr is None:
        return False
    try:
        sys.stderr.write(shown(text))
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)
        return False
    return True


def shown(text: str) -> str:
    """The text without control characters, so that it is safe to show on a terminal."""
    if text.replace("\n", "").isprintable():
        return text
    from emtui.em.text_sanitizer import guarded

    return guarded(text)


def to_terminal() -> bool:
    """Whether standard output is a terminal."""
    return is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether this stream is a terminal; false for a closed one."""
    return stream is not None and not stream.closed and stream.isatty()


def width() -> int | None:
    """Width of standard output in cells, `None` on a pipe."""
    if not to_terminal():
        return None
    from emtui.local import terminal

    return terminal.size(sys.stdout.fileno(), os.environ)[0]


def finish(code: int) -> int:
    """Flush standard output and return `code`, or 141 silently if the pipe is closed."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        drop_output()
        return CLOSED_PIPE
    except OSError as error:
        drop_output()
        narrate(_unwritten(error))
        return 1
    return code


def leave(code: int) -> int:
    """Flush standard output if possible and return `code`; the error was already reported."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        drop_output()
    return code


def drop_output() -> None:
    """Redirect standard output to /dev/null, so that Python's flush at exit cannot fail."""
    if sys.stdout is not None:
        _drop(sys.stdout)


def _drop(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
