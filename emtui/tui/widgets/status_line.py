"""One line of the screen: something at the left, something at the right.

If both do not fit, the left gives way; the right stays whole. The foot of a page has
more lines where a sentence needs them.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.paragraph import wrapped
from emtui.tui.widgets.virtual_list import Pieces, strip_of

MOST = 3
"""How many lines a sentence may have."""


class StatusLine(Widget):
    """Draws what `show` was given last, and repaints only when that differs."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

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
        right = sum(text_format.cells(text) for text, _ in self._right)
        room = max(width - right - (2 if right else 0), 0)
        left = cut_pieces(self._left, room)
        blanks = " " * (width - right - sum(text_format.cells(text) for text, _ in left))
        return strip_of([*left, (blanks, PLAIN), *self._right], width)


class Foot(StatusLine):
    """The last line of a page: its keys, or a sentence; at the right where the cursor stands.

    A sentence that one line does not hold has up to three until the next key: half of it
    would not say what to do. Of two sentences at once neither takes the place out of sight, unless
    they need all lines.
    """

    _said = ""
    _here = ""
    _several = False
    _high = 1

    def show_keys(self, keys: Pieces, here: str) -> None:
        """Draw these keys, on one line."""
        self._told("", here)
        self.show(keys, [(here, PLAIN)] if here else [])

    def say(self, sentence: str, here: str, *, several: bool = False) -> None:
        """Draw this sentence, whole if three lines hold it; it may be several sentences."""
        self._several = several
        self._told(sentence, here)
        self.show([(sentence, BOLD)], [(here, PLAIN)] if here else [])

    def _told(self, sentence: str, here: str) -> None:
        self._said, self._here = sentence, here
        high = self._height(self.size.width)
        if high != self._high:
            self._high = high
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[str]:
        if not self._said:
            return []
        room = width - (text_format.cells(self._here) + 2 if self._here else 0)
        if text_format.cells(self._said) <= room:
            return [self._said]
        lines, beside = wrapped(self._said, width, MOST), wrapped(self._said, room, MOST)
        is_hidden = self._several and bool(lines) and text_format.cells(lines[-1]) > room
        return beside if is_hidden and " ".join(beside) == " ".join(lines) else lines

    def _height(self, width: int) -> int:
        return max(len(self._lines(width)), 1)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as the sentence takes."""
        return self._height(width)

    def render_line(self, y: int) -> Strip:
        """One of its lines; the last has the place of the cursor, if there is room for it."""
        width = self.size.width
        lines = self._lines(width)
        if not lines:
            return super().render_line(y)
        if y >= len(lines):
            return Strip.blank(width)
        room = width - text_format.cells(lines[y])
        here = self._here if y == len(lines) - 1 and text_format.cells(self._here) + 2 <= room else ""
        blanks = " " * (room - text_format.cells(here))
        return strip_of([(lines[y], BOLD), (blanks, PLAIN), (here, PLAIN)], width)


def cut_pieces(pieces: Pieces, width: int) -> Pieces:
    """The pieces in at most `width` cells, with `…` where something had to go."""
    kept: Pieces = []
    for text, style in pieces:
        shown = text_format.cut(text, width)
        kept.append((shown, style))
        width -= text_format.cells(shown)
        if shown != text:
            break
    return kept
