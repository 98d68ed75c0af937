"""Differences between two snapshots of the list, by UID.

A run that was listed once is never new again, even if it was missing from lists in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Session
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """Sessions that are new or changed in the later snapshot, and those it no longer has.

    `returned` sessions were listed before, but not in the earlier snapshot; they may also be `changed`.
    """

    added: tuple[Session, ...] = ()
    changed: tuple[Session, ...] = ()
    gone: tuple[Session, ...] = ()
    returned: tuple[Session, ...] = ()

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> Changes:
        """Changes from one snapshot to the other, each in the order of its list."""
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
"""No changes."""


def _happened_after(session: Session, when: datetime) -> bool:
    """Whether it started or ended at `when` or later; for the list after an empty one."""
    last = session.ended or session.started
    return last is None or last >= when


def _differ(after: Session, before: Session) -> bool:
    return after is not before and after != before
