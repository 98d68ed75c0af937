"""The list of sessions: those that match the query, in order, with one of them selected.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match. Only where the first
row is selected at the top of the list does that place count: what is newest comes there.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from itertools import chain, count, islice
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import work
from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Session, Uid
from emtui.em.threads import beside
from emtui.lookup import DEFAULT_ORDER, STEP, Order, Query, Sieve
from emtui.monitor.snapshot import Snapshot
from emtui.tui.columns import (
    NOTHING_USUAL,
    Baselines,
    Clock,
    Column,
    cells_of,
    known_cells,
    session_columns,
    titles_of,
)
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN, STALE
from emtui.tui.widgets.lines import Lines, Pieces, strip_of

if TYPE_CHECKING:
    from emtui.triage.known import Known


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
    known: var[Known | None] = var(None)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sieve = Sieve((), Query())
        """What is shown."""
        self._next: Sieve | None = None
        """What will be shown as soon as it has gone through the list."""
        self._rows: tuple[Session, ...] = ()
        self._all: tuple[Session, ...] = ()
        self._anchor: Uid | None = None
        self._unsorted = False
        self._news: list[int] | None = None
        self._looks: tuple[Snapshot | None, Snapshot] | None = None
        self.sticks = True
        """Whether the top is followed at all; the person's choice."""
        self.follows = True
        """Whether it is now: not while another screen lies over the list."""

    @property
    def rows(self) -> tuple[Session, ...]:
        """The sessions that match, in their order."""
        self.settle()
        return self._rows

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        self.settle()
        return self.under_cursor

    @property
    def under_cursor(self) -> Session | None:
        """The session under the cursor as it is on the screen, whatever is about to be shown."""
        return self._rows[self.cursor] if self._rows else None

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session, if it is among the rows."""
        place = self._place_of(uid)
        if place is not None:
            self.go(place)
        return place is not None

    def beside(self, uid: Uid, step: int) -> Session | None:
        """The row after (or before) this session's."""
        place = self._place_of(uid)
        if place is None or not 0 <= place + step < self.count:
            return None
        return self.rows[place + step]

    async def hop(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) row that is wanted; false if there is none."""
        await self.at_rest()
        rows, here = self._rows, self.cursor
        places = range(here + 1, len(rows)) if step > 0 else range(here - 1, -1, -1)
        for start in range(0, len(places), STEP):
            found = next((place for place in places[start : start + STEP] if wanted(rows[place])), None)
            if found is not None:
                await self.at_rest()
                return self.select(rows[found].uid)
            await asyncio.sleep(0)
        return False

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
        for place, session in enumerate(self.in_sight, self.top):
            if cells_of(old, session, clock) != cells_of(new, session, clock):
                self._repaint(place)

    def watch_known(self, before: Known | None, after: Known | None) -> None:
        """Something else is known: repaint the rows that are dimmed or no more."""
        for place, session in enumerate(self.in_sight, self.top):
            was, now = (bool(known and known.of(session)) for known in (before, after))
            if was != now:
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
        for place, session in enumerate(self.in_sight, self.top):
            if cells_of(columns, session, old) != cells_of(columns, session, new):
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
        """All sessions in their order; those of a snapshot are newest first already."""
        if self.snapshot is None:
            return
        self._unsorted = self.order != DEFAULT_ORDER
        if not self._unsorted:
            self._all = self.snapshot.sessions
        self._sift()

    def _sift(self) -> None:
        """Look for the rows that match; what is shown stays until they are found.

        A short list is gone through at once, a long one between the keys: what the query, the order or
        the list before have begun, and nobody has seen, is dropped.
        """
        self._next = Sieve(self._all, self.wanted, self._sieve)
        if not self._unsorted or (self.snapshot and len(self.snapshot.sessions) <= STEP):
            self._sort()
            self._step()
        if self._next:
            self._go_on()

    def _sort(self, ordered: tuple[Session, ...] | None = None) -> None:
        """Begin with the list in its order, which somebody may have found already."""
        if self.snapshot and self._unsorted:
            self._all = ordered or self.order.sort(self.snapshot.sessions, self.snapshot.server_time)
            self._unsorted = False
            self._next = Sieve(self._all, self.wanted)

    def _step(self) -> None:
        """Go through some of the list."""
        if self._next:
            self._next.step()
            if self._next.done:
                self._show_found(self._next)

    def settle(self) -> None:
        """Find the rows that match now: whoever acts on a row means those."""
        while self._next:
            self._sort()
            self._step()

    async def at_rest(self) -> None:
        """The same, but others have their turn meanwhile."""
        while self._next:
            if self._unsorted and self.snapshot:
                look, order = self.snapshot, self.order
                ordered = await beside(partial(order.sort, look.sessions, look.server_time))
                if look.sessions is self.snapshot.sessions and order == self.order:
                    self._sort(ordered)
            else:
                self._step()
                await asyncio.sleep(0)

    @work(exclusive=True, group="sift", description="find the rows that match")
    async def _go_on(self) -> None:
        await self.at_rest()

    def _show_found(self, found: Sieve) -> None:
        """Draw the rows that were found.

        The selected one stays on its line of the screen; with another list, unless it is the
        first row that is followed, the top does not stay in sight where it was.
        """
        at_the_top = self.cursor == self.top == 0
        before, after = self._looks or (None, None)
        follow = after is not None and self.sticks and self.follows and self.count > 0 and at_the_top
        still = after is not None and not follow and before is not None
        line, shown = self.cursor - self.top, self._sieve
        self._sieve, self._next, self._looks, self._news = found, None, None, None
        self._rows = found.rows
        if follow and self._rows:
            self._anchor = self._rows[0].uid
        place, listed = self._nearest(found, shown.sessions)
        self.renew(len(self._rows), place, 0 if at_the_top and not still else place - line)
        if self.under_cursor and not listed:
            self._anchor = self.under_cursor.uid

    def _nearest(self, found: Sieve, before: tuple[Session, ...]) -> tuple[int, bool]:
        """The row of the session to keep hold of, else of the next one in the order, else of the one before.

        And whether the list has it at all; else it is looked for where it stood `before`.
        """
        if self._anchor is None:
            return 0, False
        stood = place_of(self._anchor, found.sessions)
        if stood is not None:
            return min(bisect_left(found.places, stood), max(len(found.places) - 1, 0)), True
        stood = place_of(self._anchor, before)
        if stood is None:
            return 0, False
        places = dict(zip(map(_UID, self._rows), count(), strict=False))
        nearest = chain(islice(before, stood, None), reversed(before[:stood]))
        return next((places[session.uid] for session in nearest if session.uid in places), 0), False

    def _place_of(self, uid: Uid) -> int | None:
        return place_of(uid, self.rows)

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = titles_of(self._columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One session."""
        if self.snapshot is None or self.zone is None:
            return []
        session = self._rows[place]
        mark = STALE if self.veiled else self.marks.get(session.uid, " ")
        clock = Clock(self.snapshot.server_time, self.zone)
        cursor = CURSOR if place == self.cursor else " "
        cells = cells_of(self._columns(width), session, clock)
        is_known = self.known is not None and self.known.of(session) is not None
        return [(cursor + mark, PLAIN), *(known_cells(cells) if is_known else cells)]

    @property
    def veil(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.veiled else None

    @property
    def in_sight(self) -> tuple[Session, ...]:
        """The sessions that can be seen now."""
        return self._rows[self.top : self.top + self.window]

    def is_marked(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.marks

    @property
    def new_above(self) -> int:
        """How many new ones stand above the window."""
        if self._news is None:
            new = {uid for uid, mark in self.marks.items() if mark == NEW}
            self._news = [place for place, row in enumerate(self._rows) if row.uid in new] if new else []
        return bisect_left(self._news, self.top)

    @property
    def position(self) -> str:
        """`3/2,914`, or nothing while there is no list."""
        if self.snapshot is None:
            return ""
        return f"{words.count(self.cursor + 1 if self._rows else 0)}/{words.count(len(self._rows))}"


def place_of(uid: Uid, sessions: tuple[Session, ...]) -> int | None:
    """Where this one stands; a few thousand at once, as that is quicker than one by one."""
    for start in range(0, len(sessions), STEP):
        uids = list(map(_UID, sessions[start : start + STEP]))
        if uid in uids:
            return start + uids.index(uid)
    return None


_UID = attrgetter("uid")
