"""The list of sessions: those that match the query, in order, with one of them selected.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match. Only where the first
row is selected at the top of the list does that place count: what is newest comes there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from itertools import repeat
from typing import ClassVar

from rich.style import Style
from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Session, Uid
from emtui.lookup import DEFAULT_ORDER, Order, Query, haystack
from emtui.monitor.snapshot import Snapshot
from emtui.tui.columns import (
    NOTHING_USUAL,
    Baselines,
    Clock,
    Column,
    cells_of,
    session_columns,
    titles_of,
)
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN, STALE
from emtui.tui.widgets.lines import Lines, Pieces, strip_of


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
        self.rows: tuple[Session, ...] = ()
        self._all: tuple[Session, ...] = ()
        self._hays: tuple[str, ...] = ()
        self._anchor: Uid | None = None
        self.sticks = True
        """Whether the top is followed at all; the person's choice."""
        self.follows = True
        """Whether it is now: not while another screen lies over the list."""

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        return self.rows[self.cursor] if self.rows else None

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

    def hop(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Put the cursor on the next (or previous) row that is wanted; false if there is none."""
        places = range(self.cursor + 1, self.count) if step > 0 else range(self.cursor - 1, -1, -1)
        found = next((place for place in places if wanted(self.rows[place])), None)
        if found is not None:
            self.go(found)
        return found is not None

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Other sessions: the same one stays selected. The same sessions: only what time has changed."""
        if before and after and before.sessions is after.sessions:
            self._grow_older(before, after)
            return
        follow = self.sticks and self.follows and self.count > 0 and self.cursor == self.top == 0
        self._line_up(follow=follow, still=not follow and before is not None)

    def watch_wanted(self) -> None:
        """Another query: the selected session stays, if it matches."""
        self._sift(self._all)

    def watch_order(self) -> None:
        """Another order: to the selected session's new place."""
        self._line_up()

    def watch_marks(self) -> None:
        """Other marks in the rows."""
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
        super().go(cursor, top=top)
        self._anchor = self.selected.uid if self.selected else self._anchor

    def _line_up(self, *, follow: bool = False, still: bool = False) -> None:
        """All sessions in their order; those of a snapshot are newest first already."""
        if self.snapshot is None:
            return
        before, self._all, self._hays = self._all, self.snapshot.sessions, ()
        if self.order != DEFAULT_ORDER:
            self._all = self.order.sort(self._all, self.snapshot.server_time)
        self._sift(before, follow=follow, still=still)

    def _sift(self, before: tuple[Session, ...], *, follow: bool = False, still: bool = False) -> None:
        """The rows that match, the first one selected if it is to be followed.

        The selected one stays on its line of the screen; unless it must be `still`, the top stays
        in sight where it was.
        Texts are folded once for all the keystrokes of a query.
        """
        if self.snapshot is None:
            return
        line, at_the_top = self.cursor - self.top, not still and self.cursor == self.top == 0
        if self.wanted.worded and not self._hays:
            self._hays = tuple(map(haystack, self._all))
        self.rows = self.wanted.among(self._all, self._hays or repeat("")) if self.wanted.terms else self._all
        if follow and self.rows:
            self._anchor = self.rows[0].uid
        place = self._nearest(before)
        self.renew(len(self.rows), place, 0 if at_the_top else place - line)
        selected = self.selected
        if selected and selected.uid != self._anchor and not any(s.uid == self._anchor for s in self._all):
            self._anchor = selected.uid

    def _nearest(self, before: tuple[Session, ...]) -> int:
        """The row of the session to keep hold of; else of the next one in the order, else of the one before.

        One that the list has no more is looked for where it stood `before`.
        """
        if self._anchor is None:
            return 0
        place = self._place_of(self._anchor)
        if place is not None:
            return place
        places = {session.uid: place for place, session in enumerate(self.rows)}
        for sessions in (self._all, before):
            stood = next((n for n, session in enumerate(sessions) if session.uid == self._anchor), None)
            if stood is not None:
                nearest = (*sessions[stood:], *reversed(sessions[:stood]))
                return next((places[session.uid] for session in nearest if session.uid in places), 0)
        return 0

    def _place_of(self, uid: Uid) -> int | None:
        return next((place for place, session in enumerate(self.rows) if session.uid == uid), None)

    def heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = titles_of(self._columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One session."""
        if self.snapshot is None or self.zone is None:
            return []
        session = self.rows[place]
        mark = STALE if self.veiled else self.marks.get(session.uid, " ")
        clock = Clock(self.snapshot.server_time, self.zone)
        cursor = CURSOR if place == self.cursor else " "
        return [(cursor + mark, PLAIN), *cells_of(self._columns(width), session, clock)]

    @property
    def veil(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.veiled else None

    @property
    def in_sight(self) -> tuple[Session, ...]:
        """The sessions that can be seen now."""
        return self.rows[self.top : self.top + self.window]

    def is_marked(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.marks

    @property
    def new_above(self) -> int:
        """How many new ones stand above the window."""
        return sum(1 for session in self.rows[: self.top] if self.marks.get(session.uid) == NEW)

    @property
    def position(self) -> str:
        """`3/2,914`, or nothing while there is no list."""
        if self.snapshot is None:
            return ""
        return f"{words.count(self.cursor + 1 if self.rows else 0)}/{words.count(len(self.rows))}"
