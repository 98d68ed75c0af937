"""Usual duration of runs, and whether a run took unusually long.

A run is compared with the newest successes of its type that started before it. The usual duration is their
median, the spread their median absolute deviation (MAD), which a single slow night does not change. Every
usual duration that is shown comes from `Baselines`, so that all views agree.
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
from emtui.triage.runs_by_type import SUCCESSFUL_OUTCOMES, TypeRuns, group_by_type, start_time

MIN_SUCCESSES = 5
"""Minimum number of successes for a usual duration."""
UNUSUAL_RATIO = 1.5
"""A run is unusually long from this multiple of the usual duration …"""
MIN_EXCESS = timedelta(seconds=30)
"""… if it also exceeds it by at least this much."""
MAX_SUCCESSES = 400
"""Maximum number of successes in a baseline: a year of nightly runs, four days of one every 15 minutes."""

_MICROSECOND = timedelta(microseconds=1)
_MIN_EXCESS_US = MIN_EXCESS // _MICROSECOND


class DurationStats(NamedTuple):
    """Median, spread (MAD) and maximum of some durations."""

    median: timedelta
    spread: timedelta
    longest: timedelta


def duration_stats(durations: Sequence[timedelta]) -> DurationStats | None:
    """Median, MAD and maximum; `None` for no durations."""
    if not durations:
        return None
    sorted_durations = sorted(durations)
    median = _median(sorted_durations)
    return DurationStats(
        median, _median(sorted(abs(duration - median) for duration in sorted_durations)), sorted_durations[-1]
    )


def _median(sorted_durations: Sequence[timedelta]) -> timedelta:
    half, is_odd = divmod(len(sorted_durations), 2)
    return sorted_durations[half] if is_odd else (sorted_durations[half - 1] + sorted_durations[half]) / 2


@dataclass(frozen=True, slots=True)
class Baseline:
    """The usual and longest duration of successful runs, and their number.

    `durations_us` are their durations in microseconds.
    """

    usual: timedelta
    longest: timedelta
    sample_size: int
    durations_us: Sequence[int] = field(default=(), repr=False, compare=False)

    @property
    def spread(self) -> timedelta:
        """The median absolute deviation from the usual duration."""
        stats = duration_stats([duration_us * _MICROSECOND for duration_us in self.durations_us])
        return stats.spread if stats else timedelta()

    def count_shorter(self, duration: timedelta) -> int:
        """The number of these runs that were shorter."""
        duration_us = duration // _MICROSECOND
        return sum(1 for other_us in self.durations_us if other_us < duration_us)

    def unusual_ratio(self, duration: timedelta | None) -> float | None:
        """The ratio to the usual duration if at least 1.5 and the excess at least 30 s, else `None`."""
        if duration is None or duration - self.usual < MIN_EXCESS:
            return None
        if self.usual <= timedelta(0):
            return None
        ratio = duration / self.usual
        return ratio if ratio >= UNUSUAL_RATIO else None

    def overrun_ratio(self, duration: timedelta | None) -> float | None:
        """The same for a running session: also longer than all of these runs, else `None`."""
        return self.unusual_ratio(duration) if duration is not None and duration > self.longest else None


@dataclass(slots=True)
class _SuccessHistory:
    """The successes of one type, oldest first, with the median and maximum of the newest after each of them.

    Durations are whole microseconds, to store thousands cheaply. `doubled_medians` are twice the medians,
    `shortest_usual_us` is the shortest usual duration ever.
    """

    starts: list[datetime] = field(default_factory=list)
    durations_us: array[int] = field(default_factory=partial(array, "q"))
    doubled_medians: array[int] = field(default_factory=partial(array, "q"), compare=False)
    longest_us: array[int] = field(default_factory=partial(array, "q"), compare=False)
    shortest_usual_us: int = 0
    window: list[int] = field(default_factory=list, compare=False)
    """The newest durations, sorted, while runs are added."""

    def add(self, runs: Iterable[Session]) -> None:
        """Add runs, oldest first; only successes count."""
        window, starts, durations_us = self.window, self.starts, self.durations_us
        doubled_medians, longest_us = self.doubled_medians, self.longest_us
        for run in runs:
            start, end = run.started, run.ended
            if start is None or end is None or end < start or run.outcome is not Outcome.SUCCESS:
                continue
            duration_us = (end - start) // _MICROSECOND
            if len(window) == MAX_SUCCESSES:
                del window[bisect_left(window, durations_us[-MAX_SUCCESSES])]
            insort(window, duration_us)
            half = len(window) // 2
            starts.append(start)
            durations_us.append(duration_us)
            doubled_medians.append(window[half] + window[half if len(window) % 2 else half - 1])
            longest_us.append(window[-1])

    def finish(self) -> None:
        """Finish after all runs were added."""
        self.window = []
        self.shortest_usual_us = min(self.doubled_medians[MIN_SUCCESSES - 1 :], default=0) // 2

    def count_before(self, moment: datetime) -> int:
        """The number of successes that started strictly before then; 0 if too few for a usual duration."""
        count = bisect_left(self.starts, moment)
        return count if count >= MIN_SUCCESSES else 0

    def usual_after(self, count: int) -> timedelta:
        """The usual duration after the first `count` successes."""
        return timedelta(microseconds=self.doubled_medians[count - 1] / 2)

    def baseline_after(self, count: int) -> Baseline:
        """The baseline after the first `count` successes."""
        newest = self.durations_us[max(count - MAX_SUCCESSES, 0) : count]
        longest = timedelta(microseconds=self.longest_us[count - 1])
        return Baseline(self.usual_after(count), longest, len(newest), newest)


@dataclass(slots=True)
class Baselines:
    """The usual duration for each run of a list, computed in one pass.

    For a run that is the median of the newest 400 successes of its type with a known duration that started
    strictly before it; unknown with fewer than five.
    """

    _types: dict[str, _SuccessHistory] = field(default_factory=dict)

    def add(self, session_type: str, runs: TypeRuns, step: int) -> Iterator[None]:
        """Add all runs of one type, newest first, in steps of `step` runs."""
        history = _SuccessHistory()
        oldest_first = reversed(runs)
        for _ in range(0, len(runs), step):
            history.add(islice(oldest_first, step))
            yield
        history.finish()
        self._types[session_type] = history

    def _find_history(self, session: Session) -> tuple[_SuccessHistory, int] | None:
        history = self._types.get(session.type or "")
        count = history.count_before(session.started) if history and session.started else 0
        return (history, count) if history and count else None

    def for_run(self, session: Session) -> Baseline | None:
        """The baseline from before this run started."""
        history = self._find_history(session)
        return history[0].baseline_after(history[1]) if history else None

    def for_next_run(self, session_type: str) -> Baseline | None:
        """The baseline for the next run of this type."""
        history = self._types.get(session_type)
        return (
            history.baseline_after(len(history.starts))
            if history and len(history.starts) >= MIN_SUCCESSES
            else None
        )

    def ratio_to_usual(self, session: Session, duration: timedelta | None) -> float | None:
        """The duration as a multiple of the usual one, unusual or not; `None` without a baseline."""
        if duration is None or (history := self._find_history(session)) is None:
            return None
        usual = history[0].usual_after(history[1])
        return duration / usual if usual else None

    def unusual_ratio(self, session: Session, duration: timedelta | None) -> float | None:
        """The duration as a multiple of the usual one if unusually long, else `None`; fast for most runs."""
        history = self._types.get(session.type or "")
        if (
            duration is None
            or history is None
            or duration // _MICROSECOND - history.shortest_usual_us < _MIN_EXCESS_US
        ):
            return None
        baseline = self.for_run(session)
        return baseline.unusual_ratio(duration) if baseline else None

    def overrun_ratio(self, session: Session, now: datetime) -> float | None:
        """The same for a running session, if longer than all runs of its baseline."""
        if not session.is_running:
            return None
        baseline = self.for_run(session)
        return baseline.overrun_ratio(session.duration(now)) if baseline else None


def baselines_by_type(types: Mapping[str, TypeRuns]) -> Baselines:
    """The baselines of these runs, newest first in each type."""
    result = Baselines()
    for session_type, runs in types.items():
        deque(result.add(session_type, runs, len(runs)), maxlen=0)
    return result


def compute_baselines(sessions: Iterable[Session]) -> Baselines:
    """The baselines of this list."""
    return baselines_by_type(group_by_type(sessions))


@dataclass(frozen=True, slots=True)
class Slowdown:
    """A type whose newest runs all took unusually long; `duration` is that of the newest."""

    since: datetime
    count: int
    duration: timedelta
    usual: timedelta
    sample_size: int


MIN_SLOW_RUNS = 3


def find_slowdown(runs: TypeRuns, baselines_so_far: Baselines) -> Slowdown | None:
    """The slowdown if the newest three or more successful runs were all unusually long for their time."""
    slow_runs: list[Session] = []
    for run in runs:
        if run.outcome in SUCCESSFUL_OUTCOMES and run.ended:
            if baselines_so_far.unusual_ratio(run, run.duration(run.ended)) is None:
                break
            slow_runs.append(run)
    if len(slow_runs) < MIN_SLOW_RUNS:
        return None
    newest = slow_runs[0]
    duration, baseline = newest.duration(start_time(newest)), baselines_so_far.for_run(newest)
    if baseline is None or duration is None:
        return None
    return Slowdown(start_time(slow_runs[-1]), len(slow_runs), duration, baseline.usual, baseline.sample_size)
