"""Summary of what happened while the user was away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Outcome
from emtui.monitor.feed_health import ClockStep, FeedHealth, LostPeriod, UnlistedPeriod
from emtui.monitor.poll_schedule import IDLE_AFTER
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class AbsenceSummary:
    """A period without a key press: runs that ended in it by outcome, outages, and incomplete lists."""

    since: datetime
    until: datetime
    outcome_counts: Counter[Outcome]
    outages: tuple[LostPeriod, ...]
    unlisted: tuple[UnlistedPeriod, ...] = ()

    @classmethod
    def compute(cls, snapshot: Snapshot, health: FeedHealth, since: datetime) -> AbsenceSummary:
        """From `since` until the last complete list, which includes runs that ended during an outage."""
        after = since + snapshot.skew
        outcome_counts = Counter(
            session.outcome
            for session in snapshot.all_sessions
            if session.is_complete
            and not session.is_running
            and (session.ended or session.started or after) > after
        )
        until = max(snapshot.as_of, since)
        lost = health.lost_between(since, max(until, health.failed_at or until))
        unlisted = health.unlisted_between(since, until)
        return cls(since, until, outcome_counts, tuple(lost), tuple(unlisted))


@dataclass(slots=True)
class AbsenceTracker:
    """Tracks since when the user has been away. Times are by the local clock.

    `last_activity` is the time of the last key press. `clock_step` is the last change of the local clock,
    until it is dismissed; it does not count as an absence.
    """

    last_activity: datetime | None = None
    clock_step: ClockStep | None = None
    _gap_since: datetime | None = None
    """Start of the absence that includes a sleep of this computer, until the next list."""
    _gap_count_before: int = 0
    _clock_step_count: int = 0

    def update(self, health: FeedHealth, as_of: datetime | None) -> None:
        """Record gaps and clock steps; `as_of` is the time of the last list.

        A gap in polling counts as absence, even if a key is pressed before the next list.
        """
        if health.gap_reason and self._gap_since is None and as_of:
            self._gap_since = self.last_activity or as_of
            self._gap_count_before = health.gap_count - 1
        if health.clock_step_count != self._clock_step_count:
            self._clock_step_count = health.clock_step_count
            self._on_clock_step(health.clock_steps[-1], health.gap_count)

    def _on_clock_step(self, step: ClockStep, gap_count: int) -> None:
        self.clock_step = step
        if gap_count == self._gap_count_before:
            self._gap_since = None  # the gap was a clock step, not sleep
        if self.last_activity and self.last_activity <= step.at - step.by:
            self.last_activity += step.by

    def take_absence_start(self, idle_time: float) -> datetime | None:
        """Start of the absence to summarize with the current list; `None` if there was none.

        `idle_time` is the number of seconds since the last key press.
        """
        since, self._gap_since = self._gap_since, None
        if since is None and self.last_activity and idle_time >= IDLE_AFTER:
            return self.last_activity
        return since
