"""The lines above the session list: up to two alerts, or one line if nothing needs attention."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

MAX_SENTENCES = 2
ALERT_SIGN = "! "


class AttentionLines(Widget):
    """Up to two alerts, one line each; a single alert may be wrapped over both lines."""

    DEFAULT_CSS = "AttentionLines { height: auto; min-height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sentences: tuple[str, ...] = ()
        self._no_alerts_text = ""
        self._counts_text = ""

    def show(self, sentences: tuple[str, ...], no_alerts_text: str, counts_text: str = "") -> None:
        """Draw the alerts, most severe first, or `no_alerts_text`; `counts_text` on the right, if it fits."""
        content = (sentences[:MAX_SENTENCES], no_alerts_text, counts_text)
        if content != (self._sentences, self._no_alerts_text, self._counts_text):
            self._sentences, self._no_alerts_text, self._counts_text = content
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines, 1 or 2."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        lines = self._lines(width)
        if y >= len(lines):
            return render_strip([("" if lines or y else self._no_alerts_text, FAINT)], width)
        room = width - text_format.cell_width(lines[y]) - len(ALERT_SIGN)
        counts_text = shorten_counts(self._counts_text, room - 2) if y == len(lines) - 1 else ""
        sign = ALERT_SIGN if y == 0 or len(self._sentences) > 1 else " " * len(ALERT_SIGN)
        spans: StyledSpans = [(sign, ERROR_STYLE), (lines[y], BOLD)]
        return render_strip([*spans, (counts_text.rjust(room), PLAIN)], width)

    def _lines(self, width: int) -> list[str]:
        room = max(width - len(ALERT_SIGN), 1)
        if len(self._sentences) == 1:
            return wrap_and_cut(self._sentences[0], room, MAX_SENTENCES)
        return [text_format.truncate(sentence, room) for sentence in self._sentences]


def shorten_counts(counts_text: str, room: int) -> str:
    """Shorten `a: next of 6 alerts, 1 acknowledged` to `room` cells: `a: 6 alerts`, or nothing."""
    first = counts_text.partition(",")[0]
    variants = (counts_text, first, first.replace("next of ", ""))
    return next((form for form in variants if text_format.cell_width(form) <= room), "")
