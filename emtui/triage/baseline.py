"""How long a run usually takes, and whether it took unusually long.

A run is held against the newest successes of its type that began before it. The median is what
is usual, the spread is the median distance from it (MAD): one slow night moves neither. Each
place that shows a usual length asks `Baselines`, so that all of them say the same of a run.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import NamedTuple

from emtui.em.model import Outcome, Session
from emtui.triage.runs_by_type import GOOD, Runs, by_type, started

ENOUGH = 5
"""Fewer successes than this say nothing about what is usual."""
UNUSUAL = 1.5
"""From so many times the usual on …"""
NOTICED = timedelta(seconds=30)
"""… and so much more than usual a run is unusually long."""
MOST = 400
"""How many of the newest successes a baseline rests on: a year of nights, four days of quarter hours."""

_TICK = timedelta(microseconds=1)
_NOTICED = NOTICED // _TICK


class Spans(NamedTuple):
    """The middle of some lengths of time, how far they lie from it, and the longest."""

    median: timedelta
    spread: timedelta
    longest: timedelta


def spans_of(lengths: Sequence[timedelta]) -> Spans | None:
    """Median, MAD and maximum; none of nothing."""
    if not lengths:
        return None
    ordered = sorted(lengths)
    middle = _median(ordered)
    return Spans(middle, _median(sorted(abs(length - middle) for length in ordered)), ordered[-1])


def _median(ordered: Sequence[timedelta]) -> timedelta:
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for a run, and how many successful runs that rests on.

    `lengths` are theirs, in microseconds.
    """

    usual: timedelta
    longest: timedelta
    rests_on: int
    lengths: Sequence[int] = field(default=(), repr=False, compare=False)

    @property
    def spread(self) -> timedelta:
        """The median distance of these lengths from the usual one."""
        spans = spans_of([length * _TICK for length in self.lengths])
        return spans.spread if spans else timedelta()

    def longer_than(self, took: timedelta) -> int:
        """How many of these runs took less."""
        ticks = took // _TICK
        return sum(1 for length in self.lengths if length < ticks)

    def ratio(self, took: timedelta | None) -> float | None:
        """How many times the usual, if that is unusual: 1.5 times it, and half a minute more."""
        if took is None or took - self.usual < NOTICED:
            return None
        if self.usual <= timedelta(0):
            return None
        ratio = took / self.usual
        return ratio if ratio >= UNUSUAL else None

    def overrun(self, took: timedelta | None) -> float | None:
        """The same for a run that goes on: also longer than any of these runs."""
        return self.ratio(took) if took is not None and took > self.longest else None


@dataclass(slots=True)
class _Successes:
    """The successes of one type, oldest first: after each of them the median and the longest of the newest.

    Lengths are whole microseconds, as thousands of them are kept; `doubled` are medians, twice, `least`
    is the shortest usual length that there ever was.
    """

    starts: list[datetime] = field(default_factory=list)
    lengths: array[int] = field(default_factory=partial(array, "q"))
    doubled: array[int] = field(default_factory=partial(array, "q"), compare=False)
    longest: array[int] = field(default_factory=partial(array, "q"), compare=False)
    least: int = 0
    window: list[int] = field(default_factory=list, compare=False)
    """The newest lengths, in order, while runs are added."""

    def add(self, runs: Iterable[Session]) -> None:
        """Some more runs, the oldest first; only successes count."""
        window, starts, lengths = self.window, self.starts, self.lengths
        doubled, longest = self.doubled, self.longest
        for run in runs:
            begin, end = run.started, run.ended
            if begin is None or end is None or end < begin or run.outcome is not Outcome.SUCCESS:
                continue
            ticks = (end - begin) // _TICK
            if len(window) == MOST:
                del window[bisect_left(window, lengths[-MOST])]
            insort(window, ticks)
            half = len(window) // 2
            starts.append(begin)
            lengths.append(ticks)
            doubled.append(window[half] + window[half if len(window) % 2 else half - 1])
            longest.append(window[-1])

    def close(self) -> None:
        """All runs were added."""
        self.window = []
        self.least = min(self.doubled[ENOUGH - 1 :], default=0) // 2

    def before(self, when: datetime) -> int:
        """How many began strictly before then; nothing is usual after too few."""
        place = bisect_left(self.starts, when)
        return place if place >= ENOUGH else 0

    def usual(self, place: int) -> timedelta:
        """The median of the newest of the first `place` ones."""
        return timedelta(microseconds=self.doubled[place - 1] / 2)

    def baseline(self, place: int) -> Baseline:
        """What is usual after the first `place` ones."""
        newest = self.lengths[max(place - MOST, 0) : place]
        longest = timedelta(microseconds=self.longest[place - 1])
        return Baseline(self.usual(place), longest, len(newest), newest)


@dataclass(slots=True)
class Baselines:
    """What is usual for each run of a list, found in one way through it.

    For a run that is the median of the newest 400 successes of its type with a known length that
    began strictly before it; of fewer than five nothing is known.
    """

    _types: dict[str, _Successes] = field(default_factory=dict)

    def add(self, kind: str, runs: Runs, step: int) -> Iterator[None]:
        """All runs of one type, newest first; so many at a time."""
        found = _Successes()
        older = reversed(runs)
        for _ in range(0, len(runs), step):
            found.add(islice(older, step))
            yield
        found.close()
        self._types[kind] = found

    def _place(self, session: Session) -> tuple[_Successes, int] | None:
        found = self._types.get(session.type or "")
        place = found.before(session.started) if found and session.started else 0
        return (found, place) if found and place else None

    def of(self, session: Session) -> Baseline | None:
        """What was usual before this run began."""
        found = self._place(session)
        return found[0].baseline(found[1]) if found else None

    def after_all(self, kind: str) -> Baseline | None:
        """What is usual for a run of this type that would begin after all of these."""
        found = self._types.get(kind)
        return found.baseline(len(found.starts)) if found and len(found.starts) >= ENOUGH else None

    def times(self, session: Session, took: timedelta | None) -> float | None:
        """How many times the usual so long is, whether that is unusual or not."""
        if took is None or (found := self._place(session)) is None:
            return None
        usual = found[0].usual(found[1])
        return took / usual if usual else None

    def ratio(self, session: Session, took: timedelta | None) -> float | None:
        """How many times the usual so long is, if that is unusual: most runs are told apart at once."""
        found = self._types.get(session.type or "")
        if took is None or found is None or took // _TICK - found.least < _NOTICED:
            return None
        base = self.of(session)
        return base.ratio(took) if base else None

    def overrun(self, session: Session, now: datetime) -> float | None:
        """The same for a run that goes on, if it is longer than all that its baseline rests on."""
        if not session.running:
            return None
        base = self.of(session)
        return base.overrun(session.took(now)) if base else None


def baselines_of(types: Mapping[str, Runs]) -> Baselines:
    """What is usual for each of these runs; those of a type are newest first."""
    found = Baselines()
    for kind, runs in types.items():
        deque(found.add(kind, runs, len(runs)), maxlen=0)
    return found


def baselines(sessions: Iterable[Session]) -> Baselines:
    """What is usual for each run of this list."""
    return baselines_of(by_type(sessions))


@dataclass(frozen=True, slots=True)
class Slower:
    """A type whose newest runs all took unusually long: since when, how many; of the newest how long."""

    since: datetime
    count: int
    took: timedelta
    usual: timedelta
    rests_on: int


SLOW_IN_A_ROW = 3


def slower(runs: Runs, usual: Baselines) -> Slower | None:
    """Whether the newest three or more good runs all took unusually long, each against those before it."""
    row: list[Session] = []
    for run in runs:
        if run.outcome in GOOD and run.ended:
            if usual.ratio(run, run.took(run.ended)) is None:
                break
            row.append(run)
    if len(row) < SLOW_IN_A_ROW:
        return None
    newest = row[0]
    took, base = newest.took(started(newest)), usual.of(newest)
    if base is None or took is None:
        return None
    return Slower(started(row[-1]), len(row), took, base.usual, base.rests_on)
