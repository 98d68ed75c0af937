"""A wrapped text to scroll, without a cursor."""

from __future__ import annotations

import re

from rich.style import Style
from textual.events import Resize

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

_LABEL = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")


def wrap_text(text: str, width: int) -> list[str]:
    """Wrap a text to `width` cells; a value after a label is indented, if that leaves room."""
    return [line for paragraph in text.split("\n") for line in _wrap_line(paragraph, width)]


def _wrap_line(line: str, width: int) -> list[str]:
    label = _LABEL.match(line)
    indent = text_format.cell_width(label[0]) if label else 0
    if not label or indent > width // 2:
        return list(text_format.wrap(line, width))
    first, *rest = text_format.wrap(line[label.end() :], width - indent)
    return [label[0] + first, *(" " * indent + part for part in rest)]


class TextView(VirtualList):
    """A wrapped text to scroll, without a visible cursor."""

    def __init__(self, text: str) -> None:
        super().__init__(id="text")
        self._text = text
        self._lines: list[str] = []

    def show_text(self, text: str) -> None:
        """Show another text, from its beginning; the same text keeps its position."""
        if text != self._text:
            self._text = text
            self._wrap_lines()
            self.replace_rows(len(self._lines), 0, 0)

    @property
    def cursor_style(self) -> Style | None:
        """No style: no row is selected."""
        return None

    def on_resize(self, _: Resize) -> None:
        """Wrap the text again, and stay at about the same part of it."""
        fraction = self.top / max(self.count, 1)
        self._wrap_lines()
        top = round(fraction * len(self._lines))
        self.replace_rows(len(self._lines), top, top)

    @property
    def position(self) -> str:
        """Format `1–16 of 40 lines`; empty if all lines are visible."""
        if self.count <= self.window_height:
            return ""
        return f"{self.top + 1}–{min(self.top + self.window_height, self.count)} of {self.count} lines"

    def _wrap_lines(self) -> None:
        self._lines = wrap_text(self._text, max(self.size.width - 2, 1))

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Format one line."""
        return [(" " + self._lines[row], PLAIN)][:width]

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Scroll the window to this line."""
        new_top = cursor if top is None else top
        self.top = self.cursor = max(min(new_top, self.count - self.window_height), 0)
        self.refresh()
        self.post_message(self.CursorMoved(self))
