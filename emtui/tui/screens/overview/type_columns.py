"""How a type becomes a line of the overview: last outcome, start, length, what is usual, what is due.

Pure: type statuses and times in, pieces of text with their styles out. Unknown is empty.
"""

from __future__ import annotations

from rich.style import Style

from emtui import text_format
from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import PrioritizedFindings
from emtui.triage.type_status import TypeStatus, TypeStatuses
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, ListColumn, TimeContext, duration_text
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN

TypeRow = TypeStatus | str
"""The status of a type; a type that the documentation names and the list never had is its bare name."""

NEVER_RAN_TEXT = "never in 30 days"


def type_name(row: TypeRow) -> str:
    """The type that a row is about."""
    return row if isinstance(row, str) else row.type


def type_rows(statuses: TypeStatuses, attention: PrioritizedFindings) -> tuple[TypeRow, ...]:
    """First what needs attention, in the order of the alerts, then by name; those that never ran last."""
    alerted_types = [finding.type for finding in attention.findings if finding.type is not None]
    rank = {kind: number for number, kind in reversed([*enumerate(alerted_types)])}
    listed = sorted(statuses.statuses, key=lambda row: (rank.get(row.type, len(alerted_types)), row.type))
    listed_types = {row.type for row in statuses.statuses}
    return (*listed, *sorted(kind for kind in SESSION_TYPES if kind not in listed_types))


def type_columns(width: int) -> tuple[ListColumn[TypeRow], ...]:
    """The columns for an overview this wide, with the start in each; what is due takes what is left."""
    is_wide = width >= MEDIUM_CELLS
    columns = [
        _OUTCOME_COLUMN,
        _TYPE_COLUMN,
        _STARTED_COLUMN,
        *((_DURATION_COLUMN, _BASELINE_COLUMN, _INTERVAL_COLUMN) if is_wide else ()),
    ]
    rest = width - 2 - sum(column.width + column.gap for column in columns)
    return (*columns, ListColumn("Next", "next", max(rest, 0), _due_cell if is_wide else _short_due_cell))


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


def _due_cell(row: TypeRow, clock: TimeContext) -> tuple[str, Style]:
    """When it is due, or how it deviates from what is usual."""
    if isinstance(row, str):
        return NEVER_RAN_TEXT, FAINT
    if row.overruns:
        return f"×{text_format.format_ratio(row.overruns[0].ratio)} usual", ERROR_STYLE
    if row.due is None:
        return "", PLAIN
    if row.due.overdue_since is not None:
        return f"late {text_format.format_duration(clock.now - row.due.overdue_since)}", BOLD
    return (
        text_format.format_minute(row.due.next_start, clock.now, clock.zone) if row.due.next_start else "",
        PLAIN,
    )


def _short_due_cell(row: TypeRow, clock: TimeContext) -> tuple[str, Style]:
    """The same where there is little room."""
    return ("never", FAINT) if isinstance(row, str) else _due_cell(row, clock)


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
