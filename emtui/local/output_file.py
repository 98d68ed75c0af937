"""A file that somebody asked for: where they stand, else at home; theirs alone, and never over another.

It is written whole beside its place, then linked there under the first name that is free; where
the disk knows no links, the free name is taken first and filled then. Blocks.
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
"""Names that are tried."""


class NotWritten(Exception):
    """No file could be made anywhere; one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where it is, and why it is not where it was wanted."""

    path: Path
    instead: str = ""


def here(*, keep: bool) -> tuple[Path, ...]:
    """Where one stands, then at home; with `keep` the state folder at last."""
    found = [Path()]
    with suppress(RuntimeError):
        found.append(Path.home())
    if keep:
        with suppress(state_files.NoState):
            found.append(state_files.folder())
    return tuple(found)


def write(data: bytes, stem: str, ending: str, where: Sequence[Path]) -> Written:
    """Into the first of these folders that takes it; raises `NotWritten`."""
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
    """`stem.zip`, then `stem-2.zip` and so on."""
    yield folder / f"{stem}{ending}"
    yield from (folder / f"{stem}-{number}{ending}" for number in range(2, _MOST + 1))


def _linked(whole: Path, data: bytes, names: Iterator[Path]) -> Path:
    for path in names:
        try:
            path.hardlink_to(whole)
        except FileExistsError:
            continue
        except OSError:  # this disk knows no links
            if not _filled(path, data):
                continue
        return path
    raise FileExistsError(0, "too many files of that name")


def _filled(path: Path, data: bytes) -> bool:
    """Take the name if it is free, then fill it; nothing is left of it if that fails."""
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
    """A descriptor of a file that is made now, 0600, never through a link; raises `FileExistsError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def told(path: Path) -> str:
    """The path, short enough for one line: from where one stands, else from home."""
    with suppress(OSError):  # the folder may be gone
        if path.parent == Path.cwd():
            return clean(path.name)
    with suppress(RuntimeError, ValueError):
        return clean(f"~/{path.relative_to(Path.home())}")
    return clean(str(path))
