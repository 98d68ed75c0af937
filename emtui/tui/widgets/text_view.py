"""A text broken to the width, with a window to scroll and no cursor."""

from __future__ import annotations

import re

from rich.style import Style
from textual.events import Resize

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

_LABEL = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")


def wrap_text(text: str, width: int) -> list[str]:
    """The text in lines of `width` cells; what belongs to a label stays beside it, if that leaves room."""
    return [line for paragraph in text.split("\n") for line in _wrap_line(paragraph, width)]


def _wrap_line(line: str, width: int) -> list[str]:
    label = _LABEL.match(line)
    indent = text_format.cell_width(label[0]) if label else 0
    if not label or indent > width // 2:
        return list(text_format.wrap(line, width))
    first, *rest = text_format.wrap(line[label.end() :], width - indent)
    return [label[0] + first, *(" " * indent + part for part in rest)]


class TextView(VirtualList):
    """A text broken to the width; there is a window, but no cursor to see."""

    def __init__(self, text: str) -> None:
        super().__init__(id="text")
        self._text = text
        self._lines: list[str] = []

    def show_text(self, text: str) -> None:
        """Show another text, from its beginning; the same one stays where it is."""
        if text != self._text:
            self._text = text
            self._wrap_lines()
            self.replace_rows(len(self._lines), 0, 0)

    @property
    def cursor_style(self) -> Style | None:
        """No row is more than another."""
        return None

    def on_resize(self, _: Resize) -> None:
        """Break it anew; the window stays at about the same part of the text."""
        fraction = self.top / max(self.count, 1)
        self._wrap_lines()
        top = round(fraction * len(self._lines))
        self.replace_rows(len(self._lines), top, top)

    @property
    def position(self) -> str:
        """`1–16 of 40 lines`; nothing where all of it is seen."""
        if self.count <= self.window_height:
            return ""
        return f"{self.top + 1}–{min(self.top + self.window_height, self.count)} of {self.count} lines"

    def _wrap_lines(self) -> None:
        self._lines = wrap_text(self._text, max(self.size.width - 2, 1))

    def render_row(self, row: int, width: int) -> StyledSpans:
        """One line of it."""
        return [(" " + self._lines[row], PLAIN)][:width]

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """The window moves, a line or a page at a time."""
        new_top = cursor if top is None else top
        self.top = self.cursor = max(min(new_top, self.count - self.window_height), 0)
        self.refresh()
        self.post_message(self.CursorMoved(self))
