"""Excerpt of a log: events around the longest pause and the first suspected error."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from emtui import text_format
from emtui.em.model import Event, Outcome
from emtui.handover.blocks import Block, Part, Rows, Said, Told
from emtui.handover.run_report import Case
from emtui.triage.error_keywords import dire
from emtui.triage.explanation import Explanation
from emtui.triage.step_timing import Wait

AROUND = 3
"""Number of events of context before and after."""
_WAIT, _TROUBLE, _END = ">", "!", "."
_MEANING = {
    _WAIT: "> pause",
    _TROUBLE: "! first suspected error",
    _END: "last events",
}
_MOST = 160
_OFFSET = 8


def surroundings(case: Case) -> tuple[Block, ...]:
    """Selected events in order, with omissions marked; empty if there are none."""
    events, places = case.events, _places(case)
    if not events:
        return ()
    spans = (range(max(place - AROUND, 0), min(place + AROUND + 2, len(events))) for place in places)
    shown = sorted(set(chain.from_iterable(spans)))
    some = f"{len(shown)} of {text_format.count(len(events))}" if len(shown) < len(events) else "all"
    meaning = ", ".join(_MEANING[sign] for sign in places.values())
    return Part("Events", (f"{some}; {meaning}",)), Rows(tuple(_rows(case, shown, places)))


def _places(case: Case) -> dict[int, str]:
    """Indexes of notable events with their signs; the last event if there are none."""
    events, found = case.events, case.explanation
    wait = longest(found) if found else None
    places = {wait.step.place: _WAIT} if wait else {}
    if case.session.outcome is not Outcome.SUCCESS:
        dire_ones = (place for place, event in enumerate(events) if dire(event.message))
        trouble = next(dire_ones, None)
        if trouble is not None:
            places.setdefault(trouble, _TROUBLE)
    return places or {len(events) - 1: _END}


def _rows(case: Case, shown: list[int], places: dict[int, str]) -> Iterator[Told]:
    before = shown[0]
    for place in shown:
        if place > before + 1:
            yield (f"  … {text_format.count(place - before - 1)} more …",)
        yield _row(case.events[place], case, places.get(place, " "))
        before = place


def longest(found: Explanation) -> Wait | None:
    """The pause of the current step, else the costliest, else the longest."""
    return found.worst or max(found.waits, key=_lasted, default=None)


def _lasted(wait: Wait) -> float:
    return wait.step.lasted.total_seconds() if wait.step.lasted else 0.0


def _row(event: Event, case: Case, sign: str) -> Told:
    offset = text_format.offset(event.time - case.began) if event.time and case.began else ""
    time = case.origin.zones.at(event.time) if event.time else ""
    said = event.message or (f"unreadable: {event.odd}" if event.odd else "")
    return (f"{sign if sign != _END else ' '} {offset:>{_OFFSET}}  {time:<26}  ", Said(said, _MOST))
