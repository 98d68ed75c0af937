"""Acknowledgements and team notes of a server, for the screens and the command line.

`KnowledgeBase` owns both as they are saved; `monitor.assessment` decides which acknowledgements
apply to a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emtui.local import team_notes
from emtui.local.acknowledgement_store import AcknowledgementStore
from emtui.local.paths import notes_files
from emtui.local.team_notes import TeamNote, TeamNotes


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A snapshot of the acknowledgements (key to record) and notes."""

    acknowledgements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[TeamNote, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is acknowledged, neither by a person nor by a note."""
        return not self.acknowledgements and not any(note.is_acknowledgement for note in self.notes)


class KnowledgeBase:
    """The acknowledgements of one server and the notes on all servers.

    An acknowledgement applies at once. `load` and `save` wait for the disk: call them in a thread.
    """

    def __init__(self, authority: str | None) -> None:
        """`authority` is the server's host and port; of a demo or a recording (`None`) no file is used."""
        self._store = AcknowledgementStore(authority)
        self._files = notes_files() if authority is not None else ()
        self._stamps: list[tuple[int, int] | None] | None = None
        self._notes = TeamNotes()
        self._reported: set[str] = set()
        self.revision = 0
        """How often something was acknowledged, or an acknowledgement removed, in this process."""

    def acknowledge(self, key: str, fields: Mapping[str, str]) -> None:
        """Add or replace the acknowledgement of this key."""
        self.revision += 1
        self._store.put(key, fields)

    def unacknowledge(self, key: str) -> None:
        """Remove the acknowledgement."""
        self.revision += 1
        self._store.remove([key])

    def load(self) -> Knowledge:
        """Read the current state, including changes by other processes; unreadable parts are left out."""
        self._load_notes()
        return Knowledge(self._store.read(), self._notes.notes)

    def _load_notes(self) -> None:
        """Read the files again if one has changed."""
        stamps = [_file_stamp(file) for file in self._files]
        if self._files and stamps != self._stamps:
            self._stamps, self._notes = stamps, team_notes.load_notes(*self._files)

    def save(self, ended_keys: Iterable[str] = ()) -> None:
        """Write what was acknowledged or removed; the acknowledgements with `ended_keys` are dropped."""
        if keys := list(ended_keys):
            self._store.remove(keys)
        self._store.save()

    def new_problems(self, prefix: str) -> tuple[str, ...]:
        """Sentences on what could not be read or written, each reported once while it lasts.

        `prefix` introduces a problem with the acknowledgements.
        """
        problem = self._store.problem
        problems = (*((f"{prefix}: {problem}",) if problem else ()), *self._notes.problems)
        unreported = tuple(problem for problem in problems if problem not in self._reported)
        self._reported = set(problems)
        return unreported


def _file_stamp(file: Path) -> tuple[int, int] | None:
    """Time of the last change in nanoseconds, and size in bytes; `None` if there is no such file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
