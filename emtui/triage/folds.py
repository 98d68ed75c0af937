"""Good runs of a type, one after another, as one row: so that a day fits one page.

In the order newest first a fold stands where its newest run stands. Nothing that somebody may
want to see is in one: only runs that ended well, in the time that is usual, with a start and an
end, and all that could be read of them. Any other run of the type parts two folds, and those that
nobody has seen yet are not folded with those that were seen.
A long list is gone through a step at a time, so that a key may come in between.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import TypeAlias

from emtui.em.model import LONG_AGO, Outcome, Result, Session, Uid
from emtui.triage.baseline import MOST, Baselines, lengths, spans_of
from emtui.triage.runs import by_type

STEP = 1_000
"""Sessions at a time: one or two milliseconds."""
APART = -1
"""The group of what is in none."""
NOBODY: frozenset[Uid] = frozenset()


@dataclass(frozen=True, eq=False)
class Fold:
    """Two or more good runs of a type, newest first. Not slotted: what was reckoned once is kept."""

    runs: list[Session]

    @property
    def newest(self) -> Session:
        """The one that it stands for, and in whose place."""
        return self.runs[0]

    @property
    def oldest(self) -> Session:
        """The one that began first."""
        return self.runs[-1]

    @cached_property
    def took(self) -> timedelta | None:
        """The median of its newest runs: as many of them as a baseline rests on."""
        spans = spans_of(list(islice(lengths(self.runs), MOST)))
        return spans.median if spans else None


Row: TypeAlias = "Session | Fold"


def may_fold(session: Session, usual: Baselines) -> bool:
    """Whether a run may be in a fold."""
    began, ended, result = session.started, session.ended, session.result
    if session.type is None or ended is None:
        return False
    if not _ended_well(session.state, result.word, result.canceled):
        return False
    if began is None or ended < began or session.odd or not session.complete:
        return False
    return usual.ratio(session, ended - began) is None


@lru_cache(maxsize=256)
def _ended_well(state: str | None, word: str | None, canceled: bool) -> bool:
    """Whether the words of a run with an end say so, all of them; thousands of sessions have the same few."""
    said = Session(Uid(""), ended=LONG_AGO, state=state, result=Result(word, None, canceled))
    return said.outcome is Outcome.SUCCESS and not said.contradiction


class Folding:
    """The rows of a list that is newest first: its runs, and folds in place of good ones.

    What was marked `unseen` when it came is folded apart, whatever has been seen meanwhile; of
    the runs in `opened` the whole fold is open from the start.
    """

    def __init__(
        self,
        sessions: tuple[Session, ...],
        unseen: Container[Uid] = NOBODY,
        opened: Container[Uid] = NOBODY,
    ) -> None:
        self.sessions = sessions
        self.usual = Baselines()
        """What is usual for each run, once that was found."""
        self.rows: list[Row] = []
        self.done = False
        self._group = array("l")
        """That of each session, by its place in the list."""
        self._folds: list[Fold] = []
        """Each group, though there be only one run in it."""
        self._places: list[array[int]] = []
        """Where in the list the runs of each group stand."""
        self._apart = array("l")
        self._open: set[int] = set()
        self._stands = array("l")
        """The place of the session that each row is, or stands for."""
        self._steps = self._go(unseen, opened)

    def step(self) -> None:
        """Go through some more of the list."""
        self.done = next(self._steps, self) is self

    def _go(self, unseen: Container[Uid], opened: Container[Uid]) -> Iterator[None]:
        yield from self._find_usual()
        lasting: dict[str | None, tuple[bool, int]] = {}
        for start in range(0, len(self.sessions), STEP):
            for place, session in enumerate(self.sessions[start : start + STEP], start):
                group = self._add(place, session, session.uid in unseen, lasting)
                if group != APART and session.uid in opened:
                    self._open.add(group)
            yield
        yield from self._lay_out()

    def _find_usual(self) -> Iterator[None]:
        types: dict[str, list[Session]] = {}
        for start in range(0, len(self.sessions), STEP):
            for kind, runs in by_type(self.sessions[start : start + STEP]).items():
                types.setdefault(kind, []).extend(runs)
            yield
        for kind, runs in types.items():
            yield from self.usual.add(kind, runs, STEP)

    def _add(
        self, place: int, session: Session, unseen: bool, lasting: dict[str | None, tuple[bool, int]]
    ) -> int:
        """Put this one into a group: that of its type, as long as nothing has come between."""
        kind = session.type
        group = APART
        if not may_fold(session, self.usual):
            lasting.pop(kind, None)
            self._apart.append(place)
        else:
            known = lasting.get(kind)
            group = known[1] if known and known[0] is unseen else len(self._folds)
            if group == len(self._folds):
                lasting[kind] = unseen, group
                self._folds.append(Fold([]))
                self._places.append(array("l"))
            self._folds[group].runs.append(session)
            self._places[group].append(place)
        self._group.append(group)
        return group

    def _lay_out(self) -> Iterator[None]:
        """Make the rows anew."""
        stands = self._apart[:]
        for group, places in enumerate(self._places):
            stands.extend(places[:1] if self._is_folded(group) else places)
        self._stands = array("l", sorted(stands))
        rows: list[Row] = []
        for start in range(0, len(stands), STEP):
            rows += map(self._row_at, self._stands[start : start + STEP])
            yield
        self.rows = rows

    def _is_folded(self, group: int) -> bool:
        return group != APART and group not in self._open and len(self._places[group]) > 1

    def _row_at(self, place: int) -> Row:
        group = self._group[place]
        return self._folds[group] if self._is_folded(group) else self.sessions[place]

    def row_of(self, place: int) -> int:
        """The row in which the session at this place of the list stands."""
        group = self._group[place]
        return bisect_left(self._stands, self._places[group][0] if self._is_folded(group) else place)

    def place_of(self, row: int) -> int:
        """Where in the list the session stands that this row is, or stands for."""
        return self._stands[row]

    def fold_of(self, place: int) -> Fold | None:
        """The fold that the session at this place is in, open or not; none if it is in none."""
        group = self._group[place]
        return self._folds[group] if group != APART and len(self._places[group]) > 1 else None

    def open(self, place: int) -> None:
        """Show the runs of its fold one by one."""
        self._open.add(self._group[place])
        deque(self._lay_out(), maxlen=0)

    def close(self, place: int) -> None:
        """Show its fold as one row again."""
        self._open.discard(self._group[place])
        deque(self._lay_out(), maxlen=0)

    @property
    def opened(self) -> frozenset[Uid]:
        """One run of each fold that is open."""
        return frozenset(self._folds[group].newest.uid for group in self._open)
