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
from emtui.triage.baseline import NOTICED, UNUSUAL, spans_of
from emtui.triage.message_fingerprint import masked

SHOWN = timedelta(seconds=5)
"""Shorter waits are no lines of their own."""
SILENT_MORE = timedelta(seconds=10)
"""By so much a silence must be longer than the longest to be called that: polls are not exact."""
ENOUGH = 3
"""Fewer good runs say nothing about a step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: the place of its event in the log, its message, and how long it lasted.

    `lasted` is unknown where a time is, and for the last event of a run that ended. `open`
    marks the step that a run is still in.
    """

    place: int
    message: str
    began: datetime | None
    lasted: timedelta | None
    open: bool = False


@dataclass(frozen=True, slots=True)
class UsualStep:
    """How long a step usually lasts, the longest that it did, and in how many good runs."""

    usual: timedelta
    longest: timedelta
    rests_on: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that was waited in, against what is usual; none is known for a step never seen before.

    `never_in` says for such a step in how many logs of good runs it was looked for; 0 if it was not.
    """

    step: Step
    usual: UsualStep | None
    never_in: int = 0

    @property
    def unusual(self) -> bool:
        """Longer than ever, and clearly more than usual."""
        lasted, usual = self.step.lasted, self.usual
        if lasted is None or usual is None:
            return False
        return lasted > usual.longest and lasted >= usual.usual * UNUSUAL and lasted - usual.usual >= SHOWN

    @property
    def silent(self) -> bool:
        """Whether a run is still in it, for longer than any good run ever was."""
        lasted, usual = self.step.lasted, self.usual
        if not self.step.open or lasted is None or usual is None:
            return False
        return lasted > usual.longest + SILENT_MORE and lasted - usual.usual >= NOTICED


Usuals = Mapping[str, UsualStep]
"""By the masked message that a step begins with."""


def steps(events: Sequence[Event], until: datetime | None = None) -> tuple[Step, ...]:
    """The steps of a log in its order. `until` is now for a run that goes on."""
    times: list[datetime | None] = [event.time for event in events[1:]]
    found = [
        Step(place, event.message or "", event.time, _between(event.time, later))
        for place, (event, later) in enumerate(zip(events, [*times, until], strict=False))
    ]
    if found and until is not None:
        last = found[-1]
        found[-1] = Step(last.place, last.message, last.began, last.lasted, open=True)
    return tuple(found)


def _between(begin: datetime | None, end: datetime | None) -> timedelta | None:
    """Never negative: the order of the log counts, and clocks are put back."""
    return max(end - begin, timedelta()) if begin and end else None


def usuals(logs: Iterable[Sequence[Event]]) -> dict[str, UsualStep]:
    """What is usual for each step, from the logs of past good runs."""
    lasted: dict[str, list[timedelta]] = {}
    runs: dict[str, int] = {}
    for events in logs:
        seen = set()
        for step in steps(events):
            if step.lasted is not None:
                key = masked(step.message)
                lasted.setdefault(key, []).append(step.lasted)
                seen.add(key)
        for key in seen:
            runs[key] = runs.get(key, 0) + 1
    return {
        key: UsualStep(spans.median, spans.longest, runs[key])
        for key, lengths in lasted.items()
        if runs[key] >= ENOUGH and (spans := spans_of(lengths))
    }


def waits(found: Iterable[Step], usual: Usuals, shown: timedelta = SHOWN) -> tuple[Wait, ...]:
    """The steps that lasted at least `shown`, in their order, against what is usual."""
    return tuple(
        Wait(step, usual.get(masked(step.message)))
        for step in found
        if step.lasted is not None and step.lasted >= shown
    )


def never_before(found: tuple[Wait, ...], logs: Sequence[Sequence[Event]]) -> tuple[Wait, ...]:
    """The same waits; those in steps that none of these logs of good runs has say so."""
    if len(logs) < ENOUGH or all(wait.usual for wait in found):
        return found
    known = {masked(event.message or "") for events in logs for event in events}
    return tuple(
        wait if wait.usual or masked(wait.step.message) in known else replace(wait, never_in=len(logs))
        for wait in found
    )


def slowest(found: Iterable[Wait]) -> Wait | None:
    """Where the run lost most time: most over the usual, or longest if nothing is usual there."""

    def lost(wait: Wait) -> timedelta:
        lasted = wait.step.lasted or timedelta()
        return lasted - wait.usual.usual if wait.usual else lasted

    return max(found, key=lost, default=None)


def silence(events: Sequence[Event], now: datetime, usual: Usuals) -> Wait | None:
    """The step that a running session has been in for longer than any good run ever was.

    `None` if it has not, and if no good run is known to have been there.
    """
    found = steps(events, now)
    if not found:
        return None
    wait = Wait(found[-1], usual.get(masked(found[-1].message)))
    return wait if wait.silent else None
