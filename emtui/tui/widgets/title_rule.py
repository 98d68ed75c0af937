"""A rule across the screen with a title in it, and counts or key hints at its right end.

─ Runs  newest first ───────────────────────────────────── 1 of 3,426 ─
"""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from emtui import text_format
from emtui.tui.theme import FAINT, RULE, RULE_STYLE
from emtui.tui.widgets.status_line import Hint, StatusLine, cut_spans, hint_spans, spans_width
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

EDGE_CELLS = 2
"""A rule and a blank at each end."""


def key_note(*hints: Hint) -> StyledSpans:
    """Format keys as the note of a rule: `[ older  ] newer`."""
    return hint_spans(hints, FAINT)


def shorten_title(title: StyledSpans, note: str, width: int) -> StyledSpans:
    """Cut a title so that its note stays, on pages where the note is all that tells the position."""
    room = width - 2 * EDGE_CELLS - (text_format.cell_width(note) + EDGE_CELLS if note else 0)
    return cut_spans(title, max(room, 0))


class TitleRule(StatusLine):
    """Draws its left part as a title and its right part as a note, with a rule around and between."""

    DEFAULT_CSS = "TitleRule { height: 1; }"

    def __init__(self, *, id: str | None = None, rule_style: Style = RULE_STYLE) -> None:
        super().__init__(id=id)
        self.rule_style = rule_style
        """Style of the rule itself; the parts of the line have their own."""

    def render_line(self, _: int) -> Strip:
        """Draw the rule; the note is left out if the title needs its room."""
        width = self.size.width
        return render_strip(rule_spans(self._left, self._right, width, self.rule_style), width)


def rule_spans(
    title: StyledSpans, note: StyledSpans, width: int, rule_style: Style = RULE_STYLE
) -> StyledSpans:
    """Format `─ title ──── note ─` in `width` cells; the title is cut only if it does not fit alone."""
    title_cells, note_cells = spans_width(title), spans_width(note)
    if note and title_cells + note_cells + 3 * EDGE_CELLS > width:
        note, note_cells = [], 0
    room = max(width - 2 * EDGE_CELLS - (note_cells + EDGE_CELLS if note else 0), 0)
    shown = cut_spans(title, room)
    rule_cells = max(room - spans_width(shown), 0)
    start, end = (f"{RULE} ", " " if shown else RULE), f" {RULE}"
    return [
        (start[0] if shown else RULE * EDGE_CELLS, rule_style),
        *shown,
        (start[1] + RULE * (rule_cells + (0 if note else EDGE_CELLS - 1)), rule_style),
        *([(" ", rule_style), *note, (end, rule_style)] if note else []),
    ]
