"""Connection health: consecutive failures, outages, incomplete lists, clock steps and request cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from emtui.monitor.unlisted_runs import UnlistedRuns

OUTAGE = timedelta(minutes=10)
"""A refused logon this soon after a failure may be caused by it, such as a directory still down."""
LARGE_SKEW = timedelta(seconds=30)
"""Clock skew from which a warning is shown."""
STALE_AFTER = 2
LOST_AFTER = 3
_MAX_PERIODS = 50
"""Maximum number of stored periods of each kind."""


class Freshness(Enum):
    """Freshness of the list: stale after two consecutive failures, lost after three."""

    FRESH = "fresh"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LostPeriod:
    """A period without data; ongoing while it has no end. `reason` is a sentence."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A change of the local clock by `by` to `at`; negative if set back."""

    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True)
class UnlistedPeriod:
    """A period in which lists lacked up to `count` runs; ongoing while it has no end.

    `has_returned`: at its end all were listed again; otherwise they are assumed deleted.
    """

    since: datetime
    until: datetime | None
    count: int
    has_returned: bool = True


@dataclass(frozen=True, slots=True)
class RequestCost:
    """Cost of one response: body size in bytes, seconds until it was complete."""

    size: int
    seconds: float


@dataclass(slots=True)
class FeedHealth:
    """Statistics of a poller, updated with every response and failure. Times are by the wall clock.

    That clock may be set back: no period starts after now, and none ends before its start.

    `outage_count` counts lost connections, including an ongoing one.
    `is_after_outage`: polling stopped within ten minutes of a failure.
    `gap_reason` is why requests were missed, until the next complete response; `gap_count` counts gaps.
    `clock_step_count` counts all clock steps, including those no longer stored.
    """

    failures_in_a_row: int = 0
    updated_at: datetime | None = None
    problem: str = ""
    failed_at: datetime | None = None
    response_count: int = 0
    failure_count: int = 0
    outage_count: int = 0
    bytes_received: int = 0
    last_cost: RequestCost | None = None
    skew: timedelta | None = None
    is_after_outage: bool = False
    _last_failure_at: datetime | None = None
    lost_periods: deque[LostPeriod] = field(default_factory=lambda: deque(maxlen=_MAX_PERIODS))
    gap_reason: str = ""
    gap_count: int = 0
    clock_steps: deque[ClockStep] = field(default_factory=lambda: deque(maxlen=_MAX_PERIODS))
    clock_step_count: int = 0
    unlisted_periods: deque[UnlistedPeriod] = field(default_factory=lambda: deque(maxlen=_MAX_PERIODS))

    def copy(self) -> FeedHealth:
        """A copy for display that does not change."""
        return replace(
            self,
            lost_periods=self.lost_periods.copy(),
            clock_steps=self.clock_steps.copy(),
            unlisted_periods=self.unlisted_periods.copy(),
        )

    @property
    def freshness(self) -> Freshness:
        """Current freshness of the list."""
        if self.failures_in_a_row >= LOST_AFTER:
            return Freshness.LOST
        return (
            Freshness.STALE if self.failures_in_a_row >= STALE_AFTER or self.gap_reason else Freshness.FRESH
        )

    @property
    def lost_since(self) -> datetime | None:
        """Time of the last response before the connection was lost; `None` while connected."""
        return (
            self.lost_periods[-1].since if self.lost_periods and self.lost_periods[-1].until is None else None
        )

    def on_response(self, at: datetime, cost: RequestCost) -> None:
        """Record a complete response."""
        if self.lost_since or self.gap_reason:
            lost = self.lost_periods.pop()
            self.lost_periods.append(LostPeriod(min(lost.since, at), at, lost.reason))
        self.gap_reason = ""
        self.failures_in_a_row, self.updated_at, self.problem, self.failed_at = 0, at, "", None
        self.response_count += 1
        self.bytes_received += cost.size
        self.last_cost = cost

    def on_unlisted(self, at: datetime, unlisted: UnlistedRuns) -> None:
        """Record the runs that the current list lacks."""
        last = self.unlisted_periods[-1] if self.unlisted_periods else None
        if last is not None and last.until is None:
            self.unlisted_periods.pop()
            max_count, since = max(last.count, len(unlisted.runs)), min(last.since, at)
            until = None if unlisted else at
            self.unlisted_periods.append(
                UnlistedPeriod(since, until, max_count, not unlisted.has_assumed_deleted)
            )
        elif unlisted:
            self.unlisted_periods.append(UnlistedPeriod(at, None, len(unlisted.runs)))

    def on_failure(self, at: datetime, reason: str) -> None:
        """Record a failed or unusable response."""
        self.failures_in_a_row += 1
        self.failure_count += 1
        self._last_failure_at = at
        self.problem, self.failed_at = reason, at
        if self.freshness is Freshness.LOST:
            self.outage_count += self.lost_since is None
            since = (
                self.lost_periods.pop().since if self.lost_since or self.gap_reason else self.updated_at or at
            )
            self.lost_periods.append(LostPeriod(min(since, at), None, f"{self.gap_reason} {reason}".lstrip()))

    def on_stopped(self, at: datetime, reason: str) -> None:
        """Record that polling stopped until the user acts: the connection is lost at once."""
        self.is_after_outage = self._last_failure_at is not None and abs(at - self._last_failure_at) <= OUTAGE
        self.failures_in_a_row = max(self.failures_in_a_row, LOST_AFTER - 1)
        self.on_failure(at, reason)

    def on_gap(self, at: datetime, reason: str) -> None:
        """Record that requests were missed until now. `reason` is a sentence."""
        if self.updated_at is None:
            return
        if self.lost_since is None:
            since = self.lost_periods.pop().since if self.gap_reason else self.updated_at
            self.lost_periods.append(LostPeriod(min(since, at), at, reason))
        self.gap_reason = reason
        self.gap_count += 1

    def on_clock_step(self, at: datetime, by: timedelta, *, replaces_gap: bool = False) -> None:
        """Record a change of the local clock; `replaces_gap` removes the gap it was taken for."""
        self.clock_steps.append(ClockStep(at, by))
        self.clock_step_count += 1
        if replaces_gap and self.gap_reason:
            if self.lost_since is None:
                self.lost_periods.pop()
            self.gap_reason = ""
            self.gap_count -= 1

    def unlisted_between(self, start: datetime, end: datetime) -> Sequence[UnlistedPeriod]:
        """Periods with unlisted runs that overlap this interval."""
        return [
            period
            for period in self.unlisted_periods
            if period.since <= end and (period.until is None or period.until >= start)
        ]

    def lost_between(self, start: datetime, end: datetime) -> Sequence[LostPeriod]:
        """Periods without data that overlap this interval, clipped to its start."""
        return [
            LostPeriod(max(period.since, start), period.until, period.reason)
            for period in self.lost_periods
            if period.since < end and (period.until is None or period.until > start)
        ]
