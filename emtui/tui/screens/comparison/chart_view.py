"""Widget: the lines of a chart."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.widgets.virtual_list import StyledSpans, render_strip


class ChartView(Widget):
    """Shows some lines, and takes as many as there are."""

    DEFAULT_CSS = "ChartView { height: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[StyledSpans] = []

    def show(self, lines: list[StyledSpans]) -> None:
        """Show these lines."""
        if lines != self._lines:
            self._lines = lines
            self.styles.height = len(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        return render_strip(self._lines[y] if y < len(self._lines) else [], self.size.width)
