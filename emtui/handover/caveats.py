"""What is not known of a run, said plainly: whoever goes on with it must not take silence for good news."""

from __future__ import annotations

from collections.abc import Iterator

from emtui import text_format
from emtui.em.model import Outcome
from emtui.handover.blocks import Block, Item, Part, Said, Told
from emtui.handover.run_report import Case
from emtui.triage.explanation import PAST_LOGS, Explanation
from emtui.triage.step_timing import ENOUGH

_DISAGREE = 30.0
"""Seconds from which on two clocks are said to disagree."""


def unknown(case: Case) -> tuple[Block, ...]:
    """A heading and the sentences; nothing where all is known."""
    told = (*_of_the_run(case), *_of_its_past(case), *_of_the_server(case))
    return (Part("Not known"), *map(Item, told)) if told else ()


def _of_the_run(case: Case) -> Iterator[Told]:
    session, log = case.session, case.log
    if session.running:
        yield (f"how it ends: it still ran at {case.origin.zones.at(case.origin.now)}",)
    if session.odd:
        yield ("part of what the server says of it: ", Said(session.odd))
    if log is None:
        yield ("its events: ", Said(case.why or "they were not read"))
        return
    if not log.events:
        yield ("what it did: the server has no events of it",)
    if log.odd:
        yield (
            (
                f"{text_format.count(log.odd)} of its {text_format.counted(len(log.events), 'event')}:"
                " not readable whole"
            ),
        )


def _of_its_past(case: Case) -> Iterator[Told]:
    found = case.explanation
    if found is None:
        yield ("what its past says: it could not be looked at",)
        return
    if found.streak and not found.streak.whole and found.streak.outcome is not Outcome.SUCCESS:
        yield ("when this began: the list begins in the middle of it",)
    if found.baseline is None:
        yield ("how long it usually takes: fewer than five good runs are listed before it",)
    if found.last_good is None:
        yield ("what is different: no good run is listed before it",)
    elif case.log and case.difference is None:
        yield ("what is different: the events of the last good run could not be read",)
    yield from _of_steps(case, found)


def _of_steps(case: Case, found: Explanation) -> Iterator[Told]:
    if found.last_good is None or not case.events or case.logs >= PAST_LOGS:
        return
    if case.logs < ENOUGH:
        yield (f"how long its steps usually take: only {case.logs} logs of good runs could be read",)
    else:
        yield (f"how long its steps take on most days: what is usual rests on {case.logs} good runs",)


def _of_the_server(case: Case) -> Iterator[Told]:
    origin = case.origin
    if origin.blind_since:
        yield (
            f"what happened since: the server has not answered since {origin.zones.at(origin.blind_since)}",
        )
    if origin.skew is None:
        yield ("whether the server's clock is right: it does not say what time it is",)
    elif abs(origin.skew.total_seconds()) >= _DISAGREE:
        way = "ahead of" if origin.skew.total_seconds() > 0 else "behind"
        off = text_format.duration(abs(origin.skew))
        yield (f"which clock is right: the server's is {off} {way} the sender's; the times here are its",)
