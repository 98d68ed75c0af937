"""Formats the lines of a comparison: sign, offset, duration in both runs, their ratio, text.

Pure: takes differences and the width of a line in cells, returns styled spans. No color carries meaning on
its own: a sign or a number says the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.diff_hunks import CollapsedLines
from emtui.triage.diff_text import (
    COLLAPSED_SIGN,
    CURRENT_HEADING,
    DIFF_SIGNS,
    OTHER_HEADING,
    RATIO_CELLS,
    RATIO_HEADING,
    RunDifference,
    format_collapsed_lines,
    format_durations,
    format_event,
    format_legend,
)
from emtui.triage.log_diff import DiffKind, DiffRow
from emtui.tui.formatting.search_matches import highlight_matches
from emtui.tui.formatting.session_columns import WIDE_CELLS, ListColumn, TimeContext, session_columns
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

_UNUSUAL_STYLE = Style(color="yellow")
KIND_STYLES = {
    DiffKind.SAME: PLAIN,
    DiffKind.NEW: _UNUSUAL_STYLE,
    DiffKind.MISSING: _UNUSUAL_STYLE,
    DiffKind.MOVED: _UNUSUAL_STYLE,
    DiffKind.PENDING: FAINT,
}
CURSOR_CELLS = 1
"""Cells of the cursor mark before the sign."""
MIN_MESSAGE_CELLS = 16
"""Minimum cells of a message column; below, it is omitted."""
MIN_TEXT_CELLS = 8
"""Cells of a text on the narrowest screen."""


def heading_text(difference: RunDifference | None, width: int) -> str:
    """The titles of the columns, and a legend of the signs if there is room for it."""
    offset_heading = _format_offset_cell("Offset", width)
    titles = f"{_format_cells('', offset_heading, CURRENT_HEADING, OTHER_HEADING, RATIO_HEADING)}  Event"
    signs = format_legend(difference) if difference else ""
    room = width - CURSOR_CELLS - len(titles) - 2
    return (
        text_format.fit_width(titles, max(width - CURSOR_CELLS, 0))
        if len(signs) > room
        else f"{titles}  {signs:>{room}}"
    )


def row_spans(difference: RunDifference, row: DiffRow, width: int, search_text: str = "") -> StyledSpans:
    """Format one line of either or both logs, with matches of the search underlined."""
    duration, other_duration, ratio = format_durations(row)
    style = KIND_STYLES[row.kind]
    offset_cell = _format_offset_cell(_format_offset(difference.offset(row)), width)
    prefix = _format_cells(DIFF_SIGNS[row.kind], offset_cell, duration, other_duration, "")[
        : -len(ratio) or None
    ]
    room = max(width - CURSOR_CELLS - len(prefix) - len(ratio) - 2, MIN_TEXT_CELLS)
    text = text_format.truncate(text_format.join_lines(format_event(difference.event(row))), room)
    return [(prefix, style), (ratio, BOLD), ("  ", PLAIN), *highlight_matches(text, search_text, style)]


def collapsed_lines_spans(collapsed: CollapsedLines, width: int) -> StyledSpans:
    """Format several equal lines as one."""
    prefix = _format_cells(
        COLLAPSED_SIGN if collapsed.kind is DiffKind.SAME else DIFF_SIGNS[collapsed.kind],
        _format_offset_cell("", width),
        "",
        "",
        "",
    )
    return [(f"{prefix}  {format_collapsed_lines(collapsed)}", FAINT)]


def _format_cells(sign: str, offset_cell: str, duration: str, other_duration: str, ratio: str) -> str:
    return f"{sign:<1} {offset_cell}{duration:>6}  {other_duration:>6} {ratio:>{RATIO_CELLS}}"


def _format_offset_cell(text: str, width: int) -> str:
    """The offset cell; empty on narrow screens."""
    return f"{text:>8}  " if width >= WIDE_CELLS else ""


def _format_offset(span: timedelta | None) -> str:
    return text_format.format_offset(span) if span is not None else ""


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
