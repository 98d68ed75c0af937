"""The colors of each theme: SGR codes for the roles, which are styles of the 16 colors.

A role is known by its color among the 16: red is an error, and so on. All themes draw on the terminal's
own background. The colors of the 256 are chosen for a background of `#1c1c1c` or darker, or for white:
every role has a contrast of at least 4.5:1 there and on the tint of the row under the cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emtui.local.terminal import ANSI_THEME, DARK_THEME, LIGHT_THEME

TINT_CODE = "100"
"""SGR code of the tint of the row under the cursor, among the 16 colors."""
_ROLE_CODES = {
    "error": ("31", "91"),
    "warning": ("33", "93"),
    "running": ("36", "96"),
    "canceled": ("35", "95"),
    "success": ("32", "92"),
    "faint": ("90",),
    "accent": ("34", "94"),
    "tint": (TINT_CODE,),
    "plain": ("30", "37", "97", "39", "49"),
}
"""SGR codes of the 16 colors by role."""


@dataclass(frozen=True, slots=True)
class Palette:
    """SGR codes in place of those of the 16 colors; empty for the terminal's default color.

    `codes_on_tint` has those that differ on the tinted cells of the row under the cursor.
    """

    codes: Mapping[str, str]
    codes_on_tint: Mapping[str, str] = field(default_factory=dict)

    def translate(self, codes: Iterable[str]) -> str:
        """Return the SGR codes of one style, translated."""
        own = list(codes)
        by_code = {**self.codes, **self.codes_on_tint} if TINT_CODE in own else self.codes
        return ";".join(dict.fromkeys(filter(None, (by_code.get(code, code) for code in own))))


def _codes_of_roles(roles: Mapping[str, str]) -> dict[str, str]:
    return {code: new for role, new in roles.items() for code in _ROLE_CODES[role]}


def _palette_of_256(tint: int, on_tint: Mapping[str, int], **roles: int) -> Palette:
    """Return the palette with these colors of the 256."""
    foregrounds = {role: f"38;5;{color}" for role, color in roles.items()}
    return Palette(
        _codes_of_roles({"plain": "", "tint": f"48;5;{tint}", **foregrounds}),
        _codes_of_roles({role: f"38;5;{color}" for role, color in on_tint.items()}),
    )


_ANSI_DARK = Palette(_codes_of_roles({"tint": "1"}) | {"39": "", "49": ""})
_ANSI_LIGHT = Palette(
    _codes_of_roles(
        {"plain": "", "tint": "1", "warning": "1;35", "running": "34", "canceled": "", "accent": "34"}
    )
)
"""Yellow and cyan are unreadable on white, magenta and blue are not.

Magenta then means a warning, so canceled and unknown have no color: glyph and word distinguish them.
"""
_DARK = _palette_of_256(
    237,
    {"error": 210, "faint": 250},
    error=203,
    warning=215,
    running=81,
    canceled=177,
    success=108,
    faint=245,
    accent=75,
)
_LIGHT = _palette_of_256(
    189,
    {"warning": 58, "faint": 240, "accent": 25},
    error=124,
    warning=94,
    running=24,
    canceled=91,
    success=22,
    faint=241,
    accent=26,
)
_PALETTES = {
    (ANSI_THEME, False): _ANSI_DARK,
    (ANSI_THEME, True): _ANSI_LIGHT,
    (DARK_THEME, False): _DARK,
    (DARK_THEME, True): _DARK,
    (LIGHT_THEME, False): _LIGHT,
    (LIGHT_THEME, True): _LIGHT,
    ("high-contrast", False): _palette_of_256(
        18, {}, error=210, warning=227, running=123, canceled=219, success=120, faint=252, accent=117
    ),
    ("high-contrast", True): _palette_of_256(
        229, {}, error=88, warning=58, running=18, canceled=53, success=22, faint=238, accent=19
    ),
    ("color-blind", False): _palette_of_256(
        237,
        {"faint": 250, "canceled": 183},
        error=208,
        warning=227,
        running=74,
        canceled=141,
        success=152,
        faint=245,
        accent=111,
    ),
    ("color-blind", True): _palette_of_256(
        189,
        {"faint": 240, "accent": 25, "canceled": 59},
        error=124,
        warning=92,
        running=24,
        canceled=95,
        success=17,
        faint=241,
        accent=26,
    ),
}
"""By theme, and whether the background is light; color-blind uses no color pair of red and green."""


def palette_for(theme: str, *, is_light: bool) -> Palette:
    """Return the palette of a theme on a dark or a light background."""
    return _PALETTES[theme, is_light]
