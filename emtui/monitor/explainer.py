"""Explains one run: whether its outcome is new, since when, where it waited, what is usual.

One pipeline for the detail screen, `show`, tickets and bundles. It combines the assessment of the
list, the run's own log and the logs of the last successful runs, which are requested here; the
analysis itself is that of `triage`, done in a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.em.model import Event, Log, Outcome, Session
from emtui.em.session_source import Source
from emtui.local.team_notes import Note, notes_on
from emtui.monitor.assessment import Assessment
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.acknowledged import Known, Mark
from emtui.triage.explanation import Explanation, explain
from emtui.triage.step_timing import Wait, steps, waits

Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class ExplainedRun:
    """What is known about a run: the analysis, and what people have recorded.

    `notes` are the team's notes on it; `past_logs` is how many logs of successful runs the
    explanation is based on.
    """

    session: Session
    explanation: Explanation
    acknowledged: Known
    notes: tuple[Note, ...]
    past_logs: int = 0

    @property
    def mark(self) -> Mark | None:
        """The acknowledgement that covers the run."""
        return self.acknowledged.of(self.session)


class Explainer:
    """Explains runs of one server; logs of past runs come from `history`, which requests each once."""

    def __init__(
        self, source: Source, history: HistoryCache, ignored: tuple[type[EmError], ...] = (EmError,)
    ) -> None:
        """A past log that cannot be had for an `ignored` reason is left out; others are raised."""
        self._source = source
        self._history = history
        self._ignored = ignored

    async def explain_from_list(
        self, assessment: Assessment, session: Session, events: Events, now: datetime | None = None
    ) -> ExplainedRun:
        """What list and own log say, without a request.

        Where a successful run lost time is left out: past logs may show that it always takes so long.
        `now` is the server's clock, that of the list unless given.
        """
        run = await beside(partial(_explained, assessment, session, events, [], now))
        if session.outcome is Outcome.SUCCESS:
            return replace(run, explanation=replace(run.explanation, waited=None))
        return run

    async def explain(
        self, assessment: Assessment, session: Session, events: Events, now: datetime | None = None
    ) -> ExplainedRun:
        """The same with the logs of the last successful runs before it. Raises `EmError`."""
        runs = assessment.successful_before(session)
        past = await self._history.logs(self._source, runs, self._ignored)
        return await beside(partial(_explained, assessment, session, events, past, now))

    async def last_successful(
        self, assessment: Assessment, session: Session
    ) -> tuple[Session, tuple[Event, ...]] | None:
        """The last successful run before this one and its log, if both can be had."""
        runs = assessment.successful_before(session, 1)
        logs = await self._history.logs(self._source, runs)
        return (runs[0], logs[0]) if logs else None

    async def complete(self, session: Session, log: Log | None) -> tuple[Session, Log | None, str]:
        """The run's own fields and log, requested where they are missing; why one could not be had."""
        try:
            if not session.complete:
                session = await self._source.session(session.uid)
            if log is None:
                log = await self._source.events(session.uid)
        except EmError as problem:
            return session, log, str(problem)
        return session, log, ""


def _explained(
    assessment: Assessment,
    session: Session,
    events: Events,
    past: Sequence[tuple[Event, ...]],
    now: datetime | None,
) -> ExplainedRun:
    statuses = assessment.statuses.later(now) if now else assessment.statuses
    found = explain(statuses, assessment.sessions, session, events, past)
    notes = notes_on(assessment.notes, session, events)
    return ExplainedRun(session, found, assessment.acknowledged, notes, len(past))


def waits_of(
    session: Session, events: Events, now: datetime, explanation: Explanation | None
) -> tuple[Wait, ...]:
    """Where a run waited as its own log says, against what an earlier explanation found usual there."""
    usual = explanation.usuals if explanation else {}
    return waits(steps(events, now if session.running else None), usual)
