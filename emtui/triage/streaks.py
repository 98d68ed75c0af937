"""Streaks: consecutive runs of a type with the same outcome, and the last success before them.

Canceled, running and unknown runs are skipped: they neither end a streak nor count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from emtui.em.model import Outcome, Session
from emtui.triage.runs_by_type import TypeRuns, start_time

DECISIVE_OUTCOMES = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS})
"""The outcomes that streaks consist of; other runs are skipped."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive runs with the same outcome, and what preceded them.

    `since` is the start of its first run, `last_successful` that of the last success before it, and
    `previous_start` that of the last earlier run with the same outcome. Directly before it came
    `count_before` runs with the outcome `outcome_before`, `None` if the list does not go back so far.
    """

    outcome: Outcome
    count: int
    since: datetime
    last_successful: datetime | None
    previous_start: datetime | None
    outcome_before: Outcome | None
    count_before: int
    sample_size: int

    @property
    def is_complete(self) -> bool:
        """Whether the list contains the start of the streak."""
        return self.outcome_before is not None


def find_streak(runs: TypeRuns) -> Streak | None:
    """The streak of the newest ended run."""
    decisive_runs = [run for run in runs if run.outcome in DECISIVE_OUTCOMES]
    return _make_streak(decisive_runs) if decisive_runs else None


def find_streak_at(runs: TypeRuns, session: Session) -> Streak | None:
    """The streak up to this run, as of its end."""
    if session.started is None or session.outcome not in DECISIVE_OUTCOMES:
        return None
    return _make_streak(
        [session, *(run for run in _older_runs(runs, session) if run.outcome in DECISIVE_OUTCOMES)]
    )


def _older_runs(runs: TypeRuns, session: Session) -> Sequence[Session]:
    """The runs after this one in the order newest first, even if they started at the same time."""
    index = next((index for index, run in enumerate(runs) if run.uid == session.uid), None)
    if index is not None:
        return runs[index + 1 :]
    return [run for run in runs if session.started and start_time(run) < session.started]


def _make_streak(decisive_runs: Sequence[Session]) -> Streak:
    outcome = decisive_runs[0].outcome
    streak_runs = list(takewhile(lambda run: run.outcome is outcome, decisive_runs))
    earlier_runs = decisive_runs[len(streak_runs) :]
    outcome_before = earlier_runs[0].outcome if earlier_runs else None
    last_successful = (
        start_time(streak_runs[0])
        if outcome is Outcome.SUCCESS
        else _last_start(earlier_runs, Outcome.SUCCESS)
    )
    return Streak(
        outcome,
        len(streak_runs),
        start_time(streak_runs[-1]),
        last_successful,
        _last_start(earlier_runs, outcome),
        outcome_before,
        count_leading(earlier_runs, outcome_before) if outcome_before else 0,
        len(decisive_runs),
    )


def _last_start(runs: Iterable[Session], outcome: Outcome) -> datetime | None:
    return next((start_time(run) for run in runs if run.outcome is outcome), None)


def count_leading(runs: Iterable[Session], outcome: Outcome) -> int:
    """The number of leading runs with this outcome, not counting skipped ones."""
    decisive_runs = (run for run in runs if run.outcome in DECISIVE_OUTCOMES)
    return sum(1 for _ in takewhile(lambda run: run.outcome is outcome, decisive_runs))
