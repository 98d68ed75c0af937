"""Since when a type fails, or warns, and when it last was well.

A row of failures is broken by a run that did its work. A run that somebody canceled, that
still goes on, or of which nothing is known neither breaks it nor makes it longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from emtui.em.model import Outcome, Session
from emtui.triage.runs import GOOD, Runs, started

DECIDED = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS})
"""The outcomes that a row consists of; runs with another one are passed over."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Runs in a row with the same outcome, and what was before.

    `since` and `last` are the starts of its first and last run, `last_good` that of the last
    success before it. `after` counts the good runs (the successes, for a row of warnings) right
    before it; `whole` is false where the list began in the middle of the row.
    """

    outcome: Outcome
    count: int
    since: datetime
    last: datetime
    last_good: datetime | None
    after: int
    whole: bool
    rests_on: int


def streak(runs: Runs) -> Streak | None:
    """The row that the newest run that ended belongs to."""
    told = [run for run in runs if run.outcome in DECIDED]
    return _row(told) if told else None


def streak_at(runs: Runs, session: Session) -> Streak | None:
    """The row up to this run, as it was when this run ended."""
    if session.started is None or session.outcome not in DECIDED:
        return None
    at = session.started
    older = [run for run in runs if run.uid != session.uid and started(run) <= at]
    return _row([session, *(run for run in older if run.outcome in DECIDED)])


def recovered(runs: Runs, when: datetime) -> datetime | None:
    """The start of the first run after `when` that did its work."""
    after = [started(run) for run in runs if started(run) > when and run.outcome in GOOD]
    return after[-1] if after else None


def _row(told: Sequence[Session]) -> Streak:
    outcome = told[0].outcome
    row = list(takewhile(lambda run: run.outcome is outcome, told))
    rest = told[len(row) :]
    good = {Outcome.SUCCESS} if outcome is Outcome.WARNING else GOOD
    after = sum(1 for _ in takewhile(lambda run: run.outcome in good, rest))
    last_good = next((started(run) for run in rest if run.outcome is Outcome.SUCCESS), None)
    if outcome is Outcome.SUCCESS:
        last_good, after = started(row[0]), 0
    return Streak(
        outcome, len(row), started(row[-1]), started(row[0]), last_good, after, bool(rest), len(told)
    )
