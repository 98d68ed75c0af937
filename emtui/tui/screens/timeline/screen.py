"""The timeline: a lane for each type, its runs from start to end, and the selected run below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.keys.tui_commands import CommandScope
from emtui.triage.run_lanes import RunPosition, Timeline
from emtui.triage.time_axis import DAY
from emtui.triage.timeline_cursor import SPANS, TimelineCursor, start_cursor
from emtui.triage.type_lanes import type_timeline
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.plain_text import row_line
from emtui.tui.formatting.search_matches import wrapped_around_text
from emtui.tui.formatting.type_state import NO_STATE, TypeState, type_state
from emtui.tui.screens.acknowledge_prompt import toggle_finding, toggle_run
from emtui.tui.screens.base import COMPACT_HEIGHT, NO_RUN, BaseScreen
from emtui.tui.screens.list_refresh import assessed_clock, refresh_list
from emtui.tui.screens.timeline.lane_list import LaneList
from emtui.tui.screens.timeline.lane_row import lane_layout, max_graph_cells
from emtui.tui.screens.timeline.run_text import PaneInput, pane_lines
from emtui.tui.screens.timeline.timeline_text import timeline_text
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.lines_pane import LinesPane
from emtui.tui.widgets.title_rule import TitleRule, key_note
from emtui.tui.widgets.virtual_list import StyledSpans

_FRAME_LINES = 3
"""Header line, title and footer."""
_MIN_PANE_LINES, _PANE_LINES, _TALL_PANE_LINES = 3, 5, 20
"""Least lines of the pane on a screen of less than 20, of less than 40, and of 40 lines or more."""
_TALL_HEIGHT = 40
_RUN_LABELS = {"failed": "failed run", "warning": "run with a warning"}
"""What the runs that a key steps to are called, by kind."""


class TimelineScreen(BaseScreen):
    """The runs of all types over time, as of the newest assessment of the list."""

    SCOPE: ClassVar[CommandScope] = CommandScope.TIMELINE
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.TIMELINE)

    def __init__(self, ctx: AppContext, session: Session | None = None) -> None:
        """`session` is selected first."""
        super().__init__(ctx)
        self._first_session = session
        self._cursor: TimelineCursor | None = None
        self._timeline: Timeline | None = None
        self._states: tuple[TypeState, ...] = ()
        self._targets: dict[str, list[RunPosition]] = {}

    def compose_body(self) -> Iterable[Widget]:
        """Return title, lanes, and the selected run."""
        yield TitleRule(id="title")
        yield LaneList()
        yield LinesPane(id="run")

    # --- what is shown --------------------------------------------------------------

    def show_body(self) -> None:
        """Show the newest assessment; cursor and window stay."""
        assessment, clock = self.ctx.assessment, self._clock
        if assessment is None or clock is None:
            return
        timeline = type_timeline(assessment.sessions, assessment.type_statuses, assessment.attention)
        max_cells = max_graph_cells(self.size.width)
        self._timeline, self._targets = timeline, {}
        self._cursor = (
            self._cursor.on(timeline).resized(max_cells, self.zone)
            if self._cursor
            else start_cursor(timeline, max_cells, self.zone, self._first_session)
        )
        self._states = tuple(type_state(assessment, lane.key, clock) for lane in timeline.lanes)
        self._set_heights()
        self._lanes.show(self._cursor, self._states)
        self._show_title()
        self._show_run()
        self.show_header()
        self.show_footer()

    def _set_heights(self) -> None:
        """Give the lanes the lines that they need, but leave some for the selected run."""
        height = self.size.height
        least = (
            _TALL_PANE_LINES
            if height >= _TALL_HEIGHT
            else _PANE_LINES
            if height >= COMPACT_HEIGHT
            else _MIN_PANE_LINES
        )
        room = max(height - _FRAME_LINES - least, 2)
        wanted = len(self._timeline.lanes) + 1 if self._timeline else 2
        gap = 1 if height >= COMPACT_HEIGHT and wanted < room else 0
        self._lanes.styles.height = min(wanted + gap, room)

    def _show_title(self) -> None:
        cursor = self._cursor
        if cursor is None:
            return
        span = SPANS[cursor.span]
        length = f"{span // DAY} days" if span > DAY else f"{span.seconds // 3600 or 24} h"
        title: StyledSpans = [("Timeline", BOLD), (f"  {length}", PLAIN)]
        if not cursor.follows_now:
            ends = (cursor.window.since, cursor.window.until)
            first, last = (text_format.format_date_time(end, self.zone).rpartition(":")[0] for end in ends)
            title.append((f"  {first} – {last}", PLAIN))
        note = key_note(
            *self._keys_of(("zoom_in", "zoom_out", "zoom"), ("earlier", "later", "earlier, later"))
        )
        if undated := cursor.timeline.undated_count:
            note = [(f"{text_format.format_counted(undated, 'run')} without a valid start not shown", BOLD)]
        self.query_one("#title", TitleRule).show(title, note)

    def _keys_of(self, *pairs: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
        """The keys of two commands in two directions, and what they do."""
        for name, opposite, meaning in pairs:
            labels = [label for label, _ in self.ctx.keymap.note(self.SCOPE, (name, ""), (opposite, ""))]
            if labels:
                yield " ".join(labels), meaning

    def _show_run(self) -> None:
        """Show the selected run in the pane, and set off what ran at the same time."""
        assessment, clock, cursor = self.ctx.assessment, self._clock, self._cursor
        if assessment is None or clock is None or cursor is None or not self.is_ready:
            return
        concurrent = cursor.timeline.concurrent_with(cursor.run) if cursor.run else {}
        self._lanes.show_concurrent(concurrent)
        pane = self.query_one(LinesPane)
        state = self._states[cursor.lane] if self._states else NO_STATE
        layout = lane_layout(self.size.width, cursor.window.cell_count)
        shown = PaneInput(cursor, assessment, concurrent, state, layout, clock)
        height = (
            self.size.height
            - _FRAME_LINES
            - int(self._lanes.styles.height.value if self._lanes.styles.height else 0)
        )
        pane.show_lines(pane_lines(shown, self.size.width, max(height, 0)))

    def _move(self, cursor: TimelineCursor | None, message: str = "") -> None:
        """Show the cursor after a step, or this message if there is none; the pane follows after a rest."""
        if cursor is None:
            self.say(message)
            return
        before, self._cursor = self._cursor, cursor
        self._lanes.show_cursor(cursor)
        if before is None or before.window != cursor.window:
            self._show_title()
        if before is None or before.lane != cursor.lane:
            self.show_footer()
        self.call_after_rest(self._show_run)

    def on_virtual_list_cursor_moved(self) -> None:
        """Follow the list to another lane."""
        cursor = self._cursor
        if cursor and self._lanes.cursor != cursor.lane:
            self._move(cursor.to_lane(self._lanes.cursor))

    @property
    def _lanes(self) -> LaneList:
        return self.query_one(LaneList)

    @property
    def _clock(self) -> TimeContext | None:
        return assessed_clock(self)

    @property
    def cursor_time(self) -> datetime | None:
        """The time at the cursor: the start of the selected run, else the time at which it was last."""
        cursor = self._cursor
        if cursor is None:
            return None
        return cursor.timeline.start_of(cursor.run) if cursor.run else cursor.time

    def as_of(self) -> datetime | None:
        """Arrival time of the last complete list."""
        return self.ctx.list_state.as_of

    def position(self) -> str:
        """`3 of 12 types`."""
        cursor = self._cursor
        if cursor is None or not cursor.timeline.lanes:
            return ""
        return text_format.format_position(cursor.lane + 1, len(cursor.timeline.lanes), cursor.timeline.noun)

    # --- what others use ------------------------------------------------------------

    def location(self, underlying: Location | None, /) -> Location | None:
        """The timeline, on top of the list."""
        return replace(underlying, view_name="timeline", is_list_on_top=False) if underlying else None

    @property
    def current_run(self) -> Session | None:
        """The selected run."""
        return self._cursor.session if self._cursor else None

    def plain_text(self) -> Callable[[], str] | None:
        """The runs of the window, lane by lane."""
        cursor, clock = self._cursor, self._clock
        if cursor is None or clock is None:
            return None
        return partial(timeline_text, self.ctx.exporter.origin(self.as_of()), cursor, self._states, clock)

    # --- commands -------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the selected run."""
        if self.current_run:
            self.ctx.navigator.open_session(self.current_run)
        else:
            self.say(f"{NO_RUN} [: the run before, ]: the run after.")

    async def action_as_of(self) -> None:
        """Show the list as it stood when the selected run started; Esc shows the newest one again."""
        moment, clock = self.cursor_time, self._clock
        if moment is None or clock is None:
            self.say(NO_RUN)
            return
        self.ctx.past_view().show(min(moment, clock.now))
        await self.ctx.navigator.close_above_list()

    def action_older(self) -> None:
        """Select the run of the lane before this one."""
        if self._cursor:
            self._move(self._cursor.to_neighbor(-1), "No older run here in the list.")

    def action_newer(self) -> None:
        """Select the run of the lane after this one."""
        if self._cursor:
            self._move(self._cursor.to_neighbor(1), "This is the newest run here.")

    def action_earlier(self) -> None:
        """Scroll to an earlier time."""
        if self._cursor:
            self._move(self._cursor.scrolled(-1), "The list has no earlier runs.")

    def action_later(self) -> None:
        """Scroll to a later time."""
        if self._cursor:
            self._move(self._cursor.scrolled(1), "The timeline ends now.")

    def action_zoom_in(self) -> None:
        """Show a shorter time."""
        if self._cursor:
            self._move(self._cursor.zoomed(-1), "6 hours is the shortest time.")

    def action_zoom_out(self) -> None:
        """Show a longer time."""
        if self._cursor:
            self._move(self._cursor.zoomed(1), "30 days is the longest time.")

    def action_last_day(self) -> None:
        """Return to the last 24 hours."""
        if self._cursor:
            self._move(self._cursor.back_to_now())

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next older run of any lane that failed or, for the kind `warning`, has a warning.

        With a `step` of -1 to the next newer one.
        """
        cursor = self._cursor
        if cursor is None:
            return
        if kind not in self._targets:
            self._targets[kind] = cursor.timeline.positions_of(
                (lambda run: run.has_failed) if kind == "failed" else (lambda run: run.has_warning)
            )
        targets, name = self._targets[kind], _RUN_LABELS[kind]
        if not targets or targets == [cursor.run]:
            self.say(f"No {'other ' if targets else ''}{name}.")
            return
        current = (cursor.time, cursor.run or RunPosition(cursor.lane, -1))
        ordered = targets if step < 0 else targets[::-1]
        ahead = (
            target
            for target in ordered
            if target != cursor.run and ((cursor.timeline.start_of(target), target) > current) is (step < 0)
        )
        target = next(ahead, None)
        self._move(cursor.to_run(target or ordered[0]))
        self.say(
            ""
            if target
            else f"No {name} {'before' if step > 0 else 'after'} this one. {wrapped_around_text(step)}"
        )

    def action_copy(self) -> None:
        """Copy the selected run."""
        clock, run = self._clock, self.current_run
        if run is None or clock is None:
            self.say("Nothing to copy: no run is selected.")
        else:
            self.ctx.exporter.copy(row_line(run, clock))

    async def action_acknowledge(self) -> None:
        """Acknowledge the selected run, or without one the worst alert of its type; or undo that."""
        run, assessment, cursor = self.current_run, self.ctx.assessment, self._cursor
        lane = cursor.current_lane if cursor else None
        finding = assessment.worst_finding(lane.key) if assessment and lane and run is None else None
        await (toggle_finding(self, finding) if finding else toggle_run(self, run))

    def action_refresh(self) -> None:
        """Request the list now."""
        refresh_list(self)
