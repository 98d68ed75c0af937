"""The trend of durations as shades: usual, and from 1.25, 1.5 and 2 times the usual."""

from __future__ import annotations

from collections.abc import Iterable

from emtui.triage.duration_trend import TrendPoint
from emtui.tui.formatting.cell_spans import merge_spans
from emtui.tui.theme import FAINT, PLAIN, SHADES, WARNING_STYLE
from emtui.tui.widgets.virtual_list import StyledSpans

_STYLES = (FAINT, PLAIN, WARNING_STYLE, WARNING_STYLE)
"""By level: from 1.5 times the usual a run is unusually long."""
LEGEND: StyledSpans = [
    (SHADES[0], FAINT),
    (" usual  ", PLAIN),
    (SHADES[1], PLAIN),
    (" 1.25  ", PLAIN),
    (SHADES[2], WARNING_STYLE),
    (" 1.5  ", PLAIN),
    (SHADES[3], WARNING_STYLE),
    (" 2 times and more", PLAIN),
]


def trend_spans(points: Iterable[TrendPoint]) -> StyledSpans:
    """One shade per run, in the order of `points`."""
    return merge_spans((SHADES[point.level], _STYLES[point.level]) for point in points)
