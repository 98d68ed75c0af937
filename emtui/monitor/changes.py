"""What differs between two looks at the list, by UID."""

from __future__ import annotations

from dataclasses import dataclass

from emtui.em.model import Session
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """Sessions of the later look that are new or differ, and those of the earlier one that it has no more."""

    added: tuple[Session, ...] = ()
    changed: tuple[Session, ...] = ()
    gone: tuple[Session, ...] = ()

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> Changes:
        """What has happened from one to the other, each in the order of its list."""
        if after.sessions is before.sessions:
            return NOTHING
        old = {session.uid: session for session in before.sessions}
        new = {session.uid for session in after.sessions}
        known = [session for session in after.sessions if session.uid in old]
        return cls(
            tuple(session for session in after.sessions if session.uid not in old),
            tuple(session for session in known if _differ(session, old[session.uid])),
            tuple(session for session in before.sessions if session.uid not in new),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


NOTHING = Changes()
"""Two looks that saw the same."""


def _differ(after: Session, before: Session) -> bool:
    return after is not before and after != before
