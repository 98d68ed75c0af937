"""The queries that were kept before, recalled one after the other while a query is typed."""

from __future__ import annotations

MAX_QUERIES = 100
"""Queries that are remembered."""
NO_SAVED_QUERY = "No query was kept yet: Enter keeps one."
NO_EARLIER_QUERY = "There is no earlier query."


class RecalledQueries:
    """The queries that were kept, the newest last, and where one is among them."""

    def __init__(self) -> None:
        self.queries: tuple[str, ...] = ()
        self._index: int | None = None
        self._draft = ""

    def merge(self, queries: tuple[str, ...]) -> None:
        """These are kept elsewhere, too; one who walks among them already is not disturbed."""
        if self._index is None:
            own_queries = tuple(query for query in self.queries if query not in queries)
            self.queries = (*queries, *own_queries)[-MAX_QUERIES:]

    def add(self, query: str) -> None:
        """The newest, from now on."""
        self._index = None
        if query:
            self.queries = (*(other for other in self.queries if other != query), query)[-MAX_QUERIES:]

    def reset(self) -> None:
        """The line was opened: one stands after the newest."""
        self._index = None

    def previous_query(self, text: str) -> str | None:
        """The one before, if there is one that differs from what stands there."""
        current = len(self.queries) if self._index is None else self._index
        index = next((number for number in range(current - 1, -1, -1) if self.queries[number] != text), None)
        if index is None:
            return None
        if self._index is None:
            self._draft = text
        self._index = index
        return self.queries[index]

    def next_query(self) -> str | None:
        """The one after; after the newest, what was typed before one went back."""
        if self._index is None:
            return None
        self._index += 1
        if self._index < len(self.queries):
            return self.queries[self._index]
        self._index = None
        return self._draft
