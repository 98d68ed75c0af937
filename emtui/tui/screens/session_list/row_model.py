"""Which rows the list of sessions has: those that match, in order, successful runs grouped.

`RowModel` is told what the rows depend on (`RowBasis`) and computes them in short steps; what is
shown (`SessionRows`, frozen) stays until the next rows are complete. Rows that were begun
for an earlier basis, and that nobody has seen, are dropped. Nothing is drawn here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, TypeVar

from emtui.chunked_work import Computation, Steps
from emtui.em.model import LONG_AGO, Session, Uid
from emtui.query import DEFAULT_ORDER, IncrementalFilter, Order, Query

if TYPE_CHECKING:  # loaded with the first list: the first paint does not wait for it
    from emtui.triage.grouping import GroupedRows, ListRow, RunGroup, RunGroups

T = TypeVar("T")

SHORT = 2_500
"""A list of so many sessions is computed at once."""
_SEARCHED = 2_500
"""Sessions whose UIDs are compared together."""
_EVERYTHING = Query()
_uid = attrgetter("uid")


@dataclass(frozen=True, slots=True)
class RowBasis:
    """What the rows depend on.

    `sessions` are newest first, and None before there is a list; `now` is the server's clock, for how
    long running ones took. `unseen` runs are grouped apart, `opened` has a run of each group that is open.
    """

    sessions: tuple[Session, ...] | None = None
    now: datetime = LONG_AGO
    order: Order = DEFAULT_ORDER
    query: Query = _EVERYTHING
    unseen: frozenset[Uid] = frozenset()
    is_grouped: bool = True
    opened: frozenset[Uid] = frozenset()

    @property
    def can_group(self) -> bool:
        """Whether successful runs can be grouped: newest first, and while nothing is filtered out."""
        return self.query.empty and self.order == DEFAULT_ORDER


@dataclass(frozen=True, slots=True, eq=False)
class SessionRows:
    """Rows, and where each session stands among them.

    `sessions` is the whole list in its order, `matching` those of it that have a row or are in a
    group. `positions` says where in the list the matching ones stand, unless they are `grouped`.
    """

    sessions: tuple[Session, ...] = ()
    matching: tuple[Session, ...] = ()
    rows: Sequence[ListRow] = ()
    positions: Sequence[int] = ()
    grouped: GroupedRows | None = None

    def row_of(self, uid: Uid) -> int | None:
        """The row of this session, or of the group that it is in."""
        number = position_of(uid, self.matching)
        return None if number is None else self._row(number)

    def _row(self, number: int) -> int:
        """The row of one of the matching sessions, by its number among them."""
        return self.grouped.row_of(number) if self.grouped else number

    def number_of(self, row: int) -> int:
        """Which of the matching sessions this row is, or stands for, counted from 1."""
        return (self.grouped.positions[row] if self.grouped else row) + 1

    def rows_of(self, uids: Container[Uid]) -> list[int]:
        """The rows of these sessions, one for each that has one."""
        return [self._row(number) for number, session in enumerate(self.matching) if session.uid in uids]

    def group_of(self, uid: Uid) -> RunGroup | None:
        """The group of this session, open or not."""
        position = position_of(uid, self.sessions) if self.grouped else None
        return self.grouped.groups.at(position) if self.grouped and position is not None else None

    def nearest(self, uid: Uid, before: tuple[Session, ...]) -> tuple[int, bool]:
        """The row of this session, else of the next one in the order, else of the one before.

        And whether the list has it at all; else its neighbours are those that it had `before`.
        """
        position = position_of(uid, self.sessions)
        if position is not None:
            return self._nearest_row(position), True
        position = position_of(uid, before)
        if position is None:
            return 0, False
        numbers = dict(zip(map(_uid, self.matching), count(), strict=False))
        neighbours = chain(islice(before, position, None), reversed(before[:position]))
        found = next((numbers[session.uid] for session in neighbours if session.uid in numbers), None)
        return 0 if found is None else self._row(found), False

    def _nearest_row(self, position: int) -> int:
        if self.grouped:
            return self.grouped.row_of(position)
        return max(min(bisect_left(self.positions, position), len(self.positions) - 1), 0)

    def runs_from(self, row: int, step: int, end: int | None = None) -> Iterator[Session]:
        """The runs of all rows below this one (or above, upwards); of a group first the one it stands for.

        Not those of the row at `end`, nor beyond.
        """
        last = (len(self.rows) if step > 0 else -1) if end is None else end
        for index in range(row + step, last, step):
            found = self.rows[index]
            if isinstance(found, Session):
                yield found
            else:
                yield found.newest
                yield from islice(found.runs, 1, None) if step > 0 else reversed(found.runs[1:])


@dataclass(slots=True)
class _Stage(Generic[T]):
    """A part of the computation that is kept, complete or not, for as long as it depends on the same."""

    sessions: tuple[Session, ...]
    key: object
    computation: Computation[T]


class RowModel:
    """Owns the rows that are shown, and the computation of those that will be."""

    def __init__(self) -> None:
        self.basis = RowBasis()
        self.shown = SessionRows()
        self.is_requested = False
        """Whether a person asked for what is being computed: else only the list has changed."""
        self._next: Computation[SessionRows] | None = None
        self._ordered: _Stage[tuple[Session, ...]] | None = None
        self._groups: _Stage[RunGroups] | None = None
        self._filter: IncrementalFilter | None = None

    def update(self, basis: RowBasis, *, requested: bool) -> None:
        """The rows depend on this from now on; what is shown stays until `step` has found them."""
        self.basis = basis
        self.is_requested |= requested
        self._next = None if basis.sessions is None else Computation(self._compute(basis.sessions, basis))

    @property
    def is_pending(self) -> bool:
        """Whether other rows than those that are shown are being computed."""
        return self._next is not None

    @property
    def is_short(self) -> bool:
        """Whether the list is short enough to be computed at once."""
        return len(self.basis.sessions or ()) <= SHORT

    def step(self, seconds: float) -> bool:
        """Compute for about this time; whether other rows are shown now."""
        rows = self._next.run_for(seconds) if self._next else None
        if rows is None:
            return False
        self.shown, self._next, self.is_requested = rows, None, False
        if rows.grouped:
            self.basis = replace(self.basis, opened=rows.grouped.opened)
        return True

    def _compute(self, sessions: tuple[Session, ...], basis: RowBasis) -> Steps[SessionRows]:
        if basis.is_grouped and basis.can_group:
            from emtui.triage.grouping import find_groups, lay_out  # noqa: PLC0415 - start-up time

            self._groups = _kept(self._groups, sessions, None, lambda: find_groups(sessions, basis.unseen))
            groups = yield from self._groups.computation.run()
            grouped = yield from lay_out(groups, basis.opened)
            return SessionRows(sessions, sessions, grouped.rows, grouped=grouped)
        if basis.order != DEFAULT_ORDER:
            now, order = basis.now, basis.order
            key = order, now if order.field == "duration_s" else None
            self._ordered = _kept(self._ordered, sessions, key, lambda: order.sort_steps(sessions, now))
            sessions = yield from self._ordered.computation.run()
        found = IncrementalFilter(sessions, basis.query, self._filter)
        while not found.is_done:
            found.step()
            yield
        self._filter = found
        matching = found.matching
        return SessionRows(sessions, matching, matching, found.positions)


def _kept(
    stage: _Stage[T] | None, sessions: tuple[Session, ...], key: object, steps: Callable[[], Steps[T]]
) -> _Stage[T]:
    """The stage itself, if it depends on the very same; else a new one."""
    if stage and stage.sessions is sessions and stage.key == key:
        return stage
    return _Stage(sessions, key, Computation(steps()))


def newest(row: ListRow) -> Session:
    """The session itself, or the one that its group stands for."""
    return row if isinstance(row, Session) else row.newest


def position_of(uid: Uid, sessions: tuple[Session, ...]) -> int | None:
    """Where this one stands; a few thousand at once, as that is quicker than one by one."""
    for start in range(0, len(sessions), _SEARCHED):
        uids = list(map(_uid, sessions[start : start + _SEARCHED]))
        if uid in uids:
            return start + uids.index(uid)
    return None
