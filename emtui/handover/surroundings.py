"""The events around the step that a run waited in: what one looks at first in its log."""

from __future__ import annotations

from emtui import words
from emtui.em.model import Event
from emtui.handover.case import Case
from emtui.handover.document import Block, Part, Rows, Said, Told
from emtui.triage.explained import Explanation
from emtui.triage.steps import Wait
from emtui.triage.trouble import dire

AROUND = 3
"""So many events before and after it."""
_MOST = 160
_OFFSET = 8


def surroundings(case: Case) -> tuple[Block, ...]:
    """The heading and the events; nothing where there are none."""
    events = case.events
    if not events:
        return ()
    here, what = _here(case)
    first = max(here - AROUND, 0)
    near = events[first : here + AROUND + 2]  # the event that ends the step, and so many after it
    some = f"{len(near)} of {words.count(len(events))}" if len(near) < len(events) else "all"
    rows = tuple(_row(event, case, at=place == here) for place, event in enumerate(near, first))
    return Part(what, (f"{some}; > marks the step",)), Rows(rows)


def _here(case: Case) -> tuple[int, str]:
    """Where it waited, else the first line that sounds as if something did not work, else the end."""
    wait = longest(case.explanation) if case.explanation else None
    if wait:
        return wait.step.place, "Events around the wait"
    dire_ones = (place for place, event in enumerate(case.events) if dire(event.message))
    found = next(dire_ones, None)
    if found is None:
        return len(case.events) - 1, "The last events"
    return found, "Events around the first that sounds like trouble"


def longest(found: Explanation) -> Wait | None:
    """The step it is stuck in, else the one that cost most, else the longest."""
    return found.silent or found.slowest or max(found.waits, key=_lasted, default=None)


def _lasted(wait: Wait) -> float:
    return wait.step.lasted.total_seconds() if wait.step.lasted else 0.0


def _row(event: Event, case: Case, *, at: bool) -> Told:
    offset = words.offset(event.time - case.began) if event.time and case.began else ""
    time = case.origin.zones.at(event.time) if event.time else ""
    said = event.message or (f"not readable: {event.odd}" if event.odd else "")
    return (f"{'>' if at else ' '} {offset:>{_OFFSET}}  {time:<26}  ", Said(said, _MOST))
