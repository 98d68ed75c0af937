"""Styles and glyphs of outcomes: a color if attention is needed, and a glyph that every font has."""

from __future__ import annotations

from emtui.display_text import glyphs
from emtui.em.model import Outcome
from emtui.tui.theme import CANCELED_STYLE, ERROR_STYLE, PLAIN, RUNNING_STYLE, WARNING_STYLE

OUTCOME_STYLES = {
    Outcome.RUNNING: RUNNING_STYLE,
    Outcome.SUCCESS: PLAIN,
    Outcome.WARNING: WARNING_STYLE,
    Outcome.FAILED: ERROR_STYLE,
    Outcome.CANCELED: CANCELED_STYLE,
    Outcome.UNKNOWN: CANCELED_STYLE,
}
OUTCOME_GLYPHS = glyphs.OUTCOME_GLYPHS
ACKNOWLEDGED_GLYPH = glyphs.ACKNOWLEDGED_GLYPH
