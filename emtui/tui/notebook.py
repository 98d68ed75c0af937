"""What this person and the team know of a server: marks and notes, as they stand on the disk now.

Marks hold at once; reading and writing waits for the disk, and is done beside the event loop.
"""

from __future__ import annotations

from pathlib import Path

from emtui.local import notes
from emtui.local.marks import MarkBook
from emtui.local.notes import Note, Notes
from emtui.local.paths import notes_files
from emtui.triage.known import NOTHING_KNOWN, Known, Mark, holding, said
from emtui.triage.marks import Fate, fate, marks_of
from emtui.triage.standing import Standings


class Notebook:
    """The marks on one server and the notes on all; of a demo or a recording nothing is read or kept."""

    def __init__(self, authority: str | None) -> None:
        self._book = MarkBook(authority)
        self._files = notes_files() if authority is not None else ()
        self._read: list[tuple[int, int] | None] | None = None
        self._notes = Notes()
        self._told: set[str] = set()
        self.edition = 0
        """How often something was marked here: what was thought before may say otherwise."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the team and the person wrote down about messages."""
        return self._notes.notes

    def put(self, mark: Mark) -> None:
        """It is known from now on."""
        self.edition += 1
        self._book.put(mark.of, mark.parts)

    def take(self, mark: Mark) -> None:
        """It is known no more."""
        self.edition += 1
        self._book.take([mark.of])

    def think(self, board: Standings, *, whole: bool) -> Known:
        """What is known as the types stand; marks that a `whole` list shows to have ended are swept."""
        self._read_notes()
        marks = list(marks_of(self._book.read()))
        ended = [mark.of for mark in marks if whole and fate(mark, board) is Fate.ENDED]
        if ended:
            self._book.take(ended)
        self._book.keep()
        told = list(said(self.notes, board))
        return holding([*told, *marks], board) if marks or told else NOTHING_KNOWN

    def _read_notes(self) -> None:
        """Read them anew if a file has changed."""
        stamps = [_stamp(file) for file in self._files]
        if self._files and stamps != self._read:
            self._read, self._notes = stamps, notes.load(*self._files)

    def news(self) -> str:
        """What was wrong and has not been said yet, in one sentence; nothing if nothing is."""
        problem = self._book.problem
        unkept = (f"Marks hold only until emtui ends: {problem}",) if problem else ()
        problems = [*unkept, *self._notes.problems]
        fresh = [problem for problem in problems if problem not in self._told]
        self._told = set(problems)
        return " ".join(fresh)


def _stamp(file: Path) -> tuple[int, int] | None:
    """What differs once a file was written; nothing if there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
