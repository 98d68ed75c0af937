"""Runs, groups, events and alerts as lines: the outcome first, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from emtui import text_format
from emtui.display_text.assessment_text import acknowledgement_text, formatter_for
from emtui.display_text.log_text import short_wait_text
from emtui.display_text.session_wording import (
    TimeContext,
    differing_server_state_text,
    duration_text,
    start_text,
    summary_text,
    unknown_time_text,
)
from emtui.em.model import Event, Session
from emtui.monitor.assessment import Assessment
from emtui.monitor.session_feed import SessionState
from emtui.triage.acknowledgement_text import format_acknowledgement_rows
from emtui.triage.finding_text import format_evidence, run_label
from emtui.triage.findings import Finding
from emtui.triage.grouping import ListRow, RunGroup
from emtui.triage.step_timing import Wait

SERVER_STATE_LABEL = "Server says"


def row_line(row: ListRow, assessment: Assessment | None, clock: TimeContext) -> str:
    """A run, or a group of runs, of the list."""
    return group_line(row, clock) if isinstance(row, RunGroup) else run_line(row, assessment, clock)


def run_line(run: Session, assessment: Assessment | None, clock: TimeContext) -> str:
    """`failed, CollectJob, started 02:10:04, took 4m12s, 2.7 times the usual: Cannot connect to bs02`."""
    message = summary_text(run)
    if not run.is_complete:
        return f"without details: {message or run.id}"
    parts = [str(run.outcome), run_label(run), _short_start(run, clock), _duration_part(run, clock)]
    if assessment:
        baselines = assessment.type_statuses.baselines
        ratio = baselines.unusual_ratio(run, run.duration(clock.now))
        parts.append(f"{text_format.format_ratio(ratio)} times the usual" if ratio else "")
        is_acknowledged = assessment.acknowledgement_of_run(run) is not None
        parts.append("acknowledged" if is_acknowledged else "")
    return _with_message(", ".join(part for part in parts if part), message)


def group_line(group: RunGroup, clock: TimeContext) -> str:
    """`success, CollectJob, 78 runs, started Sun 03:25 to Sun 22:40, took 1m31s`."""
    newest, oldest = group.newest, group.oldest
    times = [
        text_format.format_day_and_minute(run.started, clock.now, clock.zone)
        for run in (oldest, newest)
        if run.started
    ]
    parts = [
        str(newest.outcome),
        run_label(newest),
        text_format.format_counted(len(group.runs), "run"),
        f"started {' to '.join(times)}" if times else "",
        f"took {text_format.format_duration(group.median_duration)}" if group.median_duration else "",
    ]
    return ", ".join(part for part in parts if part)


def _short_start(run: Session, clock: TimeContext) -> str:
    when = (
        text_format.format_short_time(run.started, clock.now, clock.zone)
        if run.started
        else unknown_time_text(run)
    )
    return f"started {when}"


def _duration_part(run: Session, clock: TimeContext) -> str:
    return f"{'for' if run.is_running else 'took'} {duration_text(run, clock)}"


def _with_message(text: str, message: str) -> str:
    return f"{text}: {message}" if message else text


def finding_lines(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """The sentence of an alert, after its acknowledgement if there is one."""
    sentence = formatter_for(assessment, zone).format_finding(finding)
    acknowledgement = acknowledgement_text(assessment, assessment.acknowledgement_of_finding(finding), zone)
    return f"{acknowledgement}. {sentence}" if acknowledgement else sentence


def evidence_line(finding: Finding) -> str:
    """What an alert is based on."""
    return f"Evidence: {format_evidence(finding)}"


def open_run_lines(state: SessionState, assessment: Assessment | None, clock: TimeContext) -> Iterator[str]:
    """Everything known about an open run, one fact per line; its events are only counted."""
    run = state.session
    if not run.is_complete:
        yield run.name or run.id
    else:
        when = f", started {start_text(run.started, clock)}" if run.started else ""
        yield f"{run_label(run)}: {run.outcome}{when}, {_duration_part(run, clock)}"
    if message := summary_text(run):
        yield f"Message: {message}"
    if state.explanation and assessment:
        formatter = formatter_for(assessment, clock.zone)
        rows = (
            *format_acknowledgement_rows(run, assessment.acknowledgements, state.notes, formatter),
            *formatter.explanation_rows(state.explanation),
        )
        yield from (f"{label}: {text}" for label, text in rows)
    if server_text := differing_server_state_text(run):
        yield f"{SERVER_STATE_LABEL}: {server_text}"


def event_line(event: Event, started: datetime | None, wait: Wait | None = None) -> str:
    """`+4m11s, Data collection from bs02 failed. Then 3m50s, usually 14s`."""
    offset = text_format.format_offset(event.time - started) if event.time and started else ""
    parse_problem = f"not readable: {event.parse_problem}" if event.parse_problem else ""
    parts = (offset, parse_problem, event.message or "no message")
    text = ", ".join(part for part in parts if part)
    return f"{text} (then {short_wait_text(wait)})" if wait else text
