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
from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    lock_state_file,
    open_state_file,
    replace_state_file,
)

AcknowledgementRecords = dict[str, dict[str, str]]
"""Acknowledgement key to record; a record maps field names to strings."""

_FILE_NAME, _LOCK_NAME = "marks.json", "marks.lock"
_MAX_FILE_BYTES = 1024 * 1024
"""Bytes; a larger file was not written by emtui."""
MAX_ACKNOWLEDGEMENTS = 500
"""Acknowledgements per server; the oldest are dropped."""


class _UnusableFileError(Exception):
    """The acknowledgement file cannot be used; the message says why."""


@dataclass(slots=True)
class AcknowledgementStore:
    """The acknowledgements of one server; without an `authority` nothing is saved.

    `put` and `remove` apply at once; `save` writes them. `save` and `read` may wait for the disk.
    `problem` is the reason why the last of these failed, or empty.
    """

    authority: str | None
    problem: str = ""
    _pending: dict[str, dict[str, str] | None] = field(default_factory=dict)
    _write_lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def read(self) -> AcknowledgementRecords:
        """Return all acknowledgements, including those of other processes."""
        saved: AcknowledgementRecords = {}
        if self.authority is not None:
            with self._capture_problem():
                saved = _read_servers(ensure_state_folder() / _FILE_NAME).get(self.authority, {})
        return _apply_changes(saved, self._pending)

    def put(self, key: str, record: Mapping[str, str]) -> None:
        """Add or replace an acknowledgement."""
        self._pending = {**self._pending, key: dict(record)}

    def remove(self, keys: Iterable[str]) -> None:
        """Remove these acknowledgements."""
        self._pending = {**self._pending, **dict.fromkeys(keys)}

    def save(self) -> None:
        """Write pending changes."""
        with self._write_lock:
            if self._pending and self.authority is not None:
                with self._capture_problem():
                    self._write_changes(self.authority, self._pending)

    def _write_changes(self, authority: str, changes: Mapping[str, dict[str, str] | None]) -> None:
        state_folder = ensure_state_folder()
        with lock_state_file(state_folder / _LOCK_NAME):
            servers = _read_servers(state_folder / _FILE_NAME)
            records = _apply_changes(servers.get(authority, {}), changes)
            servers[authority] = dict(list(records.items())[-MAX_ACKNOWLEDGEMENTS:])
            _write_servers(state_folder / _FILE_NAME, servers)
        remaining = {
            key: record for key, record in self._pending.items() if changes.get(key, key) is not record
        }
        self._pending = remaining

    @contextmanager
    def _capture_problem(self) -> Iterator[None]:
        try:
            yield
            self.problem = ""
        except (StateUnavailableError, _UnusableFileError) as problem:
            self.problem = str(problem)
        except OSError as problem:
            self.problem = f"the state folder cannot be used: {problem.strerror}."


def _apply_changes(
    records: AcknowledgementRecords, changes: Mapping[str, dict[str, str] | None]
) -> AcknowledgementRecords:
    unchanged = {key: record for key, record in records.items() if key not in changes}
    return unchanged | {key: record for key, record in changes.items() if record is not None}


def _read_servers(path: Path) -> dict[str, AcknowledgementRecords]:
    if not path.exists():
        return {}
    handle = open_state_file(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        content = file.read(_MAX_FILE_BYTES + 1)
    try:
        servers = json.loads(content or b"{}")
        return {str(server): _parse_records(marks) for server, marks in servers.items()}
    except (ValueError, AttributeError, RecursionError):
        raise _UnusableFileError(f"{path} is not a valid emtui file: check it or remove it.") from None


def _parse_records(records: Mapping[str, Mapping[str, object]]) -> AcknowledgementRecords:
    return {
        str(key): {name: clean(value) for name, value in record.items() if isinstance(value, str)}
        for key, record in records.items()
    }


def _write_servers(path: Path, servers: Mapping[str, AcknowledgementRecords]) -> None:
    replace_state_file(
        path, json.dumps({server: marks for server, marks in servers.items() if marks}, indent=1)
    )
