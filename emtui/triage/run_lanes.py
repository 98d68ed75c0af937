"""A timeline: runs in lanes, each drawn from its start to its end in cells of time.

What a lane is comes from a `LaneDescription`: a type, or a job. Pure: sessions and times in, cells out.
Times are aware and in UTC; a run lies in a window if it overlaps it, and shows in every cell it touches.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple, Protocol

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.baseline import Baselines
from emtui.triage.runs_by_type import MAX_PLAUSIBLE_TIME, MIN_PLAUSIBLE_TIME, SUCCESSFUL_OUTCOMES, start_time

MAX_AHEAD = timedelta(days=1)
"""How long after now a run can have started if a clock was put back; a later start is not plausible."""


@dataclass(frozen=True, slots=True)
class LaneDescription:
    """What a lane is: `key_of` names the lane of a run, `label_of` formats such a key.

    Lanes in `order` come first, also those without runs; the others follow by label. `noun` is what one is
    called in a count.
    """

    key_of: Callable[[Session], str]
    label_of: Callable[[str], str] = str
    order: tuple[str, ...] = ()
    noun: str = "lane"


class Lane:
    """The runs of one lane by start, oldest first, with their ends."""

    __slots__ = ("_latest_ends", "ends", "key", "label", "runs", "starts")

    def __init__(self, key: str, label: str, runs: Iterable[Session], now: datetime) -> None:
        self.key, self.label = key, label
        self.runs: tuple[Session, ...] = tuple(sorted(runs, key=lambda run: (start_time(run), run.uid)))
        self.starts = [start_time(run) for run in self.runs]
        self.ends = [end_time(run, now) for run in self.runs]
        self._latest_ends = list(accumulate(self.ends, max))

    def overlapping(self, since: datetime, until: datetime) -> Iterator[int]:
        """The positions of the runs in the time from `since` up to, not including, `until`."""
        first = bisect_left(self._latest_ends, since)
        for index in range(first, bisect_left(self.starts, until)):
            if self.ends[index] > since or self.starts[index] >= since:
                yield index

    def concurrent(self, since: datetime, until: datetime) -> Iterator[int]:
        """The positions of the runs that ran at some time between the two; runs that merely touch did not."""
        for index in range(bisect_left(self._latest_ends, since), bisect_right(self.starts, until)):
            start, end = self.starts[index], self.ends[index]
            is_instant = start == end or since == until
            if (start < until and end > since) or (is_instant and start <= until and end >= since):
                yield index

    def nearest(self, time: datetime, since: datetime, until: datetime) -> int | None:
        """The position of the run in a window nearest to a time; the newest of several at that time."""
        distances = [
            (max(self.starts[index] - time, time - self.ends[index]), -index)
            for index in self.overlapping(since, until)
        ]
        zero = since - since
        return -min((max(distance, zero), index) for distance, index in distances)[1] if distances else None


_MAX_KEPT = 1_000
"""Lanes of one axis whose cells are kept: thirty days of twelve types, and some windows."""


class RunPosition(NamedTuple):
    """Where a run is: the number of its lane, and its position in that, oldest first."""

    lane: int
    run_index: int


MissedStarts = Callable[[str], Sequence[datetime]]
"""The times at which a run of the lane with this key was due and did not start, oldest first."""


def _none_missed(_key: str) -> Sequence[datetime]:
    return ()


@dataclass(frozen=True, eq=False)
class Timeline:
    """All lanes of a list as of `now`; `undated_count` of its runs have no plausible start."""

    lanes: tuple[Lane, ...]
    now: datetime
    noun: str = "lane"
    undated_count: int = 0
    baselines: Baselines = field(default_factory=Baselines)
    missed_starts: MissedStarts = _none_missed
    positions: dict[Uid, RunPosition] = field(default_factory=dict, repr=False)
    _drawn: dict[tuple[str, CellAxis], list[LaneCell]] = field(default_factory=dict, init=False, repr=False)

    @property
    def first_start(self) -> datetime | None:
        """The start of the oldest run; the list does not tell what was before."""
        return min((lane.starts[0] for lane in self.lanes if lane.runs), default=None)

    @property
    def end(self) -> datetime:
        """The end of what can be shown: now, or a later start if a clock was put back."""
        return max([self.now, *(lane.starts[-1] for lane in self.lanes if lane.runs)])

    def cells_of(self, lane: Lane, axis: CellAxis) -> list[LaneCell]:
        """The cells of a lane; those drawn before are kept."""
        key = (lane.key, axis)
        if key not in self._drawn:
            if len(self._drawn) >= _MAX_KEPT:
                self._drawn.clear()
            self._drawn[key] = lane_cells(self, lane, axis)
        return self._drawn[key]

    def run_at(self, position: RunPosition) -> Session:
        """The run at this position."""
        return self.lanes[position.lane].runs[position.run_index]

    def find_lane(self, key: str) -> int | None:
        """The number of the lane with this key."""
        return next((number for number, lane in enumerate(self.lanes) if lane.key == key), None)

    def concurrent_with(self, position: RunPosition) -> dict[int, list[int]]:
        """The runs that ran at the same time as this one, by the number of their lane."""
        lane, index = self.lanes[position.lane], position.run_index
        since, until = lane.starts[index], lane.ends[index]
        found = {
            number: [other for other in lane.concurrent(since, until) if (number, other) != position]
            for number, lane in enumerate(self.lanes)
        }
        return {number: indexes for number, indexes in found.items() if indexes}

    def positions_of(self, is_wanted: Callable[[Session], bool]) -> list[RunPosition]:
        """The positions of all such runs, in the order of their starts."""
        found = [
            RunPosition(number, index)
            for number, lane in enumerate(self.lanes)
            for index, run in enumerate(lane.runs)
            if is_wanted(run)
        ]
        return sorted(found, key=self.start_of)

    def start_of(self, position: RunPosition) -> datetime:
        """The start of the run at this position."""
        return self.lanes[position.lane].starts[position.run_index]


def build_timeline(
    sessions: Iterable[Session],
    description: LaneDescription,
    now: datetime,
    baselines: Baselines | None = None,
    missed_starts: MissedStarts = _none_missed,
) -> Timeline:
    """Sort the runs of a list into lanes; those without a plausible start are only counted."""
    runs_by_key: dict[str, list[Session]] = {key: [] for key in description.order}
    undated_count, latest = 0, min(now, MAX_PLAUSIBLE_TIME - MAX_AHEAD) + MAX_AHEAD
    for session in sessions:
        if session.started is None or not MIN_PLAUSIBLE_TIME <= session.started < latest:
            undated_count += 1
        else:
            runs_by_key.setdefault(description.key_of(session), []).append(session)
    first = dict.fromkeys(description.order)
    others = sorted(
        (key for key in runs_by_key if key not in first), key=lambda key: (description.label_of(key), key)
    )
    lanes = tuple(Lane(key, description.label_of(key), runs_by_key[key], now) for key in (*first, *others))
    positions = {
        run.uid: RunPosition(number, index)
        for number, lane in enumerate(lanes)
        for index, run in enumerate(lane.runs)
    }
    return Timeline(
        lanes,
        now,
        description.noun,
        undated_count,
        Baselines() if baselines is None else baselines,
        missed_starts,
        positions,
    )


def end_time(run: Session, now: datetime) -> datetime:
    """The end of a run, `now` if it is running or ends later; its start if that is unknown or earlier."""
    start = start_time(run)
    end = now if run.is_running else run.ended or start
    return max(start, min(end, now))


class CellKind(IntEnum):
    """What a cell shows; of several runs in a cell, the one with the highest value: the worst."""

    EMPTY = 0
    SUCCESS = 1
    RUNNING = 2
    CANCELED = 3
    UNKNOWN = 4
    SLOW = 5
    """The part of a run beyond its usual duration."""
    WARNING = 6
    MISSED = 7
    """A run was due and did not start."""
    STUCK = 8
    """The same as `SLOW`, of a run that is still running and longer than any before it."""
    FAILED = 9


class CellPart(IntEnum):
    """Which part of a run a cell shows; of several runs of one kind, that with the highest value."""

    BODY = 0
    CONTINUED = 1
    """The first cell in the window of a run that started before it."""
    SINGLE = 2
    """The only cell of a run."""
    START = 3
    """The first of several cells."""
    RUNNING_TIP = 4
    """The last cell of a run that has not ended."""


class LaneCell(NamedTuple):
    """What one cell of a lane shows; of several, the greater is drawn."""

    kind: CellKind
    part: CellPart


EMPTY_CELL = LaneCell(CellKind.EMPTY, CellPart.BODY)
_MISSED_CELL = LaneCell(CellKind.MISSED, CellPart.SINGLE)
_ALL_CELLS = {kind: {part: LaneCell(kind, part) for part in CellPart} for kind in CellKind}
_KINDS = {
    Outcome.SUCCESS: CellKind.SUCCESS,
    Outcome.RUNNING: CellKind.RUNNING,
    Outcome.CANCELED: CellKind.CANCELED,
    Outcome.UNKNOWN: CellKind.UNKNOWN,
    Outcome.WARNING: CellKind.WARNING,
    Outcome.FAILED: CellKind.FAILED,
}


class CellAxis(Protocol):
    """A time divided into cells."""

    @property
    def since(self) -> datetime:
        """Its beginning."""

    @property
    def until(self) -> datetime:
        """Its end, which is no part of it."""

    @property
    def cell_count(self) -> int:
        """The number of its cells."""

    def cell_at(self, time: datetime) -> int:
        """The number of the cell in which a time within it lies."""

    def cells_between(self, start: datetime, end: datetime) -> Sequence[int]:
        """The cells that a run with some time in it touches, in the order of time; at least one."""


def lane_cells(timeline: Timeline, lane: Lane, axis: CellAxis) -> list[LaneCell]:
    """The cells of one lane."""
    cells = [EMPTY_CELL] * axis.cell_count
    since, until = axis.since, axis.until
    for index in lane.overlapping(since, until):
        run, start, end = lane.runs[index], lane.starts[index], lane.ends[index]
        covered, first_kind = axis.cells_between(start, end), _KINDS[run.outcome]
        beyond = _excess(timeline, run, start, end)
        excess_cells = frozenset(axis.cells_between(beyond[0], end)) if beyond and beyond[0] < until else ()
        for cell in covered:
            kind = beyond[1] if beyond and cell in excess_cells else first_kind
            if cell == covered[0] and first_kind is CellKind.WARNING:
                kind = first_kind  # its sign has the first cell
            is_first, is_last = cell == covered[0], cell == covered[-1]
            if is_last and run.is_running and end < until:
                part = CellPart.RUNNING_TIP
            elif is_first:
                part = _first_part(is_only=len(covered) == 1, is_continued=start < since)
            else:
                part = CellPart.BODY
            shown = _ALL_CELLS[kind][part]
            if shown > cells[cell]:
                cells[cell] = shown
    missed = timeline.missed_starts(lane.key)
    for due in missed[bisect_left(missed, since) : bisect_left(missed, until)]:
        cells[axis.cell_at(due)] = max(cells[axis.cell_at(due)], _MISSED_CELL)
    return cells


def _first_part(*, is_only: bool, is_continued: bool) -> CellPart:
    if is_continued:
        return CellPart.CONTINUED
    return CellPart.SINGLE if is_only else CellPart.START


def _excess(
    timeline: Timeline, run: Session, start: datetime, end: datetime
) -> tuple[datetime, CellKind] | None:
    """From when on an unusually long run is beyond its usual duration, and how its cells show that.

    `None` for a run that is not, and for one whose outcome is worse than that.
    """
    baselines = timeline.baselines
    if run.outcome is Outcome.RUNNING:
        is_unusual, kind = baselines.overrun_ratio(run, timeline.now) is not None, CellKind.STUCK
    elif run.outcome in SUCCESSFUL_OUTCOMES:
        is_unusual, kind = baselines.unusual_ratio(run, end - start) is not None, CellKind.SLOW
    else:
        return None
    baseline = baselines.for_run(run) if is_unusual else None
    return (start + baseline.usual, kind) if baseline else None
