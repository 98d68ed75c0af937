"""Recording files: created with mode 0600, never through a link or over an existing file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from emtui.em.text_sanitizer import clean
from emtui.local.output_file import made

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NoRecording(Exception):
    """The file cannot be used; the message is one sentence that says why."""


class NewFile:
    """A new file with mode 0600, written without buffering."""

    def __init__(self, path: Path) -> None:
        """Create it; raises `NoRecording`."""
        try:
            self._handle = made(path)
        except FileExistsError:
            raise NoRecording(f"{told(path)} already exists: a recording needs a new file.") from None
        except (OSError, ValueError) as problem:
            raise NoRecording(f"{told(path)} cannot be created: {_why(problem)}.") from None
        self.size = 0

    def write(self, data: bytes, /) -> None:
        """Write all of it; raises `OSError`."""
        rest = memoryview(data)
        while rest:
            written = os.write(self._handle, rest)
            self.size += written
            rest = rest[written:]

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def opened(path: Path) -> BinaryIO:
    """Open a regular file for reading; raises `NoRecording`."""
    try:
        handle = os.open(path, os.O_RDONLY | _AT_ONCE)
    except (OSError, ValueError) as problem:
        raise NoRecording(f"{told(path)} cannot be read: {_why(problem)}.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NoRecording(f"{told(path)} is not a file.")
    return os.fdopen(handle, "rb")


def told(path: Path) -> str:
    """Return the path without control characters."""
    return clean(str(path))


def _why(problem: OSError | ValueError) -> str:
    return (isinstance(problem, OSError) and problem.strerror) or "not a valid file name"
