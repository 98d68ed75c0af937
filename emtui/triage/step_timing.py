"""Where a run waited, and how long it usually waits there.

A step begins with an event and lasts until the next one; the last step of a run that goes on
is still open. What is usual for a step comes from the logs of past good runs: steps are the
same if their messages are, masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emtui.em.model import Event
from emtui.triage.baseline import MIN_EXCESS, UNUSUAL_RATIO, duration_stats
from emtui.triage.message_fingerprint import mask_message

MIN_SHOWN_WAIT = timedelta(seconds=5)
"""Shorter waits are no lines of their own."""
STUCK_MARGIN = timedelta(seconds=10)
"""By so much a silence must be longer than the longest to be called that: polls are not exact."""
MIN_LOGS = 3
"""Fewer good runs say nothing about a step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: the place of its event in the log, its message, and how long it lasted.

    `lasted` is unknown where a time is, and for the last event of a run that ended. `open`
    marks the step that a run is still in.
    """

    index: int
    message: str
    started: datetime | None
    duration: timedelta | None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class UsualStepDuration:
    """How long a step usually lasts, the longest that it did, and in how many good runs."""

    usual: timedelta
    longest: timedelta
    sample_size: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that was waited in, against what is usual; none is known for a step never seen before.

    `log_count_without` says for such a step in how many logs of good runs it was looked for; 0 if it was not.
    """

    step: Step
    usual: UsualStepDuration | None
    log_count_without: int = 0

    @property
    def is_unusual(self) -> bool:
        """Longer than ever, and clearly more than usual."""
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
        """Whether a run is still in it, for longer than any good run ever was."""
        duration, usual = self.step.duration, self.usual
        if not self.step.is_open or duration is None or usual is None:
            return False
        return duration > usual.longest + STUCK_MARGIN and duration - usual.usual >= MIN_EXCESS


UsualSteps = Mapping[str, UsualStepDuration]
"""By the masked message that a step begins with."""


def find_steps(events: Sequence[Event], until: datetime | None = None) -> tuple[Step, ...]:
    """The steps of a log in its order. `until` is now for a run that goes on."""
    following_times: list[datetime | None] = [event.time for event in events[1:]]
    result = [
        Step(index, event.message or "", event.time, _time_between(event.time, next_time))
        for index, (event, next_time) in enumerate(zip(events, [*following_times, until], strict=False))
    ]
    if result and until is not None:
        last_step = result[-1]
        result[-1] = Step(
            last_step.index, last_step.message, last_step.started, last_step.duration, is_open=True
        )
    return tuple(result)


def _time_between(begin: datetime | None, end: datetime | None) -> timedelta | None:
    """Never negative: the order of the log counts, and clocks are put back."""
    return max(end - begin, timedelta()) if begin and end else None


def find_usual_steps(logs: Iterable[Sequence[Event]]) -> dict[str, UsualStepDuration]:
    """What is usual for each step, from the logs of past good runs."""
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


def select_waits(
    run_steps: Iterable[Step], usual_steps: UsualSteps, min_duration: timedelta = MIN_SHOWN_WAIT
) -> tuple[Wait, ...]:
    """The steps that lasted at least `shown`, in their order, against what is usual."""
    return tuple(
        Wait(step, usual_steps.get(mask_message(step.message)))
        for step in run_steps
        if step.duration is not None and step.duration >= min_duration
    )


def mark_unprecedented_waits(
    run_waits: tuple[Wait, ...], logs: Sequence[Sequence[Event]]
) -> tuple[Wait, ...]:
    """The same waits; those in steps that none of these logs of good runs has say so."""
    if len(logs) < MIN_LOGS or all(wait.usual for wait in run_waits):
        return run_waits
    known_messages = {mask_message(event.message or "") for events in logs for event in events}
    return tuple(
        wait
        if wait.usual or mask_message(wait.step.message) in known_messages
        else replace(wait, log_count_without=len(logs))
        for wait in run_waits
    )


def find_worst_wait(run_waits: Iterable[Wait]) -> Wait | None:
    """Where the run lost most time: most over the usual, or longest if nothing is usual there."""

    def lost_time(wait: Wait) -> timedelta:
        duration = wait.step.duration or timedelta()
        return duration - wait.usual.usual if wait.usual else duration

    return max(run_waits, key=lost_time, default=None)


def find_stuck_wait(events: Sequence[Event], now: datetime, usual_steps: UsualSteps) -> Wait | None:
    """The step that a running session has been in for longer than any good run ever was.

    `None` if it has not, and if no good run is known to have been there.
    """
    run_steps = find_steps(events, now)
    if not run_steps:
        return None
    wait = Wait(run_steps[-1], usual_steps.get(mask_message(run_steps[-1].message)))
    return wait if wait.is_stuck else None
