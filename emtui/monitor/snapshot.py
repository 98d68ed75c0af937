"""One complete response of the session list, frozen.

Each response makes a new snapshot. Times are aware and in UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from emtui.em.model import DISTANT_PAST, Listing, Outcome, Session, Uid, state_values, type_names
from emtui.monitor.unlisted_runs import NONE_UNLISTED, UnlistedRuns


@dataclass(frozen=True)
class Snapshot:
    """The sessions, newest first, as of the time when the response was complete.

    `replaced_count` is the number of replaced characters that XML does not allow; `skew` is how far the
    server's clock is ahead of the local one; `unlisted` holds the runs of earlier lists that this one
    lacks. Not slotted, because counts are cached.
    """

    sessions: tuple[Session, ...]
    as_of: datetime
    replaced_count: int = 0
    skew: timedelta = timedelta()
    listing: Listing | None = field(default=None, compare=False, repr=False)
    unlisted: UnlistedRuns = field(default=NONE_UNLISTED, compare=False, repr=False)

    @classmethod
    def from_listing(cls, listing: Listing, as_of: datetime, skew: timedelta = timedelta()) -> Snapshot:
        """The first list, complete at `as_of`."""
        unlisted = NONE_UNLISTED.after_list((), listing.sessions, as_of + skew)
        return cls(listing.sessions, as_of, listing.replaced_count, skew, listing, unlisted)

    def with_listing(self, listing: Listing, as_of: datetime, skew: timedelta = timedelta()) -> Snapshot:
        """The snapshot of a later list; unchanged sessions are the same objects.

        Details of runs that are references in the new list are kept.
        """
        if listing is self.listing:
            return replace(self, as_of=as_of, skew=skew)
        known_sessions = {session.uid: session for session in self.all_sessions}
        rows = tuple(_more_complete(session, known_sessions.get(session.uid)) for session in listing.sessions)
        unlisted = self.unlisted.after_list(self.sessions, rows, as_of + skew)
        return Snapshot(rows, as_of, listing.replaced_count, skew, listing, unlisted)

    def with_counts(self) -> Snapshot:
        """The same snapshot with its cached counts computed."""
        _ = self.unreadable_count, self.references, self.outcome_counts, self.states, self.types
        return self

    @property
    def server_time(self) -> datetime:
        """The server's time at `as_of`, for the durations of running sessions."""
        return self.as_of + self.skew

    @property
    def all_sessions(self) -> tuple[Session, ...]:
        """The sessions, followed by the unlisted ones."""
        return (*self.sessions, *self.unlisted.runs) if self.unlisted else self.sessions

    @cached_property
    def unreadable_count(self) -> int:
        """Number of rows that are not fully readable."""
        return sum(1 for session in self.sessions if session.parse_problem)

    @cached_property
    def references(self) -> tuple[Session, ...]:
        """The rows with only name and time, newest first."""
        return tuple(session for session in self.sessions if not session.is_complete)

    @cached_property
    def outcome_counts(self) -> Counter[Outcome]:
        """Number of complete sessions per outcome."""
        return Counter(session.outcome for session in self.sessions if session.is_complete)

    @cached_property
    def states(self) -> tuple[str, ...] | None:
        """The server's words for states; `None` while some rows are references."""
        return None if self.references else state_values(self.sessions)

    @cached_property
    def types(self) -> tuple[str, ...] | None:
        """The types in the list, sorted; `None` while some rows are references."""
        return None if self.references else tuple(sorted(type_names(self.sessions)))

    def find(self, uid: Uid) -> Session | None:
        """The session with this UID, if listed."""
        return next((session for session in self.sessions if session.uid == uid), None)

    def with_details(self, details: Mapping[Uid, Session]) -> Snapshot:
        """The same snapshot with details of these sessions merged; unlisted sessions are not added."""
        rows = tuple(details.get(session.uid, session) for session in self.sessions)
        unlisted = self.unlisted.with_details(details)
        if rows == self.sessions and unlisted is self.unlisted:
            return self
        return replace(self, sessions=rows if rows != self.sessions else self.sessions, unlisted=unlisted)

    def adjacent_run(self, session: Session, *, newer: bool) -> Session | None:
        """The next newer or older run of the same type, if listed."""
        rows = [row for row in self.sessions if row.type == session.type or row.uid == session.uid]
        current = next((index for index, row in enumerate(rows) if row.uid == session.uid), None)
        if current is None:
            return None
        adjacent = current - 1 if newer else current + 1
        return rows[adjacent] if 0 <= adjacent < len(rows) else None

    def previous_run(self, session: Session) -> Session | None:
        """The previous run of the same type, listed or not."""
        if not self.unlisted or session.started is None:
            return self.adjacent_run(session, newer=False)
        when = session.started
        earlier = (
            row
            for row in self.all_sessions
            if row.type == session.type and row.uid != session.uid and row.started and row.started <= when
        )
        return max(earlier, key=lambda row: row.started or DISTANT_PAST, default=None)


def _more_complete(current: Session, previous: Session | None) -> Session:
    """The new row, or the earlier one if it is equal or more complete."""
    if previous is None or not (previous == current or (previous.is_complete and not current.is_complete)):
        return current
    return previous
