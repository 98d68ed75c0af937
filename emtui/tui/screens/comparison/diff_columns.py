"""Columns of the run picker, and texts about the lines and runs of a comparison. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.triage.diff_text import (
    RunDifference,
    format_event,
)
from emtui.triage.log_diff import DiffRow
from emtui.tui.formatting.session_columns import WIDE_CELLS, ListColumn, session_columns
from emtui.tui.theme import FAINT, PLAIN

MIN_MESSAGE_CELLS = 16
"""Minimum cells of a message column; below, it is omitted."""


def run_columns(width: int) -> tuple[ListColumn[Session], ...]:
    """The columns of the run picker: outcome, start, duration, ID, and the message if there is room."""
    columns_by_field = {column.order_field: column for column in session_columns(WIDE_CELLS)}
    columns: list[ListColumn[Session]] = [
        columns_by_field["outcome"],
        _STARTED_COLUMN,
        columns_by_field["duration_s"],
        _ID_COLUMN,
    ]
    rest = width - 2 - sum(column.width + column.gap for column in columns) - 2
    return (
        (*columns, ListColumn("Message", "message", rest, _message_cell))
        if rest >= MIN_MESSAGE_CELLS
        else tuple(columns)
    )


def _started_cell(session: Session, clock: TimeContext) -> tuple[str, Style]:
    return (text_format.format_date_time(session.started, clock.zone) if session.started else "", PLAIN)


def _id_cell(session: Session, _: TimeContext) -> tuple[str, Style]:
    return session.id[: _ID_COLUMN.width], FAINT


def _message_cell(session: Session, _: TimeContext) -> tuple[str, Style]:
    return session.message or "", PLAIN


_STARTED_COLUMN: ListColumn[Session] = ListColumn("Started", "started", 19, _started_cell)
_ID_COLUMN: ListColumn[Session] = ListColumn("ID", "id", 8, _id_cell)


def full_line_text(difference: RunDifference, row: DiffRow, zone: tzinfo) -> str:
    """The text of a line, and that of the other run if it is not exactly the same."""
    event, other_event = difference.event(row), difference.other_event(row)
    if other_event is None or format_event(other_event) == format_event(event):
        return format_event(event)
    time_text = (
        f", {text_format.format_date_time_with_offset(other_event.time, zone)}" if other_event.time else ""
    )
    return f"{format_event(event)}\n\nOther run{time_text}:\n{format_event(other_event)}"


def format_start_time(zone: tzinfo, start: datetime) -> str:
    """Format a start like the header of a run; the UTC offset is on the first line of the screen."""
    return text_format.format_date_time(start, zone)
