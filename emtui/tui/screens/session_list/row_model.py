"""Which rows the list of sessions has: those that match, in order, successful runs grouped.

`RowModel` is told what the rows depend on (`RowInputs`) and computes them in short steps; what is
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

from emtui.chunked_work import ChunkedComputation, Steps
from emtui.em.model import DISTANT_PAST, Session, Uid
from emtui.query import DEFAULT_SORT_ORDER, IncrementalFilter, Query, SortOrder

if TYPE_CHECKING:  # loaded with the first list: the first paint does not wait for it
    from emtui.triage.grouping import GroupedRows, ListRow, RunGroup, RunGroups

T = TypeVar("T")

MAX_SYNC_SESSIONS = 2_500
"""A list of so many sessions is computed at once."""
_UIDS_PER_SCAN = 2_500
"""Sessions whose UIDs are compared together."""
_MATCH_ALL = Query()
_get_uid = attrgetter("uid")


@dataclass(frozen=True, slots=True)
class RowInputs:
    """What the rows depend on.

    `sessions` are newest first, and None before there is a list; `now` is the server's clock, for how
    long running ones took. `unseen` runs are grouped apart, `opened` has a run of each group that is open.
    """

    sessions: tuple[Session, ...] | None = None
    now: datetime = DISTANT_PAST
    order: SortOrder = DEFAULT_SORT_ORDER
    query: Query = _MATCH_ALL
    unseen: frozenset[Uid] = frozenset()
    is_grouped: bool = True
    open_groups: frozenset[Uid] = frozenset()

    @property
    def can_group(self) -> bool:
        """Whether successful runs can be grouped: newest first, and while nothing is filtered out."""
        return self.query.is_empty and self.order == DEFAULT_SORT_ORDER


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

    def ordinal_of(self, row: int) -> int:
        """Which of the matching sessions this row is, or stands for, counted from 1."""
        return (self.grouped.positions[row] if self.grouped else row) + 1

    def rows_of(self, uids: Container[Uid]) -> list[int]:
        """The rows of these sessions, one for each that has one."""
        return [self._row(number) for number, session in enumerate(self.matching) if session.uid in uids]

    def group_of(self, uid: Uid) -> RunGroup | None:
        """The group of this session, open or not."""
        position = position_of(uid, self.sessions) if self.grouped else None
        return self.grouped.groups.group_at(position) if self.grouped and position is not None else None

    def find_nearest_row(self, uid: Uid, before: tuple[Session, ...]) -> tuple[int, bool]:
        """The row of this session, else of the next one in the order, else of the one before.

        And whether the list has it at all; else its neighbours are those that it had `before`.
        """
        position = position_of(uid, self.sessions)
        if position is not None:
            return self._nearest_row(position), True
        position = position_of(uid, before)
        if position is None:
            return 0, False
        numbers = dict(zip(map(_get_uid, self.matching), count(), strict=False))
        neighbours = chain(islice(before, position, None), reversed(before[:position]))
        number = next((numbers[session.uid] for session in neighbours if session.uid in numbers), None)
        return 0 if number is None else self._row(number), False

    def _nearest_row(self, position: int) -> int:
        if self.grouped:
            return self.grouped.row_of(position)
        return max(min(bisect_left(self.positions, position), len(self.positions) - 1), 0)

    def iter_runs(self, row: int, step: int, end: int | None = None) -> Iterator[Session]:
        """The runs of all rows below this one (or above, upwards); of a group first the one it stands for.

        Not those of the row at `end`, nor beyond.
        """
        stop = (len(self.rows) if step > 0 else -1) if end is None else end
        for index in range(row + step, stop, step):
            entry = self.rows[index]
            if isinstance(entry, Session):
                yield entry
            else:
                yield entry.newest
                yield from islice(entry.runs, 1, None) if step > 0 else reversed(entry.runs[1:])


@dataclass(slots=True)
class _CachedComputation(Generic[T]):
    """A part of the computation that is kept, complete or not, for as long as it depends on the same."""

    sessions: tuple[Session, ...]
    key: object
    computation: ChunkedComputation[T]


class RowModel:
    """Owns the rows that are shown, and the computation of those that will be."""

    def __init__(self) -> None:
        self.inputs = RowInputs()
        self.current_rows = SessionRows()
        self.is_user_requested = False
        """Whether a person asked for what is being computed: else only the list has changed."""
        self._computation: ChunkedComputation[SessionRows] | None = None
        self._sort_cache: _CachedComputation[tuple[Session, ...]] | None = None
        self._group_cache: _CachedComputation[RunGroups] | None = None
        self._filter: IncrementalFilter | None = None

    def update(self, inputs: RowInputs, *, is_user_requested: bool) -> None:
        """The rows depend on this from now on; what is shown stays until `step` has found them."""
        self.inputs = inputs
        self.is_user_requested |= is_user_requested
        self._computation = (
            None if inputs.sessions is None else ChunkedComputation(self._compute(inputs.sessions, inputs))
        )

    @property
    def is_pending(self) -> bool:
        """Whether other rows than those that are shown are being computed."""
        return self._computation is not None

    @property
    def is_short(self) -> bool:
        """Whether the list is short enough to be computed at once."""
        return len(self.inputs.sessions or ()) <= MAX_SYNC_SESSIONS

    def step(self, seconds: float) -> bool:
        """Compute for about this time; whether other rows are shown now."""
        rows = self._computation.run_for(seconds) if self._computation else None
        if rows is None:
            return False
        self.current_rows, self._computation, self.is_user_requested = rows, None, False
        if rows.grouped:
            self.inputs = replace(self.inputs, open_groups=rows.grouped.open_group_uids)
        return True

    def _compute(self, sessions: tuple[Session, ...], inputs: RowInputs) -> Steps[SessionRows]:
        if inputs.is_grouped and inputs.can_group:
            from emtui.triage.grouping import build_rows, find_groups  # noqa: PLC0415 - start-up time

            self._group_cache = _reuse_or_start(
                self._group_cache, sessions, None, lambda: find_groups(sessions, inputs.unseen)
            )
            groups = yield from self._group_cache.computation.remaining_steps()
            grouped = yield from build_rows(groups, inputs.open_groups)
            return SessionRows(sessions, sessions, grouped.rows, grouped=grouped)
        if inputs.order != DEFAULT_SORT_ORDER:
            now, order = inputs.now, inputs.order
            key = order, now if order.field == "duration_s" else None
            self._sort_cache = _reuse_or_start(
                self._sort_cache, sessions, key, lambda: order.sort_steps(sessions, now)
            )
            sessions = yield from self._sort_cache.computation.remaining_steps()
        row_filter = IncrementalFilter(sessions, inputs.query, self._filter)
        while not row_filter.is_done:
            row_filter.step()
            yield
        self._filter = row_filter
        matching = row_filter.matches
        return SessionRows(sessions, matching, matching, row_filter.positions)


def _reuse_or_start(
    cached: _CachedComputation[T] | None,
    sessions: tuple[Session, ...],
    key: object,
    steps: Callable[[], Steps[T]],
) -> _CachedComputation[T]:
    """The stage itself, if it depends on the very same; else a new one."""
    if cached and cached.sessions is sessions and cached.key == key:
        return cached
    return _CachedComputation(sessions, key, ChunkedComputation(steps()))


def newest_session(row: ListRow) -> Session:
    """The session itself, or the one that its group stands for."""
    return row if isinstance(row, Session) else row.newest


def position_of(uid: Uid, sessions: tuple[Session, ...]) -> int | None:
    """Where this one stands; a few thousand at once, as that is quicker than one by one."""
    for start in range(0, len(sessions), _UIDS_PER_SCAN):
        uids = list(map(_get_uid, sessions[start : start + _UIDS_PER_SCAN]))
        if uid in uids:
            return start + uids.index(uid)
    return None
