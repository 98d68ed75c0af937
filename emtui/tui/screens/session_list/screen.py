"""The session list: filter, navigate, group, acknowledge and open runs.

The list's state belongs to the feed and arrives as a frozen `ListState`; the query belongs to the query bar.
The screen stays below the others, so that going back shows the same row, scroll position and query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from emtui.display_text.list_text import (
    ListPlace,
    empty_text,
    order_text,
    problem_text,
    progress_text,
    saved_queries_text,
)
from emtui.display_text.session_wording import TimeContext
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session, Uid
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.list_feed import ListFeed, ListState
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unseen_marks import UnseenMark
from emtui.query import DEFAULT_SORT_ORDER, InvalidQueryError, Query, QueryContext, SortOrder
from emtui.query.absolute_times import with_absolute_times
from emtui.text_format import format_position
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.search_matches import wrapped_around_text
from emtui.tui.formatting.session_columns import session_columns
from emtui.tui.formatting.session_text import absence_spans
from emtui.tui.screens.base import NO_RUN, BaseScreen
from emtui.tui.screens.session_list.attention_lines import AttentionLines
from emtui.tui.screens.session_list.day_strip import DayStrip
from emtui.tui.screens.session_list.preview_pane import NO_ROOM, ListPanes, PreviewBuilder, PreviewPane
from emtui.tui.screens.session_list.query_bar import QueryBar, QueryInputs
from emtui.tui.screens.session_list.row_format import session_label
from emtui.tui.screens.session_list.session_table import SessionTable
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import CHANGED_MARK, NEW_MARK
from emtui.tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:  # start-up time, here and in functions: loaded once there is a list to assess
    from emtui.monitor.assessment import Assessment
    from emtui.triage.findings import Finding
    from emtui.tui.screens.session_list.preview_text import Preview

UNSEEN_GLYPHS = {UnseenMark.NEW: NEW_MARK, UnseenMark.CHANGED: CHANGED_MARK}
RUN_TARGETS: Mapping[str, tuple[Callable[[SessionTable, Session], bool], str]] = {
    "failed": (lambda _, run: run.has_failed, "failed run"),
    "warning": (lambda _, run: run.has_warning, "run with a warning"),
    "slow": (SessionTable.is_unusual, "unusually long run"),
    "unseen": (SessionTable.is_unseen, "new or changed run"),
}
"""The runs that a key steps to, and what such a run is called, by kind."""


def _load_modules() -> None:
    """Import the modules that the first assessment needs, while the list is loading."""
    import emtui.display_text.cell_text
    import emtui.local.knowledge_base
    import emtui.monitor.assessment
    import emtui.triage.grouping
    import emtui.tui.formatting.attention_summary
    import emtui.tui.formatting.last_24h
    import emtui.tui.screens.session_list.preview_text
    import emtui.tui.screens.session_list.row_text  # noqa: F401 - each is used once there is a list


class SessionListScreen(BaseScreen):
    """All sessions of one Enterprise Manager."""

    SCOPE: ClassVar[CommandScope] = CommandScope.SESSION_LIST
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.SESSION_LIST)
    AUTO_FOCUS = "SessionTable"

    def __init__(self, ctx: AppContext, feed: ListFeed, query: Query, order: SortOrder) -> None:
        super().__init__(ctx, feed)
        self.feed = feed
        self.table = SessionTable(id="sessions")
        self.table.set_reactive(SessionTable.session_query, query)
        self.table.set_reactive(SessionTable.order, order)
        self._query_bar = QueryBar(query, self, lambda: ctx.logon_service.profile_name, id="prompt")
        self._preview = PreviewPane(id="preview")
        self._panes = ListPanes(self._preview, ctx.settings, is_saved=ctx.options.remember)
        self._state = ListState()
        self._finding_target: tuple[Uid | None, Finding | None] = (None, None)
        """The finding that `a` went to, and its run."""
        self._wants_full_preview = False
        """Whether the user asked for all of the preview on a slow connection."""

    def compose_body(self) -> Iterable[Widget]:
        """Return the lines for absence, alerts and counts, the list with its preview, and the message."""
        yield Static(id="away", markup=False)
        yield AttentionLines(id="attention")
        yield DayStrip(id="tally")
        with self._panes:
            with Vertical(id="runs"):
                yield self._query_bar
                yield self.table.data_bind(SessionListScreen.zone)
            yield self._preview
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show the query and the progress before the first list arrives."""
        for part in ("unseen_glyphs", "baselines", "acknowledgements", "snapshot"):
            self.watch(self.table, part, self._query_bar.update_context, init=False)
        self.handle_query()
        self.handle_list_state(None, self.ctx.list_state)
        self._panes.place_preview()
        self.call_after_refresh(self._preload_modules)

    @work(group="prepare", description="load the modules for an assessment")
    async def _preload_modules(self) -> None:
        await self._panes.load()
        await run_in_thread(_load_modules)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest list."""
        return self._state.snapshot

    @property
    def assessment(self) -> Assessment | None:
        """The assessment of the list; None before the first."""
        return self._state.assessment

    @property
    def current_query(self) -> Query:
        """The query that the rows match."""
        return self._query_bar.current_query

    # --- changes of the list ----------------------------------------------------------

    def handle_list_state(self, before: ListState | None, state: ListState) -> None:
        """Show what changed since the last state."""
        before, self._state = self._state, state
        if not self.is_ready:
            return
        if state.problem != before.problem or state.polling_stop is not before.polling_stop:
            self.problem = problem_text(state, self._local_clock, self.ctx.keymap)
        self.table.is_stale = state.is_stale or state.is_lost
        if state.unseen is not before.unseen:
            self.table.unseen_glyphs = {uid: UNSEEN_GLYPHS[mark] for uid, mark in state.unseen.items()}
        if state.snapshot is not before.snapshot:
            self._show_snapshot(state, is_first=before.snapshot is None)
        if state.progress is not before.progress:
            self._show_tally()
            self._update_empty_text()
        if state.absence is not before.absence or state.clock_step is not before.clock_step:
            self._show_absence()
        if state.health is not before.health or state.snapshot is not before.snapshot:
            self.show_header()
        super().handle_list_state(before, state)

    def _show_snapshot(self, state: ListState, *, is_first: bool) -> None:
        self.table.is_following = self.is_current
        if is_first:
            self._query_bar.reparse()
        self.table.snapshot = state.snapshot
        self._show_absence()
        self._show_query()
        self._update_empty_text()
        self._show_row()

    def handle_assessment(self) -> None:
        """Show alerts, acknowledgements and baselines of the new assessment."""
        if not self.is_ready or self.assessment is None:
            return
        if self.assessment.type_statuses.baselines != self.table.baselines:
            self.table.baselines = self.assessment.type_statuses.baselines
        self.table.acknowledgements = self.assessment.acknowledgements
        self._show_tally()
        self.show_body()
        self.on_virtual_list_cursor_moved()

    def handle_user_activity(self) -> None:
        """Mark the visible runs as viewed."""
        super().handle_user_activity()
        if self.is_ready and self.is_current and self.table.unseen_glyphs:
            self.feed.mark_viewed(self.table.visible_unseen_uids)

    def set_zone(self, zone: tzinfo) -> None:
        """Show all times in this zone; the rows stay the same."""
        self._query_bar.fix_times()
        super().set_zone(zone)

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the message, query and footer for the row under the cursor; its preview once it rests."""
        self._day_strip.release(self.table.session_under_cursor)
        self._show_row()
        self._show_query()
        self.show_footer()
        if self.snapshot and self.snapshot.references:
            self.feed.set_visible([session.uid for session in self.table.visible_sessions])

    def on_day_strip_cell_changed(self) -> None:
        """Show which cell of the last 24 hours is selected, and what is in it."""
        self._show_tally()
        self._show_row()

    def on_session_table_selection_lost(self, event: SessionTable.SelectionLost) -> None:
        """Tell that the selected run is gone, and which run is selected instead."""
        if event.is_listed and self._query_bar.is_open:
            return
        reason = "no longer matches" if event.is_listed else "is no longer listed"
        new_selection = event.new_selection
        selection_text = (
            "no rows left"
            if new_selection is None
            else f"now selected: {session_label(new_selection, self._server_clock)}"
        )
        self.say(f"The selected run {reason}; {selection_text}.")

    # --- lines around the table ----------------------------------------------------------

    @property
    def _local_clock(self) -> TimeContext:
        """Time context for requests and views: the local clock."""
        return TimeContext(self.ctx.clock.now(), self.zone)

    @property
    def _server_clock(self) -> TimeContext:
        """Time context for runs, as of now: the server's clock."""
        return TimeContext(self.ctx.clock.server_now, self.zone)

    def _list_clock(self, snapshot: Snapshot) -> TimeContext:
        """Time context for runs, as of the list."""
        return TimeContext(snapshot.server_time, self.zone)

    def as_of(self) -> datetime | None:
        """Arrival time of the last complete list."""
        return self.snapshot.as_of if self.snapshot else None

    def position(self) -> str:
        """`3 of 12 runs` while a query is typed in place of the title, which has the position otherwise."""
        place = self.table.place
        return format_position(*place, "run") if place and self._query_bar.is_open else ""

    def show_header(self) -> None:
        """Show the header, and the counts of the last 24 hours."""
        super().show_header()
        if self.is_ready:
            self._show_tally()

    def show_body(self) -> None:
        """Show the most severe alerts that are not acknowledged, and the message of the selected row."""
        if self.assessment is not None:
            from emtui.tui.formatting.attention_summary import attention_summary

            self.query_one(AttentionLines).show(attention_summary(self.assessment, self.zone))
        self._show_row()

    @property
    def _progress_text(self) -> str:
        return progress_text(self._state.progress, self.feed.source.server, self.zone)

    @property
    def _day_strip(self) -> DayStrip:
        return self.query_one(DayStrip)

    def _show_tally(self) -> None:
        """Show the last 24 hours, or a hint while a query is typed; on the right the progress."""
        strip, width, progress = self._day_strip, self.size.width, self._progress_text
        hint = self._query_bar.hint(width)
        if hint or self.snapshot is None:
            strip.show_hint(hint, progress if self.snapshot else "", width)
        else:
            strip.show_list(self.snapshot, self._server_clock, self.assessment, progress, width)

    def _show_absence(self) -> None:
        """Show the absence summary until Esc."""
        line, text = (
            self.query_one("#away", Static),
            absence_spans(self._state, self._local_clock, self.ctx.keymap),
        )
        line.display = bool(text)
        if text:
            line.update(Content.from_rich_text(Text.assemble(*text)))

    def _update_empty_text(self) -> None:
        self.table.empty_lines = empty_text(
            self._state, self.current_query, self._progress_text, self.ctx.keymap
        )
        if not self.table.count:
            self.table.refresh()

    # --- the selected row ---------------------------------------------------------------

    def _show_row(self, *, at_once: bool = False) -> None:
        """Show the message of the selected row, or its preview once nothing changes for a moment.

        Either has the finding that `a` went to.
        """
        selected, (uid, finding) = self.table.session_under_cursor, self._finding_target
        if not selected or selected.uid != uid:
            self._finding_target = (None, None)
        elif finding and self.assessment:
            self._finding_target = (uid, self.assessment.current_finding(finding))
        if not self._preview.is_shown:
            self.query_one(Paragraph).show(self._row_text())
        elif at_once:
            self._preview.show_now(self._prepare_preview)
        else:
            self._preview.show_after_rest(self._prepare_preview)

    def _row_text(self) -> str:
        """The text about the selected row, without its preview."""
        row = self.table.selected_row
        if row is None or self.snapshot is None:
            return ""
        from emtui.tui.screens.session_list.row_text import row_text

        clock = self._list_clock(self.snapshot)
        return self._target_text or row_text(row, self.assessment, clock, self.size.width)

    @property
    def _target_text(self) -> str:
        """The text about the cell of the last 24 hours, or the finding, that the cursor went to."""
        finding = self._finding_target[1]
        return self._day_strip.text(self._server_clock) or (self._finding_text(finding) if finding else "")

    def _prepare_preview(self) -> PreviewBuilder:
        """Take what the preview of the selected row needs; what is returned may run in a thread."""
        row, snapshot = self.table.selected_row, self.snapshot
        if row is None or snapshot is None:
            return lambda: None
        from emtui.tui.screens.session_list.preview_text import preview_of_row

        log = self.ctx.history.find_log(row) if isinstance(row, Session) else None
        clock, target_text, assessment = self._list_clock(snapshot), self._target_text, self.assessment
        is_cell = self._day_strip.selected_cell is not None  # its text alone says what Enter does
        is_short = self.is_low_bandwidth() and not self._wants_full_preview

        def build() -> Preview:
            preview = preview_of_row(row, target_text, assessment, clock, log)
            if is_cell:
                preview = replace(preview, message="")
            return preview.shortened() if is_short else preview

        return build

    def on_list_panes_rearranged(self) -> None:
        """Show the preview, or the message instead."""
        self.query_one(Paragraph).display = not self._preview.is_shown
        self._show_row(at_once=True)

    def action_preview(self) -> None:
        """Show or hide the preview; on a slow connection show all of it first."""
        if not self._panes.has_room:
            self.say(NO_ROOM)
        elif self._preview.is_shown and self.is_low_bandwidth() and not self._wants_full_preview:
            self._wants_full_preview = True
            self._show_row(at_once=True)
        else:
            self._wants_full_preview = not self._preview.is_shown
            self._panes.toggle()

    def _finding_text(self, finding: Finding) -> str:
        """The alert with its evidence, and its note if it is acknowledged."""
        if self.assessment is None:
            return ""
        from emtui.display_text.assessment_text import finding_text

        return finding_text(self.assessment, finding, self.zone)

    # --- the query ----------------------------------------------------------------------

    def on_resize(self) -> None:
        """Arrange the preview for the new size."""
        if self.is_ready:
            self._panes.place_preview()

    def on_screen_resume(self) -> None:
        """Show the log of the run that was open."""
        if self.is_ready:
            self._show_row()

    def query_inputs(self) -> QueryInputs:
        """Current inputs for parsing a query."""
        snapshot, table = self.table.snapshot, self.table
        context = QueryContext(None, table.baselines, table.unseen_glyphs, table.acknowledgements)
        if snapshot:
            now, states, types = snapshot.server_time, snapshot.states, snapshot.types
            context = replace(context, now=now, states=states, types=types)
        sessions = snapshot.sessions if snapshot else ()
        return QueryInputs(self.ctx.clock.server_now, self.zone, context, sessions)

    def handle_query(self) -> None:
        """Update rows, count and hint after the query or its typed text changed."""
        if self.is_ready:
            self.table.session_query = self.current_query
            self._show_query()
            self._show_tally()
            self._update_empty_text()

    def _show_query(self) -> None:
        table, total = self.table, len(self.snapshot.sessions) if self.snapshot else 0
        place = ListPlace(*table.place, total) if table.place else None
        is_plain = self.current_query.is_empty
        order = order_text(table.order, is_grouped=is_plain and table.can_group and table.is_grouped)
        self._query_bar.show_query(
            order if is_plain or table.order != DEFAULT_SORT_ORDER else "", place, table.new_above_count
        )

    async def leave_query(self) -> None:
        """Return the focus to the table, and wait until the matching rows are complete."""
        self.say("")
        self.set_focus(self.table)
        self.handle_query()
        self.show_footer()
        await self.table.wait_idle()

    async def action_query(self) -> None:
        """Edit the query; the list is filtered while typing."""
        self.offer_query(self.current_query.text)

    def offer_query(self, text: str) -> None:
        """Open the query bar with this text; Esc restores the current query."""
        self._query_bar.edit(text)
        self.show_footer()

    @property
    def is_not_typing(self) -> bool:
        """Whether the table has the focus, not the query bar."""
        return self.focused is self.table

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query with a key, such as `id:` or `message:`."""
        return self._query_bar.has_query_key(text)

    async def action_filter(self, text: str) -> None:
        """Apply this query, and wait until its rows are complete."""
        self._query_bar.apply_text(text)
        await self.table.wait_idle()

    async def action_saved_query(self, digit: str = "") -> None:
        """Apply the saved query that is configured for this digit."""
        queries = self.ctx.options.own_queries
        if digit not in queries:
            self.say(saved_queries_text(digit, tuple(queries), reads_configuration=not self.ctx.options.mark))
            return
        text, file = str(queries[digit].value), queries[digit].file
        try:
            self._query_bar.parse(text)
        except InvalidQueryError as error:
            from emtui.local.saved_queries import abbreviate_path

            self.say(f"Query {digit} in {abbreviate_path(file)} is invalid: {error}")
        else:
            await self.action_filter(text)

    def set_query(self, text: str) -> None:
        """Apply this query and move the cursor to the first row."""
        self._query_bar.apply_text(text)
        self.table.move_to(0)

    # --- actions on the selected row --------------------------------------------------------

    @property
    def current_run(self) -> Session | None:
        """The run under the cursor."""
        return self.table.selected

    def location(self, _: Location | None, /) -> Location:
        """The session list with its query and order."""
        return Location(self.current_query, self.table.order)

    async def action_acknowledge(self) -> None:
        """Acknowledge the finding that `a` went to, else the run under the cursor; or undo that."""
        from emtui.tui.screens.acknowledge_prompt import toggle_finding, toggle_run

        finding = self._finding_target[1]
        await (toggle_finding(self, finding) if finding else toggle_run(self, self.table.selected))

    def action_copy(self) -> None:
        """Copy the row under the cursor without cutting it."""
        self.table.apply_pending()
        row = self.table.selected_row
        if row and self.snapshot:
            from emtui.tui.formatting.plain_text import row_line

            self.ctx.exporter.copy(row_line(row, self._list_clock(self.snapshot)))
        else:
            self.say("Nothing to copy: no row is selected.")

    def plain_text(self) -> Callable[[], str] | None:
        """All matching runs, also those outside the window."""
        snapshot = self.snapshot
        if snapshot is None:
            return None
        from emtui.tui.formatting.plain_text import DisplayedList, list_text

        acknowledged = self.assessment.acknowledgements if self.assessment else None
        listing = DisplayedList(
            self.table.matching,
            snapshot,
            with_absolute_times(self.current_query),
            self.table.order,
            acknowledged,
        )
        origin, clock = self.ctx.exporter.origin(snapshot.as_of), self._list_clock(snapshot)
        return lambda: list_text(origin, listing, clock)

    # --- opening ----------------------------------------------------------------------------

    def action_select_cell(self, step: int) -> None:
        """Select the next or previous cell of the last 24 hours."""
        self._day_strip.select_cell(step, self.table.session_under_cursor)

    async def action_open(self) -> None:
        """Open the selected run, expand the selected group, or list the runs of the selected cell."""
        if self._day_strip.selected_cell:
            await self._list_cell()
        elif (selected := self.table.selected) is None:
            self.say(NO_RUN)
        elif self.table.selected_group:
            self.table.open_group(selected.uid)
        else:
            self.ctx.navigator.open_session(selected)

    async def _list_cell(self) -> None:
        if query := self._day_strip.take_query():
            await self.action_filter(query)
        else:
            self.say("No run started in this cell.")

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it does not match."""
        return self.table.select(uid)

    async def select_finding(self, finding: Finding) -> None:
        """Put the cursor on the run of a finding, clearing the query if necessary, and show the finding."""
        run = self.assessment.run_of_finding(finding) if self.assessment else None
        is_selected = run is not None and self.table.select(run.uid)
        if run and not is_selected and not finding.is_unlisted:
            await self.action_filter("")
            is_selected = self.table.select(run.uid)
        self._finding_target = (run.uid if run else None, finding)
        self.on_virtual_list_cursor_moved()
        if not is_selected:
            self.say(self._finding_text(finding))

    # --- stepping -------------------------------------------------------------------------

    async def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) run of this kind, or row for `match`; wraps around."""
        if kind == "match":
            self._go_to_row(step)
            return
        is_target, name = RUN_TARGETS[kind]
        predicate = partial(is_target, self.table)
        if await self.table.select_next(predicate, step):
            return
        side = "below" if step > 0 else "above"
        if await self.table.select_next_wrapped(predicate, step):
            self.say(f"No {name} {side} this one. {wrapped_around_text(step)}")
        else:
            self.say(f"No other {name} in this list.")

    def _go_to_row(self, step: int) -> None:
        table = self.table
        table.apply_pending()
        row = table.cursor + step
        if table.count > 1 and not 0 <= row < table.count:
            row = row % table.count
            self.say(f"No row {'below' if step > 0 else 'above'} this one. {wrapped_around_text(step)}")
        elif table.count <= 1:
            self.say("No other row." if table.count else "No rows.")
        table.move_to(row)

    def neighbor(self, session: Session, direction: str) -> Session | None:
        """The `older` or `newer` run of the same type, or the run of the `next_row` or `previous_row`."""
        if direction in {"older", "newer"}:
            return self.snapshot.adjacent_run(session, newer=direction == "newer") if self.snapshot else None
        return self.table.neighbor(session.uid, 1 if direction == "next_row" else -1)

    def action_older(self) -> None:
        """Go to the previous run of the same type."""
        self._go_to_run_of_type("older")

    def action_newer(self) -> None:
        """Go to the next run of the same type."""
        self._go_to_run_of_type("newer")

    def _go_to_run_of_type(self, direction: str) -> None:
        selected = self.table.selected
        if not selected or not self.snapshot:
            return
        run = self.neighbor(selected, direction)
        if not run:
            self.say(f"No {direction} run of {selected.type or 'its type'} in the list.")
        elif not self.table.select(run.uid):
            self.say(f"That run does not match the query. {self.key_hint('show_all', 'show all')}.")

    # --- order and groups -----------------------------------------------------------------

    def action_follow(self) -> None:
        """Toggle whether the first row stays selected when new runs arrive."""
        self.table.follow_top = not self.table.follow_top
        self.say(
            "Follow on: at the top, the newest run stays selected."
            if self.table.follow_top
            else "Follow off: the selected run stays selected when new runs arrive."
        )

    def action_toggle_times(self) -> None:
        """Toggle between start times and ages."""
        self.table.shows_age = not self.table.shows_age
        self.say("Showing how long ago runs started." if self.table.shows_age else "Showing start times.")

    def action_order(self) -> None:
        """Sort by the next column."""
        fields = [column.order_field for column in session_columns(self.size.width) if column.order_field]
        before = self.table.order.field
        field = fields[(fields.index(before) + 1) % len(fields)] if before in fields else fields[0]
        self.table.order = SortOrder(field, is_descending=field in {"started", "duration_s"})
        self._show_query()

    def action_reverse(self) -> None:
        """Reverse the sort order."""
        order = self.table.order
        self.table.order = SortOrder(order.field, not order.is_descending)
        self._show_query()

    async def action_toggle_group(self) -> None:
        """Expand the group under the cursor, or collapse the group of the run under it."""
        if reason := self._ungrouped_reason():
            self.say(reason)
        elif not self.table.is_grouped:
            self.say(self._grouping_off_text())
        elif not await self.table.toggle_group():
            self.say("Not in a group: only consecutive successful runs are grouped.")

    async def action_toggle_grouping(self) -> None:
        """Turn the grouping of successful runs on or off."""
        if reason := self._ungrouped_reason():
            self.say(reason)
            return
        await self.table.set_grouped(not self.table.is_grouped)
        self._show_query()
        self.say(
            "Grouping on: consecutive successful runs of a type share a row."
            if self.table.is_grouped
            else self._grouping_off_text()
        )

    def _grouping_off_text(self) -> str:
        return f"Grouping off: every run has its own row. {self.key_hint('toggle_grouping', 'group again')}."

    def _ungrouped_reason(self) -> str:
        """Why the current rows cannot be grouped; empty if they can."""
        if self.snapshot is None:
            return "Session list not loaded yet."
        if not self.current_query.is_empty:
            return f"Query results are not grouped. {self.key_hint('show_all', 'show all')}."
        change = self.key_hint("sort", "change the order")
        return "" if self.table.can_group else f"Grouping requires newest-first order. {change}."

    # --- requests and quitting ------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether the list or details of its runs are being requested."""
        return self._state.is_busy

    def action_cancel(self) -> None:
        """Escape: clear cell, request, problem, earlier list, absence, query, in this order. Never quits."""
        if (
            self._day_strip.clear()
            or self.action_stop()
            or self.feed.dismiss_problem()
            or self.end_past_view()
            or self.feed.dismiss_absence()
        ):
            return
        if not self.current_query.is_empty:
            self._query_bar.apply_text("")
        else:
            self.say(f"Press {self.ctx.keymap.label('close', self.SCOPE)} to quit.")

    def action_close(self) -> None:
        """Quit: there is no screen below the list."""
        self.quit()
