"""How an outcome looks: a colour for what needs a look, doubled by a glyph that every terminal font has."""

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
"""In place of the glyph of a run that somebody has marked as known: such a row is dimmed."""
