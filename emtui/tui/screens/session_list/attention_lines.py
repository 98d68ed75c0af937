"""What needs somebody, before any key: at most two sentences, or one that says that nothing does."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import BOLD, FAINT, PLAIN, TROUBLE
from emtui.tui.widgets.paragraph import wrapped
from emtui.tui.widgets.virtual_list import Pieces, strip_of

AT_MOST = 2
SIGN = "! "


class AttentionLines(Widget):
    """Two sentences of a line each; where only one fits, it may take both lines."""

    DEFAULT_CSS = "AttentionLines { height: auto; min-height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sentences: tuple[str, ...] = ()
        self._calm = ""
        self._more = ""

    def show(self, sentences: tuple[str, ...], calm: str, more: str = "") -> None:
        """Draw these, the worst first, or `calm` if there is none; `more` at the right, as far as it fits."""
        told = (sentences[:AT_MOST], calm, more)
        if told != (self._sentences, self._calm, self._more):
            self._sentences, self._calm, self._more = told
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """One or two."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        width = self.size.width
        lines = self._lines(width)
        if y >= len(lines):
            return strip_of([("" if lines or y else self._calm, FAINT)], width)
        room = width - text_format.cells(lines[y]) - len(SIGN)
        more = fitting(self._more, room - 2) if y == len(lines) - 1 else ""
        sign = SIGN if y == 0 or len(self._sentences) > 1 else " " * len(SIGN)
        pieces: Pieces = [(sign, TROUBLE), (lines[y], BOLD)]
        return strip_of([*pieces, (more.rjust(room), PLAIN)], width)

    def _lines(self, width: int) -> list[str]:
        room = max(width - len(SIGN), 1)
        if len(self._sentences) == 1:
            return wrapped(self._sentences[0], room, AT_MOST)
        return [text_format.cut(sentence, room) for sentence in self._sentences]


def fitting(more: str, room: int) -> str:
    """As much of `a: next of 6 alerts, 1 known` as `room` cells hold: all, `a: 6 alerts`, or nothing."""
    first = more.partition(",")[0]
    forms = (more, first, first.replace("next of ", ""))
    return next((form for form in forms if text_format.cells(form) <= room), "")
