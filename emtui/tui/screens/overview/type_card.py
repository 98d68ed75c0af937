"""The card of one type: days and hours as cells, failures of runs and the median duration of each day.

Pure: a row, times and a size in, styled lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.monitor.type_histories import TypeHistory
from emtui.triage.baseline import Baselines
from emtui.triage.hour_card import HOURS, DayRow, build_hour_card, notable_days
from emtui.triage.run_cells import RunCell
from emtui.tui.formatting.cell_spans import cell_span, legend_spans, merge_spans
from emtui.tui.formatting.run_table import run_table
from emtui.tui.formatting.trend_spans import LEGEND
from emtui.tui.screens.overview.type_columns import set_off
from emtui.tui.theme import BOLD, DIVIDER, ERROR_STYLE, FAINT, PLAIN, RULE_STYLE
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

MAX_DAYS = 14
WIDE_DAYS = 30
"""Days on a screen with room for all of the history."""
MIN_ALL_DAYS = 7
"""Rows from which all days are shown; in fewer only those with something bad, and today."""
MAX_CELLS_PER_HOUR = 4
LABEL_CELLS = 9
COUNT_CELLS, MEDIAN_CELLS = 13, 9
LEGEND_LINES = 2
RUNS_GAP = 4
"""Cells between the card and the last runs, with the divider."""
MIN_RUNS_CELLS = 46
"""Room for outcome, start, duration and ratio of a run."""
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class TypeCard:
    """The rows of a card, oldest day first."""

    days: tuple[DayRow, ...]
    cells_per_hour: int

    @property
    def cells(self) -> tuple[RunCell, ...]:
        """All cells in the order of time."""
        return tuple(cell for day in self.days for cell in day.cells)


def build_card(row: TypeHistory, clock: TimeContext, width: int, height: int) -> TypeCard:
    """The card of a type for a pane of this size; without days if there is no room for one."""
    cells_per_hour = next(
        (
            number
            for number in range(MAX_CELLS_PER_HOUR, 1, -1)
            if LABEL_CELLS + HOURS * number + COUNT_CELLS + MEDIAN_CELLS <= width
        ),
        1,
    )
    room = height - 1
    if row.status is None or room < 1:
        return TypeCard((), cells_per_hour)
    day_count = min(WIDE_DAYS if room >= WIDE_DAYS + LEGEND_LINES else MAX_DAYS, max(room, MIN_ALL_DAYS))
    days = build_hour_card(
        row.status.runs, clock.now, clock.zone, day_count, row.missed, row.known_since, cells_per_hour
    )
    return TypeCard((days if room >= MIN_ALL_DAYS else notable_days(days))[-room:], cells_per_hour)


def card_lines(
    card: TypeCard, clock: TimeContext, width: int, height: int, selected: RunCell | None = None
) -> tuple[StyledSpans, ...]:
    """Heading, days, and below them a legend if there is room; `selected` is a cell that is set off."""
    lines: list[StyledSpans] = []
    if card.days:
        lines = [_heading(card.cells_per_hour, width), *_day_lines(card.days, clock, selected)]
    if height - len(lines) > LEGEND_LINES:
        lines += [[], [(_INDENT, PLAIN), *legend_spans(width - len(_INDENT))]]
    if height - len(lines) >= 1 and card.days and lines[-1]:
        lines.append([(_INDENT, PLAIN), *LEGEND])
    return tuple(lines[:height])


def beside_runs(
    lines: Sequence[StyledSpans],
    runs: Sequence[Session],
    baselines: Baselines | None,
    clock: TimeContext,
    width: int,
    height: int,
) -> tuple[StyledSpans, ...]:
    """A card with the last runs of the type at its right, if the pane has room for them."""
    card_cells = LABEL_CELLS + HOURS * MAX_CELLS_PER_HOUR + COUNT_CELLS + MEDIAN_CELLS + RUNS_GAP
    room = width - card_cells
    if baselines is None or not runs or room < MIN_RUNS_CELLS:
        return tuple(lines)
    blank: StyledSpans = []
    table = run_table("Last runs", runs[: max(height - 1, 0)], baselines, clock, room)
    return tuple(
        [
            *line,
            (" " * max(card_cells - spans_width(line) - 2, 0), PLAIN),
            (f"{DIVIDER} ", RULE_STYLE),
            *run_line,
        ]
        for line, run_line in zip_longest(lines, table, fillvalue=blank)
    )


def _heading(cells_per_hour: int, width: int) -> StyledSpans:
    hours = "".join(
        f"{hour:02}".ljust(3 * cells_per_hour if cells_per_hour > 1 else HOURS // 4)
        for hour in range(0, HOURS, 3 if cells_per_hour > 1 else HOURS // 4)
    )
    counts = f"{'failed/ran':>{COUNT_CELLS}}{'median':>{MEDIAN_CELLS}}"
    room = max(width - LABEL_CELLS - HOURS * cells_per_hour, 0)
    return [(" " * LABEL_CELLS + hours + counts[:room], FAINT)]


def _day_lines(days: Sequence[DayRow], clock: TimeContext, selected: RunCell | None) -> Iterator[StyledSpans]:
    for day in days:
        noon = day.cells[len(day.cells) // 2].start
        label = _INDENT + text_format.format_long_time(noon, clock.zone).rpartition(" ")[0]
        spans = (
            set_off(cell_span(cell)) if selected and _is_in(cell, selected) else cell_span(cell)
            for cell in day.cells
        )
        counts = f"{text_format.format_count(day.failed)}/{text_format.format_count(day.total)}"
        median = text_format.format_duration(day.median) if day.median is not None else ""
        is_selected_day = selected is not None and any(_is_in(cell, selected) for cell in day.cells)
        yield [
            (f"{label:<{LABEL_CELLS}}", BOLD if is_selected_day else PLAIN),
            *merge_spans(spans),
            (f"{counts:>{COUNT_CELLS}}", ERROR_STYLE if day.failed else FAINT),
            (f"{median:>{MEDIAN_CELLS}}", FAINT),
        ]


def _is_in(cell: RunCell, selected: RunCell) -> bool:
    """Whether this cell is the selected one."""
    return cell.start == selected.start and cell.end == selected.end and cell.start < cell.end
