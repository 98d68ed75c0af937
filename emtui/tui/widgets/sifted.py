"""Rows of sessions of which one is selected: those that match a query, in an order, good ones folded.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match. Only where the first
row is selected at the top of the list does that place count: what is newest comes there.
A fold is selected as the newest of its runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from emtui.em.model import Session, Uid
from emtui.lookup import STEP, Order, Query
from emtui.monitor.snapshot import Snapshot
from emtui.tui.widgets.lineup import Found, Lineup, Row, newest, place_of, runs_from
from emtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines
    from emtui.triage.folds import Fold


class Sifted(VirtualList):
    """Such rows; a subclass draws them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lineup = Lineup()
        self._rows: Sequence[Row] = ()
        self._anchor: Uid | None = None
        self._looks: tuple[Snapshot | None, Snapshot] | None = None
        self.sticks = True
        """Whether the top is followed at all; the person's choice."""
        self.follows = True
        """Whether it is now: not while another screen lies over the list."""

    class SelectedGone(Message):
        """The selected run is not among the rows of a later list; `here` is selected now, if any.

        `is_listed`: the list still has it, but it does not match the query any more.
        """

        def __init__(self, here: Session | None, *, is_listed: bool) -> None:
            super().__init__()
            self.here = here
            self.is_listed = is_listed

    # --- what is selected -------------------------------------------------------

    @property
    def rows(self) -> tuple[Session, ...]:
        """The sessions that match, in their order, also those that are folded."""
        self._finish()
        return self._lineup.matching

    @property
    def found(self) -> int:
        """How many sessions match, as far as has been looked; a fold counts for all that are in it."""
        return len(self._lineup.matching)

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        self.apply_pending()
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
        self._finish()
        row = self._lineup.row_of(uid)
        if row is None:
            return False
        if newest(self._rows[row]).uid == uid:
            self.move_to(row)
        else:
            self.select_in_fold(uid)
        return True

    def beside(self, uid: Uid, step: int) -> Session | None:
        """What the row after (or before) this session's stands for."""
        self._finish()
        row = self._lineup.row_of(uid)
        if row is None or not 0 <= row + step < self.count:
            return None
        return newest(self._rows[row + step])

    async def hop(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) run that is wanted; false if there is none."""
        await self.at_rest()
        return await self._hop_among(runs_from(self._rows, self.cursor, step), wanted)

    async def hop_round(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """The same from the top (or, backwards, the bottom) up to the row under the cursor."""
        await self.at_rest()
        begin = -1 if step > 0 else len(self._rows)
        return await self._hop_among(runs_from(self._rows, begin, step, self.cursor), wanted)

    async def _hop_among(self, runs: Iterable[Session], wanted: Callable[[Session], bool]) -> bool:
        for number, session in enumerate(runs, 1):
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
        self.sift(self._lineup.query)
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

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: from now on that session is the one to keep hold of."""
        self.apply_pending()
        super().move_to(cursor, top=top)
        self._anchor = self.under_cursor.uid if self.under_cursor else self._anchor

    # --- other rows -------------------------------------------------------------

    def came(self, before: Snapshot | None, after: Snapshot) -> None:
        """Another look, which is about to be lined up."""
        self._looks = (self._looks[0] if self._looks else before, after)

    def line_up(self, look: Snapshot, order: Order, unseen: frozenset[Uid], query: Query) -> None:
        """Look for the rows of another list, or in another order."""
        self._lineup.line_up(look, order, unseen)
        self._begin(query)

    def sift(self, query: Query) -> None:
        """Look for the rows that match another query, or are folded otherwise."""
        self._lineup.asked = True
        self._begin(query)

    def _begin(self, query: Query) -> None:
        """What is shown stays until the rows are found.

        A short list is gone through at once, a long one between the keys.
        """
        self._lineup.sift(query)
        if self._lineup.short:
            self._finish()
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

    def apply_pending(self) -> None:
        """Find the rows that were asked for: whoever acts on a row means those, not those of a later look."""
        if self._lineup.asked:
            self._finish()

    def _finish(self) -> None:
        """Find all rows now."""
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
        top = self._top_of(found, before) if at_the_top and self.count > 0 else None
        follow = new is not None and self.sticks and self.follows and top is not None
        still = new is not None and not follow and old is not None
        line, selected = self.cursor - self.top, self.under_cursor
        chosen = selected is not None and self._anchor in {None, selected.uid}
        is_followed = at_the_top and chosen and self.sticks and self.follows
        self._looks = None
        if follow:
            self._anchor = top
        listed = self._show_rows(None if at_the_top and not still else line, before)
        if self.under_cursor and not listed:
            self._anchor = self.under_cursor.uid
        if new is not None and is_followed and not self._rows:
            self._anchor = None  # so that the top is followed again once there are rows
        elif new is not None and selected and not is_followed:
            self._tell_if_gone(selected)
        if self._lineup.folding:
            self.found_usual(self._lineup.folding.usual)

    def _tell_if_gone(self, selected: Session) -> None:
        if self._lineup.row_of(selected.uid) is None:
            is_listed = place_of(selected.uid, self._lineup.shown.sessions) is not None
            self.post_message(self.SelectedGone(self.under_cursor, is_listed=is_listed))

    def _top_of(self, found: Found, before: tuple[Session, ...]) -> Uid | None:
        """The session to select if the top is followed; None if it is not the top that was chosen.

        A query may show the neighbour of the selected session in the first row: that was not chosen.
        """
        if before and self._anchor == before[0].uid:
            return found.sessions[0].uid if found.sessions else None
        if found.rows and self.under_cursor and self._anchor == self.under_cursor.uid:
            return newest(found.rows[0]).uid
        return None

    def _show_rows(self, line: int | None, before: tuple[Session, ...] = ()) -> bool:
        """Draw the rows there are now, the one to keep hold of on this line of the window.

        Without a line the window stays, if that row can be seen in it. False if the list has it no more.
        """
        self._rows = self._lineup.shown.rows
        row, listed = self._lineup.nearest(self._anchor, before) if self._anchor else (0, False)
        self.replace_rows(len(self._rows), row, self.top if line is None else row - line)
        return listed

    def found_usual(self, usual: Baselines) -> None:
        """It is known what is usual; a subclass may show it."""
