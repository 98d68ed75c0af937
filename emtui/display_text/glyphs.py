"""Characters that outcomes and pictures of time are drawn with; `ascii` has a sign of its own for each."""

from __future__ import annotations

from collections.abc import Mapping

OUTCOME_GLYPHS: Mapping[str, str] = {
    "running": "►",
    "success": "·",
    "warning": "▲",
    "failed": "■",
    "canceled": "○",
    "unknown": "?",
}
"""The sign of each `Outcome`."""
ACKNOWLEDGED_GLYPH = "k"
"""Replaces the glyph of an acknowledged run, whose row is dimmed."""
HALF_BLOCK, FULL_BLOCK = "▄", "█"
"""Cells of graphs: as it should be; failed, or beyond the usual."""
SHADES = ("░", "▒", "▓", "█")
"""Durations in a trend: usual, from 1.25, 1.5 and 2 times the usual."""
RUN_START = "▐"
"""First cell of a run that is longer than a cell."""
MISSED_MARK = "×"
"""A run was due and did not start."""
UNKNOWN_MARK = "?"
"""Not known: the list does not cover this time."""
CONTINUES_MARK = "►"
"""A bar that goes on beyond its edge."""
HOLE_MARK = " "
"""Nothing ran and nothing was due."""
DIVIDER = "│"
