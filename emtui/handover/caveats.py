"""Lists what is unknown about a run, so that missing data is not mistaken for good news."""

from __future__ import annotations

from collections.abc import Iterator

from emtui import text_format
from emtui.em.model import Outcome
from emtui.handover.blocks import Block, Item, Part, Said, Told
from emtui.handover.run_report import Case
from emtui.triage.explanation import PAST_LOGS, Explanation
from emtui.triage.step_timing import ENOUGH

_DISAGREE = 30.0
"""Clock skew in seconds from which it is mentioned."""


def unknown(case: Case) -> tuple[Block, ...]:
    """A heading and the sentences; empty if nothing is unknown."""
    told = (*_of_the_run(case), *_of_its_past(case), *_of_the_server(case))
    return (Part("Unknown"), *map(Item, told)) if told else ()


def _of_the_run(case: Case) -> Iterator[Told]:
    session, log = case.session, case.log
    if session.running:
        yield (f"final outcome: still running at {case.origin.zones.at(case.origin.now)}",)
    if session.odd:
        yield ("unreadable part of the server's data: ", Said(session.odd))
    if log is None:
        yield ("events: ", Said(case.why or "not read"))
        return
    if not log.events:
        yield ("what the run did: the server has no events for it",)
    if log.odd:
        yield (
            (
                f"{text_format.count(log.odd)} of {text_format.counted(len(log.events), 'event')}:"
                " not fully readable"
            ),
        )


def _of_its_past(case: Case) -> Iterator[Told]:
    found = case.explanation
    if found is None:
        yield ("history: not available",)
        return
    if found.streak and not found.streak.whole and found.streak.outcome is not Outcome.SUCCESS:
        yield ("when this began: before the oldest listed run",)
    if found.baseline is None:
        yield ("usual duration: fewer than five earlier successful runs are listed",)
    if found.last_good is None:
        yield ("comparison: no earlier successful run is listed",)
    elif case.log and case.difference is None:
        yield ("comparison: the events of the last successful run could not be read",)
    yield from _of_steps(case, found)


def _of_steps(case: Case, found: Explanation) -> Iterator[Told]:
    if found.last_good is None or not case.events or case.logs >= PAST_LOGS:
        return
    if case.logs < ENOUGH:
        yield (f"usual step durations: only {case.logs} logs of successful runs could be read",)
    else:
        yield (f"usual step durations: based on only {case.logs} successful runs",)


def _of_the_server(case: Case) -> Iterator[Told]:
    origin = case.origin
    if origin.blind_since:
        yield (f"current state: no response from the server since {origin.zones.at(origin.blind_since)}",)
    if origin.skew is None:
        yield ("server clock: the server does not report its time",)
    elif abs(origin.skew.total_seconds()) >= _DISAGREE:
        way = "ahead of" if origin.skew.total_seconds() > 0 else "behind"
        off = text_format.duration(abs(origin.skew))
        yield (f"correct time: the server's clock is {off} {way} the sender's; times here are the server's",)
