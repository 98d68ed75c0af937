"""Recording files: created with mode 0600, never through a link or over an existing file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from emtui.em.text_sanitizer import clean
from emtui.local.output_file import create_file

_OPEN_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class RecordingFileError(Exception):
    """The file cannot be used; the message is one sentence that says why."""


class RecordingFile:
    """A new file with mode 0600, written without buffering."""

    def __init__(self, path: Path) -> None:
        """Create it; raises `RecordingFileError`."""
        try:
            self._handle = create_file(path)
        except FileExistsError:
            raise RecordingFileError(
                f"{clean_path(path)} already exists: a recording needs a new file."
            ) from None
        except (OSError, ValueError) as problem:
            raise RecordingFileError(
                f"{clean_path(path)} cannot be created: {_error_reason(problem)}."
            ) from None
        self.size = 0

    def write(self, data: bytes, /) -> None:
        """Write all of it; raises `OSError`."""
        remaining = memoryview(data)
        while remaining:
            written = os.write(self._handle, remaining)
            self.size += written
            remaining = remaining[written:]

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def open_recording(path: Path) -> BinaryIO:
    """Open a regular file for reading; raises `RecordingFileError`."""
    try:
        handle = os.open(path, os.O_RDONLY | _OPEN_FLAGS)
    except (OSError, ValueError) as problem:
        raise RecordingFileError(f"{clean_path(path)} cannot be read: {_error_reason(problem)}.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RecordingFileError(f"{clean_path(path)} is not a file.")
    return os.fdopen(handle, "rb")


def clean_path(path: Path) -> str:
    """Return the path without control characters."""
    return clean(str(path))


def _error_reason(problem: OSError | ValueError) -> str:
    return (isinstance(problem, OSError) and problem.strerror) or "not a valid file name"
