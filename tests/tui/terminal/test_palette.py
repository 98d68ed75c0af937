"""The colors of each theme have enough contrast, and differ where they must, also for the color-blind."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from rich.style import Style

from emtui.local.terminal import ANSI_THEME, THEME_NAMES
from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.terminal.frame_diff import sgr_codes
from emtui.tui.theme import (
    ACCENT_STYLE,
    CANCELED_STYLE,
    CURSOR_TINT,
    ERROR_STYLE,
    FAINT,
    RUNNING_STYLE,
    SUCCESS_STYLE,
    WARNING_STYLE,
)

Rgb = tuple[float, float, float]
"""Linear light, each from 0 to 1."""

TEXT_ROLES = {
    "error": ERROR_STYLE,
    "warning": WARNING_STYLE,
    "running": RUNNING_STYLE,
    "canceled": CANCELED_STYLE,
    "faint": FAINT,
    "accent": ACCENT_STYLE,
}
XTERM_16 = (
    *("000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"),
    *("7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"),
)
"""The default palette of xterm."""
CUBE_STEPS = (0, 95, 135, 175, 215, 255)
REFERENCE_BACKGROUNDS = {False: "1c1c1c", True: "ffffff"}
"""What the 256 colors are chosen for: a dark background and a light one."""
XTERM_BACKGROUNDS = {False: "000000", True: "ffffff"}
DEFAULT_TEXT = {False: "e5e5e5", True: "000000"}


def linear(value: int) -> float:
    channel = value / 255
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def from_hex(text: str) -> Rgb:
    red, green, blue = (linear(int(text[start : start + 2], 16)) for start in (0, 2, 4))
    return red, green, blue


def color_of_256(number: int) -> Rgb:
    """A color of xterm's 256, which all terminals share from 16 on."""
    assert 16 <= number <= 255, "the first sixteen differ from terminal to terminal"
    if number >= 232:
        level = linear(8 + 10 * (number - 232))
        return level, level, level
    red, green, blue = (linear(CUBE_STEPS[(number - 16) // size % 6]) for size in (36, 6, 1))
    return red, green, blue


def luminance(color: Rgb) -> float:
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), color, strict=True))


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shown_colors(codes: str, *, is_light: bool, backgrounds: dict[bool, str]) -> tuple[Rgb, Rgb]:
    """Text and background of a cell with these SGR codes; bold makes the first eight colors bright."""
    text, background = from_hex(DEFAULT_TEXT[is_light]), from_hex(backgrounds[is_light])
    parts = iter(codes.split(";"))
    is_bold = "1" in codes.split(";")
    for part in parts:
        if part in {"38", "48"}:
            assert next(parts) == "5"
            color = color_of_256(int(next(parts)))
            text, background = (color, background) if part == "38" else (text, color)
        elif part.startswith(("3", "9")):
            is_bright = part.startswith("9") or is_bold
            text = from_hex(XTERM_16[int(part[-1]) + (8 if is_bright else 0)])
    return text, background


def contrast_of(style: Style, theme: str, *, is_light: bool) -> float:
    capabilities = Capabilities(light_background=is_light, theme=theme)
    backgrounds = XTERM_BACKGROUNDS if theme == ANSI_THEME else REFERENCE_BACKGROUNDS
    return contrast(*shown_colors(sgr_codes(style, capabilities), is_light=is_light, backgrounds=backgrounds))


THEMES = [
    (theme, is_light)
    for theme in THEME_NAMES
    for is_light in (False, True)
    if (theme, is_light) not in {("dark", True), ("light", False)}
]
"""Every theme with each background that it is made for."""


@pytest.mark.parametrize(("theme", "is_light"), THEMES)
@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("is_under_cursor", [False, True])
def test_every_role_is_readable_also_under_the_cursor(
    theme: str, is_light: bool, role: str, is_under_cursor: bool
) -> None:
    style = TEXT_ROLES[role] + (CURSOR_TINT if is_under_cursor else Style())
    least = {ANSI_THEME: 3.0, "high-contrast": 6.4}.get(theme, 4.5)
    assert contrast_of(style, theme, is_light=is_light) >= least


@pytest.mark.parametrize(("theme", "is_light"), THEMES)
def test_text_without_a_color_is_readable_under_the_cursor(theme: str, is_light: bool) -> None:
    assert contrast_of(CURSOR_TINT, theme, is_light=is_light) >= 4.5


@pytest.mark.parametrize(("theme", "is_light"), THEMES)
def test_graphs_are_visible(theme: str, is_light: bool) -> None:
    least = 2.0 if theme == ANSI_THEME else 4.5
    assert contrast_of(SUCCESS_STYLE, theme, is_light=is_light) >= least


def test_faint_text_uses_bright_black_and_never_the_attribute_that_some_terminals_ignore() -> None:
    for theme, is_light in THEMES:
        codes = sgr_codes(FAINT, Capabilities(light_background=is_light, theme=theme))
        assert codes == "90" if theme == ANSI_THEME else codes.startswith("38;5;")


@pytest.mark.parametrize(("theme", "is_light"), THEMES)
def test_error_warning_and_running_differ(theme: str, is_light: bool) -> None:
    capabilities = Capabilities(light_background=is_light, theme=theme)
    codes = [sgr_codes(style, capabilities) for style in (ERROR_STYLE, WARNING_STYLE, RUNNING_STYLE, FAINT)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(("theme", "is_light"), THEMES)
def test_the_tint_differs_from_the_background(theme: str, is_light: bool) -> None:
    codes = sgr_codes(CURSOR_TINT, Capabilities(light_background=is_light, theme=theme))
    assert codes == "1" if theme == ANSI_THEME else codes.startswith("48;5;")


# --- color blindness ---------------------------------------------------------------

Matrix = tuple[Rgb, Rgb, Rgb]
SIMULATIONS: dict[str, Matrix] = {
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What is seen with each kind of color blindness (Machado, Oliveira and Fernandes, 2009)."""
LEAST_DISTANCE = 20.0
"""Distance in CIELAB from which two colors are told apart without being side by side."""


def seen_with(kind: str, color: Rgb) -> Rgb:
    red, green, blue = (
        min(max(sum(factor * channel for factor, channel in zip(row, color, strict=True)), 0.0), 1.0)
        for row in SIMULATIONS[kind]
    )
    return red, green, blue


def lab(color: Rgb) -> Rgb:
    """A color in CIELAB, where distances are about as large as they look."""
    red, green, blue = color
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = luminance(color)
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    root: Callable[[float], float] = lambda part: (  # noqa: E731 - a formula
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
    )
    return 116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))


def distance(one: Rgb, other: Rgb) -> float:
    pairs = zip(lab(one), lab(other), strict=True)
    return float(sum((first - second) ** 2 for first, second in pairs) ** 0.5)


@pytest.mark.parametrize("kind", SIMULATIONS)
@pytest.mark.parametrize("is_light", [False, True])
def test_the_colors_of_outcomes_differ_for_the_color_blind(kind: str, is_light: bool) -> None:
    capabilities = Capabilities(light_background=is_light, theme="color-blind")
    colors = [
        seen_with(
            kind,
            shown_colors(
                sgr_codes(style, capabilities), is_light=is_light, backgrounds=REFERENCE_BACKGROUNDS
            )[0],
        )
        for style in (ERROR_STYLE, WARNING_STYLE, RUNNING_STYLE, SUCCESS_STYLE, CANCELED_STYLE)
    ]
    assert min(distance(one, other) for one, other in combinations(colors, 2)) >= LEAST_DISTANCE
