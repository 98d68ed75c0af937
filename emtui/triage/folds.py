"""Good runs of a type, one after another, as one row: so that a day fits one page.

In the order newest first a fold stands where its newest run stands. Nothing that somebody may
want to see is in one: only runs that ended well, in the time that is usual, with a start and an
end, and all that could be read of them. Any other run of the type parts two folds, and those that
nobody has seen yet are not folded with those that were seen.
A long list is gone through a step at a time, so that a key may come in between.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import islice
from typing import TypeAlias

from emtui.em.model import Outcome, Result, Session, Uid
from emtui.triage.baseline import MOST, Baseline, baseline, lengths, spans_of
from emtui.triage.runs import by_type

STEP = 1_000
"""Sessions at a time: one or two milliseconds."""
APART = -1
"""The group of what is in none."""
NOBODY: frozenset[Uid] = frozenset()


@dataclass(frozen=True, eq=False)
class Fold:
    """Two or more good runs of a type, newest first. Not slotted: what was reckoned once is kept."""

    runs: Sequence[Session]

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


def may_fold(session: Session, usual: Baseline | None) -> bool:
    """Whether a run may be in a fold."""
    began, ended, result = session.started, session.ended, session.result
    if not _ended_well(session.state, result.word, result.canceled) or session.type is None:
        return False
    if began is None or ended is None or ended < began or session.odd or not session.complete:
        return False
    return usual is None or usual.ratio(ended - began) is None


@lru_cache(maxsize=256)
def _ended_well(state: str | None, word: str | None, canceled: bool) -> bool:
    """Whether the server's words say so, all of them; thousands of sessions have the same few."""
    said = Session(Uid(""), state=state, result=Result(word, None, canceled))
    return said.outcome is Outcome.SUCCESS and not said.disputed


class Groups:
    """Which runs of a list, newest first, are good ones of a type in a row, whatever is opened of them."""

    def __init__(self, sessions: tuple[Session, ...], unseen: Container[Uid] = NOBODY) -> None:
        self.sessions = sessions
        self.usual: Mapping[str, Baseline] = {}
        """What is usual for each type, once that was found."""
        self.of = array("l")
        """The group of each session, by its place."""
        self.folds: list[Fold] = []
        """Each group, though there be only one run in it."""
        self.done = False
        self._unseen = unseen
        self._steps = self._go()

    def step(self) -> None:
        """Go through some more."""
        self.done = next(self._steps, self) is self

    def _go(self) -> Iterator[None]:
        yield from self._find_usual()
        lasting: dict[str | None, tuple[bool, int, list[Session]]] = {}
        for some in _in_steps(self.sessions):
            for session in some:
                self.of.append(self._place(session, lasting))
            yield

    def _find_usual(self) -> Iterator[None]:
        types: dict[str, list[Session]] = {}
        for some in _in_steps(self.sessions):
            for kind, runs in by_type(some).items():
                types.setdefault(kind, []).extend(runs)
            yield
        usual = {}
        for kind, runs in types.items():
            if found := baseline(runs):
                usual[kind] = found
            yield
        self.usual = usual

    def _place(self, session: Session, lasting: dict[str | None, tuple[bool, int, list[Session]]]) -> int:
        """The group of this one: that of its type, as long as nothing has come between."""
        kind = session.type
        if not may_fold(session, self.usual.get(kind or "")):
            lasting.pop(kind, None)
            return APART
        unseen = session.uid in self._unseen
        known = lasting.get(kind)
        if known is None or known[0] is not unseen:
            known = lasting[kind] = (unseen, len(self.folds), [])
            self.folds.append(Fold(known[2]))
        known[2].append(session)
        return known[1]


class Folding:
    """The rows of a list: its runs, and folds in place of good ones; those of `opened` are not folded.

    `before` is an earlier way through, which may spare most of it: of the very same sessions
    nothing is folded otherwise than it was, whatever has been seen meanwhile.
    """

    def __init__(
        self,
        sessions: tuple[Session, ...],
        unseen: Container[Uid] = NOBODY,
        opened: frozenset[Uid] = NOBODY,
        before: Folding | None = None,
    ) -> None:
        same = before is not None and before.sessions is sessions
        self.groups: Groups = before.groups if before and same else Groups(sessions, unseen)
        self.sessions: tuple[Session, ...] = sessions
        self.rows: list[Row] = []
        self.done = False
        self._row_at = array("l")
        self._opened = opened
        self._steps = self._go()

    def step(self) -> None:
        """Go through some more of the list."""
        self.done = next(self._steps, self) is self

    def _go(self) -> Iterator[None]:
        while not self.groups.done:
            self.groups.step()
            yield
        opened = set()
        for start in range(0, len(self.sessions) if self._opened else 0, STEP):
            for place, session in enumerate(self.sessions[start : start + STEP], start):
                if session.uid in self._opened:
                    opened.add(self.groups.of[place])
            yield
        stands: dict[int, int] = {}
        for start in range(0, len(self.sessions), STEP):
            for place, session in enumerate(self.sessions[start : start + STEP], start):
                self._row_at.append(self._add(session, self.groups.of[place], opened, stands))
            yield

    def _add(self, session: Session, group: int, opened: set[int], stands: dict[int, int]) -> int:
        """The row of this session, a new one unless its fold stands already."""
        row = stands.get(group)
        if row is None:
            row = len(self.rows)
            fold = None if group == APART or group in opened else self.groups.folds[group]
            if fold and len(fold.runs) > 1:
                stands[group] = row
                self.rows.append(fold)
            else:
                self.rows.append(session)
        return row

    def row_of(self, place: int) -> int:
        """The row in which the session at this place of the list stands."""
        return self._row_at[place]

    def rows_by_uid(self) -> dict[Uid, int]:
        """The row of each session."""
        return dict(zip((session.uid for session in self.sessions), self._row_at, strict=True))

    def group_of(self, place: int) -> Fold | None:
        """The runs that the one at this place folds with, opened or not; none if it folds with none."""
        group = self.groups.of[place]
        fold = None if group == APART else self.groups.folds[group]
        return fold if fold and len(fold.runs) > 1 else None


def _in_steps(sessions: tuple[Session, ...]) -> Iterator[tuple[Session, ...]]:
    for start in range(0, len(sessions), STEP):
        yield sessions[start : start + STEP]
