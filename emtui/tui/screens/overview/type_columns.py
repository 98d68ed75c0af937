"""Columns of the overview: last outcome, start, length, usual duration, interval, next start.

Pure: type statuses and times in, styled text out. Missing values are empty.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from rich.style import Style

from emtui import text_format
from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import PrioritizedFindings
from emtui.triage.type_status import TypeStatus, TypeStatuses
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, ListColumn, TimeContext, duration_text
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN

TypeRow = TypeStatus | str
"""The status of a type; just the name of a documented type without runs."""

NEVER_RAN_TEXT = "never in 30 days"
MAX_HOURS = 100
"""Number of hours from which a rounded duration is written in days."""


def type_name(row: TypeRow) -> str:
    """The type of a row."""
    return row if isinstance(row, str) else row.type


def type_rows(statuses: TypeStatuses, attention: PrioritizedFindings) -> tuple[TypeRow, ...]:
    """Types with alerts in the order of the alerts, then the others by name, those without runs last."""
    alerted_types = [finding.type for finding in attention.findings if finding.type is not None]
    rank = {kind: number for number, kind in reversed([*enumerate(alerted_types)])}
    listed = sorted(statuses.statuses, key=lambda row: (rank.get(row.type, len(alerted_types)), row.type))
    listed_types = {row.type for row in statuses.statuses}
    return (*listed, *sorted(kind for kind in SESSION_TYPES if kind not in listed_types))


def type_columns(width: int) -> tuple[ListColumn[TypeRow], ...]:
    """The columns for an overview this wide, in cells; the next start takes the remaining width."""
    is_wide = width >= MEDIUM_CELLS
    columns = [
        _OUTCOME_COLUMN,
        _TYPE_COLUMN,
        _STARTED_COLUMN,
        *((_DURATION_COLUMN, _BASELINE_COLUMN, _INTERVAL_COLUMN) if is_wide else ()),
    ]
    rest = max(width - 2 - sum(column.width + column.gap for column in columns), 0)
    return (*columns, ListColumn("Next", "next", rest, partial(_due_cell, rest)))


def _outcome_cell(row: TypeRow, _: TimeContext) -> tuple[str, Style]:
    if isinstance(row, str):
        return "", PLAIN
    outcome = row.newest_run.outcome
    return f"{OUTCOME_GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]


def _type_cell(row: TypeRow, _: TimeContext) -> tuple[str, Style]:
    return (row, FAINT) if isinstance(row, str) else (row.type, PLAIN)


def _started_cell(row: TypeRow, clock: TimeContext) -> tuple[str, Style]:
    when = None if isinstance(row, str) else row.newest_run.started
    return (text_format.format_short_time(when, clock.now, clock.zone) if when else "", PLAIN)


def _duration_cell(row: TypeRow, clock: TimeContext) -> tuple[str, Style]:
    return ("" if isinstance(row, str) else duration_text(row.newest_run, clock), PLAIN)


def _baseline_cell(row: TypeRow, _: TimeContext) -> tuple[str, Style]:
    baseline = None if isinstance(row, str) else row.baseline
    return (text_format.format_duration(baseline.usual) if baseline else "", PLAIN)


def _interval_cell(row: TypeRow, _: TimeContext) -> tuple[str, Style]:
    schedule = None if isinstance(row, str) else row.schedule
    return (text_format.format_interval(schedule.interval) if schedule else "", PLAIN)


def _due_cell(room: int, row: TypeRow, clock: TimeContext) -> tuple[str, Style]:
    """Next expected start, or how the type is overdue or slower than usual; shortened to `room` cells."""
    if isinstance(row, str):
        return NEVER_RAN_TEXT if room >= len(NEVER_RAN_TEXT) else "never", FAINT
    if row.overruns:
        return f"{text_format.format_ratio(row.overruns[0].ratio)}× usual", ERROR_STYLE
    if row.due is None:
        return "", PLAIN
    if row.due.overdue_since is not None:
        overdue_by = clock.now - row.due.overdue_since
        text = f"overdue {text_format.format_duration(overdue_by)}"
        return text if len(text) <= room else f"overdue {_format_rounded(overdue_by)}", BOLD
    return (
        text_format.format_minute(row.due.next_start, clock.now, clock.zone) if row.due.next_start else "",
        PLAIN,
    )


def _format_rounded(span: timedelta) -> str:
    """The duration in one unit, rounded down: `45m`, `44h`, `12d`; at most three cells within 30 days."""
    hours = span // timedelta(hours=1)
    if hours < 1:
        return f"{span // timedelta(minutes=1)}m"
    return f"{hours}h" if hours < MAX_HOURS else f"{hours // 24}d"


_OUTCOME_COLUMN: ListColumn[TypeRow] = ListColumn("Last", "outcome", 10, _outcome_cell)
_TYPE_COLUMN: ListColumn[TypeRow] = ListColumn("Type", "type", 21, _type_cell)
_STARTED_COLUMN: ListColumn[TypeRow] = ListColumn(
    "Started", "started", 9, _started_cell, is_right_aligned=True
)
_DURATION_COLUMN: ListColumn[TypeRow] = ListColumn(
    "Took", "duration_s", 7, _duration_cell, is_right_aligned=True
)
_BASELINE_COLUMN: ListColumn[TypeRow] = ListColumn("Usual", "usual", 6, _baseline_cell, is_right_aligned=True)
_INTERVAL_COLUMN: ListColumn[TypeRow] = ListColumn("Every", "every", 5, _interval_cell, is_right_aligned=True)
