"""The queries that were kept before, recalled one after the other while a query is typed."""

from __future__ import annotations

MAX_QUERIES = 100
"""Queries that are remembered."""
NO_RECENT = "No query was kept yet: Enter keeps one."
NO_EARLIER = "There is no earlier query."


class QueryHistory:
    """The queries that were kept, the newest last, and where one is among them."""

    def __init__(self) -> None:
        self.queries: tuple[str, ...] = ()
        self._place: int | None = None
        self._draft = ""

    def merge(self, queries: tuple[str, ...]) -> None:
        """These are kept elsewhere, too; one who walks among them already is not disturbed."""
        if self._place is None:
            here = tuple(query for query in self.queries if query not in queries)
            self.queries = (*queries, *here)[-MAX_QUERIES:]

    def keep(self, query: str) -> None:
        """The newest, from now on."""
        self._place = None
        if query:
            self.queries = (*(other for other in self.queries if other != query), query)[-MAX_QUERIES:]

    def begin(self) -> None:
        """The line was opened: one stands after the newest."""
        self._place = None

    def earlier(self, text: str) -> str | None:
        """The one before, if there is one that differs from what stands there."""
        here = len(self.queries) if self._place is None else self._place
        there = next((place for place in range(here - 1, -1, -1) if self.queries[place] != text), None)
        if there is None:
            return None
        if self._place is None:
            self._draft = text
        self._place = there
        return self.queries[there]

    def later(self) -> str | None:
        """The one after; after the newest, what was typed before one went back."""
        if self._place is None:
            return None
        self._place += 1
        if self._place < len(self.queries):
            return self.queries[self._place]
        self._place = None
        return self._draft
