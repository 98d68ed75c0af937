"""The list of sessions: those that match the query, in order, with one of them selected.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match. Only where the first
row is selected at the top of the list does that place count: what is newest comes there.
A fold is selected as the newest of its runs.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import work
from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Session, Uid
from emtui.lookup import DEFAULT_ORDER, STEP, Order, Query
from emtui.monitor.snapshot import Snapshot
from emtui.tui.columns import (
    NOTHING_USUAL,
    Baselines,
    Clock,
    Column,
    session_columns,
    titles_of,
)
from emtui.tui.fold_row import row_cells
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN, STALE
from emtui.tui.widgets.lines import Lines, Pieces, strip_of
from emtui.tui.widgets.lineup import Found, Lineup, Row, newest, runs_from

if TYPE_CHECKING:
    from emtui.triage.folds import Fold


class SessionList(Lines):
    """The rows of `snapshot` that match `wanted`, in this `order`."""

    HEADING: ClassVar[int] = 1

    snapshot: var[Snapshot | None] = var(None)
    wanted: var[Query] = var(Query())
    order: var[Order] = var(DEFAULT_ORDER)
    zone: var[tzinfo | None] = var(None)
    marks: var[Mapping[Uid, str]] = var({})
    veiled: var[bool] = var(False)
    baselines: var[Baselines] = var(NOTHING_USUAL)
    ages: var[bool] = var(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lineup = Lineup()
        self._rows: Sequence[Row] = ()
        self._anchor: Uid | None = None
        self._news: list[int] | None = None
        self._looks: tuple[Snapshot | None, Snapshot] | None = None
        self.sticks = True
        """Whether the top is followed at all; the person's choice."""
        self.follows = True
        """Whether it is now: not while another screen lies over the list."""

    @property
    def rows(self) -> tuple[Session, ...]:
        """The sessions that match, in their order, also those that are folded."""
        self.settle()
        return self._lineup.matching

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        self.settle()
        return self.under_cursor

    @property
    def under_cursor(self) -> Session | None:
        """The session under the cursor as it is on the screen, whatever is about to be shown."""
        return newest(self._rows[self.cursor]) if self._rows else None

    @property
    def row_here(self) -> Row | None:
        """The same, or the fold that stands there."""
        return self._rows[self.cursor] if self._rows else None

    @property
    def fold(self) -> Fold | None:
        """The fold under the cursor as it is on the screen, if there is one."""
        return None if isinstance(self.row_here, Session) else self.row_here

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session, if it is among the rows; the fold that it is in is opened.

        Unless that stands for it, as its newest run.
        """
        self.settle()
        row = self._lineup.row_of(uid)
        if row is None:
            return False
        if newest(self._rows[row]).uid == uid:
            self.go(row)
        else:
            self.select_in_fold(uid)
        return True

    def beside(self, uid: Uid, step: int) -> Session | None:
        """What the row after (or before) this session's stands for."""
        self.settle()
        row = self._lineup.row_of(uid)
        if row is None or not 0 <= row + step < self.count:
            return None
        return newest(self._rows[row + step])

    async def hop(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) run that is wanted; false if there is none."""
        await self.at_rest()
        for number, session in enumerate(runs_from(self._rows, self.cursor, step), 1):
            if wanted(session):
                await self.at_rest()
                return self.select(session.uid)
            if number % STEP == 0:
                await asyncio.sleep(0)
        return False

    # --- folds ------------------------------------------------------------------

    @property
    def foldable(self) -> bool:
        """Whether good runs can be folded in what is asked for: not in another order, nor by a query."""
        return self._lineup.foldable

    @property
    def folds(self) -> bool:
        """Whether they are to be, wherever they can."""
        return self._lineup.folds

    async def fold_all(self, folds: bool) -> None:
        """Fold all good runs, or none; what was opened one by one is closed."""
        self._lineup.folds = folds
        self._lineup.forget_opened()
        self._sift()
        await self.at_rest()

    async def turn_fold(self) -> bool:
        """Open the fold under the cursor, or close the one that its run is of; false if there is none."""
        await self.at_rest()
        here = self.under_cursor
        if here is None:
            return False
        if self.fold:
            self.select_in_fold(here.uid)
        elif not self._lineup.close(here.uid):
            return False
        else:
            self._show_rows(self.cursor - self.top)
        return True

    def select_in_fold(self, uid: Uid) -> None:
        """Open the fold of this session, and put the cursor on it; the window stays, if it can."""
        self._lineup.open(uid)
        self._anchor = uid
        self._show_rows(None)

    # --- other rows -------------------------------------------------------------

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Other sessions: the same one stays selected. The same sessions: only what time has changed."""
        if before and after and before.sessions is after.sessions:
            self._grow_older(before, after)
        elif after:
            self._looks = (self._looks[0] if self._looks else before, after)
            self._line_up()

    def watch_wanted(self) -> None:
        """Another query: the selected session stays, if it matches."""
        if self.snapshot:
            self._sift()

    def watch_order(self) -> None:
        """Another order: to the selected session's new place."""
        self._line_up()

    def watch_marks(self) -> None:
        """Other marks in the rows."""
        self._news = None
        self.refresh()

    def watch_veiled(self) -> None:
        """The rows are old, or no more."""
        self.refresh()

    def watch_baselines(self, before: Baselines, after: Baselines) -> None:
        """Something else is usual: repaint the rows that read otherwise now."""
        if self.zone is None or self.snapshot is None:
            return
        width, clock = self.size.width, Clock(self.snapshot.server_time, self.zone)
        old, new = (session_columns(width, usual, ages=self.ages) for usual in (before, after))
        for place, row in self._in_sight():
            if row_cells(old, row, clock) != row_cells(new, row, clock):
                self._repaint(place)

    def watch_ages(self) -> None:
        """When each run started, or how long ago."""
        self.refresh()

    def _columns(self, width: int) -> tuple[Column[Session], ...]:
        return session_columns(width, self.baselines, ages=self.ages)

    def _grow_older(self, before: Snapshot, after: Snapshot) -> None:
        """Repaint the rows that read otherwise now."""
        if self.zone is None:
            return
        columns = self._columns(self.size.width)
        old, new = Clock(before.server_time, self.zone), Clock(after.server_time, self.zone)
        for place, row in self._in_sight():
            if row_cells(columns, row, old) != row_cells(columns, row, new):
                self._repaint(place)

    def watch_zone(self) -> None:
        """Other times in every row."""
        self.refresh()

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: from now on that session is the one to keep hold of."""
        self.settle()
        super().go(cursor, top=top)
        self._anchor = self.under_cursor.uid if self.under_cursor else self._anchor

    def _line_up(self) -> None:
        """All sessions in their order."""
        if self.snapshot:
            self._lineup.line_up(self.snapshot, self.order, frozenset(self.marks))
            self._sift()

    def _sift(self) -> None:
        """Look for the rows; what is shown stays until they are found.

        A short list is gone through at once, a long one between the keys.
        """
        self._lineup.sift(self.wanted)
        if self._lineup.short:
            self.settle()
        elif not self._lineup.unsorted:
            self._step()
        if self._lineup.pending:
            self._go_on()

    def _step(self) -> None:
        """Go through some of the list."""
        before = self._lineup.shown.sessions
        found = self._lineup.step()
        if found:
            self._show_found(found, before)

    def settle(self) -> None:
        """Find the rows that match now: whoever acts on a row means those."""
        while self._lineup.pending:
            self._step()

    async def at_rest(self) -> None:
        """The same, but others have their turn meanwhile."""
        while self._lineup.pending:
            if self._lineup.unsorted:
                await self._lineup.sort_beside()
            else:
                self._step()
                await asyncio.sleep(0)

    @work(exclusive=True, group="sift", description="find the rows that match")
    async def _go_on(self) -> None:
        await self.at_rest()

    def _show_found(self, found: Found, before: tuple[Session, ...]) -> None:
        """Draw the rows that were found in place of those of `before`.

        The selected one stays on its line of the screen; with another list, unless it is the
        first row that is followed, the top does not stay in sight where it was.
        """
        at_the_top = self.cursor == self.top == 0
        old, new = self._looks or (None, None)
        follow = new is not None and self.sticks and self.follows and self.count > 0 and at_the_top
        still = new is not None and not follow and old is not None
        line = self.cursor - self.top
        self._looks = None
        if follow and found.rows:
            self._anchor = newest(found.rows[0]).uid
        listed = self._show_rows(None if at_the_top and not still else line, before)
        if self.under_cursor and not listed:
            self._anchor = self.under_cursor.uid
        if self._lineup.folding:
            self.baselines = self._lineup.folding.usual

    def _show_rows(self, line: int | None, before: tuple[Session, ...] = ()) -> bool:
        """Draw the rows there are now, the one to keep hold of on this line of the window.

        Without a line the window stays, if that row can be seen in it. False if the list has it no more.
        """
        self._rows, self._news = self._lineup.shown.rows, None
        row, listed = self._lineup.nearest(self._anchor, before) if self._anchor else (0, False)
        self.renew(len(self._rows), row, self.top if line is None else row - line)
        return listed

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = titles_of(self._columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One session."""
        if self.snapshot is None or self.zone is None:
            return []
        row = self._rows[place]
        mark = STALE if self.veiled else self.marks.get(newest(row).uid, " ")
        clock = Clock(self.snapshot.server_time, self.zone)
        cursor = CURSOR if place == self.cursor else " "
        return [(cursor + mark, PLAIN), *row_cells(self._columns(width), row, clock)]

    @property
    def veil(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.veiled else None

    @property
    def in_sight(self) -> tuple[Session, ...]:
        """The sessions that can be seen now; of a fold the one that it stands for."""
        return tuple(newest(row) for _, row in self._in_sight())

    def _in_sight(self) -> Iterator[tuple[int, Row]]:
        return enumerate(self._rows[self.top : self.top + self.window], self.top)

    def is_unusual(self, session: Session) -> bool:
        """Whether it took unusually long, or has gone on for so long, as far as that is known."""
        usual = self.baselines.get(session.type or "")
        now = self.snapshot.server_time if self.snapshot else None
        return bool(usual and now and usual.ratio(session.took(now)))

    @property
    def marked_in_sight(self) -> set[Uid]:
        """Those that are new or differ and can be seen now, alone or in a fold that is marked as well."""
        rows = [row for _, row in self._in_sight() if self.is_marked(newest(row))]
        return {run.uid for row in rows for run in ((row,) if isinstance(row, Session) else row.runs)}

    def is_marked(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.marks

    @property
    def new_above(self) -> int:
        """How many new ones stand above the window."""
        if self._news is None:
            new = {uid for uid, mark in self.marks.items() if mark == NEW}
            self._news = sorted(self._lineup.rows_of(new)) if new else []
        return bisect_left(self._news, self.top)

    @property
    def position(self) -> str:
        """`3/2,914`: which run of all that match; nothing while there is no list, or nothing of it yet."""
        if self.snapshot is None or (self._lineup.pending and not self._rows):
            return ""
        here = self._lineup.number_of(self.cursor) if self._rows else 0
        return f"{words.count(here)}/{words.count(len(self._lineup.matching))}"
