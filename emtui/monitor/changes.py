"""What differs between two looks at the list, by UID.

A run that was listed once is never new again, however long it was not listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Session
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """Sessions of the later look that are new or differ, and those of the earlier one that it has no more.

    `returned` had been listed before the earlier look, which had not got them; they may be `changed` as well.
    """

    added: tuple[Session, ...] = ()
    changed: tuple[Session, ...] = ()
    gone: tuple[Session, ...] = ()
    returned: tuple[Session, ...] = ()

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> Changes:
        """What has happened from one to the other, each in the order of its list."""
        if after.sessions is before.sessions:
            return NOTHING
        listed = {session.uid for session in before.sessions}
        old = {session.uid: session for session in before.known}
        new = {session.uid for session in after.sessions}
        known = [session for session in after.sessions if session.uid in old]
        others = [session for session in after.sessions if session.uid not in listed]
        departed = before.unlisted.departed
        added = [session for session in others if session.uid not in old and session.uid not in departed]
        if before.unlisted.reach is None:
            added = [session for session in added if _happened_after(session, before.server_time)]
        return cls(
            tuple(added),
            tuple(session for session in known if _differ(session, old[session.uid])),
            tuple(session for session in before.sessions if session.uid not in new),
            tuple(session for session in others if session.uid in old or session.uid in departed),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone or self.returned)


NOTHING = Changes()
"""Two looks that saw the same."""


def _happened_after(session: Session, when: datetime) -> bool:
    """Whether it began or ended then or later: a list that had nothing says nothing of what was before."""
    last = session.ended or session.started
    return last is None or last >= when


def _differ(after: Session, before: Session) -> bool:
    return after is not before and after != before
