"""Cells of time as styled text: one glyph a cell, for strips and cards, and their legend.

    ▄▄▄█▄▲ ▄×▄►

The height of a glyph stands for how bad it is, so that color is never the only channel. A cell shows the
worst it knows: a failure, else that it is unknown, else a missed start, else its worst outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style

from emtui import text_format
from emtui.display_text.signs import OUTCOME_CELL_SIGNS, cell_sign
from emtui.em.model import Outcome
from emtui.triage.run_cells import RunCell
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.theme import (
    BOLD,
    ERROR_STYLE,
    MISSED_MARK,
    PLAIN,
    SUCCESS_STYLE,
    UNKNOWN_MARK,
)
from emtui.tui.widgets.virtual_list import StyledSpans

HOLE = (" ", PLAIN)
"""A cell in which nothing ran and nothing was due."""
UNKNOWN_CELL = (UNKNOWN_MARK, BOLD)
MISSED_CELL = (MISSED_MARK, ERROR_STYLE)
_OUTCOME_CELL_STYLES = OUTCOME_STYLES | {Outcome.SUCCESS: SUCCESS_STYLE, Outcome.UNKNOWN: BOLD}
OUTCOME_CELLS = {
    outcome: (sign, _OUTCOME_CELL_STYLES[outcome]) for outcome, sign in OUTCOME_CELL_SIGNS.items()
}
_CELLS = {span[0]: span for span in (HOLE, MISSED_CELL, *OUTCOME_CELLS.values())}
_LEGEND_GAP = "  "
_LEGEND = (
    (OUTCOME_CELLS[Outcome.SUCCESS], "success"),
    (OUTCOME_CELLS[Outcome.FAILED], "failed"),
    (OUTCOME_CELLS[Outcome.WARNING], "warning"),
    (OUTCOME_CELLS[Outcome.CANCELED], "canceled"),
    (OUTCOME_CELLS[Outcome.RUNNING], "running"),
    (MISSED_CELL, "due, did not start"),
    (UNKNOWN_CELL, "unknown"),
)


def cell_span(cell: RunCell) -> tuple[str, Style]:
    """The glyph of a cell and its style."""
    return _CELLS[cell_sign(cell)]


def cells_spans(cells: Iterable[RunCell]) -> StyledSpans:
    """The glyphs of these cells; neighbors of the same style are one span."""
    return merge_spans(map(cell_span, cells))


def merge_spans(spans: Iterable[tuple[str, Style]]) -> StyledSpans:
    """The same text with neighbors of the same style joined."""
    merged: StyledSpans = []
    for text, style in spans:
        if merged and merged[-1][1] == style:
            merged[-1] = (merged[-1][0] + text, style)
        else:
            merged.append((text, style))
    return merged


def legend_spans(width: int) -> StyledSpans:
    """What the glyphs mean: as many of them, in this order, as fit in `width` cells."""
    return [span for entry in _fitting_entries(width) for span in entry]


def _fitting_entries(width: int) -> Iterator[StyledSpans]:
    gap = ""
    for (glyph, style), word in _LEGEND:
        width -= text_format.cell_width(f"{gap}{glyph} {word}")
        if width < 0:
            return
        yield [(gap, PLAIN), (glyph, style), (f" {word}", PLAIN)]
        gap = _LEGEND_GAP
