"""A text wrapped to a few lines, the last one cut if more follows."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.virtual_list import render_strip


class Paragraph(Widget):
    """Shows as much of a text as fits in `max_lines` lines; the style sheet sets the height."""

    def __init__(self, max_lines: int, *, is_at_bottom: bool = False, id: str | None = None) -> None:
        """With `is_at_bottom` a short text is on the last line of a higher paragraph, not on the first."""
        super().__init__(id=id)
        self._is_at_bottom = is_at_bottom
        self._max_lines = max_lines
        self._text = ""
        self._style = PLAIN

    def show(self, text: str, style: Style = PLAIN) -> None:
        """Show this text."""
        if (text, style) != (self._text, self._style):
            self._text, self._style = text, style
            self.refresh(layout=self.styles.is_auto_height)

    def limit(self, max_lines: int) -> None:
        """Show at most this many lines."""
        if max_lines != self._max_lines:
            self._max_lines = max_lines
            self.refresh(layout=self.styles.is_auto_height)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines of the text."""
        return len(wrap_and_cut(self._text, width, self._max_lines))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        lines = wrap_and_cut(self._text, self.size.width, self._max_lines)
        if self._is_at_bottom:
            y -= self.size.height - len(lines)
        return render_strip([(lines[y] if 0 <= y < len(lines) else "", self._style)], self.size.width)


def wrap_and_cut(text: str, width: int, max_lines: int) -> list[str]:
    """Wrap a text to `width` cells and `max_lines` lines, the last one cut with `…` if more follows."""
    if width < 1 or not text:
        return []
    head = text_format.join_lines(text[: width * (max_lines + 2)])
    lines = list(text_format.wrap(head, width))
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], text_format.truncate(" ".join(lines[max_lines - 1 :]), width)]
    return lines
