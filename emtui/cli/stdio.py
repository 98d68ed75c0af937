"""Standard output is data, standard error is narration; either may be a terminal, a pipe, or gone."""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TextIO

CLOSED_PIPE = 141
_VISIBLE = "backslashreplace"


def prepare() -> None:
    """UTF-8 on pipes whatever the locale; on a terminal what it cannot show is replaced."""
    from emtui.local import terminal  # start-up time: `--version` needs none of this, so below

    _fill_gaps()
    terminal.as_it_was(os.environ)
    sys.stdout = _buffered(sys.stdout)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding, errors = _manner(stream.encoding) if stream.isatty() else ("utf-8", _VISIBLE)
            stream.reconfigure(encoding=encoding, errors=errors)


def _fill_gaps() -> None:
    """Open nothing in place of a standard stream that was closed: a socket must not become one."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free


def _manner(encoding: str) -> tuple[str, str]:
    """How to write on a terminal: as the person's locale has it, not as Python takes the C locale."""
    from emtui.local import terminal

    if terminal.writes_utf8(os.environ):
        return encoding, _VISIBLE
    from emtui.ascii import ERRORS

    return "ascii" if encoding.lower().replace("-", "") == "utf8" else encoding, ERRORS


def _buffered(stream: TextIO) -> TextIO:
    """With PYTHONUNBUFFERED a write that a closed pipe cuts short would pass for a whole one."""
    raw = getattr(stream, "buffer", None)
    return TextIOWrapper(BufferedWriter(raw)) if isinstance(raw, RawIOBase) else stream


class NotWritten(Exception):
    """Standard output does not take what we have to say: the disk is full, or worse."""


def say(text: str) -> None:
    """Write data. Raises `BrokenPipeError` if nobody reads it, `NotWritten` for anything else."""
    need_output()
    try:
        sys.stdout.write(shown(text))
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise NotWritten(_unwritten(error)) from None


def say_now(text: str) -> None:
    """Write data that somebody waits for; raises as `say` does."""
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
        raise NotWritten("standard output is closed: redirect it to a file, or to /dev/null.")


def answer(text: str) -> bool:
    """Write a line that somebody must get: to standard error where standard output does not take it.

    Whether one of them took it.
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
    return f"standard output cannot be written: {error.strerror}"


def narrate(text: str) -> None:
    """One line for the person; a stderr that is gone stops nothing."""
    _complain(f"emtui: {text}\n")


def _complain(text: str) -> bool:
    """Write to standard error; whether it was taken."""
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
    """As it may stand on a terminal or in a file that is shown on one: without what would move it."""
    if text.replace("\n", "").isprintable():
        return text
    from emtui.em.text_sanitizer import guarded

    return guarded(text)


def to_terminal() -> bool:
    """Whether a person looks at standard output."""
    return is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether this stream is a terminal; one that is closed or gone is none."""
    return stream is not None and not stream.closed and stream.isatty()


def width() -> int | None:
    """How many cells a line of standard output has; no limit on a pipe."""
    if not to_terminal():
        return None
    from emtui.local import terminal

    return terminal.size(sys.stdout.fileno(), os.environ)[0]


def finish(code: int) -> int:
    """Send off what is still held back; 141 if nobody reads any more, silently."""
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
    """Send off what is still held back, if that can be done; what is said already is the reason to end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        drop_output()
    return code


def drop_output() -> None:
    """Let nothing more reach standard output, so that Python's own flush at exit stays quiet."""
    if sys.stdout is not None:
        _drop(sys.stdout)


def _drop(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
