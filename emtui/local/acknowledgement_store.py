"""The marks of what is known, kept in the state folder for each server; nothing else of a server is.

One file for all servers, written whole beside itself and then given its name; a lock keeps two
processes from losing each other's marks. Where the file cannot be used that is one sentence, and
what was marked holds until the process ends; so it does for a demo or a recording.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emtui.em.text_sanitizer import clean
from emtui.local.state_files import NoState, folder, locked, opened, put

Records = dict[str, dict[str, str]]
"""What a mark is of, and its parts as texts."""

_FILE, _LOCK = "marks.json", "marks.lock"
_LARGEST = 1024 * 1024
"""Bytes; a file beyond that is none of ours."""
MOST = 500
"""Marks of one server; the oldest make room."""


class _Unusable(Exception):
    """Why marks cannot be kept."""


@dataclass(slots=True)
class MarkBook:
    """The marks on one server; without an `authority` they are kept nowhere.

    What is put or taken holds at once, and is written by `keep`, which may wait for the disk as
    `read` may. `problem` is why that could not be done the last time, or nothing.
    """

    authority: str | None
    problem: str = ""
    _unwritten: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _one_by_one: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def read(self) -> Records:
        """All marks, those of other processes, too."""
        kept: Records = {}
        if self.authority is not None:
            with self._noting_problems():
                kept = _read(folder() / _FILE).get(self.authority, {})
        return _changed(kept, self._unwritten)

    def put(self, of: str, parts: Mapping[str, str]) -> None:
        """Make this mark, in place of one on the same."""
        self._unwritten = {**self._unwritten, of: dict(parts)}

    def take(self, ofs: Iterable[str]) -> None:
        """Take these marks away."""
        self._unwritten = {**self._unwritten, **dict.fromkeys(ofs)}

    def keep(self) -> None:
        """Write what was put or taken, if it was not yet."""
        with self._one_by_one:
            if self._unwritten and self.authority is not None:
                with self._noting_problems():
                    self._write(self.authority, self._unwritten)

    def _write(self, authority: str, changes: Mapping[str, dict[str, str] | None]) -> None:
        place = folder()
        with locked(place / _LOCK):
            servers = _read(place / _FILE)
            marks = _changed(servers.get(authority, {}), changes)
            servers[authority] = dict(list(marks.items())[-MOST:])
            _write(place / _FILE, servers)
        still = {of: parts for of, parts in self._unwritten.items() if changes.get(of, of) is not parts}
        self._unwritten = still

    @contextmanager
    def _noting_problems(self) -> Iterator[None]:
        try:
            yield
            self.problem = ""
        except (NoState, _Unusable) as problem:
            self.problem = str(problem)
        except OSError as problem:
            self.problem = f"the state folder cannot be used: {problem.strerror}."


def _changed(marks: Records, changes: Mapping[str, dict[str, str] | None]) -> Records:
    kept = {of: parts for of, parts in marks.items() if of not in changes}
    return kept | {of: parts for of, parts in changes.items() if parts is not None}


def _read(path: Path) -> dict[str, Records]:
    if not path.exists():
        return {}
    handle = opened(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        content = file.read(_LARGEST + 1)
    try:
        servers = json.loads(content or b"{}")
        return {str(server): _records(marks) for server, marks in servers.items()}
    except (ValueError, AttributeError, RecursionError):
        raise _Unusable(f"{path} is not a valid emtui file: check it or remove it.") from None


def _records(marks: Mapping[str, Mapping[str, object]]) -> Records:
    return {
        str(of): {key: clean(value) for key, value in parts.items() if isinstance(value, str)}
        for of, parts in marks.items()
    }


def _write(path: Path, servers: Mapping[str, Records]) -> None:
    put(path, json.dumps({server: marks for server, marks in servers.items() if marks}, indent=1))
