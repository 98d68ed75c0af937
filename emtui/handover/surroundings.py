"""The events around the step that a run waited in: what one looks at first in its log."""

from __future__ import annotations

from collections.abc import Iterator

from emtui import words
from emtui.em.model import Event, Outcome
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
    """The events around the wait, and around the first that sounds like trouble if they are others."""
    blocks: list[Block] = []
    shown = range(0)
    for here, what in _places(case):
        if here not in shown:
            shown = range(max(here - AROUND, 0), min(here + AROUND + 2, len(case.events)))
            blocks += _window(case, here, shown, what)
    return tuple(blocks)


def _places(case: Case) -> Iterator[tuple[int, str]]:
    """What is worth looking at; the end, if nothing is."""
    events, found = case.events, case.explanation
    wait = longest(found) if found else None
    dire_ones = (place for place, event in enumerate(events) if dire(event.message))
    trouble = next(dire_ones, None) if case.session.outcome is not Outcome.SUCCESS else None
    if wait:
        yield wait.step.place, "Events around the wait"
    if trouble is not None:
        yield trouble, "Events around the first that sounds like trouble"
    elif events and not wait:
        yield len(events) - 1, "The last events"


def _window(case: Case, here: int, shown: range, what: str) -> tuple[Block, ...]:
    """From some events before it to as many after the one that ends its step."""
    events = case.events
    some = f"{len(shown)} of {words.count(len(events))}" if len(shown) < len(events) else "all"
    rows = tuple(_row(events[place], case, at=place == here) for place in shown)
    return Part(what, (f"{some}; > marks it",)), Rows(rows)


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
