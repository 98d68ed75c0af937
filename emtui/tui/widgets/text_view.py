"""A text broken to the width, with a window to scroll and no cursor."""

from __future__ import annotations

import re

from rich.style import Style
from textual.events import Resize

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList

_LABEL = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of `width` cells; what belongs to a label stays beside it, if that leaves room."""
    return [line for whole in text.split("\n") for line in _wrapped(whole, width)]


def _wrapped(line: str, width: int) -> list[str]:
    label = _LABEL.match(line)
    indent = text_format.cells(label[0]) if label else 0
    if not label or indent > width // 2:
        return list(text_format.wrapped(line, width))
    first, *rest = text_format.wrapped(line[label.end() :], width - indent)
    return [label[0] + first, *(" " * indent + part for part in rest)]


class TextView(VirtualList):
    """A text broken to the width; there is a window, but no cursor to see."""

    def __init__(self, text: str) -> None:
        super().__init__(id="text")
        self._text = text
        self._lines: list[str] = []

    def read(self, text: str) -> None:
        """Show another text, from its beginning; the same one stays where it is."""
        if text != self._text:
            self._text = text
            self._break()
            self.replace_rows(len(self._lines), 0, 0)

    @property
    def cursor_style(self) -> Style | None:
        """No row is more than another."""
        return None

    def on_resize(self, _: Resize) -> None:
        """Break it anew; the window stays at about the same part of the text."""
        part = self.top / max(self.count, 1)
        self._break()
        top = round(part * len(self._lines))
        self.replace_rows(len(self._lines), top, top)

    @property
    def position(self) -> str:
        """`1–16 of 40 lines`; nothing where all of it is seen."""
        if self.count <= self.window:
            return ""
        return f"{self.top + 1}–{min(self.top + self.window, self.count)} of {self.count} lines"

    def _break(self) -> None:
        self._lines = wrapped(self._text, max(self.size.width - 2, 1))

    def render_row(self, place: int, width: int) -> Pieces:
        """One line of it."""
        return [(" " + self._lines[place], PLAIN)][:width]

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """The window moves, a line or a page at a time."""
        wanted = cursor if top is None else top
        self.top = self.cursor = max(min(wanted, self.count - self.window), 0)
        self.refresh()
        self.post_message(self.CursorMoved(self))
