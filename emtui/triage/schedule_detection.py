"""How regularly a type runs, when its next run is due, and which due runs have not begun.

The interval is measured from start to start. Whether a run is due at some time is asked of
the weeks before: a type that rests at night or over the weekend is not late then. While a type
does not run at all, it is asked of the time before that. A type without a rhythm gives none,
and nothing is ever said to be late without one.

What runs every so many days keeps the time of day when the clocks change, unless its starts
before and after a change show that it keeps its interval. Other intervals do not move.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, pairwise
from typing import NamedTuple

from emtui.triage.runs_by_type import Runs, started

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

    `grace` is how much after its time a run must be before it is called late. In `zone` the time of day
    is kept, in UTC the interval.
    """

    every: timedelta
    spread: timedelta
    rests_on: int
    starts: Sequence[datetime] = field(repr=False, compare=False)
    zone: tzinfo = field(default=UTC, repr=False, compare=False)

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
        about = self._about
        silent_after = self.starts[place - 1] + about - _CLOCK_CHANGE
        nearest = max(1, -((silent_after - when) // step))
        covered_from = self.starts[0] + about + _CLOCK_CHANGE
        for number in range(nearest, nearest + _MOST_BACK):
            back = when - number * step
            if back < covered_from:
                return
            if not any(outage.holds(back, self.every) for outage in outages):
                if not self._ran(back, about):
                    yield False
                else:
                    shifted = (back - _CLOCK_CHANGE, back + _CLOCK_CHANGE)
                    yield True if all(self._ran(at, about) for at in shifted) else None

    @property
    def _about(self) -> timedelta:
        return self.every * 0.6 + self.spread

    def _ran(self, when: datetime, about: timedelta) -> bool:
        place = bisect_left(self.starts, when - about)
        return place < len(self.starts) and self.starts[place] <= when + about

    def slots(self, last: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
        """When runs were due later than `since`, up to `until`, if the newest began at `last`."""
        first = max((since - last) // self.every, 1)
        wall = self._wall(last)
        for number in range(first, max((until - last) // self.every, 0) + 2):
            slot = self._at(last, wall, number)
            if since < slot <= until:
                yield slot

    def later(self, start: datetime, number: int) -> datetime:
        """When a run is due that comes so many intervals after this start."""
        return self._at(start, self._wall(start), number)

    def is_moved(self, last: datetime, slot: datetime) -> bool:
        """Whether the clocks change between the two, so that the run may be meant an hour before or after."""
        return self.zone is not UTC and _offset(last, self.zone) != _offset(slot, self.zone)

    def _at(self, start: datetime, wall: datetime, number: int) -> datetime:
        """Of a time that comes twice the first, and of one that is left out the one that came instead."""
        if self.zone is UTC:
            return start + number * self.every
        return _moment(wall + number * self.every, self.zone)

    def _wall(self, start: datetime) -> datetime:
        """What the clock showed, or would have shown if that time had not been left out then."""
        if self.zone is UTC:
            return start
        place = bisect_left(self.starts, start)
        if place:
            before = self.starts[place - 1]
            meant = _shown(before, self.zone) + round((start - before) / self.every) * self.every
            came = _moment(meant, self.zone)
            if _shown(came, self.zone) != meant and abs(came - start) <= _CLOCK_CHANGE:
                return meant
        return _shown(start, self.zone)


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
    says that more may have been due. With `unsure` runs may have been due and have not begun: the list does
    not reach back far enough to tell.
    """

    next: datetime | None
    since: datetime | None = None
    count: int = 0
    rests_on: int = 0
    at_least: bool = False
    unsure: bool = False

    @property
    def late(self) -> bool:
        """Whether runs were due and have not begun."""
        return self.since is not None


def _shown(when: datetime, zone: tzinfo) -> datetime:
    """What a clock of this zone shows then."""
    return when.astimezone(zone).replace(tzinfo=None, fold=0)


def _moment(shown: datetime, zone: tzinfo) -> datetime:
    """When a clock of this zone first shows this; if that time is left out, when it would have shown it."""
    return shown.replace(tzinfo=zone).astimezone(UTC)


def _offset(when: datetime, zone: tzinfo) -> timedelta | None:
    return when.astimezone(zone).utcoffset()


def rhythm(runs: Runs, zone: tzinfo = UTC) -> Rhythm | None:
    """How regularly these runs begin, newest first; none if they do not. `zone` is the server's."""
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
    if not _holds(found, len(near), single):
        return None
    local = replace(found, zone=zone)
    return found if every % DAY or _keeps_interval(local, recent) else local


def _keeps_interval(local: Rhythm, starts: Sequence[datetime]) -> bool:
    """Whether starts before and after the clocks changed show that these did not move with them."""
    offsets = [_offset(start, local.zone) for start in starts]
    kept = moved = 0
    for (earlier, later), (before, after) in zip(pairwise(starts), pairwise(offsets), strict=True):
        number = round((later - earlier) / local.every)
        if before != after and number:
            by_interval, by_clock = earlier + number * local.every, local.later(earlier, number)
            kept += abs(later - by_interval) < abs(later - by_clock)
            moved += abs(later - by_clock) < abs(later - by_interval)
    return kept > moved


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

    A start later than `now` means that a clock was put back: nothing is late then. While nothing at all
    runs, each type that was due meanwhile is late.
    """
    newest = runs[0]
    if found is None or newest.running:
        return None
    last = started(newest)
    over = [outage for outage in outages if outage.until is not None]
    silent = any(outage.until is None and newest.type in outage.types for outage in outages)
    slots = (
        slot
        for slot in islice(found.slots(last, max(last, newest.ended or last), now), MOST_SLOTS)
        if not any(outage.holds(slot, found.every) for outage in over)
    )
    missed = missed_of(found, slots, outages)
    first = missed.first
    if first and (silent or now - first > found.grace):
        at_least = missed.at_least or (now - last) // found.every > MOST_SLOTS
        return Due(first, first, missed.due, found.rests_on, at_least)
    if missed.unknown and now - missed.unknown > found.grace:
        return Due(None, rests_on=found.rests_on, unsure=True)
    return Due(first or _next(found, last, now, outages), rests_on=found.rests_on)


class Missed(NamedTuple):
    """How many runs were due, and when the first was; of `unknown` and maybe later ones it is not known."""

    first: datetime | None
    due: int
    at_least: bool
    unknown: datetime | None = None


def missed_of(found: Rhythm, slots: Iterable[datetime], outages: Outages = ()) -> Missed:
    """At how many of these times a run was expected."""
    first, count, unknown = None, 0, None
    for slot in slots:
        expected = found.expected(slot, outages)
        if expected:
            first, count = first or slot, count + 1
        elif expected is None:
            unknown = unknown or slot
    return Missed(first, count, unknown is not None, unknown)


def _next(found: Rhythm, last: datetime, now: datetime, outages: Outages) -> datetime | None:
    """The first time after now at which a run is expected."""
    ahead = found.slots(
        last, max(now, last), max(now, last) + min(WEEK + 2 * found.every, _MOST_AHEAD * found.every)
    )
    for place, slot in enumerate(ahead):
        if found.expected(slot, outages) or (place == 0 and not _covered(found, slot)):
            return slot
    return None


def _covered(found: Rhythm, when: datetime) -> bool:
    return found.starts[0] <= when - WEEK - HOUR
