"""The lines above the session list: the worst alerts, or one line if nothing needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.widgets.virtual_list import render_strip

if TYPE_CHECKING:  # start-up time: the lines are reserved before there is anything to assess
    from emtui.tui.formatting.attention_summary import AttentionSummary

THREE_LINES_WIDTH = 120
"""Width in cells from which three lines are reserved instead of two."""


class AttentionLines(Widget):
    """Alerts in columns. Its height depends on the width alone, so that nothing moves when they arrive."""

    DEFAULT_CSS = "AttentionLines { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._summary: AttentionSummary | None = None

    def show(self, summary: AttentionSummary) -> None:
        """Draw these alerts, most severe first."""
        if summary != self._summary:
            self._summary = summary
            self.refresh()

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of reserved lines."""
        return line_count(width)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        lines = self._summary.lines(width, line_count(width)) if self._summary else []
        return render_strip(lines[y] if y < len(lines) else [], width)


def line_count(width: int) -> int:
    """The number of lines that are reserved at this width."""
    return 3 if width >= THREE_LINES_WIDTH else 2
