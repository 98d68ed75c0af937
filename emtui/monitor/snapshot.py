"""What one look at the list saw, frozen.

A snapshot is never changed: a later answer makes a later snapshot. Times are
aware and in UTC; "when" is the moment of the last complete answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from emtui.em.model import LONG_AGO, Listing, Outcome, Session, Uid, state_words, type_names
from emtui.monitor.unlisted_runs import NONE_UNLISTED, UnlistedRuns


@dataclass(frozen=True)
class Snapshot:
    """The sessions, newest first, as of the moment when the answer was complete.

    `replaced` counts characters of the answer that XML does not allow; `skew` is how far the
    server's clock is ahead of ours; `unlisted` is what earlier lists had and this one lacks. Not
    slotted: what was counted once is kept.
    """

    sessions: tuple[Session, ...]
    as_of: datetime
    replaced: int = 0
    skew: timedelta = timedelta()
    listing: Listing | None = field(default=None, compare=False, repr=False)
    unlisted: UnlistedRuns = field(default=NONE_UNLISTED, compare=False, repr=False)

    @classmethod
    def of(cls, listing: Listing, as_of: datetime, skew: timedelta = timedelta()) -> Snapshot:
        """The list answer that was complete at `as_of`, the first one."""
        unlisted = NONE_UNLISTED.after((), listing.sessions, as_of + skew)
        return cls(listing.sessions, as_of, listing.replaced, skew, listing, unlisted)

    def again(self, listing: Listing, as_of: datetime, skew: timedelta = timedelta()) -> Snapshot:
        """A later look: with the very same sessions as far as the answer is the same.

        Runs of which a list gives only the name stay known as well as they were.
        """
        if listing is self.listing:
            return replace(self, as_of=as_of, skew=skew)
        known = {session.uid: session for session in self.known}
        rows = tuple(_better(session, known.get(session.uid)) for session in listing.sessions)
        unlisted = self.unlisted.after(self.sessions, rows, as_of + skew)
        return Snapshot(rows, as_of, listing.replaced, skew, listing, unlisted)

    def counted(self) -> Snapshot:
        """The same look, with all counted that is asked of it again and again."""
        _ = self.odd, self.references, self.tally, self.states, self.types
        return self

    @property
    def server_time(self) -> datetime:
        """What the server's clock showed at `as_of`: what runs there is as long as it says."""
        return self.as_of + self.skew

    @property
    def known(self) -> tuple[Session, ...]:
        """The sessions, and after them those that should be listed and are not."""
        return (*self.sessions, *self.unlisted.runs) if self.unlisted else self.sessions

    @cached_property
    def odd(self) -> int:
        """How many rows could not be read whole."""
        return sum(1 for session in self.sessions if session.odd)

    @cached_property
    def references(self) -> tuple[Session, ...]:
        """The rows of which only name and time are known, newest first."""
        return tuple(session for session in self.sessions if not session.complete)

    @cached_property
    def tally(self) -> Counter[Outcome]:
        """How many sessions came to which outcome, among those that are known whole."""
        return Counter(session.outcome for session in self.sessions if session.complete)

    @cached_property
    def states(self) -> tuple[str, ...] | None:
        """The server's words for states; not known while of some runs only the names are."""
        return None if self.references else state_words(self.sessions)

    @cached_property
    def types(self) -> tuple[str, ...] | None:
        """The types in the list, by name; not known while of some runs only the names are."""
        return None if self.references else tuple(sorted(type_names(self.sessions)))

    def find(self, uid: Uid) -> Session | None:
        """The session of this uid, if it is in the list."""
        return next((session for session in self.sessions if session.uid == uid), None)

    def learn(self, known: Mapping[Uid, Session]) -> Snapshot:
        """The same look with these sessions known better; one that is not in the list stays out."""
        rows = tuple(known.get(session.uid, session) for session in self.sessions)
        unlisted = self.unlisted.learn(known)
        if rows == self.sessions and unlisted is self.unlisted:
            return self
        return replace(self, sessions=rows if rows != self.sessions else self.sessions, unlisted=unlisted)

    def run_of_type(self, session: Session, *, newer: bool) -> Session | None:
        """The run of the same type just before or after this one, if the list has it."""
        rows = [row for row in self.sessions if row.type == session.type or row.uid == session.uid]
        here = next((place for place, row in enumerate(rows) if row.uid == session.uid), None)
        if here is None:
            return None
        there = here - 1 if newer else here + 1
        return rows[there] if 0 <= there < len(rows) else None

    def run_before(self, session: Session) -> Session | None:
        """The run of the same type just before this one, whether it is listed now or not."""
        if not self.unlisted or session.started is None:
            return self.run_of_type(session, newer=False)
        when = session.started
        earlier = (
            row
            for row in self.known
            if row.type == session.type and row.uid != session.uid and row.started and row.started <= when
        )
        return max(earlier, key=lambda row: row.started or LONG_AGO, default=None)


def _better(session: Session, before: Session | None) -> Session:
    """The row of an answer, or the one before if it says as much, so that each is kept once."""
    if before is None or not (before == session or (before.complete and not session.complete)):
        return session
    return before
