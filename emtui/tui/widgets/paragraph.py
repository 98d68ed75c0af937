"""A text in a few lines, broken between words, the last one cut if more follows."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.virtual_list import strip_of


class Paragraph(Widget):
    """As much of a text as `at_most` lines hold; the style sheet says whether they are always there."""

    def __init__(self, at_most: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._at_most = at_most
        self._text = ""

    def show(self, text: str) -> None:
        """Draw this from now on."""
        if text != self._text:
            self._text = text
            self.refresh(layout=self.styles.is_auto_height)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as the text takes."""
        return len(wrapped(self._text, width, self._at_most))

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        lines = wrapped(self._text, self.size.width, self._at_most)
        return strip_of([(lines[y] if y < len(lines) else "", PLAIN)], self.size.width)


def wrapped(text: str, width: int, at_most: int) -> list[str]:
    """The text in lines of `width` cells, at most so many, the last one cut with `…` if more follows."""
    if width < 1 or not text:
        return []
    head = text_format.one_line(text[: width * (at_most + 2)])
    lines = list(text_format.wrapped(head, width))
    if len(lines) > at_most:
        lines = [*lines[: at_most - 1], text_format.cut(" ".join(lines[at_most - 1 :]), width)]
    return lines
