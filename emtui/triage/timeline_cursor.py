"""The cursor of a timeline: its lane, the selected run, and the window of time that is shown.

Each method returns the cursor after one step; nothing changes in place. The window ends now unless it was
moved to an earlier time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property

from emtui.em.model import Session, Uid
from emtui.triage.run_lanes import Lane, RunPosition, Timeline
from emtui.triage.time_axis import DAY, HOUR, Window, window_until

SPANS = (6 * HOUR, DAY, 7 * DAY, 30 * DAY)
"""What a window can span, from the shortest to the longest."""
DAY_SPAN = SPANS.index(DAY)


@dataclass(frozen=True)
class TimelineCursor:
    """One lane, and a run of it or none, in a window of `max_cells` cells at most.

    `time` is the time that the cursor is at: it stays when the lane changes. `last` is the end of the
    window, `None` for now. Not slotted, because the window is cached.
    """

    timeline: Timeline
    max_cells: int
    zone: tzinfo
    time: datetime
    lane: int = 0
    run: RunPosition | None = None
    span: int = DAY_SPAN
    last: datetime | None = None

    @cached_property
    def window(self) -> Window:
        """The time that is shown."""
        return window_until(self.last or self.timeline.end, SPANS[self.span], self.max_cells, self.zone)

    @property
    def follows_now(self) -> bool:
        """Whether the window ends now, and moves on with each list."""
        return self.last is None

    @property
    def session(self) -> Session | None:
        """The selected run."""
        return self.timeline.run_at(self.run) if self.run else None

    @property
    def current_lane(self) -> Lane | None:
        """The lane of the cursor; `None` if there are no lanes."""
        return self.timeline.lanes[self.lane] if self.timeline.lanes else None

    @property
    def cells_of_run(self) -> Sequence[int]:
        """The cells of the selected run; empty if it is not in the window."""
        return self.cells_at(self.run) if self.run else ()

    def cells_at(self, position: RunPosition) -> Sequence[int]:
        """The cells of a run; empty if it is not in the window."""
        lane, window = self.timeline.lanes[position.lane], self.window
        start, end = lane.starts[position.run_index], lane.ends[position.run_index]
        if start >= window.until or (end <= window.since and start < window.since):
            return ()
        return window.cells_between(start, end)

    # --- lanes and runs -----------------------------------------------------------

    def to_lane(self, lane: int) -> TimelineCursor:
        """The cursor in another lane, at its run nearest to the same time."""
        number = max(min(lane, len(self.timeline.lanes) - 1), 0)
        return replace(self, lane=number, run=self.nearest_in_window(number))

    def to_run(self, position: RunPosition) -> TimelineCursor:
        """The cursor at this run, brought into the window."""
        moved = replace(self, lane=position.lane, run=position, time=self.timeline.start_of(position))
        return moved if moved.cells_of_run else moved.centered()

    def to_neighbor(self, step: int) -> TimelineCursor | None:
        """The cursor at the next run of the lane, or with a `step` of -1 the former; `None` at the end."""
        lane = self.current_lane
        if lane is None:
            return None
        if self.run:
            index = self.run.run_index + step
        elif step > 0:
            index = bisect_right(lane.starts, self.time)
        else:
            index = bisect_left(lane.starts, self.time) - 1
        return self.to_run(RunPosition(self.lane, index)) if 0 <= index < len(lane.runs) else None

    def to_session(self, uid: Uid) -> TimelineCursor | None:
        """The cursor at the run with this identifier; `None` if it is not in the timeline."""
        position = self.timeline.positions.get(uid)
        return self.to_run(position) if position else None

    # --- the window ---------------------------------------------------------------

    def scrolled(self, step: int) -> TimelineCursor | None:
        """The window a quarter of its span later, or earlier with a `step` of -1; `None` at the end."""
        window, first = self.window, self.timeline.first_start
        if self.follows_now if step > 0 else first is None or window.since <= first:
            return None
        return self.with_last(self._last_cell + step * (window.span // 4)).at_run_in_window()

    def zoomed(self, step: int) -> TimelineCursor | None:
        """The next longer window around the run, or with a `step` of -1 the next shorter; or `None`."""
        span = self.span + step
        if not 0 <= span < len(SPANS):
            return None
        anchor = self.time if self.cells_of_run else self._last_cell - self.window.span / 2
        moved = replace(self, span=span)
        if self.follows_now:
            return moved if not self.cells_of_run or moved.cells_of_run else moved.centered()
        return moved.with_last(anchor + SPANS[span] / 2).at_run_in_window()

    def back_to_now(self) -> TimelineCursor:
        """The last 24 hours."""
        return replace(self, span=DAY_SPAN, last=None).at_run_in_window()

    def resized(self, max_cells: int, zone: tzinfo) -> TimelineCursor:
        """The same window in another width or zone."""
        if (max_cells, zone) == (self.max_cells, self.zone):
            return self
        return replace(self, max_cells=max_cells, zone=zone)

    # --- a newer list -------------------------------------------------------------

    def on(self, timeline: Timeline) -> TimelineCursor:
        """The cursor on another list: the same lane, run, time and window, as far as they are still there."""
        lane = self.current_lane
        number = (timeline.find_lane(lane.key) if lane else None) or 0
        moved = replace(self, timeline=timeline, lane=number, run=None)
        if self.session is None:
            return replace(moved, run=moved.nearest_in_window(number))
        position = timeline.positions.get(self.session.uid)
        if position is None:
            return replace(moved, run=moved.nearest_in_window(number))
        return replace(moved, lane=position.lane, run=position)

    # ------------------------------------------------------------------------------

    @property
    def _last_cell(self) -> datetime:
        """The beginning of the last cell."""
        return self.window.until - self.window.step

    def with_last(self, last: datetime) -> TimelineCursor:
        """The window with this time in its last cell; one that would end later than now ends now."""
        moved = replace(self, last=last)
        return replace(self, last=None) if moved.window.until > self.timeline.end else moved

    def centered(self) -> TimelineCursor:
        """The window around the time of the cursor."""
        return self.with_last(self.time + SPANS[self.span] / 2)

    def at_run_in_window(self) -> TimelineCursor:
        """The cursor at its run if that is in the window, else at the nearest run of its lane, if any."""
        if self.cells_of_run:
            return self
        window = self.window
        latest = min(window.until - timedelta(microseconds=1), self.timeline.end)
        moved = replace(self, run=None, time=max(min(self.time, latest), window.since))
        nearest = moved.nearest_in_window(self.lane)
        if nearest is None:
            return moved
        return replace(moved, run=nearest, time=max(self.timeline.start_of(nearest), window.since))

    def nearest_in_window(self, lane: int) -> RunPosition | None:
        """The run of a lane nearest to the time of the cursor, of those in the window."""
        if not self.timeline.lanes:
            return None
        index = self.timeline.lanes[lane].nearest(self.time, self.window.since, self.window.until)
        return None if index is None else RunPosition(lane, index)


def start_cursor(
    timeline: Timeline, max_cells: int, zone: tzinfo, session: Session | None = None
) -> TimelineCursor:
    """The last 24 hours with this run selected, moved to it if it is older; else the first lane."""
    cursor = TimelineCursor(timeline, max_cells, zone, timeline.end)
    at_session = cursor.to_session(session.uid) if session else None
    return at_session or cursor.to_lane(0)
