"""What Tab gives next while a query is typed. Pure: texts and places of the cursor in, the same out."""

from __future__ import annotations

from emtui import text_format
from emtui.query import Completion, Offers, complete
from emtui.tui.theme import FAINT, HERE, PLAIN
from emtui.tui.widgets.virtual_list import Pieces


class CompletionCycle:
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
        taken += text_format.cells(word) + 2
        if taken > room and place > first:
            first, taken = place, text_format.cells(word) + 2
    return first
