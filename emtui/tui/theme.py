"""Theme: the terminal's own sixteen colors, on its own background.

Only what needs attention has a color, and a glyph and a word repeat its meaning.
`formatting.outcome_style` has the styles of outcomes.
"""

from __future__ import annotations

from rich.style import Style
from textual.theme import Theme

THEME = Theme(
    name="emtui",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_default",
    accent="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-selection-background": "ansi_default",
        "input-selection-foreground": "ansi_default",
    },
)

PLAIN = Style()
BOLD = Style(bold=True)
FAINT = Style(dim=True)
CURSOR_STYLE = Style(color="default", bgcolor="default", reverse=True)
HEADING = Style(underline=True)
ERROR_STYLE = Style(color="red", bold=True)
ALERT_STYLE = Style(color="red", bold=True, reverse=True)
INVALID_STYLE = Style(underline=True, bold=True)
MATCH = Style(underline=True, bold=True)

CURSOR_MARK = "›"
NEW_MARK, CHANGED_MARK, STALE_MARK = "+", "~", "?"
"""Marks beside the cursor: a new run, a changed run, and any run while the list is stale."""
