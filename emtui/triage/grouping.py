"""Successful runs of a type, one after another, as one row: so that a day fits one page.

In the order newest first a group stands where its newest run stands. Nothing that somebody may
want to see is in one: only runs that ended well, in the usual time, with a start and an
end, and everything about them readable. Any other run of the type separates two groups, and runs that
nobody has seen yet are not grouped with those that were seen.
Both parts, finding the groups and laying out the rows, are computed in short steps.
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
from emtui.em.model import LONG_AGO, Outcome, Result, Session, Uid
from emtui.triage.baseline import MOST, Baselines, spans_of
from emtui.triage.runs_by_type import by_type

STEP = 500
"""Sessions in one step: about a millisecond."""
UNGROUPED = -1
"""The group number of a session that is in none."""
NONE: frozenset[Uid] = frozenset()


@dataclass(frozen=True, eq=False)
class RunGroup:
    """Two or more successful runs of a type, newest first. Not slotted: `took` is computed once."""

    runs: Sequence[Session]

    @property
    def newest(self) -> Session:
        """The run that the group stands for, and in whose place."""
        return self.runs[0]

    @property
    def oldest(self) -> Session:
        """The run that began first."""
        return self.runs[-1]

    @cached_property
    def took(self) -> timedelta | None:
        """The median of its newest runs, as many of them as a baseline is based on."""
        newest = islice(self.runs, MOST)
        spans = spans_of([run.ended - run.started for run in newest if run.started and run.ended])
        return spans.median if spans else None


ListRow: TypeAlias = "Session | RunGroup"


def can_be_grouped(session: Session, baselines: Baselines) -> bool:
    """Whether a run may be in a group."""
    began, ended, result = session.started, session.ended, session.result
    if session.type is None or ended is None:
        return False
    if not _ended_well(session.state, result.word, result.canceled):
        return False
    if began is None or ended < began or session.odd or not session.complete:
        return False
    return baselines.ratio(session, ended - began) is None


@lru_cache(maxsize=256)
def _ended_well(state: str | None, word: str | None, canceled: bool) -> bool:
    """Whether the words of a run with an end say so, all of them; thousands of sessions have the same few."""
    said = Session(Uid(""), ended=LONG_AGO, state=state, result=Result(word, None, canceled))
    return said.outcome is Outcome.SUCCESS and not said.contradiction


@dataclass(frozen=True, slots=True, eq=False)
class RunGroups:
    """Which runs of a list that is newest first belong together, whether their groups are open or not.

    A single run that could be grouped has a group of its own, which is never shown as one.
    `number_of` is the group of each session, `members` the positions in the list of each group's runs.
    """

    sessions: tuple[Session, ...]
    baselines: Baselines
    groups: Sequence[RunGroup]
    number_of: array[int]
    members: Sequence[array[int]]

    def at(self, position: int) -> RunGroup | None:
        """The group of the session at this position of the list, open or not; None if it is in none."""
        number = self.number_of[position]
        return self.groups[number] if number != UNGROUPED and len(self.members[number]) > 1 else None


def find_groups(sessions: tuple[Session, ...], unseen: Container[Uid] = NONE) -> Steps[RunGroups]:
    """Find the groups of a list; runs that are `unseen` are grouped apart."""
    baselines = yield from _find_baselines(sessions)
    runs: list[list[Session]] = []
    members: list[array[int]] = []
    number_of = array("l")
    growing: dict[str | None, tuple[bool, int]] = {}
    for start in range(0, len(sessions), STEP):
        for position, session in enumerate(sessions[start : start + STEP], start):
            kind, is_unseen = session.type, session.uid in unseen
            if not can_be_grouped(session, baselines):
                growing.pop(kind, None)
                number_of.append(UNGROUPED)
                continue
            last = growing.get(kind)
            number = last[1] if last and last[0] is is_unseen else len(runs)
            if number == len(runs):
                growing[kind] = is_unseen, number
                runs.append([])
                members.append(array("l"))
            runs[number].append(session)
            members[number].append(position)
            number_of.append(number)
        yield
    return RunGroups(sessions, baselines, [RunGroup(some) for some in runs], number_of, members)


def _find_baselines(sessions: tuple[Session, ...]) -> Steps[Baselines]:
    types: dict[str, list[Session]] = {}
    for start in range(0, len(sessions), STEP):
        for kind, runs in by_type(sessions[start : start + STEP]).items():
            types.setdefault(kind, []).extend(runs)
        yield
    baselines = Baselines()
    for kind, runs in types.items():
        yield from baselines.add(kind, runs, STEP)
    return baselines


@dataclass(frozen=True, slots=True, eq=False)
class GroupedRows:
    """The rows of a list: its runs, and groups in place of those that belong together.

    `positions` says for each row where in the list the session stands that it is, or stands for;
    `opened` has the newest run of each group whose runs have rows of their own.
    """

    groups: RunGroups
    rows: Sequence[ListRow]
    positions: Sequence[int]
    opened: frozenset[Uid]
    _closed: frozenset[int]

    def row_of(self, position: int) -> int:
        """The row in which the session at this position of the list stands."""
        number = self.groups.number_of[position]
        first = self.groups.members[number][0] if number in self._closed else position
        return bisect_left(self.positions, first)


def lay_out(groups: RunGroups, opened: Container[Uid] = NONE) -> Steps[GroupedRows]:
    """Make the rows; the group of each run in `opened` is open."""
    sessions, number_of, members = groups.sessions, groups.number_of, groups.members
    open_numbers: set[int] = set()
    for start in range(0, len(sessions) if opened else 0, STEP):
        some = zip(sessions[start : start + STEP], number_of[start : start + STEP], strict=True)
        open_numbers.update(number for session, number in some if session.uid in opened)
        yield
    open_numbers.discard(UNGROUPED)
    many = (number for number, some in enumerate(members) if len(some) > 1)
    closed = frozenset(number for number in many if number not in open_numbers)
    rows: list[ListRow] = []
    positions = array("l")
    for start in range(0, len(sessions), STEP):
        for position, number in enumerate(number_of[start : start + STEP], start):
            if number not in closed:
                rows.append(sessions[position])
            elif members[number][0] == position:
                rows.append(groups.groups[number])
            else:
                continue
            positions.append(position)
        yield
    uids = frozenset(groups.groups[number].newest.uid for number in open_numbers)
    return GroupedRows(groups, rows, positions, uids, closed)
