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
from emtui.query import DEFAULT_ORDER, Order, Query
from emtui.tui.formatting.session_columns import Clock, Column, known_cells, session_columns, titles_of
from emtui.tui.screens.session_list.row_format import row_cells
from emtui.tui.screens.session_list.row_model import (
    RowBasis,
    RowModel,
    SessionRows,
    newest,
    position_of,
)
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN, STALE
from emtui.tui.widgets.virtual_list import Pieces, VirtualList, strip_of

if TYPE_CHECKING:  # loaded with the first list: the first paint does not wait for it
    from emtui.triage.acknowledged import Known
    from emtui.triage.baseline import Baselines
    from emtui.triage.grouping import ListRow, RunGroup

_STRIPS = 500
"""Painted rows that are kept: a few windows."""
_EXAMINED = 500
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
    order: var[Order] = var(DEFAULT_ORDER)
    zone: var[tzinfo | None] = var(None)
    marks: var[Mapping[Uid, str]] = var({})
    is_stale: var[bool] = var(False)
    baselines: var[Baselines | None] = var(None)
    shows_age: var[bool] = var(False)
    known: var[Known | None] = var(None)

    class SelectedGone(Message):
        """The selected run is not among the rows of a later list; `now_selected` is, if there is any row.

        `is_listed`: the list still has it, but it does not match the query any more.
        """

        def __init__(self, now_selected: Session | None, *, is_listed: bool) -> None:
            super().__init__()
            self.now_selected = now_selected
            self.is_listed = is_listed

    def __init__(self, *, id: str | None = None) -> None:
        self._strips: dict[tuple[int, bool, int], Strip] = {}
        """Rows as they were painted, by place, whether the cursor is on them, and width."""
        super().__init__(id=id)
        self._model = RowModel()
        self._anchor: Uid | None = None
        """The session that was chosen last."""
        self._lists_shown: bool | None = None
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
        return self._model.shown.matching

    @property
    def match_count(self) -> int:
        """How many sessions match in what is shown; each run of a group counts."""
        return len(self._model.shown.matching)

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        self.apply_pending()
        return self.under_cursor

    @property
    def under_cursor(self) -> Session | None:
        """The session under the cursor as it is on the screen, whatever is about to be shown."""
        return newest(self.selected_row) if self.selected_row else None

    @property
    def selected_row(self) -> ListRow | None:
        """The same, or the group that is shown there."""
        return self._model.shown.rows[self.cursor] if self.count else None

    @property
    def selected_group(self) -> RunGroup | None:
        """The group under the cursor as it is on the screen, if there is one."""
        return None if isinstance(self.selected_row, Session) else self.selected_row

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session, if it is among the rows; the group that it is in is opened.

        Unless that stands for it, as its newest run.
        """
        self._compute_all()
        row = self._model.shown.row_of(uid)
        if row is None:
            return False
        if newest(self._model.shown.rows[row]).uid == uid:
            self.move_to(row)
        else:
            self.open_group(uid)
        return True

    def neighbour(self, uid: Uid, step: int) -> Session | None:
        """What the row after (or before) this session's stands for."""
        self._compute_all()
        row = self._model.shown.row_of(uid)
        if row is None or not 0 <= row + step < self.count:
            return None
        return newest(self._model.shown.rows[row + step])

    async def select_next(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) run that is wanted; false if there is none."""
        await self.wait_idle()
        return await self._select_first(self._model.shown.runs_from(self.cursor, step), wanted)

    async def select_next_wrapped(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """The same from the top (or, backwards, the bottom) up to the row under the cursor."""
        await self.wait_idle()
        start = -1 if step > 0 else self.count
        return await self._select_first(self._model.shown.runs_from(start, step, self.cursor), wanted)

    async def _select_first(self, runs: Iterable[Session], wanted: Callable[[Session], bool]) -> bool:
        for number, session in enumerate(runs, 1):
            if wanted(session):
                await self.wait_idle()
                return self.select(session.uid)
            if number % _EXAMINED == 0:
                await asyncio.sleep(0)
        return False

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: from now on that session is the one to keep hold of."""
        self.apply_pending()
        super().move_to(cursor, top=top)
        self._anchor = self.under_cursor.uid if self.under_cursor else self._anchor

    # --- groups -----------------------------------------------------------------

    @property
    def can_group(self) -> bool:
        """Whether successful runs can be grouped: not in another order, nor in what a query finds."""
        return self._model.basis.can_group

    @property
    def is_grouped(self) -> bool:
        """Whether they are to be, wherever they can."""
        return self._model.basis.is_grouped

    async def set_grouped(self, grouped: bool) -> None:
        """Group all successful runs, or none; groups that were opened are closed."""
        self._update(replace(self._model.basis, is_grouped=grouped, opened=frozenset()), requested=True)
        await self.wait_idle()

    async def toggle_group(self) -> bool:
        """Open the group under the cursor, or close the one that its run is in; false if there is none."""
        await self.wait_idle()
        selected = self.under_cursor
        group = self._model.shown.group_of(selected.uid) if selected else None
        if selected is None or group is None:
            return False
        if self.selected_group:
            self.open_group(selected.uid)
        else:
            self._set_opened(self._model.basis.opened - {group.newest.uid})
            self._show(self.cursor - self.top)
        return True

    def open_group(self, uid: Uid) -> None:
        """Open the group of this session, and put the cursor on it; the window stays, if it can."""
        self._compute_all()
        self._set_opened(self._model.basis.opened | {uid})
        self._anchor = uid
        self._show(None)

    def _set_opened(self, opened: frozenset[Uid]) -> None:
        """Lay out the rows with these groups open, before anything else is done."""
        self._model.update(replace(self._model.basis, opened=opened), requested=True)
        while self._model.is_pending:
            self._model.step(self.STEP_S)

    # --- what the rows depend on ------------------------------------------------

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Other sessions: the same one stays selected. The same sessions: only what time has changed."""
        if before and after and before.sessions is after.sessions:
            self._grow_older(before, after)
            if self.order.field == "duration_s" and after.tally[Outcome.RUNNING]:
                self._update_list(after)  # what runs takes longer now
        elif after:
            if self._lists_shown is None:
                self._lists_shown = before is not None
            self._update_list(after)

    def watch_session_query(self) -> None:
        """Another query: the selected session stays, if it matches."""
        self._update(replace(self._model.basis, query=self.session_query), requested=True)

    def watch_order(self, before: Order, after: Order) -> None:
        """Another order: to the selected session's new place."""
        if self.snapshot:
            self._update_list(self.snapshot, requested=before != after)

    def _update_list(self, snapshot: Snapshot, *, requested: bool = False) -> None:
        basis = replace(
            self._model.basis,
            sessions=snapshot.sessions,
            now=snapshot.server_time,
            order=self.order,
            query=self.session_query,
            unseen=frozenset(self.marks),
        )
        self._update(basis, requested=requested)

    def _update(self, basis: RowBasis, *, requested: bool) -> None:
        """Compute the rows for this; what is shown stays until they are complete.

        A short list is gone through at once, a long one between the keys.
        """
        self._model.update(basis, requested=requested)
        if self._model.is_short:
            self._compute_all()
        else:
            self._compute_for(self.FIRST_STEP_S if requested else self.STEP_S)
        if self._model.is_pending:
            self._compute_rest()

    # --- computing the rows -----------------------------------------------------

    def _compute_for(self, seconds: float) -> None:
        """Compute for so long, and draw the rows if they are complete."""
        before = self._model.shown
        if self._model.step(seconds):
            self._show_computed(before)

    def _compute_all(self) -> None:
        while self._model.is_pending:
            self._compute_for(self.STEP_S)

    def apply_pending(self) -> None:
        """Find the rows that a person asked for: whoever acts on a row means those, not a later list's."""
        if self._model.is_requested:
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
        lists_shown, self._lists_shown = self._lists_shown, None
        is_new_list, selected = lists_shown is not None, self._under_cursor_of(before)
        at_top = self.cursor == self.top == 0
        follows = self.follow_top and self.is_following
        top = self._top_run(before) if at_top and self.count > 0 else None
        was_chosen = selected is not None and self._anchor in {None, selected.uid}
        is_followed = at_top and was_chosen and follows
        goes_to_top = is_new_list and follows and top is not None
        keeps_line = not at_top or (lists_shown is True and not goes_to_top)
        if goes_to_top:
            self._anchor = top
        is_listed = self._show(self.cursor - self.top if keeps_line else None, before)
        if self.under_cursor and not is_listed:
            self._anchor = self.under_cursor.uid
        if is_new_list and is_followed and not self.count:
            self._anchor = None  # so that the top is followed again once there are rows
        elif is_new_list and selected and not is_followed:
            self._tell_if_gone(selected)
        if self._model.shown.grouped:
            self.baselines = self._model.shown.grouped.groups.baselines

    def _under_cursor_of(self, rows: SessionRows) -> Session | None:
        """The session that was under the cursor while these rows were shown."""
        return newest(rows.rows[self.cursor]) if self.count else None

    def _top_run(self, before: SessionRows) -> Uid | None:
        """The session to select if the top is followed; None if it is not the top that was chosen.

        A query may show the neighbour of the selected session in the first row: that was not chosen.
        """
        shown, selected = self._model.shown, self._under_cursor_of(before)
        if before.sessions and self._anchor == before.sessions[0].uid:
            return shown.sessions[0].uid if shown.sessions else None
        if shown.rows and selected and self._anchor == selected.uid:
            return newest(shown.rows[0]).uid
        return None

    def _tell_if_gone(self, selected: Session) -> None:
        if self._model.shown.row_of(selected.uid) is None:
            is_listed = position_of(selected.uid, self._model.shown.sessions) is not None
            self.post_message(self.SelectedGone(self.under_cursor, is_listed=is_listed))

    def _show(self, line: int | None, before: SessionRows | None = None) -> bool:
        """Draw the rows there are now, the one to keep hold of on this line of the window.

        Without a line the window stays, if that row can be seen in it. False if the list has it no more.
        """
        shown, stood = self._model.shown, before.sessions if before else ()
        row, is_listed = shown.nearest(self._anchor, stood) if self._anchor else (0, False)
        self.replace_rows(len(shown.rows), row, self.top if line is None else row - line)
        return is_listed

    def replace_rows(self, count: int, cursor: int, top: int) -> None:
        """Other rows: others of them are new."""
        self._new_rows = None
        super().replace_rows(count, cursor, top)

    # --- what the rows say ------------------------------------------------------

    def watch_marks(self) -> None:
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
        width, clock = self.size.width, Clock(self.snapshot.server_time, self.zone)
        old, new = (session_columns(width, usual, ages=self.shows_age) for usual in (before, after))
        self._refresh_changed(lambda row: row_cells(old, row, clock) != row_cells(new, row, clock))

    def watch_known(self, before: Known | None, after: Known | None) -> None:
        """Something else is known: repaint the rows that are dimmed or no more."""
        self._refresh_changed(lambda row: _is_known(row, before) != _is_known(row, after))

    def _grow_older(self, before: Snapshot, after: Snapshot) -> None:
        """Repaint the rows that read otherwise now."""
        if self.zone is None:
            return
        columns = self._columns(self.size.width)
        old, new = Clock(before.server_time, self.zone), Clock(after.server_time, self.zone)
        self._refresh_changed(lambda row: row_cells(columns, row, old) != row_cells(columns, row, new))

    def _refresh_changed(self, is_changed: Callable[[ListRow], bool]) -> None:
        self._strips.clear()
        for place, row in self._in_sight():
            if is_changed(row):
                self.refresh_row(place)

    def _columns(self, width: int) -> tuple[Column[Session], ...]:
        return session_columns(width, self.baselines, ages=self.shows_age)

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = titles_of(self._columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def render_row(self, place: int, width: int) -> Pieces:
        """One session, or a group of them."""
        if self.snapshot is None or self.zone is None:
            return []
        row = self._model.shown.rows[place]
        mark = STALE if self.is_stale else self.marks.get(newest(row).uid, " ")
        clock = Clock(self.snapshot.server_time, self.zone)
        cursor = CURSOR if place == self.cursor else " "
        cells = row_cells(self._columns(width), row, clock)
        return [(cursor + mark, PLAIN), *(known_cells(cells) if _is_known(row, self.known) else cells)]

    def strip_of_row(self, place: int, width: int) -> Strip:
        """The line of this row: scrolling draws only the rows that come into sight."""
        key = place, place == self.cursor, width
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _STRIPS:
                self._strips.clear()
            strip = self._strips[key] = super().strip_of_row(place, width)
        return strip

    @property
    def stale_style(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.is_stale else None

    # --- what is in sight -------------------------------------------------------

    @property
    def in_sight(self) -> tuple[Session, ...]:
        """The sessions that can be seen now; of a group the one that it stands for."""
        return tuple(newest(row) for _, row in self._in_sight())

    def _in_sight(self) -> Iterator[tuple[int, ListRow]]:
        return enumerate(self._model.shown.rows[self.top : self.top + self.window], self.top)

    def is_unusual(self, session: Session) -> bool:
        """Whether it took unusually long, or has gone on for so long, as far as that is known."""
        usual, now = self.baselines, self.snapshot.server_time if self.snapshot else None
        return bool(usual and now and usual.ratio(session, session.took(now)))

    @property
    def marked_in_sight(self) -> set[Uid]:
        """Those that are new or differ and can be seen now, alone or in a group that is marked as well."""
        rows = [row for _, row in self._in_sight() if self.is_marked(newest(row))]
        return {run.uid for row in rows for run in ((row,) if isinstance(row, Session) else row.runs)}

    def is_marked(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.marks

    @property
    def new_above(self) -> int:
        """How many new ones are above the window."""
        if self._new_rows is None:
            new = {uid for uid, mark in self.marks.items() if mark == NEW}
            self._new_rows = sorted(self._model.shown.rows_of(new)) if new else []
        return bisect_left(self._new_rows, self.top)

    @property
    def position(self) -> str:
        """`3 of 2,914 runs`: which run of all that match; nothing while none has been read."""
        if self.snapshot is None or (self._model.is_pending and not self.count):
            return ""
        number = self._model.shown.number_of(self.cursor) if self.count else 0
        return text_format.place(number, self.match_count, "run")


def _is_known(row: ListRow, known: Known | None) -> bool:
    """Whether a mark holds for a run; a group holds none of those."""
    return known is not None and isinstance(row, Session) and known.of(row) is not None
