"""Formats the lines of a comparison for each width: sign, offset, durations of both runs with bars, text.

Pure: takes differences and the width of a line in cells, returns styled spans. All bars have one scale, the
longest step of both runs. Narrow lines show the text once; wide ones have this run on the left and the other
on the right. No color carries meaning on its own: a sign, a number or a block says the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from rich.style import Style

from emtui import text_format
from emtui.em.model import Event
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
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.formatting.step_bars import MIN_BAR_DURATION, Track, bar_spans, lay_out_bar, track_heading
from emtui.tui.theme import BOLD, DIVIDER, ERROR_STYLE, FAINT, PLAIN, RUNNING_STYLE, WARNING_STYLE
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

KIND_STYLES = {
    DiffKind.SAME: PLAIN,
    DiffKind.NEW: WARNING_STYLE,
    DiffKind.MISSING: RUNNING_STYLE,
    DiffKind.MOVED: BOLD,
    DiffKind.PENDING: FAINT,
}
RED_RATIO = 2
"""A step is red from this multiple of its duration in the other run."""
CURSOR_CELLS = 1
"""Cells of the cursor mark before the sign."""
SIGN_CELLS = 2
OFFSET_CELLS = 8
DURATION_CELLS = 6
MIN_TEXT_CELLS = 8
"""Cells of a text on the narrowest screen."""
BAR_WIDTH_CELLS = 72
"""Width from which lines have one bar for both runs, from `WIDE_CELLS` on one for each."""
SIDE_BY_SIDE_CELLS = 160
"""Width from which the runs are side by side."""
GAP = "  "


@dataclass(frozen=True, slots=True)
class DiffColumns:
    """Cells of the columns of a line of `width` cells, behind the cursor; 0 if one is left out."""

    width: int
    offset: int
    bar: int
    other_bar: int
    is_side_by_side: bool

    @property
    def left_start(self) -> int:
        """Cells before the text of a line; side by side, before that of this run."""
        offset = self.offset + len(GAP) if self.offset else 0
        bar = self.bar + 1 if self.bar else 0
        durations = DURATION_CELLS + 1 + RATIO_CELLS + len(GAP)
        if not self.is_side_by_side:
            durations += DURATION_CELLS + 1 + (self.other_bar + 1 if self.other_bar else 0)
        return SIGN_CELLS + offset + bar + durations

    @property
    def right_start(self) -> int:
        """Cells between the texts of both runs: the divider, and the columns of the other run."""
        return 3 + OFFSET_CELLS + len(GAP) + DURATION_CELLS + 1 + self.other_bar + len(GAP)

    @property
    def text(self) -> int:
        """Cells of a text."""
        room = self.width - CURSOR_CELLS - self.left_start
        return max((room - self.right_start) // 2 if self.is_side_by_side else room, MIN_TEXT_CELLS)

    @property
    def tinted(self) -> int:
        """Cells of the cursor, the sign and the offset."""
        return CURSOR_CELLS + SIGN_CELLS + self.offset


def diff_columns(width: int) -> DiffColumns:
    """The columns of a list of this width."""
    offset = OFFSET_CELLS if width >= WIDE_CELLS else 0
    if width >= SIDE_BY_SIDE_CELLS:
        return DiffColumns(width, offset, width // 10, width // 10, is_side_by_side=True)
    bar = 10 if width >= BAR_WIDTH_CELLS else 0
    return DiffColumns(width, offset, bar, bar if width >= WIDE_CELLS else 0, is_side_by_side=False)


def heading_text(difference: RunDifference | None, width: int, longest: timedelta) -> str:
    """The titles of the columns with the scale of the bars, and a legend of the signs if it fits."""
    columns = diff_columns(width)
    offset = f"{'Offset':>{OFFSET_CELLS}}{GAP}" if columns.offset else ""
    bar, other_bar = (
        f"{track_heading(Track(longest, cells))} " if cells else ""
        for cells in (columns.bar, columns.other_bar)
    )
    this_title, other_title = (f"{title:>{DURATION_CELLS}} " for title in (CURRENT_HEADING, OTHER_HEADING))
    ratio = f"{RATIO_HEADING:>{RATIO_CELLS}}"
    if columns.is_side_by_side:
        left = f"{' ' * SIGN_CELLS}{offset}{this_title}{bar}{ratio}{GAP}Event"
        right = f" {DIVIDER} {offset}{other_title}{other_bar} Event"
        titles = f"{left:<{columns.left_start + columns.text}}{right}"
    else:
        titles = f"{' ' * SIGN_CELLS}{offset}{this_title}{bar}{other_title}{other_bar}{ratio}{GAP}Event"
    signs = format_legend(difference) if difference else ""
    room = width - CURSOR_CELLS - len(titles) - len(GAP)
    return (
        text_format.fit_width(titles, max(width - CURSOR_CELLS, 0))
        if len(signs) > room
        else f"{titles}{GAP}{signs:>{room}}"
    )


def row_spans(
    difference: RunDifference, row: DiffRow, width: int, longest: timedelta, search_text: str = ""
) -> StyledSpans:
    """Format one line of either or both logs; the bar of a step of `longest` has full length."""
    columns = diff_columns(width)
    format_row = _side_by_side_spans if columns.is_side_by_side else _single_text_spans
    return format_row(difference, row, columns, longest, search_text)


def _single_text_spans(
    difference: RunDifference, row: DiffRow, columns: DiffColumns, longest: timedelta, search_text: str
) -> StyledSpans:
    style = KIND_STYLES[row.kind]
    spans = _sign_and_offset(row, difference.offset(row), columns)
    spans += _duration_spans(row.duration, this_style(row))
    if columns.other_bar:
        spans += _this_bar(row, Track(longest, columns.bar))
    elif columns.bar:
        spans += _common_bar(row, Track(longest, columns.bar))
    spans += _duration_spans(row.other_duration, style)
    if columns.other_bar:
        spans += _other_bar(row, Track(longest, columns.other_bar))
    spans.append((f"{_ratio_text(row):>{RATIO_CELLS}}{GAP}", this_style(row)))
    return [*spans, *_text_spans(difference.event(row), columns.text, search_text, style)]


def _side_by_side_spans(
    difference: RunDifference, row: DiffRow, columns: DiffColumns, longest: timedelta, search_text: str
) -> StyledSpans:
    style, track = KIND_STYLES[row.kind], Track(longest, columns.bar)
    event, other_event = difference.events_of(row)
    offset, other_offset = difference.offsets_of(row)
    spans = [
        *_sign_and_offset(row, offset, columns),
        *_duration_spans(row.duration, this_style(row)),
        *_this_bar(row, track),
        (f"{_ratio_text(row):>{RATIO_CELLS}}{GAP}", this_style(row)),
    ]
    text = _text_spans(event, columns.text, search_text, style)
    used = spans_width(text)
    other_style = FAINT if row.kind is DiffKind.SAME else style
    return [
        *spans,
        *text,
        (" " * (columns.text - used), PLAIN),
        (f" {DIVIDER} ", FAINT),
        (f"{_offset_text(other_offset):>{OFFSET_CELLS}}{GAP}", FAINT),
        *_duration_spans(row.other_duration, style),
        *_other_bar(row, track),
        (" ", PLAIN),
        *_text_spans(other_event, columns.text, search_text, other_style),
    ]


def collapsed_lines_spans(collapsed: CollapsedLines, width: int) -> StyledSpans:
    """Format several equal lines as one."""
    sign = COLLAPSED_SIGN if collapsed.kind is DiffKind.SAME else DIFF_SIGNS[collapsed.kind]
    blanks = " " * (diff_columns(width).left_start - 1)
    return [(f"{sign}{blanks}{format_collapsed_lines(collapsed)}", FAINT)]


def longest_step(difference: RunDifference) -> timedelta:
    """The longest step of both runs: the scale of the bars."""
    durations = (
        duration for row in difference.comparison.rows for duration in (row.duration, row.other_duration)
    )
    return max((duration for duration in durations if duration is not None), default=timedelta())


def _sign_and_offset(row: DiffRow, offset: timedelta | None, columns: DiffColumns) -> StyledSpans:
    style = KIND_STYLES[row.kind]
    spans: StyledSpans = [(f"{DIFF_SIGNS[row.kind]:<{SIGN_CELLS}}", style)]
    if columns.offset:
        spans.append((f"{_offset_text(offset):>{columns.offset}}{GAP}", FAINT if style == PLAIN else style))
    return spans


def _offset_text(span: timedelta | None) -> str:
    return text_format.format_offset(span) if span is not None else ""


def _duration_spans(duration: timedelta | None, style: Style) -> StyledSpans:
    """A duration and a gap; empty if it would read `0.0s`."""
    is_shown = duration is not None and duration >= MIN_BAR_DURATION
    text = text_format.format_duration(duration) if duration is not None and is_shown else ""
    return [(f"{text:>{DURATION_CELLS}} ", style)]


def this_style(row: DiffRow) -> Style:
    """The style of the duration in this run: yellow if slower, red from twice the other duration."""
    if not row.is_slower or row.duration is None or row.other_duration is None:
        return KIND_STYLES[row.kind]
    return ERROR_STYLE if row.duration >= row.other_duration * RED_RATIO else WARNING_STYLE


def _this_bar(row: DiffRow, track: Track) -> StyledSpans:
    """The duration in this run, full beyond that in the other one; a new step is full."""
    if row.duration is None or row.duration < MIN_BAR_DURATION:
        return [(" " * (track.cells + 1), PLAIN)]
    other = timedelta() if row.kind is DiffKind.NEW else row.other_duration
    bar = lay_out_bar(track, timedelta(), row.duration, other, is_unusual=row.is_slower)
    return [*bar_spans(replace(bar, missing=0), track.cells, FAINT, this_style(row)), (" ", PLAIN)]


def _other_bar(row: DiffRow, track: Track) -> StyledSpans:
    """The duration in the other run."""
    if row.other_duration is None or row.other_duration < MIN_BAR_DURATION:
        return [(" " * (track.cells + 1), PLAIN)]
    style = RUNNING_STYLE if row.kind is DiffKind.MISSING else FAINT
    bar = lay_out_bar(track, timedelta(), row.other_duration, None)
    return [*bar_spans(bar, track.cells, style, style), (" ", PLAIN)]


def _common_bar(row: DiffRow, track: Track) -> StyledSpans:
    """Both durations in one bar: what both took, what this run took beyond it, dots for what it took less."""
    if row.duration is None or row.duration < MIN_BAR_DURATION:
        return _other_bar(row, track)
    other = timedelta() if row.kind is DiffKind.NEW else row.other_duration
    bar = lay_out_bar(track, timedelta(), row.duration, other, is_unusual=row.is_slower)
    return [*bar_spans(bar, track.cells, FAINT, this_style(row)), (" ", PLAIN)]


def _ratio_text(row: DiffRow) -> str:
    return format_durations(row)[2]


def _text_spans(event: Event | None, room: int, search_text: str, style: Style) -> StyledSpans:
    if event is None:
        return []
    text = text_format.truncate(text_format.join_lines(format_event(event)), room)
    return highlight_matches(text, search_text, style)
