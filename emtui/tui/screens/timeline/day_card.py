"""The card of a lane: its runs on the last days, each day a row from 00 to 24 h by the clock.

    Sun 22 Nov      ▄                    2m50s
    Mon 23 Nov      █████████████►       2h11m

Pure. Where something runs most of the time, cells are half an hour, and days without anything unusual are
one row of words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.style import Style

from emtui import text_format
from emtui.display_text.axis_labels import hour_labels
from emtui.display_text.session_wording import TimeContext, duration_text
from emtui.em.model import Session
from emtui.triage.run_lanes import CellKind, Lane, LaneCell, Timeline
from emtui.triage.time_axis import DAY, HOUR, ClockDay, day_of, find_step
from emtui.triage.timeline_cursor import TimelineCursor
from emtui.tui.screens.timeline.lane_row import LaneLayout, LaneMarks, cells_spans, padded
from emtui.tui.theme import ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

MAX_ROWS = 14
MAX_DAYS = 30
"""Days of a card whose days are combined."""
_MAX_CELLS_PER_DAY = 24
"""Cells in which something runs on an average day, from which days without anything unusual are combined."""
_BUSY_STEP = HOUR / 2
_USUAL_KINDS = {CellKind.EMPTY, CellKind.SUCCESS}
_INDENT = "   "
_SUMMARY_GAP, _SUMMARY_CELLS = 2, 20
"""Cells before the words after a day, and cells that they need."""


@dataclass(frozen=True, slots=True)
class CardDay:
    """One day of a card: its runs by start, its cells, and how many runs were due and did not start."""

    day: ClockDay
    runs: Sequence[Session]
    cells: Sequence[LaneCell]
    missed_count: int

    @property
    def failed_count(self) -> int:
        """The number of its failed runs."""
        return sum(1 for run in self.runs if run.has_failed)

    @property
    def is_usual(self) -> bool:
        """Whether all its runs succeeded in their usual time, and none is missing."""
        return all(cell.kind in _USUAL_KINDS for cell in self.cells)


def card_days(cursor: TimelineCursor, lane: Lane, count: int, step: timedelta) -> list[CardDay]:
    """The last days up to that of the window's end, oldest first; none before the list begins."""
    timeline, zone = cursor.timeline, cursor.zone
    last = min(cursor.window.until - timedelta(microseconds=1), timeline.end)
    days = [day_of(last, number, step, zone) for number in range(count - 1, -1, -1)]
    first = timeline.first_start
    return [_card_day(timeline, lane, day) for day in days if first is None or day.until > first]


def _card_day(timeline: Timeline, lane: Lane, day: ClockDay) -> CardDay:
    first, stop = bisect_left(lane.starts, day.since), bisect_left(lane.starts, day.until)
    missed = timeline.missed_starts(lane.key)
    missed_count = bisect_left(missed, day.until) - bisect_left(missed, day.since)
    return CardDay(day, lane.runs[first:stop], timeline.cells_of(lane, day), missed_count)


def day_groups(days: Sequence[CardDay]) -> Iterator[list[CardDay]]:
    """The rows of the card of a busy lane: one day each, but days without anything unusual together.

    The last day always has its own row.
    """
    group: list[CardDay] = []
    for day in days:
        if day.is_usual and day is not days[-1]:
            group.append(day)
            continue
        if group:
            yield group
            group = []
        yield [day]
    if group:
        yield group


def card_lines(
    cursor: TimelineCursor, lane: Lane, layout: LaneLayout, clock: TimeContext, max_lines: int
) -> list[StyledSpans]:
    """Format the card of a lane: the hours, and at most so many rows less one, the last days."""
    step = card_step(layout.graph)
    count = min(MAX_ROWS, max_lines - 1)
    if count < 1 or step is None:
        return []
    if _is_busy(cursor, lane, step):
        step = max(step, _BUSY_STEP)
        groups = list(day_groups(card_days(cursor, lane, MAX_DAYS, step)))
    else:
        groups = [[day] for day in card_days(cursor, lane, MAX_ROWS, step)]
    return [_heading(layout, step), *(_group_line(group, cursor, layout, clock) for group in groups[-count:])]


def _is_busy(cursor: TimelineCursor, lane: Lane, step: timedelta) -> bool:
    """Whether something runs in many cells of the last days."""
    until = cursor.window.until
    shown = lane.overlapping(until - MAX_ROWS * DAY, until)
    used_cells = sum((lane.ends[index] - lane.starts[index]) // step + 1 for index in shown)
    return used_cells > _MAX_CELLS_PER_DAY * MAX_ROWS


def card_step(graph_cells: int) -> timedelta | None:
    """The length of a cell with which a day fits; `None` if there is too little room."""
    step = find_step(DAY, graph_cells)
    return step if DAY // step <= graph_cells else None


def _heading(layout: LaneLayout, step: timedelta) -> StyledSpans:
    text = " " * layout.label
    for cell, label in hour_labels(step):
        text = text.ljust(layout.label + cell) + label
    if _has_summary(layout, step):
        text = text.ljust(layout.label + DAY // step + _SUMMARY_GAP) + "took"
    return [(text, FAINT)]


def _has_summary(layout: LaneLayout, step: timedelta) -> bool:
    """Whether there is room for the words after the cells of a day."""
    room = layout.divider + 1 + layout.state - layout.label - DAY // step - _SUMMARY_GAP
    return room >= _SUMMARY_CELLS


def _group_line(
    group: Sequence[CardDay], cursor: TimelineCursor, layout: LaneLayout, clock: TimeContext
) -> StyledSpans:
    if len(group) > 1:
        return _usual_days(group)
    (card_day,) = group
    label, padding = padded(f"{_INDENT}{_date_text(card_day)}", layout.label)
    day = card_day.day
    selected: Sequence[int] = ()
    if cursor.run:
        lane = cursor.timeline.lanes[cursor.run.lane]
        start, end = lane.starts[cursor.run.run_index], lane.ends[cursor.run.run_index]
        if start < day.until and max(end, start + timedelta(microseconds=1)) > day.since:
            selected = day.cells_between(start, end)
    summary, style = _summary(card_day, clock)
    return [
        (label, FAINT),
        (padding, PLAIN),
        *cells_spans(card_day.cells, LaneMarks(is_selected=True, selected=selected)),
        *([(" " * _SUMMARY_GAP, PLAIN), (summary, style)] if _has_summary(layout, day.step) else []),
    ]


def _usual_days(group: Sequence[CardDay]) -> StyledSpans:
    """Format `Tue 10 Nov – Tue 17 Nov   8 days, 768 runs, all successful`."""
    runs = [run for day in group for run in day.runs]
    days = text_format.format_counted(len(group), "day")
    text = (
        f"{days}, {text_format.format_counted(len(runs), 'run')}, all successful"
        if runs
        else f"{days}, no run"
    )
    return [(f"{_INDENT}{_date_text(group[0])} – {_date_text(group[-1])}   {text}", FAINT)]


def _date_text(card_day: CardDay) -> str:
    full = text_format.format_date_time(card_day.day.since, card_day.day.zone)
    return full.rpartition(" ")[0]


def _summary(card_day: CardDay, clock: TimeContext) -> tuple[str, Style]:
    """How long the only run of a day took; of several runs, how many there were and how many failed."""
    runs, failed_count, missed_count = card_day.runs, card_day.failed_count, card_day.missed_count
    style = ERROR_STYLE if failed_count or missed_count else FAINT
    if missed_count and not runs:
        return f"{text_format.format_count(missed_count)} due, none started", style
    if len(runs) == 1 and not missed_count:
        return duration_text(runs[0], clock), style if runs[0].has_failed or not _is_slow(
            card_day
        ) else ERROR_STYLE
    if not runs:
        return "", FAINT
    text = text_format.format_counted(len(runs), "run")
    if failed_count:
        text = f"{text_format.format_count(failed_count)} of {text_format.format_count(len(runs))} failed"
    return (f"{text}, {missed_count} missed" if missed_count else text), style


def _is_slow(card_day: CardDay) -> bool:
    return any(cell.kind is CellKind.STUCK for cell in card_day.cells)
