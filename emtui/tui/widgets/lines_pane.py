"""A pane of lines that a page formats; only those that changed are painted."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.widgets.virtual_list import StyledSpans, render_strip


class LinesPane(Widget):
    """Shows lines; a subclass formats them again for another size in `lay_out`."""

    DEFAULT_CSS = "LinesPane { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[StyledSpans] = ()

    def show_lines(self, lines: Sequence[StyledSpans]) -> None:
        """Show these lines."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            if before[y : y + 1] != lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def lay_out(self) -> None:
        """Format the lines again; for subclasses that format for their size."""

    def on_resize(self) -> None:
        """Format the lines for the new size."""
        self.lay_out()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        return render_strip(self._lines[y] if y < len(self._lines) else [], self.size.width)
