"""The list: filtered while one types, walked from run to run, and what is selected opened.

What is known of the list is the feed's; it comes as a frozen `ListState`. The query is the query bar's. The
screen stays under the others, so that coming back finds the same row, scroll and query.
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
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from emtui import text_format
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session, Uid
from emtui.local.saved_queries import abbreviate_path
from emtui.monitor.list_feed import ListFeed, ListState
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unseen_marks import UnseenMark
from emtui.query import InvalidQueryError, Query, QueryContext, SortOrder
from emtui.query.absolute_times import with_absolute_times
from emtui.tui.commands import CommandScope, bindings_for
from emtui.tui.context import AppContext
from emtui.tui.formatting.list_text import empty_text, own_queries_text, problem_text, progress_text
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.search_matches import wrapped_around_text
from emtui.tui.formatting.session_columns import TimeContext, session_columns
from emtui.tui.formatting.session_text import absence_spans, list_age_spans
from emtui.tui.screens.base import NO_RUN, BaseScreen
from emtui.tui.screens.session_list.attention_lines import AttentionLines
from emtui.tui.screens.session_list.query_bar import QueryBar, QueryInputs
from emtui.tui.screens.session_list.row_format import row_detail, session_label
from emtui.tui.screens.session_list.session_table import SessionTable
from emtui.tui.theme import CHANGED_MARK, NEW_MARK
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import StyledSpans

if TYPE_CHECKING:  # start-up time, here and in functions: loaded once there is a list to assess
    from emtui.monitor.assessment import Assessment
    from emtui.triage.findings import Finding
    from emtui.triage.grouping import ListRow

UNSEEN_GLYPHS = {UnseenMark.NEW: NEW_MARK, UnseenMark.CHANGED: CHANGED_MARK}
RUN_TARGETS: Mapping[str, tuple[Callable[[SessionTable, Session], bool], str]] = {
    "failed": (lambda _, run: run.has_failed, "failed run"),
    "warning": (lambda _, run: run.has_warning, "run with a warning"),
    "slow": (SessionTable.is_unusual, "unusually long run"),
    "unseen": (SessionTable.is_unseen, "new or changed run"),
}
"""Which runs a key goes to, one after the other, and what such a run is called."""


def _load_modules() -> None:
    """Load what an assessment takes, while the first list is on its way."""
    import emtui.local.knowledge_base
    import emtui.monitor.assessment
    import emtui.triage.grouping
    import emtui.tui.formatting.assessment_text
    import emtui.tui.formatting.last_24h  # noqa: F401 - each of these is used once there is a list


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
        self._state = ListState()
        self._finding_target: tuple[Uid | None, Finding | None] = (None, None)
        """The finding that was gone to, and the run that it is about."""

    def compose_body(self) -> Iterable[Widget]:
        """Absence, what needs attention, counts, query, list, message."""
        yield Static(id="away", markup=False)
        yield AttentionLines(id="attention")
        yield StatusLine(id="tally")
        yield self._query_bar
        yield self.table.data_bind(SessionListScreen.zone)
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show what is asked for, before there is an answer."""
        for part in ("unseen_glyphs", "baselines", "acknowledgements", "snapshot"):
            self.watch(self.table, part, self._query_bar.update_context, init=False)
        self.handle_query()
        self.handle_list_state(None, self.feed.state)
        self.call_after_refresh(self._preload_modules)

    @work(group="prepare", description="load what an assessment takes")
    async def _preload_modules(self) -> None:
        await run_in_thread(_load_modules)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest list."""
        return self._state.snapshot

    @property
    def assessment(self) -> Assessment | None:
        """What the list says, once it was analyzed."""
        return self._state.assessment

    @property
    def current_query(self) -> Query:
        """The query that the rows match."""
        return self._query_bar.current_query

    # --- what comes of the list -------------------------------------------------------

    def handle_list_state(self, before: ListState | None, state: ListState) -> None:
        """Show what is another than before."""
        before, self._state = self._state, state
        if not self.is_ready:
            return
        if state.problem != before.problem or state.polling_stop is not before.polling_stop:
            self.problem = problem_text(state, self._local_clock)
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
        """What needs attention; what is acknowledged is counted apart, and shown with its note."""
        if not self.is_ready or self.assessment is None:
            return
        if self.assessment.type_statuses.baselines != self.table.baselines:
            self.table.baselines = self.assessment.type_statuses.baselines
        self.table.acknowledgements = self.assessment.acknowledgements
        self._show_tally()
        self.show_body()
        self.on_virtual_list_cursor_moved()

    def handle_user_activity(self) -> None:
        """Somebody is there: what is on the screen has been seen."""
        super().handle_user_activity()
        if self.is_ready and self.is_current and self.table.unseen_glyphs:
            self.feed.mark_viewed(self.table.visible_unseen_uids)

    def set_zone(self, zone: tzinfo) -> None:
        """The same rows, and all times in this zone from now on."""
        self._query_bar.fix_times()
        super().set_zone(zone)

    def on_virtual_list_cursor_moved(self) -> None:
        """Another row is under the cursor, or the same one reads otherwise."""
        self._show_row()
        self._show_query()
        self.show_footer()
        if self.snapshot and self.snapshot.references:
            self.feed.set_visible([session.uid for session in self.table.visible_sessions])

    def on_session_table_selection_lost(self, event: SessionTable.SelectionLost) -> None:
        """A later list has not got the selected row: say where the selection moved to."""
        if event.is_listed and self._query_bar.is_open:
            return
        reason = "no longer matches" if event.is_listed else "is no longer listed"
        new_selection = event.new_selection
        selection_text = (
            "no row is left"
            if new_selection is None
            else f"now selected: {session_label(new_selection, self._server_clock)}"
        )
        self.say(f"The selected run {reason}; {selection_text}.")

    # --- what is shown around the rows ---------------------------------------------------

    @property
    def _local_clock(self) -> TimeContext:
        """For when something was requested or seen."""
        return TimeContext(self.ctx.clock.now(), self.zone)

    @property
    def _server_clock(self) -> TimeContext:
        """For runs, as of now."""
        return TimeContext(self.ctx.clock.server_now, self.zone)

    def _list_clock(self, snapshot: Snapshot) -> TimeContext:
        """For runs, as of the list."""
        return TimeContext(snapshot.server_time, self.zone)

    def as_of(self) -> datetime | None:
        """When the last complete list arrived."""
        return self.snapshot.as_of if self.snapshot else None

    def freshness_spans(self) -> StyledSpans:
        """How old the list is and how often it is requested, in words where that is not as usual."""
        return list_age_spans(self._state, self._local_clock, self.size.width)

    def position(self) -> str:
        """`3 of 2,914 runs`."""
        return self.table.position

    def show_header(self) -> None:
        """The first line, and the one whose hours pass with it."""
        super().show_header()
        if self.is_ready:
            self._show_tally()

    def show_body(self) -> None:
        """The worst findings that are not acknowledged, or why nothing needs attention; and the row."""
        if self.assessment is not None:
            from emtui.tui.formatting.assessment_text import attention_summary

            summary = attention_summary(self.assessment, self.zone)
            self.query_one(AttentionLines).show(summary.sentences, summary.calm_text, summary.counts)
        self._show_row()

    @property
    def _progress_text(self) -> str:
        return progress_text(self._state.progress, self.feed.source.server, self.zone)

    def _show_tally(self) -> None:
        """What failed by the hour, or a hint while a query is typed; at the right how far an answer is."""
        line, width = self.query_one("#tally", StatusLine), self.size.width
        hint = self._query_bar.hint(width)
        if self.snapshot is None:
            line.show(hint)
            return
        from emtui.tui.formatting.last_24h import tally_line

        acknowledgements = self.table.acknowledgements
        line.show(
            *tally_line(self.snapshot, self._server_clock, width, acknowledgements, hint, self._progress_text)
        )

    def _show_absence(self) -> None:
        """What happened while nobody looked; it stays until Esc."""
        line, text = self.query_one("#away", Static), absence_spans(self._state, self._local_clock)
        line.display = bool(text)
        if text:
            line.update(Content.from_rich_text(Text.assemble(*text)))

    def _update_empty_text(self) -> None:
        self.table.empty_lines = empty_text(self._state, self.current_query, self._progress_text)
        if not self.table.count:
            self.table.refresh()

    def _show_row(self) -> None:
        """The whole message of the row, or what its group holds; or the finding that was gone to."""
        selected, row, (uid, finding) = (
            self.table.session_under_cursor,
            self.table.selected_row,
            self._finding_target,
        )
        if not selected or selected.uid != uid:
            self._finding_target = (None, None)
        elif finding:
            self._finding_target = (
                uid,
                self.assessment.current_finding(finding) if self.assessment else None,
            )
        finding = self._finding_target[1]
        text = self._finding_text(finding) if finding else self._row_text(row) if row else ""
        self.query_one(Paragraph).show(text)

    def _row_text(self, row: ListRow) -> str:
        """The whole message of a run, after the note if it is acknowledged; what a group holds."""
        text = row_detail(row, self._list_clock(self.snapshot)) if self.snapshot else ""
        if self.assessment is None or not self.assessment.acknowledgements or not isinstance(row, Session):
            return text
        from emtui.tui.formatting.assessment_text import acknowledgement_text

        acknowledgement = self.assessment.acknowledgements.for_run(row)
        note = acknowledgement_text(self.assessment, acknowledgement, self.zone)
        return " · ".join(part for part in (note, text) if part)

    def _finding_text(self, finding: Finding) -> str:
        """The sentence with its evidence, and the note if it is acknowledged."""
        if self.assessment is None:
            return ""
        from emtui.tui.formatting.assessment_text import finding_text

        return finding_text(self.assessment, finding, self.zone)

    # --- the query ----------------------------------------------------------------------

    def query_inputs(self) -> QueryInputs:
        """What a query may depend on, as it is known now."""
        snapshot, table = self.table.snapshot, self.table
        context = QueryContext(None, table.baselines, table.unseen_glyphs, table.acknowledgements)
        if snapshot:
            now, states, types = snapshot.server_time, snapshot.states, snapshot.types
            context = replace(context, now=now, states=states, types=types)
        sessions = snapshot.sessions if snapshot else ()
        return QueryInputs(self.ctx.clock.server_now, self.zone, context, sessions)

    def handle_query(self) -> None:
        """Another query, or another text in its line: other rows, another count and hint."""
        if self.is_ready:
            self.table.session_query = self.current_query
            self._show_query()
            self._show_tally()
            self._update_empty_text()

    def _show_query(self) -> None:
        total = len(self.snapshot.sessions) if self.snapshot else 0
        count = text_format.format_position(self.table.match_count, total, "run") if self.snapshot else ""
        self._query_bar.show_query(count, self.table.new_above_count)

    async def leave_query(self) -> None:
        """The next key is for the rows that match, and waits for them."""
        self.say("")
        self.set_focus(self.table)
        self.handle_query()
        self.show_footer()
        await self.table.wait_idle()

    async def action_query(self) -> None:
        """Filter while typing."""
        self.offer_query(self.current_query.text)

    def offer_query(self, text: str) -> None:
        """Open the query line with this text; Esc goes back to the query that stands now."""
        self._query_bar.edit(text)
        self.show_footer()

    @property
    def is_not_typing(self) -> bool:
        """Whether the rows have the focus: nobody is typing a query."""
        return self.focused is self.table

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query that names what it looks at, such as `id:` or `message:`."""
        return self._query_bar.has_query_key(text)

    async def action_filter(self, text: str) -> None:
        """Show what matches this query; the next key finds its rows."""
        self._query_bar.apply_text(text)
        await self.table.wait_idle()

    async def action_saved_query(self, digit: str = "") -> None:
        """The query that the configuration has for this digit."""
        queries = self.ctx.options.own_queries
        if digit not in queries:
            self.say(own_queries_text(digit, tuple(queries), reads_configuration=not self.ctx.options.mark))
            return
        text, file = str(queries[digit].value), queries[digit].file
        try:
            self._query_bar.parse(text)
        except InvalidQueryError as error:
            self.say(f"{digit}: {error} It stands in {abbreviate_path(file)}.")
        else:
            await self.action_filter(text)

    def set_query(self, text: str) -> None:
        """Show what matches this query, the newest first on top."""
        self._query_bar.apply_text(text)
        self.table.move_to(0)

    # --- what can be done with a row --------------------------------------------------------

    @property
    def current_run(self) -> Session | None:
        """The run under the cursor."""
        return self.table.selected

    def location(self, _: Location | None, /) -> Location:
        """The list with its query and order."""
        return Location(self.current_query, self.table.order)

    async def action_acknowledge(self) -> None:
        """Acknowledge what `a` led to, else the run under the cursor; or remove that."""
        from emtui.tui.screens.acknowledge_prompt import toggle_finding, toggle_run

        finding = self._finding_target[1]
        await (toggle_finding(self, finding) if finding else toggle_run(self, self.table.selected))

    def action_copy(self) -> None:
        """The row under the cursor, whole."""
        self.table.apply_pending()
        row = self.table.selected_row
        if row and self.snapshot:
            from emtui.tui.formatting.plain_text import row_line

            self.ctx.exporter.copy(row_line(row, self._list_clock(self.snapshot)))
        else:
            self.say("There is no row to copy.")

    def plain_text(self) -> Callable[[], str] | None:
        """All rows that match, also those that the window does not show."""
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

    # --- to other screens -----------------------------------------------------------------

    def action_open(self) -> None:
        """Open the selected session; a group shows its runs first."""
        selected = self.table.selected
        if selected is None:
            self.say(NO_RUN)
        elif self.table.selected_group:
            self.table.open_group(selected.uid)
        else:
            self.ctx.navigator.open_session(selected)

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it is not shown."""
        return self.table.select(uid)

    async def select_finding(self, finding: Finding) -> None:
        """Put the cursor on the run that a finding is about, whatever the query was, and say it whole."""
        run = self.assessment.run_of_finding(finding) if self.assessment else None
        is_selected = run is not None and self.table.select(run.uid)
        if run and not is_selected and not finding.is_unlisted:
            await self.action_filter("")
            is_selected = self.table.select(run.uid)
        self._finding_target = (run.uid if run else None, finding)
        self.on_virtual_list_cursor_moved()
        if not is_selected:
            self.say(self._finding_text(finding))

    # --- from run to run ------------------------------------------------------------------

    async def action_go_to(self, kind: str, step: int) -> None:
        """The next (or previous) run of this kind, round the end; all rows that are shown match."""
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
            self.say("There is no other row." if table.count else "There is no row.")
        table.move_to(row)

    def neighbor(self, session: Session, direction: str) -> Session | None:
        """The run before or after of the same type, or the next or previous row."""
        if direction in {"older", "newer"}:
            return self.snapshot.adjacent_run(session, newer=direction == "newer") if self.snapshot else None
        return self.table.neighbor(session.uid, 1 if direction == "next_row" else -1)

    def action_older(self) -> None:
        """The run of the same type before this one."""
        self._go_to_run_of_type("older")

    def action_newer(self) -> None:
        """The run of the same type after this one."""
        self._go_to_run_of_type("newer")

    def _go_to_run_of_type(self, direction: str) -> None:
        selected = self.table.selected
        if not selected or not self.snapshot:
            return
        run = self.neighbor(selected, direction)
        if not run:
            self.say(f"There is no {direction} {selected.type} in the list.")
        elif not self.table.select(run.uid):
            self.say("That run does not match the query; 0 shows everything.")

    # --- order and groups -----------------------------------------------------------------

    def action_follow(self) -> None:
        """Follow the top of the list, or stay with the selected run."""
        self.table.follow_top = not self.table.follow_top
        self.say(
            "The top of the list is followed while its first row is selected."
            if self.table.follow_top
            else "The selected run stays selected; new ones are counted."
        )

    def action_toggle_times(self) -> None:
        """When each run started, or how long ago."""
        self.table.shows_age = not self.table.shows_age
        self.say("How long ago each run started." if self.table.shows_age else "When each run started.")

    def action_order(self) -> None:
        """By the next column."""
        fields = [column.order_field for column in session_columns(self.size.width) if column.order_field]
        before = self.table.order.field
        field = fields[(fields.index(before) + 1) % len(fields)] if before in fields else fields[0]
        self.table.order = SortOrder(field, is_descending=field in {"started", "duration_s"})

    def action_reverse(self) -> None:
        """The other way round."""
        order = self.table.order
        self.table.order = SortOrder(order.field, not order.is_descending)

    async def action_toggle_group(self) -> None:
        """Open the group under the cursor, or close the one that the run under it is of."""
        if reason := self._ungrouped_reason():
            self.say(reason)
        elif not self.table.is_grouped:
            self.say("Every run has a row of its own now; Z folds the good ones again.")
        elif not await self.table.toggle_group():
            self.say("Nothing folds here: only good runs in a row do.")

    async def action_toggle_grouping(self) -> None:
        """A row for every run, or successful ones grouped."""
        if reason := self._ungrouped_reason():
            self.say(reason)
            return
        await self.table.set_grouped(not self.table.is_grouped)
        self.say(
            "Good runs of a type in a row are one row."
            if self.table.is_grouped
            else "Every run has a row of its own; Z folds the good ones again."
        )

    def _ungrouped_reason(self) -> str:
        """Why nothing of what is shown could be grouped."""
        if self.snapshot is None:
            return "There is no list to fold yet."
        if not self.current_query.is_empty:
            return "What a query finds is never folded; 0 shows everything."
        return "" if self.table.can_group else "Only the order newest first is folded; o changes the order."

    # --- requesting, stopping, leaving ----------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether the list, or a run that it only names, is requested."""
        return self._state.is_busy

    def action_cancel(self) -> None:
        """Stop the request, else dismiss the problem, the absence, or the query; never quit."""
        if self.action_stop() or self.feed.dismiss_problem() or self.feed.dismiss_absence():
            return
        if not self.current_query.is_empty:
            self._query_bar.apply_text("")
        else:
            self.say("q leaves emtui.")

    def action_close(self) -> None:
        """There is nothing behind the list: quit."""
        self.call_later(self.run_action, "app.quit")
