"""What a terminal can show: how many characters, whether colours, and on what ground.

Applied where cells are written, so that no screen knows. The theme is made for a dark
ground; on a light one some of its colours cannot be read and others take their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emtui.ascii import plain

ON_LIGHT = {"33": "1;35", "93": "1;35", "36": "34", "96": "34", "35": "", "95": ""}
"""SGR codes on a light ground: yellow and cyan cannot be read on white, magenta and blue can.

Magenta then means a warning, so canceled and unknown go without; glyph and word tell them.
"""


_NEWER = re.compile(r"\x1b\[[<>]\d*u|\x1b\[\?\d+\$p|\x1b\[2[23];0t|\x1b\].*?(?:\x07|\x1b\\)", re.DOTALL)
"""The kitty keyboard, questions for modes, titles: a console prints the ends of these as text."""


def older(told: str) -> str:
    """What a terminal is told, without what a console or a DEC terminal would print."""
    return _NEWER.sub("", told)


@dataclass(frozen=True, slots=True)
class Ink:
    """`ascii`: nothing else may be drawn; `colored`: colours may be used; `light`: the ground is."""

    ascii: bool = False
    colored: bool = True
    light: bool = False

    def text(self, text: str) -> str:
        """The text as it can be shown, in as many cells."""
        return plain(text) if self.ascii else text

    def codes(self, codes: list[str]) -> str:
        """The SGR codes of a style as they can be shown; the terminal's own colours need none."""
        kept = [code for code in codes if code not in {"39", "49"}]
        if self.light:
            kept = [ON_LIGHT.get(code, code) for code in kept]
        return ";".join(filter(None, kept))
