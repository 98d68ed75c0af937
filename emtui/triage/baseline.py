"""How long a run of a type usually takes, and whether one took unusually long.

It rests on past runs that ended well. The median is what is usual, the spread is the
median distance from it (MAD): one slow night moves neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from emtui.em.model import Outcome, Session
from emtui.triage.runs import GOOD, Runs, before, started

ENOUGH = 5
"""Fewer good runs than this say nothing about what is usual."""
UNUSUAL = 1.5
"""From so many times the usual on …"""
NOTICED = timedelta(seconds=30)
"""… and so much more than usual a run is unusually long."""
MOST = 400
"""How many of the newest good runs a baseline rests on: a year of nights, four days of quarter hours."""


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
    """What is usual for a type, and how many good runs that rests on."""

    usual: timedelta
    spread: timedelta
    longest: timedelta
    rests_on: int

    def ratio(self, took: timedelta | None) -> float | None:
        """How many times the usual, if that is unusual: 1.5 times it, and half a minute more."""
        if took is None or took - self.usual < NOTICED:
            return None
        if self.usual <= timedelta(0):
            return None
        ratio = took / self.usual
        return ratio if ratio >= UNUSUAL else None

    def overrun(self, took: timedelta | None) -> float | None:
        """The same for a run that goes on: also longer than any good run ever was."""
        return self.ratio(took) if took is not None and took > self.longest else None


def lengths(runs: Iterable[Session]) -> Iterable[timedelta]:
    """How long the runs took that ended in success."""
    for run in runs:
        begin, end = run.started, run.ended
        if begin is not None and end is not None and end >= begin and run.outcome is Outcome.SUCCESS:
            yield end - begin


def baseline(runs: Iterable[Session]) -> Baseline | None:
    """What is usual among these runs, newest first; none under five good ones."""
    took = list(islice(lengths(runs), MOST))
    spans = spans_of(took) if len(took) >= ENOUGH else None
    return Baseline(*spans, len(took)) if spans else None


def baseline_for(runs: Runs, session: Session) -> Baseline | None:
    """What was usual before this run began."""
    return baseline(before(runs, session))


def longer_than(runs: Runs, session: Session, now: datetime) -> int | None:
    """How many of the good runs that `baseline_for` rests on took less; unknown without a start."""
    took = session.took(now)
    if took is None:
        return None
    return sum(1 for length in islice(lengths(before(runs, session)), MOST) if length < took)


@dataclass(frozen=True, slots=True)
class Slower:
    """A type whose newest runs all took unusually long: since when, how many, against what was usual."""

    since: datetime
    count: int
    took: timedelta
    ratio: float
    usual: timedelta
    rests_on: int


SLOW_IN_A_ROW = 3


def slower(runs: Runs) -> Slower | None:
    """Whether the newest three or more good runs all took unusually long, against the runs before them."""
    ended = [run for run in runs[: 2 * MOST] if run.outcome in GOOD and run.ended]
    usual = baseline(ended)
    row = _slow_row(ended, usual)
    usual = baseline(ended[row:])  # what was usual before it became slow
    row = _slow_row(ended, usual)
    newest = ended[0].took(started(ended[0])) if ended else None
    ratio = usual.ratio(newest) if usual else None
    if row < SLOW_IN_A_ROW or usual is None or newest is None or ratio is None:
        return None
    return Slower(started(ended[row - 1]), row, newest, ratio, usual.usual, usual.rests_on)


def _slow_row(ended: Sequence[Session], usual: Baseline | None) -> int:
    if usual is None:
        return 0
    count = 0
    for run in ended:
        if usual.ratio(run.took(started(run))) is None:
            break
        count += 1
    return count
