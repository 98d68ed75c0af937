"""The text of a row of the session list: a run, or a group of successful runs.

Pure: rows, times and widths in, styled text out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.tui.formatting.session_columns import ListColumn, TimeContext, render_cells, summary_text
from emtui.tui.theme import FAINT, PLAIN

if TYPE_CHECKING:  # loaded with the first list
    from emtui.triage.grouping import ListRow, RunGroup


def row_cells(
    columns: tuple[ListColumn[Session], ...], row: ListRow, clock: TimeContext
) -> list[tuple[str, Style]]:
    """The cells of a run, or of a group."""
    if isinstance(row, Session):
        return render_cells(columns, row, clock)
    return render_cells(tuple(_group_column(column, row) for column in columns), row.newest, clock)


def _group_column(column: ListColumn[Session], group: RunGroup) -> ListColumn[Session]:
    """The column for a group: its newest run, the number of runs, their median length and start times."""

    def cell(newest: Session, clock: TimeContext) -> tuple[str, Style]:
        match column.title:
            case "Type":
                return format_type_count(newest.type or "", len(group.runs), column.width), PLAIN
            case "Took":
                return text_format.format_duration(
                    group.median_duration
                ) if group.median_duration is not None else "", PLAIN
            case "Ratio":
                return "", PLAIN
            case "Message":
                start_range = format_start_range(group, clock)
                is_wide = text_format.cell_width(start_range) > column.width
                return start_range.replace(" – ", "–") if is_wide else start_range, FAINT
            case _:
                return column.render_cell(newest, clock)

    return ListColumn(column.title, column.order_field, column.width, cell, column.is_right_aligned)


def format_type_count(type_name: str, number: int, width: int) -> str:
    """`CollectJob (78)`; if it is too wide, the name is cut, never the number."""
    count = f" ({text_format.format_count(number)})"
    return text_format.truncate(type_name, max(width - text_format.cell_width(count), 1)) + count


def format_start_range(group: RunGroup, clock: TimeContext) -> str:
    """First and last start: `03:25–22:40`, `Sun 22:40 – 23:55`, `24 Oct – Sun 22:40`."""
    first_start, last_start = group.oldest.started, group.newest.started
    if first_start is None or last_start is None:
        return ""
    first_text, last_text = (_format_start(when, clock) for when in (first_start, last_start))
    if first_text == last_text:
        return first_text
    day, _, time_text = first_text.rpartition(" ")
    if day and ":" in time_text and last_text.startswith(f"{day} "):
        return f"{first_text} – {last_text.rpartition(' ')[2]}"
    return f"{first_text}–{last_text}" if not day and " " not in last_text else f"{first_text} – {last_text}"


def _format_start(start: datetime, clock: TimeContext) -> str:
    """`22:40`; with its weekday if more than a day old, only the date after six days."""
    text = text_format.format_short_time(start, clock.now, clock.zone)
    return text[: len("22:40")] + text[len("22:40:03") :] if text.count(":") == 2 else text


def row_detail(row: ListRow, clock: TimeContext) -> str:
    """The full message of a run; for a group the number of its runs, their type and start times."""
    if isinstance(row, Session):
        return summary_text(row)
    group_text = f"{text_format.format_count(len(row.runs))} successful runs of {row.newest.type}"
    return f"{group_text}, {format_start_range(row, clock)} (Enter or z: expand)"


def session_label(run: Session, clock: TimeContext) -> str:
    """`CollectJob 01:55:04`."""
    start_text = text_format.format_short_time(run.started, clock.now, clock.zone) if run.started else ""
    return f"{run.type or run.name or run.id} {start_text}".rstrip()
