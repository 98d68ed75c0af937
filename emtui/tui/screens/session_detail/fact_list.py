"""Facts in a few lines: a label, and a text that may go on below itself."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.screens.session_detail.fact_layout import lines_for
from emtui.tui.theme import FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrapped
from emtui.tui.widgets.virtual_list import strip_of

LABEL = 10
"""Cells of a label, with what parts it from its text."""


class FactList(Widget):
    """As many of the facts as there is room for, `each` in so many lines; `lines_for` says which."""

    DEFAULT_CSS = "FactList { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[tuple[str, str], ...] = ()
        self._most = self._each = 0

    def show(self, facts: tuple[tuple[str, str], ...], most: int, each: int) -> None:
        """Draw these from now on, in `most` lines."""
        if (facts, most, each) != (self._facts, self._most, self._each):
            self._facts, self._most, self._each = facts, most, each
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as they take."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        lines = self._lines(self.size.width)
        label, text = lines[y] if y < len(lines) else ("", "")
        return strip_of([(f"  {label:<{LABEL}}", FAINT), (text, PLAIN)], self.size.width)

    def _lines(self, width: int) -> list[tuple[str, str]]:
        room = max(width - LABEL - 2, 1)
        wanted = [len(wrapped(text, room, self._each)) for _, text in self._facts]
        given = lines_for([label for label, _ in self._facts], wanted, self._most)
        lines: list[tuple[str, str]] = []
        for (label, text), most in zip(self._facts, given, strict=True):
            broken = wrapped(text, room, most) if most else ()
            lines += zip([label, *[""] * (len(broken) - 1)], broken, strict=False)
        return lines
