"""Filter of a long list by a query in short steps, so that key presses are handled in between.

Results are positions in the list. If a query narrows an earlier one whose filter is complete, only
the results of that one are searched.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from emtui.em.model import Session
from emtui.query.session_query import Query

FILTER_STEP_SIZE = 500
"""Sessions in one step, at most half a millisecond."""


class IncrementalFilter:
    """One pass over `sessions` by `query`; the results of the pass `previous` are reused where possible."""

    def __init__(
        self, sessions: tuple[Session, ...], query: Query, previous: IncrementalFilter | None = None
    ) -> None:
        self.sessions = sessions
        self.query = query
        candidates: Sequence[int] = range(len(sessions))
        if previous and previous.is_done and previous.sessions is sessions and query.narrows(previous.query):
            candidates = previous.positions
        self._candidates = candidates
        self._next_index = 0 if query.terms else len(candidates)
        self.positions: Sequence[int] = candidates if query.is_empty else array("L")
        self._matches: list[Session] = []

    @property
    def is_done(self) -> bool:
        """Whether the pass is complete: then `positions` are those of all matches, in order."""
        return self._next_index >= len(self._candidates)

    @property
    def matches(self) -> tuple[Session, ...]:
        """The matches found so far."""
        return self.sessions if self.query.is_empty else tuple(self._matches)

    def step(self) -> int:
        """Filter the next sessions and return their number."""
        positions: Sequence[int] = self._candidates[self._next_index : self._next_index + FILTER_STEP_SIZE]
        self._next_index += FILTER_STEP_SIZE
        batch = list(zip(positions, map(self.sessions.__getitem__, positions), strict=True))
        for term in self.query.terms:
            test = term.test
            batch = [pair for pair in batch if test(pair[1])]
        if isinstance(self.positions, array):
            self.positions.extend([position for position, _ in batch])
            self._matches += [session for _, session in batch]
        return len(positions)
