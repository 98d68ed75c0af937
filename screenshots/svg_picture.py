"""Draws what a terminal shows as SVG: one picture, or several as an animation.

A cell is a character and the SGR codes that it is written with, as emtui sends them. Blocks and rules are
drawn as shapes, so that they join in every font.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias
from xml.sax.saxutils import escape

Cell: TypeAlias = tuple[str, str]
Line: TypeAlias = Sequence[Cell]

CELL_WIDTH, CELL_HEIGHT = 10, 21
BASELINE = 16
MARGIN = 10
_FONTS = "ui-monospace,'Cascadia Mono','DejaVu Sans Mono',Menlo,Consolas,monospace"
_CUBE_STEPS = (0, 95, 135, 175, 215, 255)
_SHAPES: Mapping[str, tuple[float, float, float, float, float]] = {
    "█": (0, 0, 1, 1, 1),
    "▄": (0, 0.5, 1, 0.5, 1),
    "▌": (0, 0, 0.5, 1, 1),
    "▐": (0.5, 0, 0.5, 1, 1),
    "░": (0, 0, 1, 1, 0.25),
    "▒": (0, 0, 1, 1, 0.5),
    "▓": (0, 0, 1, 1, 0.75),
    "─": (0, 0.48, 1, 0.07, 1),
    "│": (0.43, 0, 0.14, 1, 1),
}
"""Left, top, width and height of a shape in cells, and its opacity."""
_JOINED = "█▄░▒▓─"
"""Shapes as wide as their cell: those beside each other are drawn as one."""
_BOLD, _UNDERLINE, _REVERSE = 1, 4, 7
_FILLER = "\u2060"
"""Stands for the second cell of a wide character."""
_LETTERS = rf"[^\s{''.join(_SHAPES)}]+"
_PIECE = re.compile("|".join((*(f"{shape}+" for shape in _JOINED), "[▌▐│]", f"{_LETTERS}(?: {_LETTERS})*")))


@dataclass(frozen=True, slots=True)
class Palette:
    """The colors of a terminal: its background, its text, and the first 16 of the 256."""

    background: str
    text: str
    colors: tuple[str, ...]


DARK = Palette(
    "#1c1c1c",
    "#e4e4e4",
    (
        *("#1c1c1c", "#e05561", "#8cc265", "#d7b060", "#4d9de8", "#c678dd", "#42b3c2", "#d7dae0"),
        *("#8a8a8a", "#ff616e", "#a5e075", "#f0c674", "#6cb6ff", "#de8dff", "#56d0e0", "#ffffff"),
    ),
)
LIGHT = Palette(
    "#ffffff",
    "#1c1c1c",
    (
        *("#1c1c1c", "#b3202c", "#22703a", "#8a6a00", "#1a5fb4", "#8b2fa0", "#0b6b80", "#d0d0d0"),
        *("#626262", "#c01c28", "#26803f", "#9a7500", "#1c71d8", "#9c3cb0", "#0d7c94", "#ffffff"),
    ),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One screen of an animation, how long it is shown, and the sentence below it."""

    lines: Sequence[Line]
    seconds: float
    caption: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    """The colors and the weight of a cell; no background is that of the picture."""

    color: str
    background: str = ""
    is_bold: bool = False
    is_underlined: bool = False


def draw(lines: Sequence[Line], palette: Palette) -> str:
    """One picture."""
    return _document(
        lines, palette, "".join(_draw_line(line, y, palette) for y, line in enumerate(lines)), ""
    )


def animate(frames: Sequence[Frame], palette: Palette) -> str:
    """Several screens one after the other, without end; a line that does not change is there only once.

    A viewer without animations shows the first screen.
    """
    frame_lines = [(*frame.lines, (), _caption_line(frame.caption)) for frame in frames]
    by_frames: dict[tuple[int, ...], list[str]] = {}
    for y, row in enumerate(zip(*frame_lines, strict=True)):
        for line in dict.fromkeys(map(tuple, row)):
            shown_in = tuple(index for index, other in enumerate(row) if tuple(other) == line)
            by_frames.setdefault(shown_in, []).append(_draw_line(line, y, palette))
    seconds = [frame.seconds for frame in frames]
    body, rules = [], []
    for number, (shown_in, parts) in enumerate(by_frames.items()):
        text = "".join(parts)
        if not text:
            continue
        if len(shown_in) == len(frames):
            body.append(text)
            continue
        hidden = "" if 0 in shown_in else ' visibility="hidden"'
        body.append(f'<g class="k{number}"{hidden}>{text}</g>\n')
        rules.append(_keyframes(f"k{number}", shown_in, seconds))
    return _document(frame_lines[0], palette, "".join(body), "".join(rules))


def _caption_line(caption: str) -> Line:
    return [(character, "1;94") for character in f" {caption}"]


def _keyframes(name: str, shown_in: tuple[int, ...], seconds: Sequence[float]) -> str:
    """The style sheet of lines that are visible in these frames only."""
    total, start, steps, previous = sum(seconds), 0.0, [], None
    for index, duration in enumerate(seconds):
        if (is_shown := index in shown_in) is not previous:
            steps.append(f"{start / total:.2%}{{visibility:{'visible' if is_shown else 'hidden'}}}")
        previous, start = is_shown, start + duration
    return f"@keyframes {name}{{{''.join(steps)}}}.{name}{{animation:{name} {total:g}s step-end infinite}}\n"


def _document(lines: Sequence[Line], palette: Palette, body: str, rules: str) -> str:
    width = max(map(len, lines)) * CELL_WIDTH + 2 * MARGIN
    height = len(lines) * CELL_HEIGHT + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<style>text{{font:{CELL_WIDTH / 0.6:.4g}px {_FONTS};fill:{palette.text}}}"
        f".b{{font-weight:bold}}.u{{text-decoration:underline}}{rules}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{palette.background}"/>\n'
        f'<g transform="translate({MARGIN},{MARGIN})">\n{body}</g>\n</svg>\n'
    )


def _draw_line(line: Line, y: int, palette: Palette) -> str:
    """The elements of one line: backgrounds, shapes and texts."""
    parts, x = [], 0
    for codes, run in groupby(line, key=lambda cell: cell[1]):
        look, characters = _look(codes, palette), [character for character, _ in run]
        if look.background:
            parts.append(_rect(x, y, (0, 0, len(characters), 1, 1), look.background))
        for column, text, is_shape in _pieces(characters):
            if is_shape:
                left, top, width, height, opacity = _SHAPES[text[0]]
                shape = (left, top, width * len(text), height, opacity)
                parts.append(_rect(x + column, y, shape, look.color))
            else:
                parts.append(_text(x + column, y, text, look, palette))
        x += len(characters)
    return "".join(parts) + ("\n" if parts else "")


def _pieces(characters: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
    """Column, text, and whether it is a shape; texts are divided at two blanks or more."""
    joined = "".join(character[:1] or _FILLER for character in characters)
    for found in _PIECE.finditer(joined):
        yield found.start(), found[0], found[0][0] in _SHAPES


def _rect(x: int, y: int, shape: tuple[float, float, float, float, float], color: str) -> str:
    left, top, width, height, opacity = shape
    faded = f' opacity="{opacity:g}"' if opacity < 1 else ""
    corner = f'x="{(x + left) * CELL_WIDTH:g}" y="{(y + top) * CELL_HEIGHT:g}"'
    size = f'width="{width * CELL_WIDTH:g}" height="{height * CELL_HEIGHT:g}"'
    return f'<rect {corner} {size} fill="{color}"{faded}/>'


def _text(x: int, y: int, text: str, look: _Look, palette: Palette) -> str:
    classes = ("b" if look.is_bold else "") + (" u" if look.is_underlined else "")
    return (
        f'<text x="{x * CELL_WIDTH}" y="{y * CELL_HEIGHT + BASELINE}"'
        + (f' textLength="{len(text) * CELL_WIDTH}"' if len(text) > 1 else "")
        + (f' class="{classes.strip()}"' if classes else "")
        + (f' style="fill:{look.color}"' if look.color != palette.text else "")
        + f">{escape(text.replace(_FILLER, ''))}</text>"
    )


def _look(codes: str, palette: Palette) -> _Look:
    """The look that these SGR codes give a cell."""
    numbers = [int(code) for code in codes.split(";") if code]
    color, background, effects = palette.text, "", set[int]()
    while numbers:
        code = numbers.pop(0)
        if code in {38, 48}:
            chosen = _color(numbers[1], palette)
            numbers = numbers[2:]
            color, background = (chosen, background) if code == 38 else (color, chosen)
        elif 30 <= code % 60 <= 37:
            color = palette.colors[code % 10 + (8 if code >= 90 else 0)]
        elif 40 <= code % 60 <= 47:
            background = palette.colors[code % 10 + (8 if code >= 100 else 0)]
        else:
            effects.add(code)
    if _REVERSE in effects:
        color, background = background or palette.background, color
    return _Look(color, background, _BOLD in effects, _UNDERLINE in effects)


def _color(number: int, palette: Palette) -> str:
    """One of the 256 colors."""
    if number < 16:
        return palette.colors[number]
    if number >= 232:
        return "#" + f"{8 + (number - 232) * 10:02x}" * 3
    cube = number - 16
    return "#" + "".join(f"{_CUBE_STEPS[part]:02x}" for part in (cube // 36, cube // 6 % 6, cube % 6))
