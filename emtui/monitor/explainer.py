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

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Event, Log, Outcome, Session
from emtui.em.session_source import SessionSource
from emtui.local.team_notes import TeamNote, find_notes
from emtui.monitor.assessment import Assessment
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.acknowledgement_matching import Acknowledgement, Acknowledgements
from emtui.triage.explanation import Explanation, explain
from emtui.triage.step_timing import StepHistory, Wait, find_steps

Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class ExplainedRun:
    """A run with its analysis, acknowledgements and notes.

    `notes` are the team's notes on it; `past_log_count` is the number of logs of successful runs that the
    explanation is based on.
    """

    session: Session
    explanation: Explanation
    acknowledgements: Acknowledgements
    notes: tuple[TeamNote, ...]
    past_log_count: int = 0

    @property
    def acknowledgement(self) -> Acknowledgement | None:
        """The acknowledgement that covers the run."""
        return self.acknowledgements.for_run(self.session)


class Explainer:
    """Explains runs of one server; `history` provides logs of past runs and requests each once."""

    def __init__(
        self, source: SessionSource, history: HistoryCache, ignored: tuple[type[EmError], ...] = (EmError,)
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
        run = await run_in_thread(partial(_explain_run, assessment, session, events, [], now))
        if session.outcome is Outcome.SUCCESS:
            return replace(run, explanation=replace(run.explanation, main_wait=None))
        return run

    async def explain(
        self, assessment: Assessment, session: Session, events: Events, now: datetime | None = None
    ) -> ExplainedRun:
        """Explain with the logs of the preceding successful runs. Raises `EmError`."""
        runs = assessment.successful_before(session)
        past_logs = await self._history.logs(self._source, runs, self._ignored)
        return await run_in_thread(partial(_explain_run, assessment, session, events, past_logs, now))

    async def find_last_successful(
        self, assessment: Assessment, session: Session
    ) -> tuple[Session, tuple[Event, ...]] | None:
        """The last successful run before this one and its log, if available."""
        runs = assessment.successful_before(session, 1)
        logs = await self._history.logs(self._source, runs)
        return (runs[0], logs[0]) if logs else None

    async def fetch_run(self, run: Session) -> tuple[Session, tuple[Event, ...]]:
        """A run to compare with and its log; requested again if it is running or not in the list.

        Raises `EmError`.
        """
        if run.is_running or not run.is_complete:
            run = await self._source.session(run.uid)
        return run, await self._history.log(self._source, run)

    async def complete_run(self, session: Session, log: Log | None) -> tuple[Session, Log | None, str]:
        """Request the missing fields and log of a run; the string is the error, if any."""
        try:
            if not session.is_complete:
                session = await self._source.session(session.uid)
            if log is None:
                log = await self._source.events(session.uid)
        except EmError as error:
            return session, log, str(error)
        return session, log, ""


def _explain_run(
    assessment: Assessment,
    session: Session,
    events: Events,
    past_logs: Sequence[tuple[Event, ...]],
    now: datetime | None,
) -> ExplainedRun:
    statuses = assessment.type_statuses.at_time(now) if now else assessment.type_statuses
    explanation = explain(statuses, assessment.sessions, session, events, past_logs)
    notes = find_notes(assessment.notes, session, events)
    return ExplainedRun(session, explanation, assessment.acknowledgements, notes, len(past_logs))


def find_waits(
    session: Session, events: Events, now: datetime, explanation: Explanation | None
) -> tuple[Wait, ...]:
    """Pauses of a run by its own log, compared with the usual values of an earlier explanation."""
    step_history = explanation.step_history if explanation else StepHistory()
    return step_history.select_waits(find_steps(events, now if session.is_running else None))
