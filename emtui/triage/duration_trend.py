"""Duration trend: the last durations of a type, each against what was usual before that run.

Levels take the absolute excess into account as `baseline` does, so that short runs are not called slow for
a few seconds: level 2 and 3 need its minimum excess (30 s), level 1 half of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from emtui.em.model import Outcome, Session
from emtui.triage.baseline import MIN_EXCESS, UNUSUAL_RATIO, Baselines
from emtui.triage.runs_by_type import TypeRuns

TREND_OUTCOMES = frozenset({Outcome.SUCCESS, Outcome.WARNING, Outcome.RUNNING})
"""A failed or canceled run ended early: its duration says nothing about the trend."""
LEVELS = ((2.0, MIN_EXCESS), (UNUSUAL_RATIO, MIN_EXCESS), (1.25, MIN_EXCESS / 2))
"""Minimum ratio and excess of the levels 3, 2 and 1."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run, its duration as a multiple of the usual one, and the level of that.

    `ratio` is `None` without a baseline. `level`: 0 usual or unknown, 1 from 1.25, 2 from 1.5, 3 from
    2 times the usual duration.
    """

    run: Session
    ratio: float | None
    level: int


def find_duration_trend(
    runs: TypeRuns, baselines: Baselines, now: datetime, count: int
) -> tuple[TrendPoint, ...]:
    """The last `count` runs of a type with a duration, oldest first."""
    points = (
        _trend_point(run, duration, baselines)
        for run in runs
        if run.outcome in TREND_OUTCOMES and (duration := run.duration(now)) is not None
    )
    return tuple(reversed(tuple(islice(points, count))))


def _trend_point(run: Session, duration: timedelta, baselines: Baselines) -> TrendPoint:
    ratio = baselines.ratio_to_usual(run, duration)
    return TrendPoint(run, ratio, duration_level(duration, ratio))


def duration_level(duration: timedelta, ratio: float | None) -> int:
    """The level of a duration that is this multiple of the usual one; 0 for an unknown ratio."""
    if not ratio:
        return 0
    excess = duration - duration / ratio
    return next(
        (
            len(LEVELS) - index
            for index, (min_ratio, min_excess) in enumerate(LEVELS)
            if ratio >= min_ratio and excess >= min_excess
        ),
        0,
    )
