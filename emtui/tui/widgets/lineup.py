"""Which rows a list of sessions has: those that match, in order, good runs folded; found a step at a time.

Nothing is drawn here. What is shown stays until the next rows are found, whoever waits for
them; what was begun for an earlier query, order or list, and nobody has seen, is dropped.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import partial
from itertools import chain, count, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeAlias

from emtui.em.model import Session, Uid
from emtui.em.threads import beside
from emtui.lookup import DEFAULT_ORDER, STEP, Order, Query, Sieve
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:  # loaded with the first list: the first picture does not wait for it
    from emtui.triage.folds import Fold, Folding

Row: TypeAlias = "Session | Fold"


class Found(Protocol):
    """One way through a list, whose rows are known once it is done."""

    sessions: tuple[Session, ...]

    @property
    def done(self) -> bool:
        """Whether it has gone through all of it."""
        ...

    @property
    def rows(self) -> Sequence[Row]:
        """What stands in the list, in order."""
        ...

    def step(self) -> object:
        """Go through some more."""
        ...

    def row_of(self, place: int) -> int:
        """The row of the session at this place of `sessions`, or the nearest to it."""
        ...


class Lineup:
    """What is shown of a list, and what will be as soon as it was gone through."""

    def __init__(self) -> None:
        self.shown: Found = Sieve((), Query())
        self.query = Query()
        self.folds = True
        """Whether good runs are folded at all, where all of them are shown newest first."""
        self.folding: Folding | None = None
        """How good runs are folded in what is shown, if they are."""
        self._opened: frozenset[Uid] = frozenset()
        """A run of each fold that is open."""
        self._folding: Folding | None = None
        """The last way to fold that was begun."""
        self.asked = False
        """Whether somebody asked for what is looked for: else it is only that the list has come anew."""
        self._next: Found | None = None
        self._look: Snapshot | None = None
        self._order = DEFAULT_ORDER
        self._unseen: frozenset[Uid] = frozenset()
        self._all: tuple[Session, ...] | None = ()

    # --- what is wanted ---------------------------------------------------------

    def line_up(self, look: Snapshot, order: Order, unseen: frozenset[Uid]) -> None:
        """These sessions, in this order; those of a snapshot are newest first already."""
        self.asked |= order != self._order
        self._look, self._order, self._unseen = look, order, unseen
        self._all = look.sessions if order == DEFAULT_ORDER else None

    def sift(self, query: Query) -> None:
        """Those that match; nothing has been found yet."""
        self.query = query
        self._next = self._way(self._all or ()) if self._look else None

    def _way(self, sessions: tuple[Session, ...]) -> Found:
        if not (self.folds and self.foldable):
            return Sieve(sessions, self.query, self.shown if isinstance(self.shown, Sieve) else None)
        if self._folding is None or self._folding.sessions is not sessions:
            from emtui.triage.folds import Folding

            self._folding = Folding(sessions, self._unseen, self._opened)
        return self._folding

    @property
    def foldable(self) -> bool:
        """Whether good runs can be folded: newest first, and while nothing is filtered out."""
        return self.query.empty and self._order == DEFAULT_ORDER

    # --- finding it -------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """Whether other rows than those that are shown are still looked for."""
        return self._next is not None

    @property
    def unsorted(self) -> bool:
        """Whether the list must be put in its order first."""
        return self._all is None

    @property
    def short(self) -> bool:
        """Whether it is gone through at once."""
        return self._look is None or len(self._look.sessions) <= STEP

    def step(self) -> Found | None:
        """Sort the list, or go through some of it; what was found, once it was."""
        if self._next is None or self._look is None:
            return None
        if self._all is None:
            self._begin(self._order.sort(self._look.sessions, self._look.server_time))
            return None
        if not self._next.done:
            self._next.step()
        if not self._next.done:
            return None
        self.shown, self._next, self.asked = self._next, None, False
        self.folding = self._folding if self._folding is self.shown else None
        if self.folding:
            self._opened = self.folding.opened
        return self.shown

    async def sort_beside(self) -> None:
        """Sort it while others have their turn; a list or an order that was overtaken is dropped."""
        look, order = self._look, self._order
        if look is None:
            return
        ordered = await beside(partial(order.sort, look.sessions, look.server_time))
        if self._all is None and self._look and look.sessions is self._look.sessions and order == self._order:
            self._begin(ordered)

    def _begin(self, ordered: tuple[Session, ...]) -> None:
        self._all = ordered
        self._next = self._way(ordered)

    # --- what was found ---------------------------------------------------------

    @property
    def matching(self) -> tuple[Session, ...]:
        """All sessions that are shown, also those that are folded, in their order."""
        shown = self.shown
        return shown.rows if isinstance(shown, Sieve) else shown.sessions

    def row_of(self, uid: Uid) -> int | None:
        """The row of this session, or of the fold that it is in."""
        number = place_of(uid, self.matching)
        return None if number is None else self._row(number)

    def _row(self, number: int) -> int:
        """The row of one of those that match, by its number among them."""
        return self.folding.row_of(number) if self.folding else number

    def number_of(self, row: int) -> int:
        """Which of those that match it is that this row is, or stands for, counted from 1."""
        return (self.folding.place_of(row) if self.folding else row) + 1

    def rows_of(self, uids: Container[Uid]) -> list[int]:
        """The rows of these sessions, one for each that has one."""
        return [self._row(number) for number, session in enumerate(self.matching) if session.uid in uids]

    def open(self, uid: Uid) -> bool:
        """Show the runs that this one is folded with one by one; false if it is in no fold."""
        folding, place = self._in_fold(uid)
        if folding:
            folding.open(place)
            self._opened = folding.opened
        return folding is not None

    def close(self, uid: Uid) -> bool:
        """Fold the runs that this one belongs to again; false if it belongs to none."""
        folding, place = self._in_fold(uid)
        if folding:
            folding.close(place)
            self._opened = folding.opened
        return folding is not None

    def _in_fold(self, uid: Uid) -> tuple[Folding | None, int]:
        place = place_of(uid, self.shown.sessions) if self.folding else None
        if place is None or self.folding is None or self.folding.fold_of(place) is None:
            return None, 0
        return self.folding, place

    def forget_opened(self) -> None:
        """Nothing is open any more."""
        self._folding, self._opened = None, frozenset()

    def nearest(self, uid: Uid, before: tuple[Session, ...]) -> tuple[int, bool]:
        """The row of this session, else of the next one in the order, else of the one before.

        And whether the list has it at all; else it is looked for where it stood `before`.
        """
        stood = place_of(uid, self.shown.sessions)
        if stood is not None:
            return self.shown.row_of(stood), True
        stood = place_of(uid, before)
        if stood is None:
            return 0, False
        numbers = dict(zip(map(_UID, self.matching), count(), strict=False))
        nearest = chain(islice(before, stood, None), reversed(before[:stood]))
        found = next((numbers[session.uid] for session in nearest if session.uid in numbers), None)
        return 0 if found is None else self._row(found), False


def newest(row: Row) -> Session:
    """The session itself, or the one that its fold stands for."""
    return row if isinstance(row, Session) else row.newest


def runs_from(rows: Sequence[Row], here: int, step: int, end: int | None = None) -> Iterator[Session]:
    """The runs of all rows below this one (or above, upwards); of a fold first the one it stands for.

    Not those of the row at `end`, nor beyond.
    """
    last = (len(rows) if step > 0 else -1) if end is None else end
    for place in range(here + step, last, step):
        row = rows[place]
        if isinstance(row, Session):
            yield row
        else:
            yield row.newest
            yield from islice(row.runs, 1, None) if step > 0 else reversed(row.runs[1:])


def place_of(uid: Uid, sessions: tuple[Session, ...]) -> int | None:
    """Where this one stands; a few thousand at once, as that is quicker than one by one."""
    for start in range(0, len(sessions), STEP):
        uids = list(map(_UID, sessions[start : start + STEP]))
        if uid in uids:
            return start + uids.index(uid)
    return None


_UID = attrgetter("uid")
