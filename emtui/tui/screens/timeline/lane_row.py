"""The lanes of a timeline as styled text: widths, one row a lane, and what its signs mean.

Pure. The worst of a cell decides about its sign, whose height stands for how bad it is: half a block as it
should be, a full block for failures and for the part of a run beyond its usual duration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.style import Style

from emtui import text_format
from emtui.display_text.signs import LANE_LEGEND, SHORTER_LANE_LEGEND, lane_sign
from emtui.em.model import Outcome
from emtui.triage.run_lanes import CellKind, LaneCell
from emtui.tui.formatting.cell_spans import merge_spans
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.formatting.type_state import TypeState
from emtui.tui.theme import (
    ACCENT_STYLE,
    BOLD,
    CURSOR_MARK,
    CURSOR_TINT,
    DIVIDER,
    ERROR_STYLE,
    FAINT,
    PLAIN,
    RULE_STYLE,
    SUCCESS_STYLE,
    WARNING_STYLE,
)
from emtui.tui.widgets.virtual_list import StyledSpans

_MAX_GAP_CELLS = 8
"""Blanks that take fewer bytes than another change of style."""
GUTTER_CELLS = 3
"""The mark of the selected lane, its sign, and a blank."""
STATE_CELLS = 21
"""`warned 12 times` and the like, at the right end."""
_STATE_MIN_WIDTH = 110
"""Width of the screen from which the state of each lane is shown beside it."""
_LABEL_CELLS = ((200, 33), (160, 30), (80, 24), (0, 18))
"""Least cells of gutter and name, by the width of the screen."""


@dataclass(frozen=True, slots=True)
class LaneLayout:
    """The widths of a lane in cells: gutter and name, the runs, and the state (0 if there is no room)."""

    label: int
    graph: int
    state: int

    @property
    def divider(self) -> int:
        """The column of the line after the runs."""
        return self.label + self.graph


def state_cells(width: int) -> int:
    """The cells of the state on a screen this wide, with the blank before it."""
    return STATE_CELLS + 1 if width >= _STATE_MIN_WIDTH else 0


def max_graph_cells(width: int) -> int:
    """The most cells that the runs can have on a screen this wide."""
    label = next(cells for least, cells in _LABEL_CELLS if width >= least)
    return max(width - label - 1 - state_cells(width), 1)


def lane_layout(width: int, graph_cells: int) -> LaneLayout:
    """The widths on a screen this wide if the runs take `graph_cells`; the name takes the rest."""
    state = state_cells(width)
    return LaneLayout(max(width - graph_cells - 1 - state, 0), graph_cells, state)


class LaneMarks(NamedTuple):
    """What is set off in a lane: whether the cursor is there, the selected cells, and concurrent ones."""

    is_selected: bool = False
    selected: Collection[int] = ()
    concurrent: Collection[int] = ()


NO_MARKS = LaneMarks()
_STYLES = {
    CellKind.EMPTY: PLAIN,
    CellKind.SUCCESS: SUCCESS_STYLE,
    CellKind.RUNNING: OUTCOME_STYLES[Outcome.RUNNING],
    CellKind.CANCELED: OUTCOME_STYLES[Outcome.CANCELED],
    CellKind.UNKNOWN: OUTCOME_STYLES[Outcome.UNKNOWN],
    CellKind.SLOW: WARNING_STYLE,
    CellKind.WARNING: OUTCOME_STYLES[Outcome.WARNING],
    CellKind.MISSED: ERROR_STYLE,
    CellKind.STUCK: ERROR_STYLE,
    CellKind.FAILED: OUTCOME_STYLES[Outcome.FAILED],
}


def cell_span(cell: LaneCell, *, is_faint: bool = False, is_selected: bool = False) -> tuple[str, Style]:
    """The sign of a cell and its style; a success is faint beside what is set off."""
    glyph, style = lane_sign(cell), _STYLES[cell.kind]
    if is_selected:
        return glyph, style + BOLD + CURSOR_TINT
    return glyph, FAINT if is_faint and cell.kind is CellKind.SUCCESS else style


def cells_spans(cells: Sequence[LaneCell], marks: LaneMarks = NO_MARKS) -> StyledSpans:
    """The signs of a lane's cells."""
    return bridge_gaps(
        merge_spans(
            cell_span(
                cell,
                is_faint=not marks.is_selected and number not in marks.concurrent,
                is_selected=number in marks.selected,
            )
            for number, cell in enumerate(cells)
        )
    )


def padded(text: str, width: int) -> tuple[str, str]:
    """A text cut to `width` cells less one, and the blanks after it, which need no style."""
    shown = text_format.fit_width(text, max(width - 1, 0)).rstrip()
    return shown, " " * max(width - text_format.cell_width(shown), 0)


def bridge_gaps(spans: StyledSpans) -> StyledSpans:
    """The same signs, with short gaps in the style of the signs around them, which takes fewer bytes."""
    bridged: StyledSpans = []
    for number, (text, style) in enumerate(spans):
        following = spans[number + 1 : number + 2]
        is_gap = style == PLAIN and text.isspace() and len(text) <= _MAX_GAP_CELLS
        if is_gap and bridged and following and following[0][1] == bridged[-1][1] and not style.bgcolor:
            bridged.append((text, bridged[-1][1]))
        else:
            bridged.append((text, style))
    return merge_spans(bridged)


def lane_spans(
    label: str,
    state: TypeState,
    cells: Sequence[LaneCell],
    marks: LaneMarks,
    layout: LaneLayout,
    *,
    ends_now: bool,
) -> StyledSpans:
    """Format one lane: `▌■ CollectJob  ▄▄ ▄▄ █│ failed`."""
    name, padding = padded(label, max(layout.label - GUTTER_CELLS, 0))
    name_style = BOLD if marks.is_selected else PLAIN if marks.concurrent else FAINT
    spans = [
        (CURSOR_MARK, ACCENT_STYLE) if marks.is_selected else (" ", PLAIN),
        (f"{state.sign} ", state.style),
        (name, name_style),
        (padding, PLAIN),
        *cells_spans(cells, marks),
        (DIVIDER, ACCENT_STYLE if ends_now else RULE_STYLE),
    ]
    if layout.state:
        spans.append((f" {text_format.fit_width(state.text, layout.state - 1)}".rstrip(), state.style))
    return spans


def _legend(entries: Iterable[tuple[Sequence[LaneCell], str]]) -> tuple[tuple[StyledSpans, str], ...]:
    return tuple((merge_spans(map(cell_span, cells)), word) for cells, word in entries)


_LEGEND, _SHORTER_LEGEND = _legend(LANE_LEGEND), _legend(SHORTER_LANE_LEGEND)


def legend_spans(width: int) -> StyledSpans:
    """What the signs mean, in at most `width` cells; without the first entry if that does not fit."""
    full = list(_entries(_LEGEND, width))
    shown = full if len(full) == len(_LEGEND) else list(_entries(_SHORTER_LEGEND, width))
    return [span for entry in shown for span in entry]


def _entries(legend: Iterable[tuple[StyledSpans, str]], width: int) -> Iterator[StyledSpans]:
    gap = " "
    for sample, word in legend:
        width -= text_format.cell_width(gap + "".join(text for text, _ in sample) + f" {word}")
        if width < 0:
            return
        yield [(gap, PLAIN), *sample, (f" {word}", FAINT)]
        gap = "  "
