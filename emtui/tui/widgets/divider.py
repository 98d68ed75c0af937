"""A vertical line between two panes."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.theme import DIVIDER, RULE_STYLE
from emtui.tui.widgets.virtual_list import render_strip


class Divider(Widget):
    """A line of one cell; the style sheet sets its height."""

    DEFAULT_CSS = "Divider { width: 1; height: 1fr; }"

    def render_line(self, _: int) -> Strip:
        """Draw one cell of the line."""
        return render_strip([(DIVIDER, RULE_STYLE)], self.size.width)
