"""What a terminal can show: its characters, its colors, its background.

Applied where cells are written, so no screen needs to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from emtui.ascii import to_ascii
from emtui.local.terminal import ANSI_THEME
from emtui.tui.terminal.palette import palette_for

_UNSUPPORTED = re.compile(r"\x1b\[[<>]\d*u|\x1b\[\?\d+\$p|\x1b\[2[23];0t|\x1b\].*?(?:\x07|\x1b\\)", re.DOTALL)
"""Kitty keyboard, mode queries, titles: a Linux console prints parts of these as text."""


def without_unsupported(output: str) -> str:
    """Remove what a Linux console or a DEC terminal would print as text."""
    return _UNSUPPORTED.sub("", output)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be drawn: ASCII only, colors, whether the background is light, and the color theme."""

    ascii_only: bool = False
    has_color: bool = True
    light_background: bool = False
    theme: str = ANSI_THEME

    def text(self, text: str) -> str:
        """Return the text as it can be shown, in as many cells."""
        return to_ascii(text) if self.ascii_only else text

    def sgr_codes(self, codes: list[str]) -> str:
        """Return the SGR codes in the colors of the theme; the terminal's default colors need none."""
        return palette_for(self.theme, is_light=self.light_background).translate(codes)


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """What is known about the terminal before the screens start.

    `follows_background` says that the theme depends on the background, which the terminal may report late.
    `low_bandwidth` saves output from the first frame on; a connection that replies slowly is
    detected later. `in_multiplexer` says that tmux or screen replies in the terminal's place.
    `typed_ahead` was typed before the driver read its input; `saved_modes` are the terminal's
    original modes, if they were changed by then.
    """

    low_bandwidth: bool = False
    in_multiplexer: bool = False
    capabilities: Capabilities = field(default_factory=Capabilities)
    follows_background: bool = False
    typed_ahead: bytes = b""
    saved_modes: list[Any] | None = None
