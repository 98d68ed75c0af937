"""The rows of the session list: matching sessions in order, successful runs grouped.

`RowModel` computes the rows for its `RowInputs` in short steps. The displayed rows (`SessionRows`, frozen)
stay until the next ones are complete; an unfinished computation is dropped when the inputs change. Nothing
is drawn here.
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
"""Lists up to this size are computed synchronously."""
_UIDS_PER_SCAN = 2_500
"""Sessions whose UIDs are compared at once."""
_MATCH_ALL = Query()
_get_uid = attrgetter("uid")


@dataclass(frozen=True, slots=True)
class RowInputs:
    """What the rows depend on.

    `sessions` are newest first, and None before there is a list; `now` is the server's time, for the length
    of running sessions. `unseen` runs form groups of their own; `open_groups` has a run of each open group.
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
        """Whether successful runs can be grouped: only newest first and without a query."""
        return self.query.is_empty and self.order == DEFAULT_SORT_ORDER


@dataclass(frozen=True, slots=True, eq=False)
class SessionRows:
    """Rows, and the position of each session in them.

    `sessions` is the complete list in order, `matching` the sessions that have a row or are in a group.
    `positions` are the indexes of the matching sessions in `sessions`; empty if the rows are `grouped`.
    """

    sessions: tuple[Session, ...] = ()
    matching: tuple[Session, ...] = ()
    rows: Sequence[ListRow] = ()
    positions: Sequence[int] = ()
    grouped: GroupedRows | None = None

    def row_of(self, uid: Uid) -> int | None:
        """The row of this session, or of its group."""
        number = position_of(uid, self.matching)
        return None if number is None else self._row(number)

    def _row(self, number: int) -> int:
        """The row of a matching session, by its index in `matching`."""
        return self.grouped.row_of(number) if self.grouped else number

    def ordinal_of(self, row: int) -> int:
        """Position of this row's (newest) session in `matching`, counted from 1."""
        return (self.grouped.positions[row] if self.grouped else row) + 1

    def rows_of(self, uids: Container[Uid]) -> list[int]:
        """The rows of these sessions, those without a row left out."""
        return [self._row(number) for number, session in enumerate(self.matching) if session.uid in uids]

    def group_of(self, uid: Uid) -> RunGroup | None:
        """The group of this session, expanded or not."""
        position = position_of(uid, self.sessions) if self.grouped else None
        return self.grouped.groups.group_at(position) if self.grouped and position is not None else None

    def find_nearest_row(self, uid: Uid, before: tuple[Session, ...]) -> tuple[int, bool]:
        """The row of this session, else of the next session in order, else of the previous one.

        The second value is whether the list contains the session; if not, its neighbors in `before` count.
        """
        position = position_of(uid, self.sessions)
        if position is not None:
            return self._nearest_row(position), True
        position = position_of(uid, before)
        if position is None:
            return 0, False
        numbers = dict(zip(map(_get_uid, self.matching), count(), strict=False))
        neighbors = chain(islice(before, position, None), reversed(before[:position]))
        number = next((numbers[session.uid] for session in neighbors if session.uid in numbers), None)
        return 0 if number is None else self._row(number), False

    def _nearest_row(self, position: int) -> int:
        if self.grouped:
            return self.grouped.row_of(position)
        return max(min(bisect_left(self.positions, position), len(self.positions) - 1), 0)

    def iter_runs(self, row: int, step: int, end: int | None = None) -> Iterator[Session]:
        """The runs of all rows below this one (above it with a `step` of -1), a group's newest run first.

        Stops before the row `end`.
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
    """A part of the computation, complete or not, that is reused while its inputs are the same."""

    sessions: tuple[Session, ...]
    key: object
    computation: ChunkedComputation[T]


class RowModel:
    """Owns the displayed rows and the computation of the next ones."""

    def __init__(self) -> None:
        self.inputs = RowInputs()
        self.current_rows = SessionRows()
        self.is_user_requested = False
        """Whether the running computation follows a user action, not only a changed list."""
        self._computation: ChunkedComputation[SessionRows] | None = None
        self._sort_cache: _CachedComputation[tuple[Session, ...]] | None = None
        self._group_cache: _CachedComputation[RunGroups] | None = None
        self._filter: IncrementalFilter | None = None

    def update(self, inputs: RowInputs, *, is_user_requested: bool) -> None:
        """Start to compute the rows for these inputs; the displayed rows stay until they are complete."""
        self.inputs = inputs
        self.is_user_requested |= is_user_requested
        self._computation = (
            None if inputs.sessions is None else ChunkedComputation(self._compute(inputs.sessions, inputs))
        )

    @property
    def is_pending(self) -> bool:
        """Whether rows are being computed."""
        return self._computation is not None

    @property
    def is_short(self) -> bool:
        """Whether the list is short enough to be computed synchronously."""
        return len(self.inputs.sessions or ()) <= MAX_SYNC_SESSIONS

    def step(self, seconds: float) -> bool:
        """Compute for about this many seconds; true if new rows are complete."""
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
    """Return the cached computation if its inputs are the same, else a new one."""
    if cached and cached.sessions is sessions and cached.key == key:
        return cached
    return _CachedComputation(sessions, key, ChunkedComputation(steps()))


def newest_session(row: ListRow) -> Session:
    """The session of this row, or the newest one of its group."""
    return row if isinstance(row, Session) else row.newest


def position_of(uid: Uid, sessions: tuple[Session, ...]) -> int | None:
    """Index of this session; None if it is not listed."""
    for start in range(0, len(sessions), _UIDS_PER_SCAN):
        uids = list(map(_get_uid, sessions[start : start + _UIDS_PER_SCAN]))
        if uid in uids:
            return start + uids.index(uid)
    return None
