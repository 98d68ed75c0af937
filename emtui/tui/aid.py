"""What helps while a query is typed: what Tab gives next, and the queries that were kept before.

Pure: texts and places of the cursor in, the same out.
"""

from __future__ import annotations

from emtui import words
from emtui.lookup import Completion, Offers, complete
from emtui.tui.theme import FAINT, HERE, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

MOST = 100
"""Queries that are remembered."""
NO_RECENT = "No query was kept yet: Enter keeps one."
NO_EARLIER = "There is no earlier query."


class Cycle:
    """Tab, and Tab again: one word after the other in the place of what was typed."""

    def __init__(self) -> None:
        self._of = Completion(0, 0)
        self._text = ""
        self._given: int | None = None
        self._gave: tuple[str, int] | None = None

    def offered(self, text: str, cursor: int, offers: Offers) -> tuple[tuple[str, ...], int]:
        """The words that Tab goes through from here, and which of them comes next."""
        if self._gave == (text, cursor) and self._given is not None and len(self._of.words) > 1:
            return self._of.words, (self._given + 1) % len(self._of.words)
        return complete(text, cursor, offers).words, 0

    def step(self, text: str, cursor: int, offers: Offers, step: int) -> tuple[str, int] | None:
        """The text after Tab, or after shift+Tab with -1, and the cursor in it; nothing if nothing fits."""
        if self._gave == (text, cursor) and self._given is not None and len(self._of.words) > 1:
            self._given += step
        else:
            self._of, self._text = complete(text, cursor, offers), text
            self._given = 0 if step > 0 else -1
        if not self._of.words:
            return None
        self._given %= len(self._of.words)
        self._gave = self._of.applied(self._text, self._given)
        return self._gave

    def forget(self) -> None:
        """Another key was pressed: Tab begins anew from what stands there."""
        self._gave = None


class Recalled:
    """The queries that were kept, the newest last, and where one is among them."""

    def __init__(self) -> None:
        self.queries: tuple[str, ...] = ()
        self._place: int | None = None
        self._draft = ""

    def know(self, queries: tuple[str, ...]) -> None:
        """These are kept elsewhere, too; one who walks among them already is not disturbed."""
        if self._place is None:
            here = tuple(query for query in self.queries if query not in queries)
            self.queries = (*queries, *here)[-MOST:]

    def keep(self, query: str) -> None:
        """The newest, from now on."""
        self._place = None
        if query:
            self.queries = (*(other for other in self.queries if other != query), query)[-MOST:]

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


def offered_line(found: tuple[str, ...], after: int, room: int) -> Pieces:
    """`Tab ›state:  since:`: what Tab gives next is marked, and stands within so many cells."""
    if not found:
        return []
    pieces: Pieces = [("Tab ", FAINT)]
    first = _first_shown(found, after, room - len("Tab "))
    for place, word in enumerate(found[first:], first):
        mark = "›" if place == after else " "
        pieces += [(mark, PLAIN), (word, HERE if place == after else PLAIN), (" ", PLAIN)]
    return pieces


def _first_shown(found: tuple[str, ...], after: int, room: int) -> int:
    """The first word of the row that the marked one stands in."""
    first, taken = 0, 0
    for place, word in enumerate(found[: after + 1]):
        taken += words.cells(word) + 2
        if taken > room and place > first:
            first, taken = place, words.cells(word) + 2
    return first
