"""What a terminal can show: its characters, its colors, its background.

Applied where cells are written, so no screen needs to know. The theme is made for a dark
background; on a light one, colors that are hard to read are replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from emtui.ascii import to_ascii

CODES_ON_LIGHT = {"33": "1;35", "93": "1;35", "36": "34", "96": "34", "35": "", "95": ""}
"""SGR codes on a light background: yellow and cyan are unreadable on white, magenta and blue are not.

Magenta then means a warning, so canceled and unknown have no color: glyph and word distinguish them.
"""


_UNSUPPORTED = re.compile(r"\x1b\[[<>]\d*u|\x1b\[\?\d+\$p|\x1b\[2[23];0t|\x1b\].*?(?:\x07|\x1b\\)", re.DOTALL)
"""Kitty keyboard, mode queries, titles: a Linux console prints parts of these as text."""


def without_unsupported(output: str) -> str:
    """Remove what a Linux console or a DEC terminal would print as text."""
    return _UNSUPPORTED.sub("", output)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be drawn: ASCII only, colors, and whether the background is light."""

    ascii_only: bool = False
    has_color: bool = True
    light_background: bool = False

    def text(self, text: str) -> str:
        """Return the text as it can be shown, in as many cells."""
        return to_ascii(text) if self.ascii_only else text

    def sgr_codes(self, codes: list[str]) -> str:
        """Return the SGR codes as they can be shown; the terminal's default colors need none."""
        shown = [code for code in codes if code not in {"39", "49"}]
        shown = ["1" if code == "100" else code for code in shown]
        if self.light_background:
            shown = [CODES_ON_LIGHT.get(code, code) for code in shown]
        return ";".join(filter(None, shown))


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """What is known about the terminal before the screens start.

    `low_bandwidth` saves output from the first frame on; a connection that replies slowly is
    detected later. `in_multiplexer` says that tmux or screen replies in the terminal's place.
    `typed_ahead` was typed before the driver read its input; `saved_modes` are the terminal's
    original modes, if they were changed by then.
    """

    low_bandwidth: bool = False
    in_multiplexer: bool = False
    capabilities: Capabilities = field(default_factory=Capabilities)
    typed_ahead: bytes = b""
    saved_modes: list[Any] | None = None
