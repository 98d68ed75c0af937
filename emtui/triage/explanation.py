"""One run explained: is it new, since when, after how many good runs; where it waited; what was usual.

What the detail of a run and `emtui show` say. The list gives the history, the run's own log and
those of the last good runs give the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.em.model import Event, Outcome, Session
from emtui.triage.backup_server_stats import ServerRow, Went, names, servers
from emtui.triage.baseline import Baseline
from emtui.triage.concurrent_runs import Around, around
from emtui.triage.incidents import Incident, incident_of
from emtui.triage.runs_by_type import Runs, before
from emtui.triage.schedule_detection import Due
from emtui.triage.step_timing import Usuals, Wait, never_before, silence, slowest, steps, usuals, waits
from emtui.triage.streaks import Streak, streak_at
from emtui.triage.type_status import Standings

PAST_LOGS = 5
"""The logs of so many good runs before it are worth asking for."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a run beside its own fields; what is not is `None` or empty.

    `waits` are its longer steps, `waited` the one that explains most: where most time was lost, unless
    something was unusual with a server that failed; `silent` the one that it is stuck in. `usuals` is
    what past logs say of every step, longer or not. `longer_than` says how many of the baseline's runs
    took less.
    `due` is what comes after it, known only for the newest run of its type.
    """

    streak: Streak | None
    incident: Incident | None
    last_good: Session | None
    baseline: Baseline | None
    ratio: float | None
    longer_than: int | None
    waits: tuple[Wait, ...]
    waited: Wait | None
    silent: Wait | None
    servers: tuple[ServerRow, ...]
    due: Due | None
    around: Around
    usuals: Usuals

    @property
    def in_trouble(self) -> bool:
        """Whether it did not end well, or takes unusually long."""
        ended_badly = self.streak is not None and self.streak.outcome is not Outcome.SUCCESS
        return ended_badly or self.silent is not None or self.ratio is not None

    @property
    def worst(self) -> Wait | None:
        """The wait that explains most, if one does."""
        return self.silent or self.waited


def good_before(runs: Runs, session: Session, count: int = PAST_LOGS) -> list[Session]:
    """The last good runs of the same type before this one: whose logs to ask for, newest first."""
    return [run for run in before(runs, session) if run.outcome is Outcome.SUCCESS][:count]


def explain(
    standing: Standings,
    sessions: Iterable[Session],
    session: Session,
    events: Sequence[Event],
    past: Sequence[Sequence[Event]],
) -> Explanation:
    """Explain a run of this list. `past` are the logs of the good runs before it."""
    now = standing.now
    row = standing.of(session.type)
    runs: Runs = row.runs if row else ()
    until = now if session.running else None
    usual_steps = usuals(past)
    shown = never_before(waits(steps(events, until), usual_steps), [log for log in past if log])
    went = servers(events, past, until)
    usual, took = standing.baselines.of(session), session.took(now)
    return Explanation(
        streak_at(runs, session),
        incident_of(runs, session),
        next(iter(good_before(runs, session, 1)), None),
        usual,
        usual.ratio(took) if usual else None,
        usual.longer_than(took) if usual and took is not None else None,
        shown,
        _waited(shown, went),
        silence(events, now, usual_steps) if session.running else None,
        went,
        row.due if row and row.newest.uid == session.uid else None,
        around(sessions, session, now),
        usual_steps,
    )


def _waited(shown: Sequence[Wait], went: Sequence[ServerRow]) -> Wait | None:
    """Where time was lost, if it was: a wait as long as ever is no explanation.

    What was unusual with a server that failed explains more than a longer wait for one that did not.
    """
    failed = [row.host for row in went if row.went is Went.FAILED]
    theirs = [wait for wait in shown if any(names(wait.step.message, host) for host in failed)]
    wait = slowest([wait for wait in theirs if wait.unusual or wait.never_in]) or slowest(shown)
    return wait if wait and (wait.unusual or wait.usual is None) else None
