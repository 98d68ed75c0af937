"""The table of sessions: those that match a query, in an order, successful runs grouped; one is selected.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match. Only where the first
row is selected at the top of the list does that place count: what is newest comes there.
A group is selected as the newest of its runs.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Self

from rich.style import Style
from textual import work
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from emtui import text_format
from emtui.em.model import Outcome, Session, Uid
from emtui.monitor.snapshot import Snapshot
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder
from emtui.tui.formatting.session_columns import (
    ListColumn,
    TimeContext,
    acknowledged_cells,
    column_titles,
    session_columns,
)
from emtui.tui.screens.session_list.row_format import row_cells
from emtui.tui.screens.session_list.row_model import (
    RowInputs,
    RowModel,
    SessionRows,
    newest_session,
    position_of,
)
from emtui.tui.theme import CURSOR_MARK, FAINT, HEADING, NEW_MARK, PLAIN, STALE_MARK
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

if TYPE_CHECKING:  # loaded with the first list: the first paint does not wait for it
    from emtui.triage.acknowledged import Acknowledgements
    from emtui.triage.baseline import Baselines
    from emtui.triage.grouping import ListRow, RunGroup

_MAX_CACHED_STRIPS = 500
"""Painted rows that are kept: a few windows."""
_RUNS_PER_TURN = 500
"""Runs that are examined between two keys."""


class SessionTable(VirtualList):
    """The rows of `snapshot` that match `session_query`, in this `order`."""

    HEADING_LINES: ClassVar[int] = 1
    STEP_S: ClassVar[float] = 0.004
    """Seconds for which rows are computed between two keys."""
    FIRST_STEP_S: ClassVar[float] = 0.010
    """The same right after a key: rows that are found within this time are painted together with the key."""

    snapshot: var[Snapshot | None] = var(None)
    session_query: var[Query] = var(Query())
    order: var[SortOrder] = var(DEFAULT_SORT_ORDER)
    zone: var[tzinfo | None] = var(None)
    unseen_glyphs: var[Mapping[Uid, str]] = var({})
    is_stale: var[bool] = var(False)
    baselines: var[Baselines | None] = var(None)
    shows_age: var[bool] = var(False)
    acknowledgements: var[Acknowledgements | None] = var(None)

    class SelectionLost(Message):
        """The selected run is not among the rows of a later list; `new_selection` is, if there is any row.

        `is_listed`: the list still has it, but it does not match the query any more.
        """

        def __init__(self, new_selection: Session | None, *, is_listed: bool) -> None:
            super().__init__()
            self.new_selection = new_selection
            self.is_listed = is_listed

    def __init__(self, *, id: str | None = None) -> None:
        self._strips: dict[tuple[int, bool, int], Strip] = {}
        """Rows as they were painted, by place, whether the cursor is on them, and width."""
        super().__init__(id=id)
        self._model = RowModel()
        self._chosen_uid: Uid | None = None
        """The session that was chosen last."""
        self._had_previous_list: bool | None = None
        """Whether a list was shown before the one whose rows are being computed; None if that is shown."""
        self._new_rows: list[int] | None = None
        self.follow_top = True
        """Whether the top is followed at all; the person's choice."""
        self.is_following = True
        """Whether it is now: not while another screen lies over the list."""

    # --- what is selected -------------------------------------------------------

    @property
    def matching(self) -> tuple[Session, ...]:
        """The sessions that match, in their order, also those that are in a group."""
        self._compute_all()
        return self._model.current_rows.matching

    @property
    def match_count(self) -> int:
        """How many sessions match in what is shown; each run of a group counts."""
        return len(self._model.current_rows.matching)

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        self.apply_pending()
        return self.session_under_cursor

    @property
    def session_under_cursor(self) -> Session | None:
        """The session under the cursor as it is on the screen, whatever is about to be shown."""
        return newest_session(self.selected_row) if self.selected_row else None

    @property
    def selected_row(self) -> ListRow | None:
        """The same, or the group that is shown there."""
        return self._model.current_rows.rows[self.cursor] if self.count else None

    @property
    def selected_group(self) -> RunGroup | None:
        """The group under the cursor as it is on the screen, if there is one."""
        return None if isinstance(self.selected_row, Session) else self.selected_row

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session, if it is among the rows; the group that it is in is opened.

        Unless that stands for it, as its newest run.
        """
        self._compute_all()
        row = self._model.current_rows.row_of(uid)
        if row is None:
            return False
        if newest_session(self._model.current_rows.rows[row]).uid == uid:
            self.move_to(row)
        else:
            self.open_group(uid)
        return True

    def neighbor(self, uid: Uid, step: int) -> Session | None:
        """What the row after (or before) this session's stands for."""
        self._compute_all()
        row = self._model.current_rows.row_of(uid)
        if row is None or not 0 <= row + step < self.count:
            return None
        return newest_session(self._model.current_rows.rows[row + step])

    async def select_next(self, predicate: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) run that is wanted; false if there is none."""
        await self.wait_idle()
        return await self._select_first(self._model.current_rows.iter_runs(self.cursor, step), predicate)

    async def select_next_wrapped(self, predicate: Callable[[Session], bool], step: int) -> bool:
        """The same from the top (or, backwards, the bottom) up to the row under the cursor."""
        await self.wait_idle()
        start = -1 if step > 0 else self.count
        return await self._select_first(
            self._model.current_rows.iter_runs(start, step, self.cursor), predicate
        )

    async def _select_first(self, runs: Iterable[Session], predicate: Callable[[Session], bool]) -> bool:
        for number, session in enumerate(runs, 1):
            if predicate(session):
                await self.wait_idle()
                return self.select(session.uid)
            if number % _RUNS_PER_TURN == 0:
                await asyncio.sleep(0)
        return False

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: from now on that session is the one to keep hold of."""
        self.apply_pending()
        super().move_to(cursor, top=top)
        self._chosen_uid = self.session_under_cursor.uid if self.session_under_cursor else self._chosen_uid

    # --- groups -----------------------------------------------------------------

    @property
    def can_group(self) -> bool:
        """Whether successful runs can be grouped: not in another order, nor in what a query finds."""
        return self._model.inputs.can_group

    @property
    def is_grouped(self) -> bool:
        """Whether they are to be, wherever they can."""
        return self._model.inputs.is_grouped

    async def set_grouped(self, is_grouped: bool) -> None:
        """Group all successful runs, or none; groups that were opened are closed."""
        self._update(
            replace(self._model.inputs, is_grouped=is_grouped, open_groups=frozenset()),
            is_user_requested=True,
        )
        await self.wait_idle()

    async def toggle_group(self) -> bool:
        """Open the group under the cursor, or close the one that its run is in; false if there is none."""
        await self.wait_idle()
        selected = self.session_under_cursor
        group = self._model.current_rows.group_of(selected.uid) if selected else None
        if selected is None or group is None:
            return False
        if self.selected_group:
            self.open_group(selected.uid)
        else:
            self._set_open_groups(self._model.inputs.open_groups - {group.newest.uid})
            self._show_rows(self.cursor - self.top)
        return True

    def open_group(self, uid: Uid) -> None:
        """Open the group of this session, and put the cursor on it; the window stays, if it can."""
        self._compute_all()
        self._set_open_groups(self._model.inputs.open_groups | {uid})
        self._chosen_uid = uid
        self._show_rows(None)

    def _set_open_groups(self, open_groups: frozenset[Uid]) -> None:
        """Lay out the rows with these groups open, before anything else is done."""
        self._model.update(replace(self._model.inputs, open_groups=open_groups), is_user_requested=True)
        while self._model.is_pending:
            self._model.step(self.STEP_S)

    # --- what the rows depend on ------------------------------------------------

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Other sessions: the same one stays selected. The same sessions: only what time has changed."""
        if before and after and before.sessions is after.sessions:
            self._refresh_ages(before, after)
            if self.order.field == "duration_s" and after.outcome_counts[Outcome.RUNNING]:
                self._update_list(after)  # what runs takes longer now
        elif after:
            if self._had_previous_list is None:
                self._had_previous_list = before is not None
            self._update_list(after)

    def watch_session_query(self) -> None:
        """Another query: the selected session stays, if it matches."""
        self._update(replace(self._model.inputs, query=self.session_query), is_user_requested=True)

    def watch_order(self, before: SortOrder, after: SortOrder) -> None:
        """Another order: to the selected session's new place."""
        if self.snapshot:
            self._update_list(self.snapshot, is_user_requested=before != after)

    def _update_list(self, snapshot: Snapshot, *, is_user_requested: bool = False) -> None:
        inputs = replace(
            self._model.inputs,
            sessions=snapshot.sessions,
            now=snapshot.server_time,
            order=self.order,
            query=self.session_query,
            unseen=frozenset(self.unseen_glyphs),
        )
        self._update(inputs, is_user_requested=is_user_requested)

    def _update(self, inputs: RowInputs, *, is_user_requested: bool) -> None:
        """Compute the rows for this; what is shown stays until they are complete.

        A short list is gone through at once, a long one between the keys.
        """
        self._model.update(inputs, is_user_requested=is_user_requested)
        if self._model.is_short:
            self._compute_all()
        else:
            self._compute_for(self.FIRST_STEP_S if is_user_requested else self.STEP_S)
        if self._model.is_pending:
            self._compute_rest()

    # --- computing the rows -----------------------------------------------------

    def _compute_for(self, seconds: float) -> None:
        """Compute for so long, and draw the rows if they are complete."""
        before = self._model.current_rows
        if self._model.step(seconds):
            self._show_computed(before)

    def _compute_all(self) -> None:
        while self._model.is_pending:
            self._compute_for(self.STEP_S)

    def apply_pending(self) -> None:
        """Find the rows that a person asked for: whoever acts on a row means those, not a later list's."""
        if self._model.is_user_requested:
            self._compute_all()

    async def wait_idle(self) -> None:
        """Find all rows, while keys and paints have their turn."""
        while self._model.is_pending:
            self._compute_for(self.STEP_S)
            await asyncio.sleep(0)

    @work(exclusive=True, group="rows", description="find the rows")
    async def _compute_rest(self) -> None:
        await self.wait_idle()

    def _show_computed(self, before: SessionRows) -> None:
        """Draw the rows that were computed in place of those from `before`.

        The selected one stays on its line of the screen; with another list, unless it is the
        first row that is followed, the top does not stay in sight where it was.
        """
        had_previous_list, self._had_previous_list = self._had_previous_list, None
        is_new_list, selected = had_previous_list is not None, self._session_under_cursor_in(before)
        at_top = self.cursor == self.top == 0
        follows_top = self.follow_top and self.is_following
        top_uid = self._followed_top_uid(before) if at_top and self.count > 0 else None
        was_chosen = selected is not None and self._chosen_uid in {None, selected.uid}
        is_followed = at_top and was_chosen and follows_top
        goes_to_top = is_new_list and follows_top and top_uid is not None
        keeps_line = not at_top or (had_previous_list is True and not goes_to_top)
        if goes_to_top:
            self._chosen_uid = top_uid
        is_listed = self._show_rows(self.cursor - self.top if keeps_line else None, before)
        if self.session_under_cursor and not is_listed:
            self._chosen_uid = self.session_under_cursor.uid
        if is_new_list and is_followed and not self.count:
            self._chosen_uid = None  # so that the top is followed again once there are rows
        elif is_new_list and selected and not is_followed:
            self._post_if_selection_lost(selected)
        if self._model.current_rows.grouped:
            self.baselines = self._model.current_rows.grouped.groups.baselines

    def _session_under_cursor_in(self, rows: SessionRows) -> Session | None:
        """The session that was under the cursor while these rows were shown."""
        return newest_session(rows.rows[self.cursor]) if self.count else None

    def _followed_top_uid(self, before: SessionRows) -> Uid | None:
        """The session to select if the top is followed; None if it is not the top that was chosen.

        A query may show the neighbour of the selected session in the first row: that was not chosen.
        """
        rows, selected = self._model.current_rows, self._session_under_cursor_in(before)
        if before.sessions and self._chosen_uid == before.sessions[0].uid:
            return rows.sessions[0].uid if rows.sessions else None
        if rows.rows and selected and self._chosen_uid == selected.uid:
            return newest_session(rows.rows[0]).uid
        return None

    def _post_if_selection_lost(self, selected: Session) -> None:
        if self._model.current_rows.row_of(selected.uid) is None:
            is_listed = position_of(selected.uid, self._model.current_rows.sessions) is not None
            self.post_message(self.SelectionLost(self.session_under_cursor, is_listed=is_listed))

    def _show_rows(self, line: int | None, before: SessionRows | None = None) -> bool:
        """Draw the rows there are now, the one to keep hold of on this line of the window.

        Without a line the window stays, if that row can be seen in it. False if the list has it no more.
        """
        rows, previous_sessions = self._model.current_rows, before.sessions if before else ()
        row, is_listed = (
            rows.find_nearest_row(self._chosen_uid, previous_sessions) if self._chosen_uid else (0, False)
        )
        self.replace_rows(len(rows.rows), row, self.top if line is None else row - line)
        return is_listed

    def replace_rows(self, count: int, cursor: int, top: int) -> None:
        """Other rows: others of them are new."""
        self._new_rows = None
        super().replace_rows(count, cursor, top)

    # --- what the rows say ------------------------------------------------------

    def watch_unseen_glyphs(self) -> None:
        """Other marks in the rows."""
        self._new_rows = None
        self.refresh()

    def watch_is_stale(self) -> None:
        """The rows are old, or no more."""
        self.refresh()

    def watch_shows_age(self) -> None:
        """When each run started, or how long ago."""
        self.refresh()

    def watch_zone(self) -> None:
        """Other times in every row."""
        self.refresh()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Draw all of it anew, or only paint these regions again."""
        if not regions:
            self._strips.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def watch_baselines(self, before: Baselines | None, after: Baselines | None) -> None:
        """Something else is usual: repaint the rows that read otherwise now."""
        self._strips.clear()
        if self.zone is None or self.snapshot is None:
            return
        width, clock = self.size.width, TimeContext(self.snapshot.server_time, self.zone)
        old, new = (
            session_columns(width, baselines, shows_age=self.shows_age) for baselines in (before, after)
        )
        self._refresh_changed(lambda row: row_cells(old, row, clock) != row_cells(new, row, clock))

    def watch_acknowledgements(self, before: Acknowledgements | None, after: Acknowledgements | None) -> None:
        """Something else is known: repaint the rows that are dimmed or no more."""
        self._refresh_changed(lambda row: _is_acknowledged(row, before) != _is_acknowledged(row, after))

    def _refresh_ages(self, before: Snapshot, after: Snapshot) -> None:
        """Repaint the rows that read otherwise now."""
        if self.zone is None:
            return
        columns = self._columns(self.size.width)
        old, new = TimeContext(before.server_time, self.zone), TimeContext(after.server_time, self.zone)
        self._refresh_changed(lambda row: row_cells(columns, row, old) != row_cells(columns, row, new))

    def _refresh_changed(self, is_changed: Callable[[ListRow], bool]) -> None:
        self._strips.clear()
        for index, row in self._visible_rows():
            if is_changed(row):
                self.refresh_row(index)

    def _columns(self, width: int) -> tuple[ListColumn[Session], ...]:
        return session_columns(width, self.baselines, shows_age=self.shows_age)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = column_titles(self._columns(width), self.order.field, self.order.is_descending)
        return render_strip([("  ", PLAIN), (titles, HEADING)], width)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """One session, or a group of them."""
        if self.snapshot is None or self.zone is None:
            return []
        list_row = self._model.current_rows.rows[row]
        glyph = STALE_MARK if self.is_stale else self.unseen_glyphs.get(newest_session(list_row).uid, " ")
        clock = TimeContext(self.snapshot.server_time, self.zone)
        cursor = CURSOR_MARK if row == self.cursor else " "
        cells = row_cells(self._columns(width), list_row, clock)
        return [
            (cursor + glyph, PLAIN),
            *(acknowledged_cells(cells) if _is_acknowledged(list_row, self.acknowledgements) else cells),
        ]

    def render_row_strip(self, row: int, width: int) -> Strip:
        """The line of this row: scrolling draws only the rows that come into sight."""
        key = row, row == self.cursor, width
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _MAX_CACHED_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = super().render_row_strip(row, width)
        return strip

    @property
    def stale_style(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.is_stale else None

    # --- what is in sight -------------------------------------------------------

    @property
    def visible_sessions(self) -> tuple[Session, ...]:
        """The sessions that can be seen now; of a group the one that it stands for."""
        return tuple(newest_session(row) for _, row in self._visible_rows())

    def _visible_rows(self) -> Iterator[tuple[int, ListRow]]:
        return enumerate(self._model.current_rows.rows[self.top : self.top + self.window_height], self.top)

    def is_unusual(self, session: Session) -> bool:
        """Whether it took unusually long, or has gone on for so long, as far as that is known."""
        baselines, now = self.baselines, self.snapshot.server_time if self.snapshot else None
        return bool(baselines and now and baselines.unusual_ratio(session, session.duration(now)))

    @property
    def visible_unseen_uids(self) -> set[Uid]:
        """Those that are new or differ and can be seen now, alone or in a group that is marked as well."""
        rows = [row for _, row in self._visible_rows() if self.is_unseen(newest_session(row))]
        return {run.uid for row in rows for run in ((row,) if isinstance(row, Session) else row.runs)}

    def is_unseen(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.unseen_glyphs

    @property
    def new_above_count(self) -> int:
        """How many new ones are above the window."""
        if self._new_rows is None:
            new = {uid for uid, mark in self.unseen_glyphs.items() if mark == NEW_MARK}
            self._new_rows = sorted(self._model.current_rows.rows_of(new)) if new else []
        return bisect_left(self._new_rows, self.top)

    @property
    def position(self) -> str:
        """`3 of 2,914 runs`: which run of all that match; nothing while none has been read."""
        if self.snapshot is None or (self._model.is_pending and not self.count):
            return ""
        number = self._model.current_rows.ordinal_of(self.cursor) if self.count else 0
        return text_format.format_position(number, self.match_count, "run")


def _is_acknowledged(row: ListRow, acknowledgements: Acknowledgements | None) -> bool:
    """Whether a mark holds for a run; a group holds none of those."""
    return (
        acknowledgements is not None
        and isinstance(row, Session)
        and acknowledgements.for_run(row) is not None
    )
