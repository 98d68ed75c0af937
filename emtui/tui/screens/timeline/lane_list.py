"""The lanes of a timeline, one row each, with the axis above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip

from emtui.display_text.axis_labels import NOW_LABEL
from emtui.triage.run_lanes import RunPosition
from emtui.triage.timeline_cursor import TimelineCursor
from emtui.tui.formatting.type_state import TypeState
from emtui.tui.screens.timeline.axis_text import axis_spans
from emtui.tui.screens.timeline.lane_row import LaneLayout, LaneMarks, lane_layout, lane_spans
from emtui.tui.theme import ACCENT_STYLE, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip


class LaneList(VirtualList):
    """Draws what a cursor shows; only lanes in which something changed are drawn again."""

    HEADING_LINES: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__(id="lanes")
        self._shown: TimelineCursor | None = None
        self._states: Sequence[TypeState] = ()
        self._concurrent: Mapping[int, Sequence[int]] = {}

    @property
    def window_height(self) -> int:
        """Number of visible lanes; all of them before the first layout, so that nothing moves after it."""
        return super().window_height if self.size.height else max(self.count, 1)

    @property
    def layout_cells(self) -> LaneLayout:
        """The widths of a row."""
        return lane_layout(self.size.width, self._shown.window.cell_count if self._shown else 0)

    def show(self, cursor: TimelineCursor, states: Sequence[TypeState]) -> None:
        """Show another list, with the state of each lane."""
        self._shown, self._states, self._concurrent = cursor, states, {}
        self.replace_rows(len(cursor.timeline.lanes), cursor.lane, self.top)

    def show_cursor(self, cursor: TimelineCursor) -> None:
        """Show the cursor after a step: its lane, run and window."""
        before, self._shown = self._shown, cursor
        if before is None or before.window != cursor.window:
            self.refresh()
        elif before.run != cursor.run or before.lane != cursor.lane:
            self.refresh(Region(0, 0, self.size.width, 1))
            for lane in {before.lane, cursor.lane}:
                self.refresh_row(lane)
        self.move_to(cursor.lane)

    def show_concurrent(self, concurrent: Mapping[int, Sequence[int]]) -> None:
        """Set off the runs at these positions, by the number of their lane."""
        before, self._concurrent = self._concurrent, concurrent
        for lane in before.keys() | concurrent.keys():
            if before.get(lane) != concurrent.get(lane):
                self.refresh_row(lane)

    def cursor_cells(self, _: int) -> int:
        """Only gutter and name are tinted."""
        return max(self.layout_cells.label - 1, 0)

    def render_heading(self, width: int) -> Strip:
        """The axis."""
        shown = self._shown
        if shown is None:
            return Strip.blank(width)
        layout = self.layout_cells
        session, timeline = shown.session, shown.timeline
        spans: StyledSpans = [(" " * layout.label, PLAIN)]
        spans += axis_spans(
            shown.window,
            shown.zone,
            run_start=session.started if session and shown.cells_of_run else None,
            known_since=timeline.first_start,
            shows_now=shown.follows_now and not layout.state,
        )
        if layout.state:
            spans.append((f" {NOW_LABEL}", ACCENT_STYLE))
        return render_strip(spans, width)

    def render_row(self, row: int, _: int) -> StyledSpans:
        """Format one lane."""
        shown = self._shown
        if shown is None or row >= len(self._states):
            return []
        lane = shown.timeline.lanes[row]
        cells = shown.timeline.cells_of(lane, shown.window)
        concurrent = {
            cell
            for index in self._concurrent.get(row, ())
            for cell in shown.cells_at(RunPosition(row, index))
        }
        marks = LaneMarks(
            row == shown.lane,
            shown.cells_of_run if shown.run and shown.run.lane == row else (),
            concurrent,
        )
        return lane_spans(
            lane.label,
            self._states[row],
            cells,
            marks,
            self.layout_cells,
            ends_now=shown.follows_now,
        )
