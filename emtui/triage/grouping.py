"""Groups of consecutive successful runs of a type, shown as one row so that a day fits on one page.

In a list that is newest first a group is at the position of its newest run. Only runs without problems are
grouped: successful, of usual duration, with a known start and end, and completely readable. Any other run of
the type separates two groups, and unseen runs are not grouped with seen ones.
Both parts, finding the groups and building the rows, are computed in short steps.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import TypeAlias

from emtui.chunked_work import Steps
from emtui.em.model import DISTANT_PAST, Outcome, Result, Session, Uid
from emtui.triage.baseline import MAX_SUCCESSES, Baselines, duration_stats
from emtui.triage.runs_by_type import group_by_type

GROUPING_STEP_SIZE = 500
"""Sessions in one step: about a millisecond."""
UNGROUPED = -1
"""The group number of a session that is in none."""
NO_UIDS: frozenset[Uid] = frozenset()


@dataclass(frozen=True, eq=False)
class RunGroup:
    """Two or more successful runs of a type, newest first. Not slotted: `median_duration` is cached."""

    runs: Sequence[Session]

    @property
    def newest(self) -> Session:
        """The newest run, at whose position the group is shown."""
        return self.runs[0]

    @property
    def oldest(self) -> Session:
        """The run that started first."""
        return self.runs[-1]

    @cached_property
    def median_duration(self) -> timedelta | None:
        """The median duration of its newest runs, at most `MAX_SUCCESSES`."""
        newest_runs = islice(self.runs, MAX_SUCCESSES)
        stats = duration_stats([run.ended - run.started for run in newest_runs if run.started and run.ended])
        return stats.median if stats else None


ListRow: TypeAlias = "Session | RunGroup"


def can_be_grouped(session: Session, baselines: Baselines) -> bool:
    """Whether a run may be in a group."""
    started, ended, result = session.started, session.ended, session.result
    if session.type is None or ended is None:
        return False
    if not _is_successful_end(session.state, result.value, result.is_canceled):
        return False
    if started is None or ended < started or session.parse_problem or not session.is_complete:
        return False
    return baselines.unusual_ratio(session, ended - started) is None


@lru_cache(maxsize=256)
def _is_successful_end(state: str | None, word: str | None, canceled: bool) -> bool:
    """Whether State and Result of an ended run both mean success; cached, as few values occur."""
    session = Session(Uid(""), ended=DISTANT_PAST, state=state, result=Result(word, None, canceled))
    return session.outcome is Outcome.SUCCESS and not session.contradiction


@dataclass(frozen=True, slots=True, eq=False)
class RunGroups:
    """The groups of a list that is newest first, expanded or not.

    A single run that could be grouped has a group of its own, which is never shown as one.
    `group_numbers` is the group of each session, `members` the list positions of the runs in each group.
    """

    sessions: tuple[Session, ...]
    baselines: Baselines
    groups: Sequence[RunGroup]
    group_numbers: array[int]
    members: Sequence[array[int]]

    def group_at(self, position: int) -> RunGroup | None:
        """The group of the session at this list position, expanded or not; `None` if it is in none."""
        number = self.group_numbers[position]
        return self.groups[number] if number != UNGROUPED and len(self.members[number]) > 1 else None


def find_groups(sessions: tuple[Session, ...], unseen: Container[Uid] = NO_UIDS) -> Steps[RunGroups]:
    """Find the groups of a list; `unseen` runs are grouped separately."""
    baselines = yield from _find_baselines(sessions)
    runs: list[list[Session]] = []
    members: list[array[int]] = []
    group_numbers = array("l")
    last_groups: dict[str | None, tuple[bool, int]] = {}
    for start in range(0, len(sessions), GROUPING_STEP_SIZE):
        for position, session in enumerate(sessions[start : start + GROUPING_STEP_SIZE], start):
            session_type, is_unseen = session.type, session.uid in unseen
            if not can_be_grouped(session, baselines):
                last_groups.pop(session_type, None)
                group_numbers.append(UNGROUPED)
                continue
            last_group = last_groups.get(session_type)
            number = last_group[1] if last_group and last_group[0] is is_unseen else len(runs)
            if number == len(runs):
                last_groups[session_type] = is_unseen, number
                runs.append([])
                members.append(array("l"))
            runs[number].append(session)
            members[number].append(position)
            group_numbers.append(number)
        yield
    return RunGroups(
        sessions, baselines, [RunGroup(group_runs) for group_runs in runs], group_numbers, members
    )


def _find_baselines(sessions: tuple[Session, ...]) -> Steps[Baselines]:
    types: dict[str, list[Session]] = {}
    for start in range(0, len(sessions), GROUPING_STEP_SIZE):
        for session_type, runs in group_by_type(sessions[start : start + GROUPING_STEP_SIZE]).items():
            types.setdefault(session_type, []).extend(runs)
        yield
    baselines = Baselines()
    for session_type, runs in types.items():
        yield from baselines.add(session_type, runs, GROUPING_STEP_SIZE)
    return baselines


@dataclass(frozen=True, slots=True, eq=False)
class GroupedRows:
    """The rows of a list: its runs, and collapsed groups in place of their runs.

    `positions` has for each row the list position of its session, or of the newest run in its group.
    `open_group_uids` has the newest run of each expanded group.
    """

    groups: RunGroups
    rows: Sequence[ListRow]
    positions: Sequence[int]
    open_group_uids: frozenset[Uid]
    _closed_groups: frozenset[int]

    def row_of(self, position: int) -> int:
        """The row that shows the session at this list position."""
        number = self.groups.group_numbers[position]
        shown_position = self.groups.members[number][0] if number in self._closed_groups else position
        return bisect_left(self.positions, shown_position)


def build_rows(groups: RunGroups, open_uids: Container[Uid] = NO_UIDS) -> Steps[GroupedRows]:
    """Build the rows; the groups of the runs in `open_uids` are expanded."""
    sessions, group_numbers, members = groups.sessions, groups.group_numbers, groups.members
    open_groups: set[int] = set()
    for start in range(0, len(sessions) if open_uids else 0, GROUPING_STEP_SIZE):
        batch = zip(
            sessions[start : start + GROUPING_STEP_SIZE],
            group_numbers[start : start + GROUPING_STEP_SIZE],
            strict=True,
        )
        open_groups.update(number for session, number in batch if session.uid in open_uids)
        yield
    open_groups.discard(UNGROUPED)
    multi_run_groups = (number for number, batch in enumerate(members) if len(batch) > 1)
    closed_groups = frozenset(number for number in multi_run_groups if number not in open_groups)
    rows: list[ListRow] = []
    positions = array("l")
    for start in range(0, len(sessions), GROUPING_STEP_SIZE):
        for position, number in enumerate(group_numbers[start : start + GROUPING_STEP_SIZE], start):
            if number not in closed_groups:
                rows.append(sessions[position])
            elif members[number][0] == position:
                rows.append(groups.groups[number])
            else:
                continue
            positions.append(position)
        yield
    open_group_uids = frozenset(groups.groups[number].newest.uid for number in open_groups)
    return GroupedRows(groups, rows, positions, open_group_uids, closed_groups)
