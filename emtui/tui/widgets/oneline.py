"""One line of the screen: something at the left, something at the right.

If both do not fit, the left gives way; the right stays whole.
"""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from emtui import words
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.lines import Pieces, strip_of


class OneLine(Widget):
    """Draws what `show` was given last, and repaints only when that differs."""

    DEFAULT_CSS = "OneLine { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Pieces = []
        self._right: Pieces = []

    def show(self, left: Pieces, right: Pieces | None = None) -> None:
        """Draw this from now on."""
        if (left, right or []) != (self._left, self._right):
            self._left, self._right = left, right or []
            self.refresh()

    def render_line(self, _: int) -> Strip:
        """The line, cut to the width there is."""
        width = self.size.width
        right = sum(words.cells(text) for text, _ in self._right)
        room = max(width - right - (2 if right else 0), 0)
        left = cut_pieces(self._left, room)
        blanks = " " * (width - right - sum(words.cells(text) for text, _ in left))
        return strip_of([*left, (blanks, PLAIN), *self._right], width)


def cut_pieces(pieces: Pieces, width: int) -> Pieces:
    """The pieces in at most `width` cells, with `…` where something had to go."""
    kept: Pieces = []
    for text, style in pieces:
        shown = words.cut(text, width)
        kept.append((shown, style))
        width -= words.cells(shown)
        if shown != text:
            break
    return kept
