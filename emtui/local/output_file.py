"""Write a file for the user: in the current folder, else at home; mode 0600, never overwriting.

The data is written to a temporary file and linked to the first free name. On a file system
without links the free name is created first and then written. Blocks.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emtui.em.text_sanitizer import clean
from emtui.local import state_files

_MOST = 99
"""Maximum number of names tried."""


class NotWritten(Exception):
    """No file could be written; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """The file's path, and why it is not in the first folder."""

    path: Path
    instead: str = ""


def here(*, keep: bool) -> tuple[Path, ...]:
    """Return the current and the home folder; with `keep` also the state folder."""
    found = [Path()]
    with suppress(RuntimeError):
        found.append(Path.home())
    if keep:
        with suppress(state_files.NoState):
            found.append(state_files.folder())
    return tuple(found)


def write(data: bytes, stem: str, ending: str, where: Sequence[Path]) -> Written:
    """Write into the first of these folders that is writable; raises `NotWritten`."""
    problem = ""
    for folder in where:
        try:
            path = _write(data, folder.absolute(), stem, ending)
        except (OSError, ValueError) as failed:
            problem = problem or _told(folder, failed)
        else:
            return Written(path, problem)
    raise NotWritten(f"Not written: {problem}.")


def _told(folder: Path, failed: OSError | ValueError) -> str:
    why = (isinstance(failed, OSError) and failed.strerror) or "not a valid folder name"
    here = "this folder" if folder == Path() else clean(str(folder))
    return f"{here} is not writable ({why})"


def _write(data: bytes, folder: Path, stem: str, ending: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=".emtui-", dir=folder)  # 0600
    whole = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return _linked(whole, data, _names(folder, stem, ending))
    finally:
        with suppress(OSError):
            whole.unlink()


def _names(folder: Path, stem: str, ending: str) -> Iterator[Path]:
    """Yield `stem.zip`, `stem-2.zip` and so on."""
    yield folder / f"{stem}{ending}"
    yield from (folder / f"{stem}-{number}{ending}" for number in range(2, _MOST + 1))


def _linked(whole: Path, data: bytes, names: Iterator[Path]) -> Path:
    for path in names:
        try:
            path.hardlink_to(whole)
        except FileExistsError:
            continue
        except OSError:  # file system without links
            if not _filled(path, data):
                continue
        return path
    raise FileExistsError(0, "too many files of that name")


def _filled(path: Path, data: bytes) -> bool:
    """Create the file if the name is free and write it; remove it if that fails."""
    try:
        handle = made(path)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
    return True


def made(path: Path) -> int:
    """Create a file with mode 0600, not through a link; raises `FileExistsError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def told(path: Path) -> str:
    """Return the path relative to the current or home folder."""
    with suppress(OSError):  # the folder may be gone
        if path.parent == Path.cwd():
            return clean(path.name)
    with suppress(RuntimeError, ValueError):
        return clean(f"~/{path.relative_to(Path.home())}")
    return clean(str(path))
