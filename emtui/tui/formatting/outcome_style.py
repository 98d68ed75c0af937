"""Styles and glyphs of outcomes: a color if attention is needed, and a glyph that every font has."""

from __future__ import annotations

from rich.style import Style

from emtui.em.model import Outcome
from emtui.tui.theme import ERROR_STYLE, PLAIN

OUTCOME_STYLES = {
    Outcome.RUNNING: Style(color="cyan"),
    Outcome.SUCCESS: PLAIN,
    Outcome.WARNING: Style(color="yellow"),
    Outcome.FAILED: ERROR_STYLE,
    Outcome.CANCELED: Style(color="magenta"),
    Outcome.UNKNOWN: Style(color="magenta"),
}
OUTCOME_GLYPHS = {
    Outcome.RUNNING: "►",
    Outcome.SUCCESS: "·",
    Outcome.WARNING: "▲",
    Outcome.FAILED: "■",
    Outcome.CANCELED: "○",
    Outcome.UNKNOWN: "?",
}
ACKNOWLEDGED_GLYPH = "k"
"""Replaces the glyph of an acknowledged run, whose row is dimmed."""
