"""Charts of a comparison: the duration of both runs, and of the steps whose duration differs most.

Pure: takes a comparison and cells, returns styled lines. Bars of one chart have one scale, its longest
duration.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.baseline import UNUSUAL_RATIO
from emtui.triage.diff_text import CURRENT_HEADING, OTHER_HEADING, RunDifference, format_event
from emtui.triage.log_diff import DiffKind, DiffRow
from emtui.tui.formatting.step_bars import Bar, Track, bar_spans, lay_out_bar, track_heading
from emtui.tui.screens.comparison.diff_row import DURATION_CELLS, RED_RATIO, this_style
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN, RUNNING_STYLE, WARNING_STYLE
from emtui.tui.widgets.title_rule import rule_spans
from emtui.tui.widgets.virtual_list import StyledSpans

MIN_DIFFERENCE = timedelta(milliseconds=500)
"""A smaller difference of a step is not in the chart."""
MIN_LINES = 4
"""A chart of steps has a title, a heading, and two lines for each step."""
NO_SUCH_STEP = "no such step"
_NO_STEP: StyledSpans = [(NO_SUCH_STEP, FAINT)]
MAX_STEP_CELLS = 56
RUN_CELLS = 5
"""Cells of `This` and `Other`."""
GAP = "  "


def run_chart(difference: RunDifference, width: int) -> list[StyledSpans]:
    """A bar for each run: `This   2m02s  ▄▄▄███`; nothing if a duration is unknown."""
    current, other = (run.duration(difference.now) for run in (difference.current, difference.other))
    if current is None or other is None:
        return []
    label_cells = 1 + RUN_CELLS + len(GAP) + DURATION_CELLS + len(GAP)
    track = Track(max(current, other), max(width - label_cells - 1, 1))
    bar = replace(lay_out_bar(track, timedelta(), current, other), missing=0)
    other_bar = lay_out_bar(track, timedelta(), other, None)
    style = _longer_style(difference.current, current, other)
    return [
        [*_label(CURRENT_HEADING, current, style), *bar_spans(bar, track.cells, FAINT, style)],
        [*_label(OTHER_HEADING, other, PLAIN), *bar_spans(other_bar, track.cells, FAINT, FAINT)],
    ]


def _longer_style(run: Session, duration: timedelta, other: timedelta) -> Style:
    if run.is_running or duration < other * UNUSUAL_RATIO:
        return PLAIN
    return ERROR_STYLE if duration >= other * RED_RATIO else WARNING_STYLE


def step_chart(difference: RunDifference, width: int, max_lines: int) -> list[StyledSpans]:
    """The steps whose durations differ most, two bars each, below a title; empty if there is no room."""
    rows = sorted(
        (row for row in difference.comparison.rows if abs(_difference_of(row)) >= MIN_DIFFERENCE),
        key=lambda row: abs(_difference_of(row)),
        reverse=True,
    )[: max((max_lines - 2) // 2, 0)]
    if not rows or max_lines < MIN_LINES:
        return []
    longest = max(max(row.duration or timedelta(), row.other_duration or timedelta()) for row in rows)
    step_cells = min(MAX_STEP_CELLS, width // 3)
    label_cells = 1 + DURATION_CELLS + 1 + len(GAP) + step_cells + 1 + RUN_CELLS + len(GAP) + DURATION_CELLS
    track = Track(longest, max(width - label_cells - len(GAP) - 1, 1))
    heading = f" {'Change':>{DURATION_CELLS + 1}}{GAP}{'Step':<{step_cells}} {'Run':<{RUN_CELLS}}{GAP}"
    heading += f"{'Took':>{DURATION_CELLS}}{GAP}{track_heading(track)}"
    lines = [rule_spans([("Largest differences of steps", BOLD)], [], width), [(heading, FAINT)]]
    for row in rows:
        lines += _step_lines(difference, row, track, step_cells)
    return lines


def _step_lines(
    difference: RunDifference, row: DiffRow, track: Track, step_cells: int
) -> tuple[StyledSpans, StyledSpans]:
    """The bars of one step; a run without it has none."""
    change, style = _difference_of(row), this_style(row)
    sign = "+" if change > timedelta() else "-"
    change_text = f"{sign}{text_format.format_duration(abs(change))}"
    name = text_format.fit_width(text_format.join_lines(format_event(difference.event(row))), step_cells)
    start: StyledSpans = [(f" {change_text:>{DURATION_CELLS + 1}}{GAP}", style), (name, PLAIN)]
    indent = " " * (1 + DURATION_CELLS + 1 + len(GAP) + step_cells)
    bar = other_bar = Bar(0, 0)
    if row.duration is not None:
        usual = timedelta() if row.kind is DiffKind.NEW else row.other_duration
        bar = replace(lay_out_bar(track, timedelta(), row.duration, usual), missing=0)
    if row.other_duration is not None:
        other_bar = lay_out_bar(track, timedelta(), row.other_duration, None)
    other_style = RUNNING_STYLE if row.kind is DiffKind.MISSING else FAINT
    return (
        [
            *start,
            *_label(CURRENT_HEADING, row.duration, style),
            *(_NO_STEP if row.index is None else bar_spans(bar, track.cells, FAINT, style)),
        ],
        [
            (indent, PLAIN),
            *_label(OTHER_HEADING, row.other_duration, PLAIN),
            *(
                _NO_STEP
                if row.other_index is None
                else bar_spans(other_bar, track.cells, other_style, other_style)
            ),
        ],
    )


def _label(heading: str, duration: timedelta | None, style: Style) -> StyledSpans:
    text = text_format.format_duration(duration) if duration is not None else ""
    return [(f" {heading:<{RUN_CELLS}}{GAP}", FAINT), (f"{text:>{DURATION_CELLS}}{GAP}", style)]


def _difference_of(row: DiffRow) -> timedelta:
    """How much longer the step was in this run; a step that a run does not have took no time in it."""
    if row.duration is None and row.other_duration is None:
        return timedelta()
    has_both = row.index is not None and row.other_index is not None
    if has_both and (row.duration is None or row.other_duration is None):
        return timedelta()
    return (row.duration or timedelta()) - (row.other_duration or timedelta())
