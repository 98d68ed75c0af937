"""Replace a file that another user reads, such as the metrics that node_exporter collects.

The data is written to a temporary file in the same folder, synced and renamed, so that a reader sees the old
file or the new one, never a part. The mode is 0644, since collectors run as users of their own. Blocks.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from emtui.em.text_sanitizer import clean

_MODE = 0o644
_TEMPORARY_SUFFIX = ".tmp"
"""node_exporter reads only names that end in `.prom`."""


class FileNotReplacedError(Exception):
    """The file cannot be replaced and is unchanged; the message is one sentence."""


def check_replaceable(path: Path) -> None:
    """Raise `FileNotReplacedError` if the file could not be replaced; creates nothing."""
    name, folder = clean(str(path)), path.absolute().parent
    try:
        if not folder.is_dir():
            raise FileNotReplacedError(f"{clean(str(folder))} is not a directory: create it first.")
        if path.is_symlink():
            raise FileNotReplacedError(f"{name} is a symbolic link: use the path of the file itself.")
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise FileNotReplacedError(f"{name} is not a regular file: use the path of a file.")
    except OSError as problem:
        raise FileNotReplacedError(f"{name} cannot be used ({problem.strerror}).") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable_folder(folder, "Permission denied")


def replace_shared_file(path: Path, data: bytes) -> None:
    """Replace the file atomically, mode 0644; raises `FileNotReplacedError`, and the old file stays."""
    check_replaceable(path)
    folder = path.absolute().parent
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}-", suffix=_TEMPORARY_SUFFIX, dir=folder)
    except OSError as problem:
        raise _unwritable_folder(folder, problem.strerror) from None
    temporary_file = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if os.name == "posix":
                os.fchmod(
                    file.fileno(), _MODE
                )  # by its name it could be another file, where others may write
            os.fsync(file.fileno())
        temporary_file.replace(path)
    except OSError as problem:
        raise FileNotReplacedError(f"{clean(str(path))} was not replaced ({problem.strerror}).") from None
    finally:
        with suppress(OSError):
            temporary_file.unlink()


def _unwritable_folder(folder: Path, reason: str | None) -> FileNotReplacedError:
    return FileNotReplacedError(
        f"Cannot create a file in {clean(str(folder))} ({reason}): allow this user to write to the directory."
    )
