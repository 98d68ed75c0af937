"""The state folder (mode 0700, files 0600) with saved state and the log.

Created with these modes from the start; an existing folder must be owned by this user, and
access by others is removed.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emtui.local import file_lock, paths

STATE_FOLDER_HINT = (
    "check its permissions"
    if sys.platform in {"darwin", "win32"}
    else "set XDG_STATE_HOME to a directory that you own and can write to"
)
"""Next step if the state folder cannot be used."""
LOCK_TIMEOUT_S = 2.0
"""Seconds to wait for another process's lock."""


class StateUnavailableError(Exception):
    """The state folder cannot be used; the message is one sentence that says why. Never fatal."""


def ensure_state_folder() -> Path:
    """Return the state folder, created if missing. Raises `StateUnavailableError`."""
    path = paths.state_folder(os.environ, paths.home_folder(), sys.platform)
    if path.is_relative_to(paths.NO_HOME):
        raise StateUnavailableError(f"this user has no home directory; {STATE_FOLDER_HINT}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return ensure_private_folder(path)
    except OSError as problem:
        raise StateUnavailableError(
            f"{path} cannot be used ({problem.strerror}): {STATE_FOLDER_HINT}."
        ) from None


def ensure_private_folder(path: Path) -> Path:
    """Return a private folder, created if missing. Raises `StateUnavailableError`, `OSError`."""
    path.mkdir(mode=0o700, exist_ok=True)
    _check_private(path, path.stat())
    return path


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid():
        raise StateUnavailableError(f"{path} is owned by another user: {STATE_FOLDER_HINT}.")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        path.chmod(0o700)


def open_state_file(path: Path, flags: int) -> int:
    """Open a file in the state folder, created with mode 0600 if missing; links are not followed."""
    handle = os.open(path, flags | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    if os.name == "posix":
        status = os.fstat(handle)
        if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
            os.close(handle)
            raise PermissionError(0, "not a regular file owned by you", str(path))
        if status.st_mode & 0o077:
            os.fchmod(handle, 0o600)
    return handle


def replace_state_file(path: Path, text: str) -> None:
    """Replace a file atomically. Raises `OSError`."""
    new = path.with_suffix(".new")
    with os.fdopen(open_state_file(new, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@contextmanager
def lock_state_file(path: Path) -> Iterator[None]:
    """Hold a lock until the block ends. Raises `StateUnavailableError`."""
    handle = open_state_file(path, os.O_RDWR)
    try:
        if not file_lock.wait_for_lock(handle, LOCK_TIMEOUT_S):
            raise StateUnavailableError("state files are locked by another emtui process.")
        yield
    finally:
        os.close(handle)
