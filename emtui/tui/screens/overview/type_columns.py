"""Columns of the overview: sign and type, state, history of 30 days and 24 hours, trend, durations.

Pure: rows and times in, styled text out. Missing values are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, duration_text
from emtui.monitor.type_histories import DAY_COUNT, HALF_HOUR_COUNT, TREND_COUNT, TypeHistory
from emtui.tui.formatting.cell_spans import cell_span, cells_spans, merge_spans
from emtui.tui.formatting.session_columns import WIDE_CELLS, Cell, ListColumn
from emtui.tui.formatting.trend_spans import trend_spans
from emtui.tui.formatting.type_state import TypeState, styled_state
from emtui.tui.theme import ACCENT_STYLE, CURSOR_TINT, DIVIDER, FAINT, PLAIN

VERY_WIDE_CELLS = 200
"""Width from which there are the last 24 hours."""
WHOLE_TYPE_WIDTH = 132
"""Width from which the longest documented type is not cut."""
TYPE_CELLS, WIDE_TYPE_CELLS = 23, 34
"""Width of sign and type."""
STATE_CELLS = 21
SHORT_TREND_COUNT = 12
START_CELLS = 9


def type_columns(width: int, selected_day: int | None = None) -> tuple[ListColumn[TypeHistory], ...]:
    """The columns for an overview this wide, in cells; `selected_day` is set off in the history."""
    columns: list[ListColumn[TypeHistory]] = [
        ListColumn("  Type", "", type_cells(width), _type_cell),
        ListColumn("State", "", STATE_CELLS, _state_cell),
    ]
    if width >= VERY_WIDE_CELLS:
        columns += [
            _days_column(selected_day),
            ListColumn("Last 24 hours", "", HALF_HOUR_COUNT, _half_hours_cell),
            ListColumn(f"Took, last {TREND_COUNT}", "", TREND_COUNT, partial(_trend_cell, TREND_COUNT)),
            *_NUMBER_COLUMNS,
            _START_COLUMN,
        ]
    elif width >= WIDE_CELLS:
        title = f"Took, last {SHORT_TREND_COUNT}"
        columns += [
            _days_column(selected_day),
            ListColumn(title, "", SHORT_TREND_COUNT + 1, partial(_trend_cell, SHORT_TREND_COUNT)),
            *_NUMBER_COLUMNS,
        ]
    else:
        room = width - 2 - sum(column.width + column.gap for column in columns) + columns[0].gap
        fitting = (
            column
            for column in (_days_column(selected_day), _START_COLUMN)
            if column.width + column.gap <= room
        )
        columns += [*fitting][:1]
    return tuple(columns)


def type_cells(width: int) -> int:
    """The width of sign and type."""
    return WIDE_TYPE_CELLS if width >= WHOLE_TYPE_WIDTH else TYPE_CELLS


def _days_column(selected_day: int | None) -> ListColumn[TypeHistory]:
    title = f"{DAY_COUNT} days"
    heading = title + "today".rjust(DAY_COUNT - len(title))
    return ListColumn(heading, "", DAY_COUNT, partial(_days_cell, selected_day))


def _state_of(row: TypeHistory, clock: TimeContext) -> TypeState:
    return styled_state(row.status, row.finding, clock, is_acknowledged=row.is_acknowledged)


def _type_cell(row: TypeHistory, clock: TimeContext) -> Cell:
    state = _state_of(row, clock)
    return f"{state.sign} {row.name}", state.style


def _state_cell(row: TypeHistory, clock: TimeContext) -> Cell:
    state = _state_of(row, clock)
    return state.text, state.style


def _days_cell(selected_day: int | None, row: TypeHistory, _: TimeContext) -> list[Cell]:
    if selected_day is None:
        return cells_spans(row.days) or [("", PLAIN)]
    spans = [cell_span(cell) for cell in row.days]
    if 0 <= selected_day < len(spans):
        spans[selected_day] = set_off(spans[selected_day])
    return merge_spans(spans) or [("", PLAIN)]


def set_off(span: Cell) -> Cell:
    """The cell of a picture as the selected one: in the color of the cursor, visible if it is a hole."""
    text, _ = span
    return text if text.strip() else DIVIDER, ACCENT_STYLE + CURSOR_TINT


def _half_hours_cell(row: TypeHistory, _: TimeContext) -> list[Cell]:
    return cells_spans(row.half_hours) or [("", PLAIN)]


def _trend_cell(count: int, row: TypeHistory, _: TimeContext) -> list[Cell]:
    points = row.trend[-count:]
    return [(" " * (count - len(points)), PLAIN), *trend_spans(points)] if points else [("", PLAIN)]


def _of_status(cell: Callable[[TypeHistory, TimeContext], str]) -> Callable[[TypeHistory, TimeContext], Cell]:
    """A cell that is empty for a type without runs."""
    return lambda row, clock: (cell(row, clock) if row.status else "", PLAIN)


def _took_text(row: TypeHistory, clock: TimeContext) -> str:
    return duration_text(row.newest_run, clock) if row.newest_run else ""


def _usual_cell(row: TypeHistory, _: TimeContext) -> tuple[str, Style]:
    baseline = row.status.baseline if row.status else None
    return text_format.format_duration(baseline.usual) if baseline else "", FAINT


def _interval_cell(row: TypeHistory, _: TimeContext) -> tuple[str, Style]:
    schedule = row.status.schedule if row.status else None
    return text_format.format_interval(schedule.interval) if schedule else "", FAINT


def _start_text(row: TypeHistory, clock: TimeContext) -> str:
    when = row.newest_run.started if row.newest_run else None
    return text_format.format_short_time(when, clock.now, clock.zone) if when else ""


_NUMBER_COLUMNS: tuple[ListColumn[TypeHistory], ...] = (
    ListColumn("Took", "", 7, _of_status(_took_text), is_right_aligned=True),
    ListColumn("Usual", "", 6, _usual_cell, is_right_aligned=True),
    ListColumn("Every", "", 5, _interval_cell, is_right_aligned=True),
)
_START_COLUMN: ListColumn[TypeHistory] = ListColumn(
    "Started", "", START_CELLS, _of_status(_start_text), is_right_aligned=True
)
