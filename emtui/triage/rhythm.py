"""How regularly a type runs, when its next run is due, and which due runs have not begun.

The interval is measured from start to start. Whether a run is due at some time is asked of
the weeks before: a type that rests at night or over the weekend is not late then. That also
holds for a schedule in local time, which moves by an hour when the clocks change. While a type
does not run at all, it is asked of the time before that. A type without a rhythm gives none,
and nothing is ever said to be late without one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import NamedTuple

from emtui.triage.runs import Runs, started

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

NEWEST = 200
"""How many intervals a rhythm is measured on."""
ENOUGH = 5
"""Fewer intervals are no rhythm; three weekly ones are, if they are exact."""
NEAR = 0.3
"""How far from the interval, or a multiple of it, a start may be, in intervals."""
WHOLE, SINGLE = 0.85, 0.6
"""The share of starts that must be near a multiple of the interval, and near one interval."""
MOST_SLOTS = 5_000
"""Missed runs are counted up to here: fifty days of quarter hours."""
_MOST_AHEAD = 500
"""So far ahead the next run is looked for."""
_MOST_BACK = 60
"""So many days or weeks back is looked for what is usual at a time."""
SHORTEST, LONGEST = timedelta(seconds=5), 53 * WEEK
"""What comes more often or more than a year apart has no rhythm, and never leads beyond the calendar."""

_RARE = timedelta(days=6)
_RARE_ENOUGH = 3
_CLOCK_CHANGE = HOUR
_ROUND = (DAY / 2, HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE, timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The interval between the starts of a type, how far they stray, and how many intervals that rests on.

    `grace` is how much after its time a run must be before it is called late.
    """

    every: timedelta
    spread: timedelta
    rests_on: int
    starts: Sequence[datetime] = field(repr=False, compare=False)

    @property
    def tardy(self) -> timedelta:
        """How much later than due a start may well be."""
        return max(2 * self.spread, MINUTE)

    @property
    def grace(self) -> timedelta:
        """The same, with the hour by which the clocks change for what runs every two hours or less often."""
        return max(self.tardy, self.every / 10) + (_CLOCK_CHANGE if self.every >= 2 * HOUR else timedelta())

    def expected(self, when: datetime, outages: Outages = ()) -> bool | None:
        """Whether a run would begin about then, going by the same time of the weeks before.

        Unknown where the list does not reach so far back, or where those weeks, or an hour more or
        less, do not agree.
        """
        told = list(islice(self._told(when, WEEK, outages), 4))
        sure = 2 * told.count(True) > len(told)
        if not told:
            if self.every > DAY / 2:
                return None
            told = list(islice(self._told(when, DAY, outages), 6))
            sure = len(told) > 1 and all(told)
        if sure:
            return True
        return False if told and set(told) == {False} else None

    def _told(self, when: datetime, step: timedelta, outages: Outages) -> Iterator[bool | None]:
        """For each step back that the list covers, whether a run began about then; unknown if it may have."""
        place = bisect_right(self.starts, when)
        if not place:
            return
        silent_after = self.starts[place - 1] + self._about - _CLOCK_CHANGE
        nearest = max(1, -((silent_after - when) // step))
        for number in range(nearest, nearest + _MOST_BACK):
            back = when - number * step
            if back < self.starts[0] + self._about + _CLOCK_CHANGE:
                return
            if not any(outage.holds(back, self.every) for outage in outages):
                ran = [self._ran(back + shift) for shift in (timedelta(), -_CLOCK_CHANGE, _CLOCK_CHANGE)]
                yield True if all(ran) else None if ran[0] else False

    @property
    def _about(self) -> timedelta:
        return self.every * 0.6 + self.spread

    def _ran(self, when: datetime) -> bool:
        place = bisect_left(self.starts, when - self._about)
        return place < len(self.starts) and self.starts[place] <= when + self._about

    def slots(self, last: datetime, until: datetime) -> Iterator[datetime]:
        """When runs were due after this start, up to `until`."""
        for number in range(1, min((until - last) // self.every, MOST_SLOTS) + 1):
            yield last + number * self.every


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nothing at all ran; without an end it goes on.

    `missed` runs of `types` were due in it, or `at_least` so many; `rests_on` intervals say so.
    """

    since: datetime
    until: datetime | None
    missed: int
    types: tuple[str, ...]
    rests_on: int
    at_least: bool = False

    def holds(self, when: datetime, every: timedelta) -> bool:
        """Whether it explains that a run due then did not begin.

        What runs every few hours may start to count anew after it; what runs daily has its hour.
        """
        if when < self.since:
            return False
        return self.until is None or when <= self.until + (every + HOUR if every <= DAY / 4 else HOUR)


Outages = Sequence[Outage]


@dataclass(frozen=True, slots=True)
class Due:
    """When the next run is due, or since when it is and how many in a row have not begun.

    `since` is set only for what is late; `next` is unknown where no run is expected for a week. `at_least`
    says that more may have been due.
    """

    next: datetime | None
    since: datetime | None = None
    count: int = 0
    rests_on: int = 0
    at_least: bool = False

    @property
    def late(self) -> bool:
        """Whether runs were due and have not begun."""
        return self.since is not None


def rhythm(runs: Runs) -> Rhythm | None:
    """How regularly these runs begin, newest first; none if they do not."""
    starts = [started(run) for run in reversed(runs)]
    recent = starts[-NEWEST - 1 :]
    gaps = [later - earlier for earlier, later in pairwise(recent)]
    middle = sorted(gaps)[len(gaps) // 2] if gaps else timedelta()
    if not SHORTEST <= middle <= LONGEST:
        return None
    multiples = [(gap, round(gap / middle)) for gap in gaps]
    near = [(gap, times) for gap, times in multiples if times and abs(gap - times * middle) <= NEAR * middle]
    every = _rounded(sum((gap for gap, _ in near), timedelta()) / sum(times for _, times in near))
    strays = sorted(abs(gap - times * every) for gap, times in near)
    found = Rhythm(every, strays[len(strays) * 9 // 10], len(gaps), starts)
    single = sum(1 for _, times in near if times == 1)
    return found if _holds(found, len(near), single) else None


def _holds(found: Rhythm, near: int, single: int) -> bool:
    if found.rests_on < ENOUGH:
        exact = single == found.rests_on and found.spread <= found.every / 20
        return exact and found.every >= _RARE and found.rests_on >= _RARE_ENOUGH
    return near >= WHOLE * found.rests_on and single >= SINGLE * found.rests_on


def _rounded(every: timedelta) -> timedelta:
    """The schedule that was probably meant: a round interval within one part in a hundred."""
    for unit in _ROUND:
        meant = round(every / unit) * unit
        if meant and abs(meant - every) <= every / 100:
            return meant
    return every


def due(runs: Runs, found: Rhythm | None, now: datetime, outages: Outages = ()) -> Due | None:
    """What is due after the newest of these runs; none while it runs, and none without a rhythm.

    A start later than `now` means that a clock was put back: nothing is late then.
    """
    newest = runs[0]
    if found is None or newest.running:
        return None
    last = started(newest)
    after = max(last, newest.ended or last)
    slots = (
        slot
        for slot in found.slots(last, now)
        if slot > after and not any(outage.holds(slot, found.every) for outage in outages)
    )
    first, count, at_least = missed_of(found, slots, outages)
    if first and now - first > found.grace:
        at_least |= (now - last) // found.every > MOST_SLOTS
        return Due(first, first, count, found.rests_on, at_least)
    return Due(first or _next(found, last, now, outages), rests_on=found.rests_on)


class Missed(NamedTuple):
    """How many runs were due, and when the first was; `at_least`, if of some that is unknown."""

    first: datetime | None
    due: int
    at_least: bool


def missed_of(found: Rhythm, slots: Iterable[datetime], outages: Outages = ()) -> Missed:
    """At how many of these times a run was expected."""
    first, count, unknown = None, 0, False
    for slot in slots:
        expected = found.expected(slot, outages)
        if expected:
            first, count = first or slot, count + 1
        unknown |= expected is None
    return Missed(first, count, unknown)


def _next(found: Rhythm, last: datetime, now: datetime, outages: Outages) -> datetime | None:
    """The first time after now at which a run is expected."""
    number = max((now - last) // found.every, 0) + 1
    for ahead in range(min(WEEK // found.every + 2, _MOST_AHEAD)):
        slot = last + (number + ahead) * found.every
        if found.expected(slot, outages) or (ahead == 0 and not _covered(found, slot)):
            return slot
    return None


def _covered(found: Rhythm, when: datetime) -> bool:
    return found.starts[0] <= when - WEEK - HOUR
