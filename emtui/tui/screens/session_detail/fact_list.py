"""Widget: labels with texts that may wrap, in a limited number of lines."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.screens.session_detail.fact_layout import allocate_lines
from emtui.tui.theme import FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.virtual_list import render_strip

LABEL_CELLS = 14
"""Cells of a label, including the gap."""


class FactList(Widget):
    """Facts in at most `max_lines` lines, as chosen by `allocate_lines`."""

    DEFAULT_CSS = "FactList { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[tuple[str, str], ...] = ()
        self._max_lines = self._max_lines_per_fact = 0

    def show(self, facts: tuple[tuple[str, str], ...], max_lines: int, max_lines_per_fact: int) -> None:
        """Show these facts in at most `max_lines` lines."""
        if (facts, max_lines, max_lines_per_fact) != (self._facts, self._max_lines, self._max_lines_per_fact):
            self._facts, self._max_lines, self._max_lines_per_fact = facts, max_lines, max_lines_per_fact
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Number of lines needed."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        lines = self._lines(self.size.width)
        label, text = lines[y] if y < len(lines) else ("", "")
        return render_strip([(f"  {label:<{LABEL_CELLS}}", FAINT), (text, PLAIN)], self.size.width)

    def _lines(self, width: int) -> list[tuple[str, str]]:
        room = max(width - LABEL_CELLS - 2, 1)
        needed_lines = [len(wrap_and_cut(text, room, self._max_lines_per_fact)) for _, text in self._facts]
        allocated = allocate_lines([label for label, _ in self._facts], needed_lines, self._max_lines)
        lines: list[tuple[str, str]] = []
        for (label, text), line_count in zip(self._facts, allocated, strict=True):
            wrapped_lines = wrap_and_cut(text, room, line_count) if line_count else ()
            lines += zip([label, *[""] * (len(wrapped_lines) - 1)], wrapped_lines, strict=False)
        return lines
