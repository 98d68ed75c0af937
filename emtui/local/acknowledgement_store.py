"""Acknowledgements of each server, saved in the state folder (`marks.json`).

One file for all servers, replaced atomically; a lock keeps two processes from losing each other's
changes. If the file cannot be used, `problem` says why and acknowledgements last until the process
ends, as they do for a demo or a recording.
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
"""Acknowledgement key to record; a record maps field names to strings."""

_FILE, _LOCK = "marks.json", "marks.lock"
_LARGEST = 1024 * 1024
"""Bytes; a larger file was not written by emtui."""
MOST = 500
"""Acknowledgements per server; the oldest are dropped."""


class _Unusable(Exception):
    """The acknowledgement file cannot be used; the message says why."""


@dataclass(slots=True)
class MarkBook:
    """The acknowledgements of one server; without an `authority` nothing is saved.

    `put` and `take` apply at once; `keep` writes them. `keep` and `read` may wait for the disk.
    `problem` is the reason why the last of these failed, or empty.
    """

    authority: str | None
    problem: str = ""
    _unwritten: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _one_by_one: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def read(self) -> Records:
        """Return all acknowledgements, including those of other processes."""
        kept: Records = {}
        if self.authority is not None:
            with self._noting_problems():
                kept = _read(folder() / _FILE).get(self.authority, {})
        return _changed(kept, self._unwritten)

    def put(self, of: str, parts: Mapping[str, str]) -> None:
        """Add or replace an acknowledgement."""
        self._unwritten = {**self._unwritten, of: dict(parts)}

    def take(self, ofs: Iterable[str]) -> None:
        """Remove these acknowledgements."""
        self._unwritten = {**self._unwritten, **dict.fromkeys(ofs)}

    def keep(self) -> None:
        """Write pending changes."""
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
