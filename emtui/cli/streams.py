"""Standard output is data, standard error is narration; either may be a terminal, a pipe, or gone."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TextIO

CLOSED_PIPE = 141


def prepare() -> None:
    """UTF-8 on pipes whatever the locale; on a terminal what it cannot show is replaced."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", encoding=None if stream.isatty() else "utf-8")


def say(text: str) -> None:
    """Write data."""
    if sys.stdout is not None:
        sys.stdout.write(text if not to_terminal() else _safe(text))


def narrate(text: str) -> None:
    """One line for the person; a stderr that is gone stops nothing."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"emtui: {_safe(text)}\n")
            sys.stderr.flush()
        except OSError:
            _drop(sys.stderr)


def _safe(text: str) -> str:
    from emtui.cli.output import safe

    return safe(text)


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
    import shutil

    return shutil.get_terminal_size().columns


def finish(code: int) -> int:
    """Send off what is still held back; 141 if nobody reads any more, silently."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = CLOSED_PIPE
        _drop(sys.stdout)
    return code


def drop_output() -> None:
    """Let nothing more reach standard output, so that Python's own flush at exit stays quiet."""
    if sys.stdout is not None:
        _drop(sys.stdout)


def _drop(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
