"""What the terminal shows already, so that only what differs is sent.

The framework repaints whole widgets, and whole screens when one is opened; over a
slow line that is most of the traffic, and nearly all of it is on the screen already.
A cell is one column: its character, and the SGR codes that it is written with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from emtui import words
from emtui.em.text import guarded
from emtui.tui.ink import Ink

Cell: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Cell]

BLANK: Cell = (" ", "")
UNKNOWN: Cell = ("?", "?")
"""What stands where nothing of ours was written yet: equal to no cell that was."""
WORTH_A_JUMP = 9
"""Cells that are sent again rather than jumped over: a jump takes about as many bytes."""
_BREAKS = str.maketrans("\n\t", "  ")
_GROUND = re.compile(r"(?:^|;)(?:7|4[0-9]?|10[0-9])(?:;|$)")
"""SGR codes that show on a blank: a turned or coloured ground, a line below."""
WORTH_ERASING = 4
"""Blanks up to the end of a line, from which on erasing takes fewer bytes."""


class Paper:
    """Two sheets of the same lines: as they were painted last, and as the terminal has them."""

    def __init__(self) -> None:
        self._painted: list[Line] = []
        self._sent: list[Line] = []
        self._width = 0
        self._touched: set[int] = set()

    @property
    def dirty(self) -> bool:
        """Whether something was painted that was not sent."""
        return bool(self._touched)

    def clear(self) -> None:
        """Nothing is painted: the terminal has another size, or is new."""
        self._painted, self._sent = [], []
        self._touched = set()

    def forget(self) -> None:
        """Somebody else has written on the terminal: everything is sent again."""
        self._sent = []
        self._touched = set(range(len(self._painted)))

    def draw(self, strips: Iterable[tuple[int, int, Strip]], width: int, ink: Ink) -> None:
        """Paint these strips: line, column, strip."""
        if width != self._width:
            self._width = width
            self.clear()
        for y, x, strip in strips:
            line = self._line(self._painted, y)
            cells = cells_of(strip, ink)
            line[x : x + len(cells)] = cells
            del line[width:]
            self._touched.add(y)

    def news(self) -> str:
        """What the terminal must be sent to show what was painted; it then has it."""
        touched = sorted(self._touched)
        self._touched.clear()
        return "".join(map(self._renewed, touched))

    def _renewed(self, y: int) -> str:
        old, new = self._line(self._sent, y), self._painted[y]
        self._sent[y] = new.copy()
        return difference(old, new, y)

    def _line(self, sheet: list[Line], y: int) -> Line:
        while len(sheet) <= y:
            sheet.append([UNKNOWN] * self._width)
        return sheet[y]


def painted(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The strips of an update with their places: line, column, strip."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for whole in strips:
                yield y, x, whole
                x += whole.cell_length
        return
    for y, start, end in update.spans:
        for ends, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= end and ends > start:
                yield y, x, strip.crop(0, min(ends, end) - x)


def cells_of(strip: Strip, ink: Ink) -> Line:
    """The strip, column by column, in as many as the framework reckons with.

    A piece with a character that is not one column wide in every terminal stands in its first cell,
    the others are empty: nobody can tell for all terminals where its parts begin.
    """
    cells: Line = []
    for text, style, control in strip:
        if control:
            continue
        if not text.isprintable():
            text = guarded(text).translate(_BREAKS)  # noqa: PLW2901 - the last door before the terminal
        codes = _codes(style, ink) if style else ""
        text = ink.text(words.for_terminal(text))  # noqa: PLW2901 - the same door
        if text.isascii() or all(map(words.is_one_cell, text)):
            cells += [(character, codes) for character in text]
        elif width := words.cells(text):
            cells += [(text, codes), *[("", codes)] * (width - 1)]
    missing = strip.cell_length - len(cells)  # the framework's own widgets measure in their own way
    return [*cells, *[BLANK] * missing] if missing >= 0 else cells[:missing]


@lru_cache(maxsize=1024)
def _codes(style: Style, ink: Ink) -> str:
    """SGR codes of a style, with no colours but the terminal's sixteen."""
    shown = style if ink.colored else style.without_color
    return ink.codes(Strip.render_ansi(shown, ColorSystem.STANDARD).split(";"))


def difference(old: Line, new: Line, y: int) -> str:
    """What turns one line into another."""
    if old == new:
        return ""
    if all(len(character) == 1 for character, _ in (*old, *new)):
        spans = list(_spans(old, new))
    else:
        spans = [(0, len(new))]  # terminals disagree about such widths, so nothing is reckoned by them
    return "".join(_written(new, start, end, y) for start, end in spans)


def _spans(old: Line, new: Line) -> Iterator[tuple[int, int]]:
    """Where two lines differ, small gaps filled; never over what nobody has painted."""
    differing = [x for x, (before, after) in enumerate(zip(old, new, strict=False)) if before != after]
    start = end = differing[0]
    for x in differing[1:]:
        if x - end > WORTH_A_JUMP or UNKNOWN in new[end:x]:
            yield start, end + 1
            start = x
        end = x
    yield start, end + 1


def _written(line: Line, start: int, end: int, y: int) -> str:
    """One stretch of a line, from where it begins; blanks up to the end are erased instead."""
    last = len(line)
    while last > start and line[last - 1] == BLANK:
        last -= 1
    erased = end > last and len(line) - last >= WORTH_ERASING
    parts = [_place(y, start)]
    cells = line[start : last if erased else end]
    if any(len(character) != 1 for character, _ in cells):
        return parts[0] + "\x1b[2K" + _lumped(cells, y, start)
    for codes, run in groupby(cells, key=lambda cell: cell[1]):
        text = "".join(character for character, _ in run)
        parts.append(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
    return "".join(parts) + ("\x1b[K" if erased else "")


def _lumped(cells: Line, y: int, start: int) -> str:
    """Cells with pieces among them of which terminals disagree how wide they are: after each, a jump.

    Under such a piece the ground is painted first, where it is seen: it may take fewer cells.
    """
    parts, unsure, x = [], False, start
    for text, codes, width, doubtful in _pieces(cells):
        jump = _place(y, x)
        shown = f"{' ' * width}{jump}{text}" if doubtful and _GROUND.search(codes) else text
        parts.append((jump if unsure else "") + (f"\x1b[{codes}m{shown}\x1b[0m" if codes else shown))
        unsure, x = doubtful, x + width
    return "".join(parts)


def _pieces(cells: Line) -> Iterator[tuple[str, str, int, bool]]:
    """Text, codes, width, and whether that is doubtful; characters of one cell each go together."""
    texts: list[str] = []
    codes, doubtful = "", False
    for character, new in cells:
        if texts and (new != codes or (doubtful and character) or len(character) > 1):
            yield "".join(texts), codes, len(texts), doubtful
            texts, doubtful = [], False
        texts.append(character)
        codes, doubtful = new, doubtful or len(character) != 1
    if texts:
        yield "".join(texts), codes, len(texts), doubtful


def _place(y: int, x: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"
