"""Lists what is unknown about a run, so that missing data is not mistaken for good news."""

from __future__ import annotations

from collections.abc import Iterator

from emtui import text_format
from emtui.em.model import Outcome
from emtui.handover.blocks import Block, ForeignText, InlineText, ListItemBlock, SectionBlock
from emtui.handover.run_report import RunReport
from emtui.triage.explanation import MAX_PAST_LOGS, Explanation
from emtui.triage.step_timing import MIN_LOGS

_MIN_SKEW_S = 30.0
"""Minimum clock skew in seconds to mention."""


def list_caveats(report: RunReport) -> tuple[Block, ...]:
    """A heading and the sentences; empty if nothing is unknown."""
    sentences = caveat_sentences(report)
    return (SectionBlock("Unknown"), *map(ListItemBlock, sentences)) if sentences else ()


def caveat_sentences(report: RunReport) -> tuple[InlineText, ...]:
    """The sentences alone."""
    return (*_run_caveats(report), *_history_caveats(report), *_server_caveats(report))


def _run_caveats(report: RunReport) -> Iterator[InlineText]:
    session, log = report.session, report.log
    if session.is_running:
        yield (f"final outcome: still running at {report.origin.zones.format_time(report.origin.now)}",)
    if session.parse_problem:
        yield ("unreadable part of the server's data: ", ForeignText(session.parse_problem))
    if log is None:
        yield ("events: ", ForeignText(report.missing_log_reason or "not read"))
        return
    if not log.events:
        yield ("events: the server has none for this run",)
    if log.unreadable_count:
        yield (
            (
                f"{text_format.format_count(log.unreadable_count)} of"
                f" {text_format.format_counted(len(log.events), 'event')}:"
                " not fully readable"
            ),
        )


def _history_caveats(report: RunReport) -> Iterator[InlineText]:
    explanation = report.explanation
    if explanation is None:
        yield ("history: not available",)
        return
    if (
        explanation.streak
        and not explanation.streak.is_complete
        and explanation.streak.outcome is not Outcome.SUCCESS
    ):
        yield ("start of the problem: before the oldest listed run",)
    if explanation.baseline is None:
        yield ("usual duration: fewer than five earlier successful runs are listed",)
    if explanation.last_successful is None:
        yield ("comparison: no earlier successful run is listed",)
    elif report.log and report.difference is None:
        yield ("comparison: the events of the last successful run could not be read",)
    yield from _step_caveats(report, explanation)


def _step_caveats(report: RunReport, explanation: Explanation) -> Iterator[InlineText]:
    if explanation.last_successful is None or not report.events or report.baseline_log_count >= MAX_PAST_LOGS:
        return
    if report.baseline_log_count < MIN_LOGS:
        yield (
            f"usual step durations: only {report.baseline_log_count} logs of successful runs could be read",
        )
    else:
        yield (f"usual step durations: based on only {report.baseline_log_count} successful runs",)


def _server_caveats(report: RunReport) -> Iterator[InlineText]:
    origin = report.origin
    if origin.lost_since:
        yield (
            f"current state: no response from the server since {origin.zones.format_time(origin.lost_since)}",
        )
    if origin.skew is None:
        yield ("server clock: the server does not report its time",)
    elif abs(origin.skew.total_seconds()) >= _MIN_SKEW_S:
        direction = "ahead of" if origin.skew.total_seconds() > 0 else "behind"
        skew = text_format.format_duration(abs(origin.skew))
        yield (
            (
                "correct time: the server's clock"
                f" is {skew} {direction}"
                " the sender's; times here are the server's"
            ),
        )
