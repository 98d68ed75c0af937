"""What happened while nobody looked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Outcome
from emtui.monitor.backoff import IDLE_AFTER
from emtui.monitor.feed_health import ClockStep, FeedHealth, LostPeriod, UnlistedPeriod
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class AbsenceSummary:
    """A time without a key: what ended in it, by outcome, when nothing could be seen, and when not all."""

    since: datetime
    until: datetime
    ended: Counter[Outcome]
    outages: tuple[LostPeriod, ...]
    unlisted: tuple[UnlistedPeriod, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot, health: FeedHealth, since: datetime) -> AbsenceSummary:
        """From then until the last complete answer; what was missed meanwhile is in the server's list."""
        after = since + snapshot.skew
        ended = Counter(
            session.outcome
            for session in snapshot.known
            if session.complete
            and not session.running
            and (session.ended or session.started or after) > after
        )
        until = max(snapshot.as_of, since)
        blind = health.lost_between(since, max(until, health.failed_at or until))
        unlisted = health.unlisted_between(since, until)
        return cls(since, until, ended, tuple(blind), tuple(unlisted))


@dataclass(slots=True)
class AbsenceTracker:
    """Since when nobody was there. Times are this computer's.

    `last_activity` is when somebody pressed a key last. `clock_step` is the last time that this computer's
    clock was set, until it is dismissed: that is no absence.
    """

    last_activity: datetime | None = None
    clock_step: ClockStep | None = None
    _gap_since: datetime | None = None
    """Since when nobody was there when this computer slept, until the next list."""
    _gaps_before: int = 0
    _clock_steps: int = 0

    def update(self, health: FeedHealth, as_of: datetime | None) -> None:
        """Note what happened to the clocks since; `as_of` is the last list's time.

        Time in which nothing was requested is time away, whoever presses a key before the next list.
        """
        if health.gap and self._gap_since is None and as_of:
            self._gap_since = self.last_activity or as_of
            self._gaps_before = health.gaps - 1
        if health.clock_step_count != self._clock_steps:
            self._clock_steps = health.clock_step_count
            self._on_clock_step(health.clock_steps[-1], health.gaps)

    def _on_clock_step(self, step: ClockStep, gaps: int) -> None:
        self.clock_step = step
        if gaps == self._gaps_before:
            self._gap_since = None  # what looked like sleep was none
        if self.last_activity and self.last_activity <= step.at - step.by:
            self.last_activity += step.by

    def take_start(self, idle: float) -> datetime | None:
        """Since when the list that has come now is to be summed up; `None` if somebody was there.

        `idle` is for how many seconds nobody has pressed a key.
        """
        since, self._gap_since = self._gap_since, None
        if since is None and self.last_activity and idle >= IDLE_AFTER:
            return self.last_activity
        return since
