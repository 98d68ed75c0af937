"""A rule across the screen with a title in it, and counts or key hints at its right end.

─ Runs  newest first ───────────────────────────────────── 1 of 3,426 ─
"""

from __future__ import annotations

from textual.strip import Strip

from emtui import text_format
from emtui.tui.theme import RULE, RULE_STYLE
from emtui.tui.widgets.status_line import StatusLine, cut_spans
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

_EDGE_CELLS = 2
"""A rule and a blank at each end."""


class TitleRule(StatusLine):
    """Draws its left part as a title and its right part as a note, with a rule around and between."""

    DEFAULT_CSS = "TitleRule { height: 1; }"

    def render_line(self, _: int) -> Strip:
        """Draw the rule; the note is left out if the title needs its room."""
        width = self.size.width
        return render_strip(rule_spans(self._left, self._right, width), width)


def rule_spans(title: StyledSpans, note: StyledSpans, width: int) -> StyledSpans:
    """Format `─ title ──── note ─` in `width` cells; the title is cut only if it does not fit alone."""
    title_cells = sum(text_format.cell_width(text) for text, _ in title)
    note_cells = sum(text_format.cell_width(text) for text, _ in note)
    if note and title_cells + note_cells + 3 * _EDGE_CELLS > width:
        note, note_cells = [], 0
    room = max(width - 2 * _EDGE_CELLS - (note_cells + _EDGE_CELLS if note else 0), 0)
    shown = cut_spans(title, room)
    rule_cells = max(room - sum(text_format.cell_width(text) for text, _ in shown), 0)
    start, end = (f"{RULE} ", " " if shown else RULE), f" {RULE}"
    return [
        (start[0] if shown else RULE * _EDGE_CELLS, RULE_STYLE),
        *shown,
        (start[1] + RULE * (rule_cells + (0 if note else _EDGE_CELLS - 1)), RULE_STYLE),
        *([(" ", RULE_STYLE), *note, (end, RULE_STYLE)] if note else []),
    ]
