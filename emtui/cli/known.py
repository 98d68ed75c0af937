"""What this person and the team know of a server, for commands that print and end.

Marks are made in the screens; here they are only read. Where nobody has marked anything, nothing is
thought about, so that a list costs no more than before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from emtui.cli import streams
from emtui.em.address import Server
from emtui.em.model import Session
from emtui.local import notes
from emtui.local.marks import MarkBook, Records
from emtui.local.notes import Note
from emtui.local.paths import notes_files

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.monitor.snapshot import Snapshot
    from emtui.triage.known import Known
    from emtui.triage.standing import Standings
    from emtui.triage.unlisted import Unlisted


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The marks on one server, and the notes on all."""

    marks: Records
    notes: tuple[Note, ...]
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, server: Server) -> Knowledge:
        """As they are kept on this computer; what cannot be read stops nothing."""
        book = MarkBook(server.ascii_authority)
        marks, read = book.read(), notes.load(*notes_files())
        problem = (f"what is marked as known cannot be read: {book.problem}",) if book.problem else ()
        return cls(marks, read.notes, (*problem, *read.problems))

    @classmethod
    def of(cls, server: Server) -> Knowledge:
        """The same; what cannot be read is said."""
        known = cls.read(server)
        for problem in known.problems:
            streams.narrate(problem)
        return known

    @property
    def empty(self) -> bool:
        """Whether nothing is known for certain."""
        return not self.marks and not any(note.known for note in self.notes)

    def in_list(self, sessions: Sequence[Session], now: datetime, unlisted: Unlisted | None = None) -> Known:
        """What is known of a list, and of what it lacks, as of when the server's clock showed `now`."""
        from emtui.triage.known import NOTHING_KNOWN
        from emtui.triage.standing import standings

        return NOTHING_KNOWN if self.empty else self.held(standings(sessions, now, unlisted=unlisted))

    def held(self, board: Standings) -> Known:
        """What is known as the types of a list stand."""
        from emtui.triage.known import holding, said
        from emtui.triage.marks import marks_of

        return holding([*said(self.notes, board), *marks_of(self.marks)], board)


async def is_known(client: Client, session: Session) -> bool:
    """Whether a mark holds for one run, as the whole list stands, which is asked for only if there are marks.

    Where the list cannot be had, that is said, and nothing is known.
    """
    from emtui.em.errors import EmError

    knowledge = Knowledge.of(client.server)
    if knowledge.empty:
        return False
    try:
        sessions = (await client.sessions()).sessions
    except EmError as problem:
        streams.narrate(f"whether it is known cannot be told: {problem}")
        return False
    return knowledge.in_list(sessions, client.now()).of(session) is not None


class KnownNow:
    """What is known while a list is followed: marks may be made and end meanwhile."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._seen: Snapshot | None = None
        self._known: Known | None = None
        self._told: tuple[str, ...] = ()

    def covers(self, session: Session, seen: Snapshot | None) -> bool:
        """Whether a mark holds for this run, as of the latest look."""
        if seen is not None and seen is not self._seen:
            self._seen, self._known = seen, self._read(seen)
        return self._known is not None and self._known.of(session) is not None

    def _read(self, seen: Snapshot) -> Known:
        read = Knowledge.read(self._server)
        for problem in read.problems:
            if problem not in self._told:
                streams.narrate(problem)
        self._told = read.problems
        return read.in_list(seen.sessions, seen.server_time, seen.unlisted)
