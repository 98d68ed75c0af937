"""Filtering a long list by a query in steps, so that a key may come in between.

What was found is known by its position in the list. A query that can only match less than one
whose filter is complete begins with what that one has found.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from emtui.em.model import Session
from emtui.query.session_query import Query

STEP = 500
"""Sessions in one step: half a millisecond at most."""


class IncrementalFilter:
    """One pass over `sessions` by `query`; `before` is an earlier one, which may spare some of it."""

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
        """Whether the pass is complete: then `positions` are those of all that match, in their order."""
        return self._next >= len(self._every)

    @property
    def matching(self) -> tuple[Session, ...]:
        """Those that match, as far as they were found."""
        return self.sessions if self.query.empty else tuple(self._matching)

    def step(self) -> int:
        """Filter some more; how many those were."""
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
