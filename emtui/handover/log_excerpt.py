"""Excerpt of a log: events around the longest pause and the first suspected error."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from emtui import text_format
from emtui.em.model import Event, Outcome
from emtui.handover.blocks import Block, ForeignText, InlineText, LinesBlock, SectionBlock
from emtui.handover.run_report import RunReport
from emtui.triage.error_keywords import has_failure_keyword
from emtui.triage.explanation import Explanation
from emtui.triage.step_timing import Wait

CONTEXT_EVENTS = 3
"""Number of events of context before and after."""
_WAIT_SIGN, _ERROR_SIGN, _END_SIGN = ">", "!", "."
_SIGN_LEGEND = {
    _WAIT_SIGN: "> pause",
    _ERROR_SIGN: "! first suspected error",
    _END_SIGN: "last events",
}
_MAX_TEXT_CELLS = 160
_OFFSET_WIDTH = 8


def excerpt_log(report: RunReport) -> tuple[Block, ...]:
    """Selected events in order, with omissions marked; empty if there are none."""
    events, notable = report.events, _find_notable_events(report)
    if not events:
        return ()
    spans = (
        range(max(index - CONTEXT_EVENTS, 0), min(index + CONTEXT_EVENTS + 2, len(events)))
        for index in notable
    )
    indexes = sorted(set(chain.from_iterable(spans)))
    count_text = (
        f"{len(indexes)} of {text_format.format_count(len(events))}" if len(indexes) < len(events) else "all"
    )
    legend = ", ".join(_SIGN_LEGEND[sign] for sign in notable.values())
    return SectionBlock("Events", (f"{count_text}; {legend}",)), LinesBlock(
        tuple(_excerpt_lines(report, indexes, notable))
    )


def _find_notable_events(report: RunReport) -> dict[int, str]:
    """Indexes of notable events with their signs; the last event if there are none."""
    events, explanation = report.events, report.explanation
    wait = find_main_wait(explanation) if explanation else None
    notable = {wait.step.index: _WAIT_SIGN} if wait else {}
    if report.session.outcome is not Outcome.SUCCESS:
        errors = (index for index, event in enumerate(events) if has_failure_keyword(event.message))
        first_error = next(errors, None)
        if first_error is not None:
            notable.setdefault(first_error, _ERROR_SIGN)
    return notable or {len(events) - 1: _END_SIGN}


def _excerpt_lines(report: RunReport, indexes: list[int], notable: dict[int, str]) -> Iterator[InlineText]:
    previous = indexes[0]
    for index in indexes:
        if index > previous + 1:
            yield (f"  … {text_format.format_count(index - previous - 1)} more …",)
        yield _event_line(report.events[index], report, notable.get(index, " "))
        previous = index


def find_main_wait(explanation: Explanation) -> Wait | None:
    """The pause of the current step, else the costliest, else the longest."""
    return explanation.worst_wait or max(explanation.waits, key=_wait_seconds, default=None)


def _wait_seconds(wait: Wait) -> float:
    return wait.step.duration.total_seconds() if wait.step.duration else 0.0


def _event_line(event: Event, report: RunReport, sign: str) -> InlineText:
    offset = (
        text_format.format_offset(event.time - report.offset_start)
        if event.time and report.offset_start
        else ""
    )
    time = report.origin.zones.format_time(event.time) if event.time else ""
    message = event.message or (f"unreadable: {event.parse_problem}" if event.parse_problem else "")
    return (
        f"{sign if sign != _END_SIGN else ' '} {offset:>{_OFFSET_WIDTH}}  {time:<26}  ",
        ForeignText(message, _MAX_TEXT_CELLS),
    )
