"""Since when a type fails, or warns, and when it last was well.

A row of failures is broken by a run that did its work. A run that somebody canceled, that
still goes on, or of which nothing is known neither breaks it nor makes it longer, and counts
for nothing in what came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from emtui.em.model import Outcome, Session
from emtui.triage.runs_by_type import TypeRuns, start_time

DECISIVE_OUTCOMES = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS})
"""The outcomes that a row consists of; runs with another one are passed over."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Runs in a row with the same outcome, and what was before.

    `since` is the start of its first run, `last_good` that of the last success before it, `previous` that
    of the last run before it with the same outcome. Directly before it came `count_before` runs with the
    outcome `before`; `whole` is false where the list began in the middle of the row.
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
        """Whether the list says what came before the row."""
        return self.outcome_before is not None


def find_streak(runs: TypeRuns) -> Streak | None:
    """The row that the newest run that ended belongs to."""
    decisive_runs = [run for run in runs if run.outcome in DECISIVE_OUTCOMES]
    return _make_streak(decisive_runs) if decisive_runs else None


def find_streak_at(runs: TypeRuns, session: Session) -> Streak | None:
    """The row up to this run, as it was when this run ended."""
    if session.started is None or session.outcome not in DECISIVE_OUTCOMES:
        return None
    return _make_streak(
        [session, *(run for run in _older_runs(runs, session) if run.outcome in DECISIVE_OUTCOMES)]
    )


def _older_runs(runs: TypeRuns, session: Session) -> Sequence[Session]:
    """The runs after this one in the order newest first, though they may have begun at the same time."""
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
    """How many of these have this outcome before one has another; what is passed over is not counted."""
    decisive_runs = (run for run in runs if run.outcome in DECISIVE_OUTCOMES)
    return sum(1 for _ in takewhile(lambda run: run.outcome is outcome, decisive_runs))
