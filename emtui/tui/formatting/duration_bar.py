"""A bar for the duration of a run against the usual one: `▄▄▄▄██`, or `▄▄▄▄███►` for much longer.

The usual duration has `USUAL_CELLS` cells. Half blocks are as it should be; full blocks are the part beyond
the usual of a run that took unusually long. Pure.
"""

from __future__ import annotations

from emtui.tui.theme import CONTINUES_MARK, FULL_BLOCK, HALF_BLOCK

USUAL_CELLS = 4
"""Cells of the usual duration."""
BEYOND_CELLS = 3
"""Cells beyond it, before the mark that the bar goes on."""
USUAL_TITLE = f"{'↑usual':>{USUAL_CELLS - 1 + len('↑usual')}}"
"""A heading whose arrow points to the end of the usual duration."""


def duration_bar(ratio: float | None, *, is_unusual: bool) -> tuple[str, str]:
    """The part up to the usual duration, and the part beyond; both are empty if the usual is unknown.

    `ratio` is the multiple of the usual duration. A bar has at least one cell. Unless it `is_unusual`, a
    longer run is half blocks to its end.
    """
    if ratio is None:
        return "", ""
    cells = max(round(ratio * USUAL_CELLS), 1)
    beyond = min(cells - USUAL_CELLS, BEYOND_CELLS)
    mark = CONTINUES_MARK if cells > USUAL_CELLS + BEYOND_CELLS else ""
    if is_unusual and beyond > 0:
        return HALF_BLOCK * USUAL_CELLS, FULL_BLOCK * beyond + mark
    return HALF_BLOCK * min(cells, USUAL_CELLS + BEYOND_CELLS) + mark, ""
