"""How well the list is known: how many looks in a row were missed, what lists lacked, what all have cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from emtui.monitor.unlisted_runs import UnlistedRuns

OUTAGE = timedelta(minutes=10)
"""A refusal so soon after a failure may be the failure's: a directory that is not back yet."""
LARGE_SKEW = timedelta(seconds=30)
"""From here on two clocks are said to disagree."""
STALE_AFTER = 2
BLIND_AFTER = 3
_KEPT = 50
"""How many periods of a kind are remembered."""


class Sight(Enum):
    """What the list on the screen is worth: two missed looks make it stale, three make us blind."""

    CLEAR = "clear"
    STALE = "stale"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Period:
    """A time of which nothing is known first hand; it goes on while it has no end. `why` is a sentence."""

    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Step:
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
class Cost:
    """What one answer cost: bytes of its body, seconds until it was whole."""

    size: int
    took: float


@dataclass(slots=True)
class Health:
    """Kept by whoever looks; told of every answer and of every failure, with the time on the wall.

    That clock may be put back meanwhile: nothing begins after now, and nothing ends before it began.

    `outages` is how many times sight was lost so far, the one that goes on included.
    `after_outage`: what was lost last was lost within ten minutes of a failure.
    `gap` says why nothing was requested for a while before now, until the next complete answer;
    `gaps` is how often that was so. `steps_counted` is how often the clock was set, those included of
    which nothing more is kept.
    """

    missed: int = 0
    seen: datetime | None = None
    problem: str = ""
    failed_at: datetime | None = None
    looks: int = 0
    failures: int = 0
    outages: int = 0
    received: int = 0
    last: Cost | None = None
    skew: timedelta | None = None
    after_outage: bool = False
    _trouble_at: datetime | None = None
    periods: deque[Period] = field(default_factory=lambda: deque(maxlen=_KEPT))
    gap: str = ""
    gaps: int = 0
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=_KEPT))
    steps_counted: int = 0
    unlisted: deque[UnlistedPeriod] = field(default_factory=lambda: deque(maxlen=_KEPT))

    @property
    def sight(self) -> Sight:
        """What the list is worth now."""
        if self.missed >= BLIND_AFTER:
            return Sight.BLIND
        return Sight.STALE if self.missed >= STALE_AFTER or self.gap else Sight.CLEAR

    @property
    def blind_since(self) -> datetime | None:
        """The last complete answer before we lost sight; nothing while we see."""
        return self.periods[-1].since if self.periods and self.periods[-1].until is None else None

    def answered(self, at: datetime, cost: Cost) -> None:
        """A complete answer has come."""
        if self.blind_since or self.gap:
            lost = self.periods.pop()
            self.periods.append(Period(min(lost.since, at), at, lost.why))
        self.gap = ""
        self.missed, self.seen, self.problem, self.failed_at = 0, at, "", None
        self.looks += 1
        self.received += cost.size
        self.last = cost

    def lacked(self, at: datetime, unlisted: UnlistedRuns) -> None:
        """The list that has come lacks these runs, or none."""
        last = self.unlisted[-1] if self.unlisted else None
        if last is not None and last.until is None:
            self.unlisted.pop()
            most, since = max(last.count, len(unlisted.runs)), min(last.since, at)
            until = None if unlisted else at
            self.unlisted.append(UnlistedPeriod(since, until, most, not unlisted.given_up))
        elif unlisted:
            self.unlisted.append(UnlistedPeriod(at, None, len(unlisted.runs)))

    def failed(self, at: datetime, why: str) -> None:
        """No answer, or none that could be used."""
        self.missed += 1
        self.failures += 1
        self._trouble_at = at
        self.problem, self.failed_at = why, at
        if self.sight is Sight.BLIND:
            self.outages += self.blind_since is None
            since = self.periods.pop().since if self.blind_since or self.gap else self.seen or at
            self.periods.append(Period(min(since, at), None, f"{self.gap} {why}".lstrip()))

    def lost(self, at: datetime, why: str) -> None:
        """Nothing will be asked any more until somebody decides: there is no use in counting to three."""
        self.after_outage = self._trouble_at is not None and abs(at - self._trouble_at) <= OUTAGE
        self.missed = max(self.missed, BLIND_AFTER - 1)
        self.failed(at, why)

    def interrupted(self, at: datetime, why: str) -> None:
        """Nothing was requested for a while before now: the list is as old as that. `why` is a sentence."""
        if self.seen is None:
            return
        if self.blind_since is None:
            since = self.periods.pop().since if self.gap else self.seen
            self.periods.append(Period(min(since, at), at, why))
        self.gap = why
        self.gaps += 1

    def clock_set(self, at: datetime, by: timedelta, *, no_gap: bool = False) -> None:
        """Note a change of this computer's clock; what looked like a gap was none then."""
        self.steps.append(Step(at, by))
        self.steps_counted += 1
        if no_gap and self.gap:
            if self.blind_since is None:
                self.periods.pop()
            self.gap = ""
            self.gaps -= 1

    def unlisted_between(self, start: datetime, end: datetime) -> Sequence[UnlistedPeriod]:
        """The times in which runs were not listed that touch this time."""
        return [
            period
            for period in self.unlisted
            if period.since <= end and (period.until is None or period.until >= start)
        ]

    def blind_between(self, start: datetime, end: datetime) -> Sequence[Period]:
        """The blind periods that touch this time, from its start on; one that goes on has no end."""
        return [
            Period(max(period.since, start), period.until, period.why)
            for period in self.periods
            if period.since < end and (period.until is None or period.until > start)
        ]
