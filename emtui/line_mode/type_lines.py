"""Types and hours as lines: the state of each type, and what ran in each hour or day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui import text_format
from emtui.display_text.cell_text import cell_text
from emtui.display_text.session_wording import TimeContext, duration_text
from emtui.display_text.type_state_text import type_state_text
from emtui.em.model import DISTANT_PAST, Session
from emtui.monitor.assessment import Assessment
from emtui.triage.missed_starts import find_missed_starts_by_type
from emtui.triage.run_cells import RunCell, count_cells, day_edges, even_edges, find_runs_between
from emtui.triage.type_order import types_by_urgency
from emtui.triage.type_status import TypeStatus

HOUR = timedelta(hours=1)
HOURS_PER_DAY = 24
MAX_DAYS = 30
"""Days that servers list."""


def type_lines(assessment: Assessment, clock: TimeContext) -> Iterator[tuple[Session, str]]:
    """The types with runs, those with alerts first: the newest run of each, and its line."""
    for name in types_by_urgency(assessment.type_statuses, assessment.attention):
        if status := assessment.type_statuses.for_type(name):
            yield status.newest_run, _type_line(assessment, status, clock)


def _type_line(assessment: Assessment, status: TypeStatus, clock: TimeContext) -> str:
    """`CollectJob: failed twice; last run failed, started 02:10, took 4m12s; usually 1m31s, every 15m`."""
    finding, run = assessment.worst_finding(status.type), status.newest_run
    is_acknowledged = assessment.is_acknowledged(finding)
    state = type_state_text(
        status, finding, assessment.type_statuses.now, clock.zone, is_acknowledged=is_acknowledged
    )
    started = text_format.format_minute(run.started, clock.now, clock.zone) if run.started else ""
    took = f"{'for' if run.is_running else 'took'} {duration_text(run, clock)}"
    last_run = ", ".join(part for part in (f"last run {run.outcome}", started, took) if part)
    usual = f"usually {text_format.format_duration(status.baseline.usual)}" if status.baseline else ""
    interval = f"every {text_format.format_interval(status.schedule.interval)}" if status.schedule else ""
    usual_text = ", ".join(part for part in (usual, interval) if part)
    acknowledged = "acknowledged" if is_acknowledged else ""
    parts = (state.text, acknowledged, last_run, usual_text)
    return f"{status.type}: {'; '.join(part for part in parts if part)}"


def unlisted_types_line(assessment: Assessment) -> str:
    """The documented types without a run; empty if there are none."""
    names = [
        name
        for name in types_by_urgency(assessment.type_statuses, assessment.attention)
        if assessment.type_statuses.for_type(name) is None
    ]
    return f"No run in {MAX_DAYS} days: {', '.join(names)}." if names else ""


@dataclass(frozen=True, slots=True)
class TimeLine:
    """An hour or a day: its line, and the runs that started in it, newest first."""

    text: str
    runs: Sequence[Session]


def hour_lines(assessment: Assessment, clock: TimeContext) -> list[TimeLine]:
    """The last 24 hours, the newest first."""
    now = assessment.type_statuses.now
    local = now.astimezone(clock.zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return _time_lines(assessment, even_edges(now - past + HOUR, HOUR, HOURS_PER_DAY), clock)


def day_lines(assessment: Assessment, clock: TimeContext, count: int) -> list[TimeLine]:
    """The last days, the newest first."""
    return _time_lines(assessment, day_edges(assessment.type_statuses.now, clock.zone, count), clock)


def _time_lines(assessment: Assessment, edges: Sequence[datetime], clock: TimeContext) -> list[TimeLine]:
    statuses = assessment.type_statuses
    runs = sorted(assessment.sessions, key=lambda run: run.started or DISTANT_PAST, reverse=True)
    missed = find_missed_starts_by_type(statuses, edges[0])
    all_missed = sorted((due, kind) for kind, starts in missed.items() for due in starts)
    cells = count_cells(runs, edges, [due for due, _ in all_missed], statuses.first_start)
    return [
        TimeLine(_cell_line(cell, all_missed, clock), find_runs_between(runs, cell.start, cell.end))
        for cell in reversed(cells)
    ]


def _cell_line(cell: RunCell, missed: Sequence[tuple[datetime, str]], clock: TimeContext) -> str:
    types = [kind for due, kind in missed if cell.start <= due < cell.end]
    return cell_text(cell, clock, types).removesuffix(".")
