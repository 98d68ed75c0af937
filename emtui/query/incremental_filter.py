"""Filter of a long list by a query in short steps, so that key presses are handled in between.

Results are positions in the list. If a query narrows an earlier one whose filter is complete, only
the results of that one are searched.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from emtui.em.model import Session
from emtui.query.session_query import Query

STEP = 500
"""Sessions in one step, at most half a millisecond."""


class IncrementalFilter:
    """One pass over `sessions` by `query`; `before` is an earlier pass whose results may be reused."""

    def __init__(
        self, sessions: tuple[Session, ...], query: Query, before: IncrementalFilter | None = None
    ) -> None:
        self.sessions = sessions
        self.query = query
        every: Sequence[int] = range(len(sessions))
        if before and before.is_done and before.sessions is sessions and query.narrows(before.query):
            every = before.positions
        self._every = every
        self._next = 0 if query.terms else len(every)
        self.positions: Sequence[int] = every if query.empty else array("L")
        self._matching: list[Session] = []

    @property
    def is_done(self) -> bool:
        """Whether the pass is complete: then `positions` are those of all matches, in order."""
        return self._next >= len(self._every)

    @property
    def matching(self) -> tuple[Session, ...]:
        """The matches found so far."""
        return self.sessions if self.query.empty else tuple(self._matching)

    def step(self) -> int:
        """Filter the next sessions and return their number."""
        positions: Sequence[int] = self._every[self._next : self._next + STEP]
        self._next += STEP
        some = list(zip(positions, map(self.sessions.__getitem__, positions), strict=True))
        for term in self.query.terms:
            test = term.test
            some = [pair for pair in some if test(pair[1])]
        if isinstance(self.positions, array):
            self.positions.extend([position for position, _ in some])
            self._matching += [session for _, session in some]
        return len(positions)
