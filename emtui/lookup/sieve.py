"""Going through a long list by a query, a step at a time, so that a key may come in between.

What was found is known by its place in the list. A query that can only match less than one
that was gone through already begins with what that one has found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from emtui.em.model import Session
from emtui.lookup.query import Query

STEP = 2_500
"""Sessions at a time: one or two milliseconds."""


class Sieve:
    """One way through `sessions` by `query`; `before` is an earlier one, which may spare some of it."""

    def __init__(self, sessions: tuple[Session, ...], query: Query, before: Sieve | None = None) -> None:
        self.sessions = sessions
        self.query = query
        every: Sequence[int] = range(len(sessions))
        if before and before.done and before.sessions is sessions and query.narrows(before.query):
            every = before.places
        self._every = every
        self._at = 0 if query.terms else len(every)
        self.places: Sequence[int] = every if query.empty else array("L")
        self._rows: list[Session] = []

    @property
    def done(self) -> bool:
        """Whether all were gone through: then `places` are those of all that match, in their order."""
        return self._at >= len(self._every)

    @property
    def rows(self) -> tuple[Session, ...]:
        """Those that match, as far as they were found."""
        return self.sessions if self.query.empty else tuple(self._rows)

    def step(self) -> int:
        """Go through some more; how many those were."""
        places: Sequence[int] = self._every[self._at : self._at + STEP]
        went, self._at = len(places), self._at + STEP
        some = [(place, self.sessions[place]) for place in places]
        for term in self.query.terms:
            test = term.test
            some = [pair for pair in some if test(pair[1])]
        if isinstance(self.places, array):
            self.places.extend([place for place, _ in some])
            self._rows += [session for _, session in some]
        return went

    def row_of(self, place: int) -> int:
        """Which of those that match stands at this place of the list, else the next, else the last."""
        return max(min(bisect_left(self.places, place), len(self.places) - 1), 0)
