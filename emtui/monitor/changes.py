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
    removed: tuple[Session, ...] = ()
    returned: tuple[Session, ...] = ()

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> Changes:
        """Changes from one snapshot to the other, each in the order of its list."""
        if after.sessions is before.sessions:
            return NO_CHANGES
        listed_uids = {session.uid for session in before.sessions}
        previous = {session.uid: session for session in before.all_sessions}
        current_uids = {session.uid for session in after.sessions}
        common = [session for session in after.sessions if session.uid in previous]
        newly_listed = [session for session in after.sessions if session.uid not in listed_uids]
        dropped_uids = before.unlisted.dropped_uids
        added = [
            session
            for session in newly_listed
            if session.uid not in previous and session.uid not in dropped_uids
        ]
        if before.unlisted.max_listed_age is None:
            added = [session for session in added if _is_active_since(session, before.server_time)]
        return cls(
            tuple(added),
            tuple(session for session in common if _is_different(session, previous[session.uid])),
            tuple(session for session in before.sessions if session.uid not in current_uids),
            tuple(
                session for session in newly_listed if session.uid in previous or session.uid in dropped_uids
            ),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.returned)


NO_CHANGES = Changes()
"""No changes."""


def _is_active_since(session: Session, when: datetime) -> bool:
    """Whether it started or ended at `when` or later; for the list after an empty one."""
    last_activity = session.ended or session.started
    return last_activity is None or last_activity >= when


def _is_different(after: Session, before: Session) -> bool:
    return after is not before and after != before
