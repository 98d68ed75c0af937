"""The text of a row of the session list: a run, or a group of successful runs.

Pure: rows, times and widths in, styled text out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.em.model import Outcome, Session
from emtui.tui.formatting import duration_bar
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS
from emtui.tui.formatting.session_columns import ListColumn, cell_text, render_cells
from emtui.tui.theme import FAINT

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
    """The faint column for a group: the number of its runs, their median length, since when."""

    def cell(newest: Session, clock: TimeContext) -> tuple[str, Style]:
        match column.title:
            case "Outcome":
                return format_success_count(len(group.runs), column.width), FAINT
            case "Took":
                return text_format.format_duration(
                    group.median_duration
                ) if group.median_duration is not None else "", FAINT
            case "Ratio":
                return "", FAINT
            case duration_bar.USUAL_TITLE:
                return cell_text(column.render_cell(_median_run(group), clock)), FAINT
            case "Message":
                since = group.oldest.started
                return f"since {_format_start(since, clock)}" if since else "", FAINT
            case _:
                return cell_text(column.render_cell(newest, clock)), FAINT

    return replace(column, render_cell=cell)


def _median_run(group: RunGroup) -> Session:
    """The newest run as if it had taken the median duration."""
    newest, median = group.newest, group.median_duration
    return replace(newest, ended=newest.started + median) if newest.started and median else newest


def format_success_count(number: int, width: int) -> str:
    """`· 95 ok`, the number of successful runs in a group; without separators if it is too wide."""
    glyph = OUTCOME_GLYPHS[Outcome.SUCCESS]
    text = f"{glyph} {text_format.format_count(number)} ok"
    return text if text_format.cell_width(text) <= width else f"{glyph} {number} ok"


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
    return f"{group_text}, {format_start_range(row, clock)} (Enter: expand)"


def session_label(run: Session, clock: TimeContext) -> str:
    """`CollectJob 01:55:04`."""
    start_text = text_format.format_short_time(run.started, clock.now, clock.zone) if run.started else ""
    return f"{run.type or run.name or run.id} {start_text}".rstrip()
