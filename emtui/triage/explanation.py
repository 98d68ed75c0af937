"""Explanation of one run: its history, its pauses, and the usual durations.

Shown in the session detail and by `emtui show`. The history comes from the list; the steps come from the
log of the run and those of the last successful runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.em.model import Event, Outcome, Session
from emtui.triage.backup_server_stats import (
    BackupServerResult,
    ServerOutcome,
    find_server_results,
    mentions_host,
)
from emtui.triage.baseline import Baseline
from emtui.triage.concurrent_runs import ConcurrentRuns, find_concurrent_runs
from emtui.triage.incidents import Incident, find_incident
from emtui.triage.overdue_runs import DueRuns
from emtui.triage.runs_by_type import TypeRuns, runs_before
from emtui.triage.step_timing import (
    StepHistory,
    Wait,
    find_step_history,
    find_steps,
    find_stuck_wait,
    find_worst_wait,
)
from emtui.triage.streaks import Streak, find_streak_at
from emtui.triage.type_status import TypeStatuses

MAX_PAST_LOGS = 5
"""Number of earlier successful runs whose logs are requested."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Results about a run that are not fields of its own; unknown ones are `None` or empty.

    `waits` are its longer steps. `main_wait` is the most significant one: where most time was lost, unless
    a failed server had an unusual one. `stuck_wait` is the step that it is stuck in. `step_history` has the
    steps of past successful runs. `shorter_run_count` is the number of shorter runs in the baseline. `due`
    is set only for the newest run of its type.
    """

    streak: Streak | None
    incident: Incident | None
    last_successful: Session | None
    baseline: Baseline | None
    ratio: float | None
    shorter_run_count: int | None
    waits: tuple[Wait, ...]
    main_wait: Wait | None
    stuck_wait: Wait | None
    servers: tuple[BackupServerResult, ...]
    due: DueRuns | None
    concurrent: ConcurrentRuns
    step_history: StepHistory

    @property
    def has_problem(self) -> bool:
        """Whether it was unsuccessful, or is or was unusually long."""
        ended_badly = self.streak is not None and self.streak.outcome is not Outcome.SUCCESS
        return ended_badly or self.stuck_wait is not None or self.ratio is not None

    @property
    def worst_wait(self) -> Wait | None:
        """The most significant wait, if any."""
        return self.stuck_wait or self.main_wait


def find_successful_before(runs: TypeRuns, session: Session, max_count: int = MAX_PAST_LOGS) -> list[Session]:
    """The last successful runs of the same type before this one, newest first."""
    return [run for run in runs_before(runs, session) if run.outcome is Outcome.SUCCESS][:max_count]


def explain(
    type_statuses: TypeStatuses,
    sessions: Iterable[Session],
    session: Session,
    events: Sequence[Event],
    past_logs: Sequence[Sequence[Event]],
) -> Explanation:
    """Explain a run of this list. `past_logs` are the logs of the successful runs before it."""
    now = type_statuses.now
    row = type_statuses.for_type(session.type)
    runs: TypeRuns = row.runs if row else ()
    until = now if session.is_running else None
    step_history = find_step_history(past_logs)
    listed_waits = step_history.select_waits(find_steps(events, until))
    server_results = find_server_results(events, past_logs, until)
    baseline, duration = type_statuses.baselines.for_run(session), session.duration(now)
    return Explanation(
        find_streak_at(runs, session),
        find_incident(runs, session),
        next(iter(find_successful_before(runs, session, 1)), None),
        baseline,
        baseline.unusual_ratio(duration) if baseline else None,
        baseline.count_shorter(duration) if baseline and duration is not None else None,
        listed_waits,
        _find_main_wait(listed_waits, server_results),
        find_stuck_wait(events, now, step_history.usual_steps) if session.is_running else None,
        server_results,
        row.due if row and row.newest_run.uid == session.uid else None,
        find_concurrent_runs(sessions, session, now),
        step_history,
    )


def _find_main_wait(
    listed_waits: Sequence[Wait], server_results: Sequence[BackupServerResult]
) -> Wait | None:
    """The wait that explains lost time, if there is one; a wait of usual duration does not.

    An unusual wait for a failed server takes precedence over a longer wait for another one.
    """
    failed_hosts = [row.host for row in server_results if row.outcome is ServerOutcome.FAILED]
    waits_for_failed_hosts = [
        wait for wait in listed_waits if any(mentions_host(wait.step.message, host) for host in failed_hosts)
    ]
    wait = find_worst_wait(
        [wait for wait in waits_for_failed_hosts if wait.is_unusual or wait.log_count_without]
    ) or find_worst_wait(listed_waits)
    return wait if wait and (wait.is_unusual or wait.usual is None) else None
