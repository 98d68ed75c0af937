"""The query history of the query bar: earlier queries, recalled with Up and Down."""

from __future__ import annotations

MAX_QUERIES = 100
"""Size of the history."""
NO_SAVED_QUERY = "No query history yet: Enter saves a query."
NO_EARLIER_QUERY = "No earlier query."


class RecalledQueries:
    """The history, newest last, and the position in it."""

    def __init__(self) -> None:
        self.queries: tuple[str, ...] = ()
        self._index: int | None = None
        self._draft = ""

    def merge(self, queries: tuple[str, ...]) -> None:
        """Merge saved queries into the history, unless the user is already stepping through it."""
        if self._index is None:
            own_queries = tuple(query for query in self.queries if query not in queries)
            self.queries = (*queries, *own_queries)[-MAX_QUERIES:]

    def add(self, query: str) -> None:
        """Add a query as the newest."""
        self._index = None
        if query:
            self.queries = (*(other for other in self.queries if other != query), query)[-MAX_QUERIES:]

    def reset(self) -> None:
        """Move to the position after the newest query."""
        self._index = None

    def previous_query(self, text: str) -> str | None:
        """The previous query that differs from `text`; None if there is none."""
        current = len(self.queries) if self._index is None else self._index
        index = next((number for number in range(current - 1, -1, -1) if self.queries[number] != text), None)
        if index is None:
            return None
        if self._index is None:
            self._draft = text
        self._index = index
        return self.queries[index]

    def next_query(self) -> str | None:
        """The next query; after the newest one the draft that was typed before; None at the draft."""
        if self._index is None:
            return None
        self._index += 1
        if self._index < len(self.queries):
            return self.queries[self._index]
        self._index = None
        return self._draft
