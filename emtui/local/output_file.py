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

_MAX_NAMES = 99
"""Maximum number of names tried."""


class OutputFileNotWrittenError(Exception):
    """No file could be written; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The file's path, and why it is not in the first folder."""

    path: Path
    fallback_reason: str = ""


def output_folders(*, include_state_folder: bool) -> tuple[Path, ...]:
    """Return the current and the home folder; with `include_state_folder` also the state folder."""
    folders = [Path()]
    with suppress(RuntimeError):
        folders.append(Path.home())
    if include_state_folder:
        with suppress(state_files.StateUnavailableError):
            folders.append(state_files.ensure_state_folder())
    return tuple(folders)


def write_output_file(data: bytes, stem: str, suffix: str, folders: Sequence[Path]) -> WrittenFile:
    """Write into the first of these folders that is writable; raises `OutputFileNotWrittenError`."""
    problem = ""
    for folder in folders:
        try:
            path = _write_in_folder(data, folder.absolute(), stem, suffix)
        except (OSError, ValueError) as error:
            problem = problem or _format_write_error(folder, error)
        else:
            return WrittenFile(path, problem)
    raise OutputFileNotWrittenError(f"Not written: {problem}.")


def write_new_file(data: bytes, path: Path) -> None:
    """Write a file of this name; raises `OutputFileNotWrittenError`, also if the name is taken."""
    try:
        _write_to_free_name(data, path.parent, iter([path]))
    except FileExistsError:
        raise OutputFileNotWrittenError(existing_file_text(path)) from None
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "not a valid name"
        raise OutputFileNotWrittenError(f"Cannot write {clean(str(path))}: {reason}.") from None


def existing_file_text(path: Path) -> str:
    """The sentence about a name that is taken."""
    return f"{clean(str(path))} already exists. Existing files are never overwritten: choose another name."


def _format_write_error(folder: Path, error: OSError | ValueError) -> str:
    reason = (isinstance(error, OSError) and error.strerror) or "not a valid directory name"
    folder_name = "this directory" if folder == Path() else clean(str(folder))
    return f"{folder_name} is not writable ({reason})"


def _write_in_folder(data: bytes, folder: Path, stem: str, suffix: str) -> Path:
    return _write_to_free_name(data, folder, _candidate_paths(folder, stem, suffix))


def _write_to_free_name(data: bytes, folder: Path, candidates: Iterator[Path]) -> Path:
    handle, name = tempfile.mkstemp(prefix=".emtui-", dir=folder)  # 0600
    temporary_file = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return _link_to_free_name(temporary_file, data, candidates)
    finally:
        with suppress(OSError):
            temporary_file.unlink()


def _candidate_paths(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    """Yield `stem.zip`, `stem-2.zip` and so on."""
    yield folder / f"{stem}{suffix}"
    yield from (folder / f"{stem}-{number}{suffix}" for number in range(2, _MAX_NAMES + 1))


def _link_to_free_name(temporary_file: Path, data: bytes, candidates: Iterator[Path]) -> Path:
    for path in candidates:
        try:
            path.hardlink_to(temporary_file)
        except FileExistsError:
            continue
        except OSError:  # file system without links
            if not _create_and_write(path, data):
                continue
        return path
    raise FileExistsError(0, "too many files of that name")


def _create_and_write(path: Path, data: bytes) -> bool:
    """Create the file if the name is free and write it; remove it if that fails."""
    try:
        handle = create_file(path)
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


def create_file(path: Path) -> int:
    """Create a file with mode 0600, not through a link; raises `FileExistsError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def format_path(path: Path) -> str:
    """Return the path relative to the current or home folder."""
    with suppress(OSError):  # the folder may be gone
        if path.parent == Path.cwd():
            return clean(path.name)
    with suppress(RuntimeError, ValueError):
        return clean(f"~/{path.relative_to(Path.home())}")
    return clean(str(path))
