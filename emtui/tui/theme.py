"""Roles of colors, glyphs, and the color themes.

A role is a style of the terminal's sixteen colors; `terminal.palette` maps it to the colors of the theme.
Only what needs attention has a color, and a glyph and a word repeat its meaning.
`formatting.outcome_style` has the styles of outcomes.
"""

from __future__ import annotations

from rich.style import Style
from textual.theme import Theme

from emtui.display_text import glyphs
from emtui.local.terminal import LIGHT_THEME, THEME_NAMES

_VARIABLES = {
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
}


def _textual_theme(name: str) -> Theme:
    return Theme(
        name=name,
        ansi=True,
        dark=name != LIGHT_THEME,
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
        variables=_VARIABLES,
    )


THEMES = tuple(map(_textual_theme, THEME_NAMES))
"""The color themes as Textual knows them; `terminal.palette` has the colors of each."""

PLAIN = Style()
BOLD = Style(bold=True)
FAINT = Style(color="bright_black")
"""What is less interesting: groups of successes, labels. Never SGR 2, which some terminals ignore."""
HEADING = Style(underline=True)
ERROR_STYLE = Style(color="red", bold=True)
"""Failed, stuck, overdue."""
WARNING_STYLE = Style(color="yellow")
"""A warning, or slower than usual."""
RUNNING_STYLE = Style(color="cyan")
CANCELED_STYLE = Style(color="magenta")
SUCCESS_STYLE = Style(color="green")
"""Success, in graphs only; elsewhere it has no color."""
ACCENT_STYLE = Style(color="bright_blue")
"""The interface itself: cursor, keys, the current tab."""
RULE_STYLE = FAINT
CURSOR_TINT = Style(bgcolor="bright_black")
"""Background of the first cells of the row under the cursor, whose colors stay; see `terminal.palette`."""
CURSOR_STYLE = Style(color="default", bgcolor="default", reverse=True)
"""Reverse video: for labels such as DEMO."""
ALERT_STYLE = Style(color="red", bold=True, reverse=True)
INVALID_STYLE = Style(underline=True, bold=True)
MATCH = Style(underline=True, bold=True)

CURSOR_MARK = "▌"
NEW_MARK, CHANGED_MARK, STALE_MARK = "+", "~", "?"
"""Marks beside the cursor: a new run, a changed run, and any run while the list is stale."""
HALF_BLOCK, FULL_BLOCK = glyphs.HALF_BLOCK, glyphs.FULL_BLOCK
"""Cells of graphs: as it should be; failed, or beyond the usual."""
SHADES = glyphs.SHADES
"""Durations in a trend: usual, from 1.25, 1.5 and 2 times the usual."""
RUN_START = glyphs.RUN_START
"""First cell of a run that is longer than a cell."""
MISSED_MARK = glyphs.MISSED_MARK
"""A run was due and did not start."""
UNKNOWN_MARK = glyphs.UNKNOWN_MARK
"""Not known: the list does not cover this time."""
CONTINUES_MARK = glyphs.CONTINUES_MARK
"""A bar that goes on beyond its edge."""
RULE, DIVIDER = "─", glyphs.DIVIDER
