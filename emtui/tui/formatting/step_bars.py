"""Bars of the steps of a run on a track: where in the run each one lies, and how long it took.

Pure: durations and cells in, styled text out. A bar has a half block for each cell up to the usual duration
and a full block for each cell beyond it; dots are what is missing to the usual duration. A cell is full only
if it is covered completely, unless the step is known to be unusually long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.style import Style

from emtui import text_format
from emtui.em.model import Event
from emtui.triage.step_timing import Wait
from emtui.tui.theme import (
    CONTINUES_MARK,
    DIVIDER,
    ERROR_STYLE,
    FAINT,
    FULL_BLOCK,
    HALF_BLOCK,
    PLAIN,
    RUNNING_STYLE,
    WARNING_STYLE,
)
from emtui.tui.widgets.virtual_list import StyledSpans

MIN_BAR_DURATION = timedelta(milliseconds=100)
"""A shorter step, which would read `0.0s`, is drawn as an instant and has no duration."""
MISSING_CELL = "·"
MIN_LABEL_GAP = 2
"""Blanks between two labels of a track."""
MIN_TICK_CELLS = 9
"""Cells between two labeled times."""
_TICK_SECONDS = (
    *(1, 2, 5, 10, 15, 20, 30),
    *(60, 120, 300, 600, 900, 1200, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200),
    *(days * 86_400 for days in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)


@dataclass(frozen=True, slots=True)
class Track:
    """A line of `cells` cells that stands for `total`; times before or after it are drawn at its ends."""

    total: timedelta
    cells: int

    def cell_at(self, offset: timedelta) -> int:
        """The cell of a moment."""
        if self.total <= timedelta():
            return 0
        return max(min(offset * self.cells // self.total, self.cells), 0)

    def whole_cells(self, duration: timedelta) -> int:
        """The number of cells that a duration covers completely."""
        return self.cell_at(max(duration, timedelta()))


@dataclass(frozen=True, slots=True)
class Bar:
    """The cells of a bar: blanks before it, its usual part, what is beyond, and what is missing."""

    start: int
    usual: int
    beyond: int = 0
    missing: int = 0


def run_length(
    events: Sequence[Event], origin: datetime | None, ended: datetime | None, until: datetime | None = None
) -> timedelta:
    """The time from `origin` to the last known moment of a run: an event, its end, or the current time."""
    moments = [event.time for event in events if event.time]
    moments += [moment for moment in (ended, until) if moment]
    return max((moment - origin for moment in moments), default=timedelta()) if origin else timedelta()


def lay_out_bar(
    track: Track, offset: timedelta, duration: timedelta, usual: timedelta | None, *, is_unusual: bool = False
) -> Bar:
    """The bar of what begins at `offset`; it has at least one cell and ends within the track.

    With an unknown usual duration nothing is beyond it; with one of zero, everything is.
    """
    start = max(min(track.cell_at(offset), track.cells - 1), 0)
    size = max(track.cell_at(offset + duration) - start, 1)
    if usual is None:
        return Bar(start, size)
    beyond = track.whole_cells(duration - usual) if usual else size
    if is_unusual:
        beyond = max(beyond, 1)
    beyond = min(beyond, size)
    missing = min(track.whole_cells(usual - duration), track.cells - start - size)
    return Bar(start, size - beyond, beyond, missing)


def track_spans(track: Track, offset: timedelta | None, wait: Wait, *, is_error: bool) -> StyledSpans:
    """Draw one step in exactly `track.cells` cells; blank if its time is unknown."""
    if offset is None or track.cells < 1:
        return [(" " * max(track.cells, 0), PLAIN)]
    usual_style = ERROR_STYLE if is_error else FAINT
    if not is_timed(wait):
        start = min(track.cell_at(offset), track.cells - 1)
        mark, style = (CONTINUES_MARK, RUNNING_STYLE) if wait.step.is_open else (DIVIDER, usual_style)
        return [(" " * start, PLAIN), (mark, style), (" " * (track.cells - start - 1), PLAIN)]
    usual = timedelta() if wait.log_count_without else wait.usual.usual if wait.usual else None
    is_unusual = wait.is_unusual or wait.is_stuck
    bar = lay_out_bar(track, offset, wait.step.duration or timedelta(), usual, is_unusual=is_unusual)
    spans = bar_spans(bar, track.cells, usual_style, step_style(wait, is_error=is_error))
    return _continue_bar(spans) if wait.step.is_open else spans


def bar_spans(bar: Bar, cells: int, usual_style: Style, beyond_style: Style) -> StyledSpans:
    """Draw a bar in exactly `cells` cells; what is beyond the usual has a color only if that is unusual."""
    used = bar.start + bar.usual + bar.beyond + bar.missing
    return [
        (" " * bar.start, PLAIN),
        (HALF_BLOCK * bar.usual, usual_style),
        (FULL_BLOCK * bar.beyond, FAINT if beyond_style == PLAIN else beyond_style),
        (MISSING_CELL * bar.missing, FAINT),
        (" " * (cells - used), PLAIN),
    ]


def _continue_bar(spans: StyledSpans) -> StyledSpans:
    """Put the mark of a running step on the last cell of its bar."""
    last = 2 if spans[2][0] else 1
    text, style = spans[last]
    return [*spans[:last], (text[:-1], style), (CONTINUES_MARK, RUNNING_STYLE), *spans[last + 1 :]]


def is_timed(wait: Wait) -> bool:
    """Whether the step has a duration that is worth a bar and a number."""
    return wait.step.duration is not None and wait.step.duration >= MIN_BAR_DURATION


def step_style(wait: Wait, *, is_error: bool) -> Style:
    """The style of a step's duration and of the part beyond its usual one."""
    if is_error or wait.is_stuck:
        return ERROR_STYLE
    is_new_pause = bool(wait.log_count_without) and wait.step.is_pause
    return WARNING_STYLE if wait.is_unusual or is_new_pause else PLAIN


def track_heading(track: Track) -> str:
    """`0        1m        2m03s`: the start, round times where there is room, and the total."""
    if track.cells < 1:
        return ""
    if track.total <= timedelta():
        return text_format.fit_width("0", track.cells)
    total_text = text_format.format_duration(track.total)
    text = "0"
    room = track.cells - text_format.cell_width(total_text) - MIN_LABEL_GAP
    for tick in _ticks(track):
        cell, label = track.cell_at(tick), text_format.format_interval(tick)
        if cell - len(text) >= MIN_LABEL_GAP and cell + len(label) <= room:
            text = f"{text:<{cell}}{label}"
    if len(text) + MIN_LABEL_GAP + len(total_text) > track.cells:
        return text_format.fit_width(text, track.cells)
    return text + total_text.rjust(track.cells - len(text))


def _ticks(track: Track) -> Iterator[timedelta]:
    """Round times within the track, far enough apart."""
    total_seconds = track.total.total_seconds()
    least = total_seconds * MIN_TICK_CELLS / track.cells
    step = next((seconds for seconds in _TICK_SECONDS if seconds >= least), None)
    if step is None:
        return
    for number in range(1, track.cells):
        if number * step >= total_seconds:
            return
        yield timedelta(seconds=number * step)
