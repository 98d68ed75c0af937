"""Durations of the steps of a run, and pauses that are longer than usual.

A step begins with an event and lasts until the next one; the last step of a running session is still open.
The usual duration of a step comes from the logs of past successful runs; steps are the same if their masked
messages are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emtui.em.model import Event
from emtui.triage.baseline import MIN_EXCESS, UNUSUAL_RATIO, duration_stats
from emtui.triage.message_fingerprint import mask_message

MIN_SHOWN_WAIT = timedelta(seconds=5)
"""Shorter steps are not called a pause."""
STUCK_MARGIN = timedelta(seconds=10)
"""A run is stuck if its step exceeds the longest one by more than this, as polling is not exact."""
MIN_LOGS = 3
"""Minimum number of successful runs for a usual duration."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: the index of its event in the log, its message, and its duration.

    `duration` is `None` if a time is unknown, and for the last event of an ended run. `is_open`: the run is
    still in this step.
    """

    index: int
    message: str
    started: datetime | None
    duration: timedelta | None
    is_open: bool = False

    @property
    def is_pause(self) -> bool:
        """Whether it is long enough to be called a pause."""
        return self.duration is not None and self.duration >= MIN_SHOWN_WAIT


@dataclass(frozen=True, slots=True)
class UsualStepDuration:
    """The usual and longest duration of a step, and the number of successful runs with it."""

    usual: timedelta
    longest: timedelta
    sample_size: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A long step and its usual duration, `None` if unknown.

    `log_count_without` is the number of logs of successful runs that lack the step; 0 if none were searched.
    """

    step: Step
    usual: UsualStepDuration | None
    log_count_without: int = 0

    @property
    def is_unusual(self) -> bool:
        """Whether it was longer than ever before, and clearly longer than usual."""
        duration, usual = self.step.duration, self.usual
        if duration is None or usual is None:
            return False
        return (
            duration > usual.longest
            and duration >= usual.usual * UNUSUAL_RATIO
            and duration - usual.usual >= MIN_SHOWN_WAIT
        )

    @property
    def is_stuck(self) -> bool:
        """Whether the run is still in it, for longer than any successful run was."""
        duration, usual = self.step.duration, self.usual
        if not self.step.is_open or duration is None or usual is None:
            return False
        return duration > usual.longest + STUCK_MARGIN and duration - usual.usual >= MIN_EXCESS


UsualSteps = Mapping[str, UsualStepDuration]
"""Usual durations by masked message."""


def find_steps(events: Sequence[Event], until: datetime | None = None) -> tuple[Step, ...]:
    """The steps of a log, in order. `until` is the current time for a running session."""
    return tuple(step_at(events, index, until) for index in range(len(events)))


def step_at(events: Sequence[Event], index: int, until: datetime | None = None) -> Step:
    """The step that begins with the event at this index; see `find_steps`."""
    event, is_last = events[index], index == len(events) - 1
    end = until if is_last else events[index + 1].time
    is_open = is_last and until is not None
    return Step(index, event.message or "", event.time, _time_between(event.time, end), is_open=is_open)


def _time_between(begin: datetime | None, end: datetime | None) -> timedelta | None:
    """The time between two events; never negative, even if the clock was put back."""
    return max(end - begin, timedelta()) if begin and end else None


def find_usual_steps(logs: Iterable[Sequence[Event]]) -> dict[str, UsualStepDuration]:
    """The usual durations of steps, from the logs of past successful runs."""
    durations_by_message: dict[str, list[timedelta]] = {}
    log_counts: dict[str, int] = {}
    for events in logs:
        messages = set()
        for step in find_steps(events):
            if step.duration is not None:
                message = mask_message(step.message)
                durations_by_message.setdefault(message, []).append(step.duration)
                messages.add(message)
        for message in messages:
            log_counts[message] = log_counts.get(message, 0) + 1
    return {
        message: UsualStepDuration(stats.median, stats.longest, log_counts[message])
        for message, durations in durations_by_message.items()
        if log_counts[message] >= MIN_LOGS and (stats := duration_stats(durations))
    }


@dataclass(frozen=True, slots=True)
class StepHistory:
    """The steps of past successful runs: their usual durations, and the masked messages of all.

    `log_count` is the number of logs; without `MIN_LOGS` of them no step is known to be new.
    """

    usual_steps: UsualSteps = field(default_factory=dict)
    messages: frozenset[str] = frozenset()
    log_count: int = 0

    def assess(self, step: Step) -> Wait:
        """A step of another run, with its usual duration, or in how many runs it is missing."""
        message = mask_message(step.message)
        usual = self.usual_steps.get(message)
        is_new = usual is None and self.log_count >= MIN_LOGS and message not in self.messages
        return Wait(step, usual, self.log_count if is_new else 0)

    def select_waits(self, run_steps: Iterable[Step]) -> tuple[Wait, ...]:
        """The steps that are long enough to be called a pause, in order."""
        return tuple(self.assess(step) for step in run_steps if step.is_pause)


def find_step_history(logs: Iterable[Sequence[Event]]) -> StepHistory:
    """The steps of the logs of past successful runs; empty logs do not count."""
    filled_logs = [log for log in logs if log]
    messages = frozenset(mask_message(event.message or "") for log in filled_logs for event in log)
    return StepHistory(find_usual_steps(filled_logs), messages, len(filled_logs))


def find_worst_wait(run_waits: Iterable[Wait]) -> Wait | None:
    """The wait that lost most time: the excess over the usual duration, or all of it if that is unknown."""

    def lost_time(wait: Wait) -> timedelta:
        duration = wait.step.duration or timedelta()
        return duration - wait.usual.usual if wait.usual else duration

    return max(run_waits, key=lost_time, default=None)


def find_stuck_wait(events: Sequence[Event], now: datetime, usual_steps: UsualSteps) -> Wait | None:
    """The step that a running session is stuck in, for longer than any successful run was.

    `None` if it is not stuck, or if no successful run is known to have this step.
    """
    run_steps = find_steps(events, now)
    if not run_steps:
        return None
    wait = Wait(run_steps[-1], usual_steps.get(mask_message(run_steps[-1].message)))
    return wait if wait.is_stuck else None
