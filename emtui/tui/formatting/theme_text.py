"""The color themes in words: what each is for, and how to keep one."""

from __future__ import annotations

from pathlib import Path

from emtui.local.saved_queries import abbreviate_path
from emtui.local.terminal import THEME_NAMES

THEME_DESCRIPTIONS = {
    "ansi": "the terminal's own 16 colors",
    "dark": "for a dark background",
    "light": "for a light background",
    "high-contrast": "strongest contrast, on dark or light",
    "color-blind": "no red against green, on dark or light",
}
NO_COLORS = "No colors here: NO_COLOR is set, or the terminal has none."


def theme_used_text(name: str, config_file: Path | None) -> str:
    """How long the theme is used, and how to keep it: in this file, else by an option."""
    how = (
        f'theme = "{name}" at the top of {abbreviate_path(config_file)}' if config_file else f"--theme {name}"
    )
    return f"Theme {name} until you quit. To keep it: {how}."


def unknown_theme_text(name: str) -> str:
    """The themes that there are instead."""
    return f"No theme {name}. Themes: {', '.join(THEME_NAMES)}."
