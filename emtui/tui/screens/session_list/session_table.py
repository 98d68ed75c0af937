"""The table of sessions: those that match a query, sorted, successful runs grouped; one is selected.

The selection is a session, not a row number: when rows are added, removed or sorted, the session that the
user selected last stays selected on the same line of the screen, or its nearest neighbor if it is gone or
does not match. Only if the first row is selected at the top of the list, the selection follows the newest
session. Selecting a group selects its newest run.
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

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome, Session, Uid
from emtui.monitor.snapshot import Snapshot
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder
from emtui.tui.formatting.session_columns import (
    ListColumn,
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
from emtui.tui.theme import ACCENT_STYLE, CURSOR_MARK, FAINT, HEADING, NEW_MARK, PLAIN, STALE_MARK
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

if TYPE_CHECKING:  # loaded with the first list: the first paint does not wait for it
    from emtui.triage.acknowledgement_matching import Acknowledgements
    from emtui.triage.baseline import Baselines
    from emtui.triage.grouping import ListRow, RunGroup

_MAX_CACHED_STRIPS = 500
"""Size of the cache of painted rows: a few windows."""
_RUNS_PER_TURN = 500
"""Runs examined before other tasks get a turn."""


class SessionTable(VirtualList):
    """The rows of `snapshot` that match `session_query`, in this `order`."""

    HEADING_LINES: ClassVar[int] = 1
    STEP_S: ClassVar[float] = 0.004
    """Seconds of computation before other tasks get a turn."""
    FIRST_STEP_S: ClassVar[float] = 0.010
    """The same right after a key: rows complete within this time are painted with the key's effect."""

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
        """The selected run has no row in a new list; `new_selection` is selected instead, if any.

        `is_listed`: the run is still in the list, but no longer matches the query.
        """

        def __init__(self, new_selection: Session | None, *, is_listed: bool) -> None:
            super().__init__()
            self.new_selection = new_selection
            self.is_listed = is_listed

    def __init__(self, *, id: str | None = None) -> None:
        self._strips: dict[tuple[int, bool, int], Strip] = {}
        """Painted rows by row number, whether the cursor is on them, and width."""
        super().__init__(id=id)
        self._model = RowModel()
        self._chosen_uid: Uid | None = None
        """The session that the user selected last."""
        self._had_previous_list: bool | None = None
        """Whether a list was shown before the one being computed; None if no new list is being computed."""
        self._new_rows: list[int] | None = None
        self.follow_top = True
        """Whether the user wants the top to be followed."""
        self.is_following = True
        """Whether following is active: not while another screen covers the list."""

    # --- selection --------------------------------------------------------------

    @property
    def matching(self) -> tuple[Session, ...]:
        """The matching sessions in order, including those in groups."""
        self._compute_all()
        return self._model.current_rows.matching

    @property
    def match_count(self) -> int:
        """Number of matching sessions in the displayed rows; each run of a group counts."""
        return len(self._model.current_rows.matching)

    @property
    def selected(self) -> Session | None:
        """The session under the cursor, after pending user actions."""
        self.apply_pending()
        return self.session_under_cursor

    @property
    def session_under_cursor(self) -> Session | None:
        """The session under the cursor in the displayed rows, without pending changes."""
        return newest_session(self.selected_row) if self.selected_row else None

    @property
    def selected_row(self) -> ListRow | None:
        """The session or group under the cursor in the displayed rows."""
        return self._model.current_rows.rows[self.cursor] if self.count else None

    @property
    def selected_group(self) -> RunGroup | None:
        """The group under the cursor in the displayed rows; None if it is a session."""
        return None if isinstance(self.selected_row, Session) else self.selected_row

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it does not match.

        Its group is expanded, unless the session is the newest run of the group.
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
        """The session of the row after (or before) this session's row."""
        self._compute_all()
        row = self._model.current_rows.row_of(uid)
        if row is None or not 0 <= row + step < self.count:
            return None
        return newest_session(self._model.current_rows.rows[row + step])

    async def select_next(self, predicate: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) run that fulfills `predicate`; false if there is none."""
        await self.wait_idle()
        return await self._select_first(self._model.current_rows.iter_runs(self.cursor, step), predicate)

    async def select_next_wrapped(self, predicate: Callable[[Session], bool], step: int) -> bool:
        """Like `select_next`, from the top (or, backwards, the bottom) up to the row under the cursor."""
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
        """Put the cursor on this row; its session stays selected from now on."""
        self.apply_pending()
        super().move_to(cursor, top=top)
        self._chosen_uid = self.session_under_cursor.uid if self.session_under_cursor else self._chosen_uid

    # --- groups -----------------------------------------------------------------

    @property
    def can_group(self) -> bool:
        """Whether successful runs can be grouped: only newest first and without a query."""
        return self._model.inputs.can_group

    @property
    def is_grouped(self) -> bool:
        """Whether grouping is on."""
        return self._model.inputs.is_grouped

    async def set_grouped(self, is_grouped: bool) -> None:
        """Turn grouping on or off; collapses all groups."""
        self._update(
            replace(self._model.inputs, is_grouped=is_grouped, open_groups=frozenset()),
            is_user_requested=True,
        )
        await self.wait_idle()

    async def toggle_group(self) -> bool:
        """Expand the group under the cursor, or collapse the group of its run; false without a group."""
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
        """Expand the group of this session and put the cursor on it, scrolling only if necessary."""
        self._compute_all()
        self._set_open_groups(self._model.inputs.open_groups | {uid})
        self._chosen_uid = uid
        self._show_rows(None)

    def _set_open_groups(self, open_groups: frozenset[Uid]) -> None:
        """Compute the rows with these groups open, synchronously."""
        self._model.update(replace(self._model.inputs, open_groups=open_groups), is_user_requested=True)
        while self._model.is_pending:
            self._model.step(self.STEP_S)

    # --- inputs of the rows -----------------------------------------------------

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Update the rows if the sessions changed, otherwise only ages and lengths."""
        if before and after and before.sessions is after.sessions:
            self._refresh_ages(before, after)
            if self.order.field == "duration_s" and after.outcome_counts[Outcome.RUNNING]:
                self._update_list(after)  # running sessions took longer and may sort differently
        elif after:
            if self._had_previous_list is None:
                self._had_previous_list = before is not None
            self._update_list(after)

    def watch_session_query(self) -> None:
        """Update the rows; the selected session stays selected if it matches."""
        self._update(replace(self._model.inputs, query=self.session_query), is_user_requested=True)

    def watch_order(self, before: SortOrder, after: SortOrder) -> None:
        """Sort the rows; the selected session stays selected."""
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
        """Compute the rows for these inputs; the displayed rows stay until they are complete.

        A short list is computed synchronously, a long one in a worker.
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
        """Compute for this many seconds, and draw the rows if they are complete."""
        before = self._model.current_rows
        if self._model.step(seconds):
            self._show_computed(before)

    def _compute_all(self) -> None:
        while self._model.is_pending:
            self._compute_for(self.STEP_S)

    def apply_pending(self) -> None:
        """Complete the rows of a user action, so that the next action applies to them."""
        if self._model.is_user_requested:
            self._compute_all()

    async def wait_idle(self) -> None:
        """Complete all rows, while keys and paints have their turn."""
        while self._model.is_pending:
            self._compute_for(self.STEP_S)
            await asyncio.sleep(0)

    @work(exclusive=True, group="rows", description="compute the rows")
    async def _compute_rest(self) -> None:
        await self.wait_idle()

    def _show_computed(self, before: SessionRows) -> None:
        """Replace the rows `before` by the computed rows.

        The selected session stays on its line of the screen, unless the top of the list is followed.
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
            self._chosen_uid = None  # the top is followed again once there are rows
        elif is_new_list and selected and not is_followed:
            self._post_if_selection_lost(selected)
        if self._model.current_rows.grouped:
            self.baselines = self._model.current_rows.grouped.groups.baselines

    def _session_under_cursor_in(self, rows: SessionRows) -> Session | None:
        """The session that was under the cursor while these rows were displayed."""
        return newest_session(rows.rows[self.cursor]) if self.count else None

    def _followed_top_uid(self, before: SessionRows) -> Uid | None:
        """The session to select if the top is followed; None if the user did not select the first row.

        With a query the first row may be the neighbor of the selected session, which the user did not select.
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
        """Draw the current rows with the selected session on this line of the window.

        Without a line the scroll position stays if the session is visible. False if it is no longer listed.
        """
        rows, previous_sessions = self._model.current_rows, before.sessions if before else ()
        row, is_listed = (
            rows.find_nearest_row(self._chosen_uid, previous_sessions) if self._chosen_uid else (0, False)
        )
        self.replace_rows(len(rows.rows), row, self.top if line is None else row - line)
        return is_listed

    def replace_rows(self, count: int, cursor: int, top: int) -> None:
        """Replace the rows, and recount the new ones."""
        self._new_rows = None
        super().replace_rows(count, cursor, top)

    # --- painting the rows ------------------------------------------------------

    def watch_unseen_glyphs(self) -> None:
        """Redraw the marks of new and changed runs."""
        self._new_rows = None
        self.refresh()

    def watch_is_stale(self) -> None:
        """Toggle the stale style."""
        self.refresh()

    def watch_shows_age(self) -> None:
        """Redraw start times as times or ages."""
        self.refresh()

    def watch_zone(self) -> None:
        """Redraw all times."""
        self.refresh()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Redraw everything, or only repaint these regions."""
        if not regions:
            self._strips.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def watch_baselines(self, before: Baselines | None, after: Baselines | None) -> None:
        """Repaint the rows whose usual duration or ratio changed."""
        self._strips.clear()
        if self.zone is None or self.snapshot is None:
            return
        width, clock = self.size.width, TimeContext(self.snapshot.server_time, self.zone)
        old, new = (
            session_columns(width, baselines, shows_age=self.shows_age) for baselines in (before, after)
        )
        self._refresh_changed(lambda row: row_cells(old, row, clock) != row_cells(new, row, clock))

    def watch_acknowledgements(self, before: Acknowledgements | None, after: Acknowledgements | None) -> None:
        """Repaint the rows that were acknowledged or no longer are."""
        self._refresh_changed(lambda row: _is_acknowledged(row, before) != _is_acknowledged(row, after))

    def _refresh_ages(self, before: Snapshot, after: Snapshot) -> None:
        """Repaint the rows whose times or lengths changed."""
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
        """Draw the column titles."""
        titles = column_titles(self._columns(width), self.order.field, self.order.is_descending)
        return render_strip([("  ", PLAIN), (titles, HEADING)], width)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """The cells of a session or group."""
        if self.snapshot is None or self.zone is None:
            return []
        list_row = self._model.current_rows.rows[row]
        glyph = STALE_MARK if self.is_stale else self.unseen_glyphs.get(newest_session(list_row).uid, " ")
        clock = TimeContext(self.snapshot.server_time, self.zone)
        cursor = (CURSOR_MARK, ACCENT_STYLE) if row == self.cursor else (" ", PLAIN)
        cells = row_cells(self._columns(width), list_row, clock)
        return [
            cursor,
            (glyph, cursor[1] if glyph == " " else PLAIN),
            *(acknowledged_cells(cells) if _is_acknowledged(list_row, self.acknowledgements) else cells),
        ]

    def cursor_cells(self, width: int) -> int:
        """Outcome and type, with the marks before them."""
        return min(width, 2 + sum(column.width + column.gap for column in self._columns(width)[:2]))

    def render_row_strip(self, row: int, width: int) -> Strip:
        """The painted line of this row, cached, so that scrolling draws only the new rows."""
        key = row, row == self.cursor, width
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _MAX_CACHED_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = super().render_row_strip(row, width)
        return strip

    @property
    def stale_style(self) -> Style | None:
        """Faint while the list is stale, else None."""
        return FAINT if self.is_stale else None

    # --- visible rows -----------------------------------------------------------

    @property
    def visible_sessions(self) -> tuple[Session, ...]:
        """The sessions of the visible rows; the newest run of a group."""
        return tuple(newest_session(row) for _, row in self._visible_rows())

    def _visible_rows(self) -> Iterator[tuple[int, ListRow]]:
        return enumerate(self._model.current_rows.rows[self.top : self.top + self.window_height], self.top)

    def is_unusual(self, session: Session) -> bool:
        """Whether the run took unusually long, or has been running for unusually long."""
        baselines, now = self.baselines, self.snapshot.server_time if self.snapshot else None
        return bool(baselines and now and baselines.unusual_ratio(session, session.duration(now)))

    @property
    def visible_unseen_uids(self) -> set[Uid]:
        """The visible new or changed runs, including those in marked groups."""
        rows = [row for _, row in self._visible_rows() if self.is_unseen(newest_session(row))]
        return {run.uid for row in rows for run in ((row,) if isinstance(row, Session) else row.runs)}

    def is_unseen(self, session: Session) -> bool:
        """Whether the run is new or changed."""
        return session.uid in self.unseen_glyphs

    @property
    def new_above_count(self) -> int:
        """Number of new runs above the window."""
        if self._new_rows is None:
            new = {uid for uid, mark in self.unseen_glyphs.items() if mark == NEW_MARK}
            self._new_rows = sorted(self._model.current_rows.rows_of(new)) if new else []
        return bisect_left(self._new_rows, self.top)

    @property
    def place(self) -> tuple[int, int] | None:
        """The number of the selected run among the matching runs, and their number; `None` without a list."""
        if self.snapshot is None or (self._model.is_pending and not self.count):
            return None
        number = self._model.current_rows.ordinal_of(self.cursor) if self.count else 0
        return number, self.match_count


def _is_acknowledged(row: ListRow, acknowledgements: Acknowledgements | None) -> bool:
    """Whether a run is acknowledged; groups contain no acknowledged runs."""
    return (
        acknowledgements is not None
        and isinstance(row, Session)
        and acknowledgements.for_run(row) is not None
    )
