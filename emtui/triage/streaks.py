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
from emtui.triage.runs_by_type import Runs, started

DECIDED = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS})
"""The outcomes that a row consists of; runs with another one are passed over."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Runs in a row with the same outcome, and what was before.

    `since` is the start of its first run, `last_good` that of the last success before it, `previous` that
    of the last run before it with the same outcome. Directly before it came `before_count` runs with the
    outcome `before`; `whole` is false where the list began in the middle of the row.
    """

    outcome: Outcome
    count: int
    since: datetime
    last_good: datetime | None
    previous: datetime | None
    before: Outcome | None
    before_count: int
    rests_on: int

    @property
    def whole(self) -> bool:
        """Whether the list says what came before the row."""
        return self.before is not None


def streak(runs: Runs) -> Streak | None:
    """The row that the newest run that ended belongs to."""
    told = [run for run in runs if run.outcome in DECIDED]
    return _row(told) if told else None


def streak_at(runs: Runs, session: Session) -> Streak | None:
    """The row up to this run, as it was when this run ended."""
    if session.started is None or session.outcome not in DECIDED:
        return None
    return _row([session, *(run for run in _older(runs, session) if run.outcome in DECIDED)])


def _older(runs: Runs, session: Session) -> Sequence[Session]:
    """The runs after this one in the order newest first, though they may have begun at the same time."""
    place = next((place for place, run in enumerate(runs) if run.uid == session.uid), None)
    if place is not None:
        return runs[place + 1 :]
    return [run for run in runs if session.started and started(run) < session.started]


def _row(told: Sequence[Session]) -> Streak:
    outcome = told[0].outcome
    row = list(takewhile(lambda run: run.outcome is outcome, told))
    rest = told[len(row) :]
    before = rest[0].outcome if rest else None
    last_good = started(row[0]) if outcome is Outcome.SUCCESS else _last(rest, Outcome.SUCCESS)
    return Streak(
        outcome,
        len(row),
        started(row[-1]),
        last_good,
        _last(rest, outcome),
        before,
        leading(rest, before) if before else 0,
        len(told),
    )


def _last(runs: Iterable[Session], outcome: Outcome) -> datetime | None:
    return next((started(run) for run in runs if run.outcome is outcome), None)


def leading(runs: Iterable[Session], outcome: Outcome) -> int:
    """How many of these have this outcome before one has another; what is passed over is not counted."""
    decided = (run for run in runs if run.outcome in DECIDED)
    return sum(1 for _ in takewhile(lambda run: run.outcome is outcome, decided))
