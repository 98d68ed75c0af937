"""How well the list is known: how many looks in a row were missed, what lists lacked, what all have cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from emtui.monitor.unlisted_runs import UnlistedRuns

OUTAGE = timedelta(minutes=10)
"""A refusal so soon after a failure may be the failure's: a directory that is not back yet."""
LARGE_SKEW = timedelta(seconds=30)
"""From here on two clocks are said to disagree."""
STALE_AFTER = 2
LOST_AFTER = 3
_KEPT = 50
"""How many periods of a kind are remembered."""


class Freshness(Enum):
    """What the list on the screen is worth: two missed looks make it stale, three make us blind."""

    FRESH = "fresh"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LostPeriod:
    """A time of which nothing is known first hand; it goes on while it has no end. `why` is a sentence."""

    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A change of this computer's clock, `by` so much, to `at`; back if that is negative."""

    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True)
class UnlistedPeriod:
    """A time in which lists lacked `count` runs, or less; it goes on while it has no end.

    `returned`: at its end all of them were listed again; else they are taken as deleted.
    """

    since: datetime
    until: datetime | None
    count: int
    returned: bool = True


@dataclass(frozen=True, slots=True)
class RequestCost:
    """What one answer cost: bytes of its body, seconds until it was whole."""

    size: int
    seconds: float


@dataclass(slots=True)
class FeedHealth:
    """Kept by whoever looks; told of every answer and of every failure, with the time on the wall.

    That clock may be put back meanwhile: nothing begins after now, and nothing ends before it began.

    `outages` is how many times sight was lost so far, the one that goes on included.
    `after_outage`: what was lost last was lost within ten minutes of a failure.
    `gap` says why nothing was requested for a while before now, until the next complete answer;
    `gaps` is how often that was so. `clock_step_count` is how often the clock was set, those included of
    which nothing more is kept.
    """

    failures_in_a_row: int = 0
    updated_at: datetime | None = None
    problem: str = ""
    failed_at: datetime | None = None
    responses: int = 0
    failures: int = 0
    outages: int = 0
    bytes_received: int = 0
    last_cost: RequestCost | None = None
    skew: timedelta | None = None
    after_outage: bool = False
    _last_failure_at: datetime | None = None
    lost_periods: deque[LostPeriod] = field(default_factory=lambda: deque(maxlen=_KEPT))
    gap: str = ""
    gaps: int = 0
    clock_steps: deque[ClockStep] = field(default_factory=lambda: deque(maxlen=_KEPT))
    clock_step_count: int = 0
    unlisted_periods: deque[UnlistedPeriod] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def copy(self) -> FeedHealth:
        """What is known now, for whoever shows it: nothing changes it any more."""
        return replace(
            self,
            lost_periods=self.lost_periods.copy(),
            clock_steps=self.clock_steps.copy(),
            unlisted_periods=self.unlisted_periods.copy(),
        )

    @property
    def freshness(self) -> Freshness:
        """What the list is worth now."""
        if self.failures_in_a_row >= LOST_AFTER:
            return Freshness.LOST
        return Freshness.STALE if self.failures_in_a_row >= STALE_AFTER or self.gap else Freshness.FRESH

    @property
    def lost_since(self) -> datetime | None:
        """The last complete answer before we lost sight; nothing while we see."""
        return (
            self.lost_periods[-1].since if self.lost_periods and self.lost_periods[-1].until is None else None
        )

    def on_response(self, at: datetime, cost: RequestCost) -> None:
        """A complete answer has come."""
        if self.lost_since or self.gap:
            lost = self.lost_periods.pop()
            self.lost_periods.append(LostPeriod(min(lost.since, at), at, lost.why))
        self.gap = ""
        self.failures_in_a_row, self.updated_at, self.problem, self.failed_at = 0, at, "", None
        self.responses += 1
        self.bytes_received += cost.size
        self.last_cost = cost

    def on_unlisted(self, at: datetime, unlisted: UnlistedRuns) -> None:
        """The list that has come lacks these runs, or none."""
        last = self.unlisted_periods[-1] if self.unlisted_periods else None
        if last is not None and last.until is None:
            self.unlisted_periods.pop()
            most, since = max(last.count, len(unlisted.runs)), min(last.since, at)
            until = None if unlisted else at
            self.unlisted_periods.append(UnlistedPeriod(since, until, most, not unlisted.given_up))
        elif unlisted:
            self.unlisted_periods.append(UnlistedPeriod(at, None, len(unlisted.runs)))

    def on_failure(self, at: datetime, why: str) -> None:
        """No answer, or none that could be used."""
        self.failures_in_a_row += 1
        self.failures += 1
        self._last_failure_at = at
        self.problem, self.failed_at = why, at
        if self.freshness is Freshness.LOST:
            self.outages += self.lost_since is None
            since = self.lost_periods.pop().since if self.lost_since or self.gap else self.updated_at or at
            self.lost_periods.append(LostPeriod(min(since, at), None, f"{self.gap} {why}".lstrip()))

    def on_stopped(self, at: datetime, why: str) -> None:
        """Nothing will be asked any more until somebody decides: there is no use in counting to three."""
        self.after_outage = self._last_failure_at is not None and abs(at - self._last_failure_at) <= OUTAGE
        self.failures_in_a_row = max(self.failures_in_a_row, LOST_AFTER - 1)
        self.on_failure(at, why)

    def on_gap(self, at: datetime, why: str) -> None:
        """Nothing was requested for a while before now: the list is as old as that. `why` is a sentence."""
        if self.updated_at is None:
            return
        if self.lost_since is None:
            since = self.lost_periods.pop().since if self.gap else self.updated_at
            self.lost_periods.append(LostPeriod(min(since, at), at, why))
        self.gap = why
        self.gaps += 1

    def on_clock_step(self, at: datetime, by: timedelta, *, no_gap: bool = False) -> None:
        """Note a change of this computer's clock; what looked like a gap was none then."""
        self.clock_steps.append(ClockStep(at, by))
        self.clock_step_count += 1
        if no_gap and self.gap:
            if self.lost_since is None:
                self.lost_periods.pop()
            self.gap = ""
            self.gaps -= 1

    def unlisted_between(self, start: datetime, end: datetime) -> Sequence[UnlistedPeriod]:
        """The times in which runs were not listed that touch this time."""
        return [
            period
            for period in self.unlisted_periods
            if period.since <= end and (period.until is None or period.until >= start)
        ]

    def lost_between(self, start: datetime, end: datetime) -> Sequence[LostPeriod]:
        """The blind periods that touch this time, from its start on; one that goes on has no end."""
        return [
            LostPeriod(max(period.since, start), period.until, period.why)
            for period in self.lost_periods
            if period.since < end and (period.until is None or period.until > start)
        ]
