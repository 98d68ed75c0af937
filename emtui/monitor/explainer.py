"""Explains one run: whether its outcome is new, since when, where it paused, what is usual.

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
    """A run with its analysis, acknowledgements and notes.

    `notes` are the team's notes on it; `past_logs` is the number of logs of successful runs the
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
    """Explains runs of one server; `history` provides logs of past runs and requests each once."""

    def __init__(
        self, source: Source, history: HistoryCache, ignored: tuple[type[EmError], ...] = (EmError,)
    ) -> None:
        """Errors of the `ignored` types skip a past log; others are raised."""
        self._source = source
        self._history = history
        self._ignored = ignored

    async def explain_from_list(
        self, assessment: Assessment, session: Session, events: Events, now: datetime | None = None
    ) -> ExplainedRun:
        """Explain by the list and the run's own log, without a request.

        The pauses of a successful run are left out: past logs may show that they are usual.
        `now` is the server's time, by default that of the list.
        """
        run = await beside(partial(_explained, assessment, session, events, [], now))
        if session.outcome is Outcome.SUCCESS:
            return replace(run, explanation=replace(run.explanation, waited=None))
        return run

    async def explain(
        self, assessment: Assessment, session: Session, events: Events, now: datetime | None = None
    ) -> ExplainedRun:
        """Explain with the logs of the preceding successful runs. Raises `EmError`."""
        runs = assessment.successful_before(session)
        past = await self._history.logs(self._source, runs, self._ignored)
        return await beside(partial(_explained, assessment, session, events, past, now))

    async def last_successful(
        self, assessment: Assessment, session: Session
    ) -> tuple[Session, tuple[Event, ...]] | None:
        """The last successful run before this one and its log, if available."""
        runs = assessment.successful_before(session, 1)
        logs = await self._history.logs(self._source, runs)
        return (runs[0], logs[0]) if logs else None

    async def complete(self, session: Session, log: Log | None) -> tuple[Session, Log | None, str]:
        """Request the missing fields and log of a run; the string is the error, if any."""
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
    """Pauses of a run by its own log, compared with the usual values of an earlier explanation."""
    usual = explanation.usuals if explanation else {}
    return waits(steps(events, now if session.running else None), usual)
