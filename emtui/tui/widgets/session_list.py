"""The list of sessions: those that match the query, in order, with one of them selected.

What is selected is a session, not a row number: when rows come, go or change their
order, the session that the person chose last stays selected on the same line of the
screen, or its nearest neighbour if it is gone or does not match.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from itertools import repeat
from typing import ClassVar

from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Session, Uid
from emtui.lookup import DEFAULT_ORDER, Order, Query, haystack
from emtui.monitor.snapshot import Snapshot
from emtui.tui.columns import Clock, cells_of, session_columns, titles_of
from emtui.tui.theme import CURSOR, HEADING, PLAIN
from emtui.tui.widgets.lines import Lines, Pieces, strip_of


class SessionList(Lines):
    """The rows of `snapshot` that match `wanted`, in this `order`."""

    HEADING: ClassVar[int] = 1

    snapshot: var[Snapshot | None] = var(None)
    wanted: var[Query] = var(Query())
    order: var[Order] = var(DEFAULT_ORDER)
    zone: var[tzinfo | None] = var(None)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Session, ...] = ()
        self._all: tuple[Session, ...] = ()
        self._hays: tuple[str, ...] = ()
        self._anchor: Uid | None = None

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

    def watch_snapshot(self) -> None:
        """Other sessions: the same one stays selected."""
        self._line_up()

    def watch_wanted(self) -> None:
        """Another query: the selected session stays, if it matches."""
        self._sift(self._all)

    def watch_order(self) -> None:
        """Another order: to the selected session's new place."""
        self._line_up()

    def watch_zone(self) -> None:
        """Other times in every row."""
        self.refresh()

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row: from now on that session is the one to keep hold of."""
        super().go(cursor, top=top)
        self._anchor = self.selected.uid if self.selected else self._anchor

    def _line_up(self) -> None:
        """All sessions in their order; those of a snapshot are newest first already."""
        if self.snapshot is None:
            return
        before, self._all, self._hays = self._all, self.snapshot.sessions, ()
        if self.order != DEFAULT_ORDER:
            self._all = self.order.sort(self._all, self.snapshot.as_of)
        self._sift(before)

    def _sift(self, before: tuple[Session, ...]) -> None:
        """The rows that match; texts are folded once for all the keystrokes of a query."""
        if self.snapshot is None:
            return
        line, at_the_top = self.cursor - self.top, self.cursor == self.top == 0
        if self.wanted.worded and not self._hays:
            self._hays = tuple(map(haystack, self._all))
        self.rows = self.wanted.among(self._all, self._hays or repeat("")) if self.wanted.terms else self._all
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
        titles = titles_of(session_columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def row(self, place: int, width: int) -> Pieces:
        """One session."""
        if self.snapshot is None or self.zone is None:
            return []
        mark = f"{CURSOR} " if place == self.cursor else "  "
        clock = Clock(self.snapshot.as_of, self.zone)
        return [(mark, PLAIN), *cells_of(session_columns(width), self.rows[place], clock)]

    @property
    def position(self) -> str:
        """`3/2,914`, or nothing while there is no list."""
        if self.snapshot is None:
            return ""
        return f"{words.count(self.cursor + 1 if self.rows else 0)}/{words.count(len(self.rows))}"
