"""Tracks what the terminal shows, so that only differences are sent.

Textual repaints whole widgets, and whole screens when one is opened; on a slow connection
that is most of the traffic, and nearly all of it is on the terminal already.
A cell is one column: its character, and the SGR codes that it is written with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from emtui import text_format
from emtui.em.text_sanitizer import guard_output
from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.theme import CURSOR_TINT

Cell: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Cell]

BLANK_CELL: Cell = (" ", "")
UNKNOWN_CELL: Cell = ("?", "?")
"""A cell that was never written: equal to no cell that was."""
JUMP_COST_CELLS = 9
"""Unchanged cells that are sent again rather than skipped: moving the cursor takes as many bytes."""
_LINE_BREAKS = str.maketrans("\n\t", "  ")
_SHOWS_ON_BLANK = re.compile(r"(?:^|;)(?:7|4[0-9]?|10[0-9])(?:;|$)")
"""SGR codes that show on a blank cell: reverse, underline, a background color."""
_FOREGROUND = r"(?:3[0-7]|9[0-7]|38;5;\d+)"
_ONLY_FOREGROUND = re.compile(_FOREGROUND)
_SETS_FOREGROUND = re.compile(rf"(?:^|;){_FOREGROUND}(?:;|$)")
_REVERSE = Style(reverse=True)
MIN_ERASED_CELLS = 4
"""Blanks at the end of a line from which on erasing takes fewer bytes."""
ERASE_REST = "\x1b[K"
_INNER_BLANKS = re.compile(" {14,}")
"""Blanks inside a line that take more bytes than erasing them and moving over them."""


class FrameDiff:
    """Two copies of the lines: as painted last, and as the terminal shows them."""

    def __init__(self) -> None:
        self._painted: list[Line] = []
        self._sent: list[Line] = []
        self._width = 0
        self._erases_inside = False
        self._changed_lines: set[int] = set()

    @property
    def has_changes(self) -> bool:
        """Whether something was painted and not sent yet."""
        return bool(self._changed_lines)

    def reset(self) -> None:
        """Forget everything: the terminal has another size, or is new."""
        self._painted, self._sent = [], []
        self._changed_lines = set()

    def invalidate(self) -> None:
        """Send everything again: another program has written to the terminal."""
        self._sent = []
        self._changed_lines = set(range(len(self._painted)))

    def paint(self, strips: Iterable[tuple[int, int, Strip]], width: int, capabilities: Capabilities) -> None:
        """Paint these strips: line, column, strip."""
        if width != self._width:
            self._width = width
            self.reset()
        self._erases_inside = not capabilities.ascii_only  # a VT100 cannot
        for y, x, strip in strips:
            line = self._line(self._painted, y)
            cells = cells_of_strip(strip, capabilities)
            line[x : x + len(cells)] = cells
            del line[width:]
            self._changed_lines.add(y)

    def render_diff(self) -> str:
        """Return what turns the terminal's content into what was painted, and record it as sent."""
        changed = sorted(self._changed_lines)
        self._changed_lines.clear()
        return "".join(map(self._diff_of_line, changed))

    def _diff_of_line(self, y: int) -> str:
        old, new = self._line(self._sent, y), self._painted[y]
        self._sent[y] = new.copy()
        return line_diff(old, new, y, erases_inside=self._erases_inside)

    def _line(self, frame: list[Line], y: int) -> Line:
        while len(frame) <= y:
            frame.append([UNKNOWN_CELL] * self._width)
        return frame[y]


def strips_of(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The strips of an update with their positions: line, column, strip."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, start, end in update.spans:
        for ends, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x <= end and ends > start:
                yield y, x, chop.crop(0, min(ends, end) - x)


def cells_of_strip(strip: Strip, capabilities: Capabilities) -> Line:
    """The cells of a strip, as many as Textual counts.

    A segment with a character that is not one column wide in every terminal is kept whole in its
    first cell, and its other cells are empty: terminals disagree about where its parts begin.
    """
    cells: Line = []
    for text, style, control in strip:
        if control:
            continue
        if not text.isprintable():
            text = guard_output(text).translate(_LINE_BREAKS)  # noqa: PLW2901 - cleaned once more before the terminal
        codes = sgr_codes(style, capabilities) if style else ""
        blank = (" ", codes) if _SHOWS_ON_BLANK.search(codes) else BLANK_CELL
        text = capabilities.text(text_format.strip_ambiguous(text))  # noqa: PLW2901 - the same
        if text.isascii() or all(map(text_format.is_one_cell, text)):
            cells += [blank if character == " " else (character, codes) for character in text]
        elif width := text_format.cell_width(text):
            cells += [(text, codes), *[("", codes)] * (width - 1)]
    missing = strip.cell_length - len(cells)  # Textual's own widgets measure differently
    return [*cells, *[BLANK_CELL] * missing] if missing >= 0 else cells[:missing]


@lru_cache(maxsize=1024)
def sgr_codes(style: Style, capabilities: Capabilities) -> str:
    """SGR codes of a style in the colors of the theme; reverse video tints where there are no colors."""
    shown = style
    if not capabilities.has_color:
        shown = style.without_color + (_REVERSE if style.bgcolor == CURSOR_TINT.bgcolor else Style())
    return capabilities.sgr_codes(Strip.render_ansi(shown, ColorSystem.STANDARD).split(";"))


def line_diff(old: Line, new: Line, y: int, *, erases_inside: bool = False) -> str:
    """Return what turns one line into another; `erases_inside` if the terminal can erase some cells."""
    if old == new:
        return ""
    if all(len(character) == 1 for character, _ in (*old, *new)):
        spans = list(_spans(old, new))
    else:
        spans = [(0, len(new))]  # terminals disagree about such widths: send the whole line
    texts = []
    for start, end in spans:
        texts.append(_span_text(new, start, end, y, erases_inside=erases_inside))
        if texts[-1].endswith(ERASE_REST):
            break
    return "".join(texts)


def _erased(blanks: re.Match[str]) -> str:
    """Erase as many cells, and move over them."""
    count = len(blanks[0])
    return f"\x1b[{count}X\x1b[{count}C"


def _spans(old: Line, new: Line) -> Iterator[tuple[int, int]]:
    """Where two lines differ, small gaps filled; never over cells that were not painted."""
    differing = [x for x, (before, after) in enumerate(zip(old, new, strict=False)) if before != after]
    start = end = differing[0]
    for x in differing[1:]:
        if x - end > JUMP_COST_CELLS or UNKNOWN_CELL in new[end:x]:
            yield start, end + 1
            start = x
        end = x
    yield start, end + 1


def _span_text(line: Line, start: int, end: int, y: int, *, erases_inside: bool) -> str:
    """Return the output for one span of a line; blanks at its end are erased instead of written."""
    text_end = len(line)
    while text_end > start and line[text_end - 1] == BLANK_CELL:
        text_end -= 1
    erases_rest = end > text_end and len(line) - text_end >= MIN_ERASED_CELLS
    parts = [_cursor_to(y, start)]
    cells = line[start : text_end if erases_rest else end]
    if any(len(character) != 1 for character, _ in cells):
        return parts[0] + "\x1b[2K" + _text_with_cursor_moves(cells, y, start)
    current = ""
    for codes, run in groupby(_with_joined_blanks(cells), key=itemgetter(1)):
        text = "".join(character for character, _ in run)
        if erases_inside and not _SHOWS_ON_BLANK.search(codes):
            text = _INNER_BLANKS.sub(_erased, text)
        parts.append(_codes_change(current, codes) + text)
        current = codes
    return "".join(parts) + _codes_change(current, "") + (ERASE_REST if erases_rest else "")


def _with_joined_blanks(cells: Line) -> Iterator[Cell]:
    """The cells, blanks with the codes before them where these do not show: no change has to be sent."""
    current = ""
    for character, codes in cells:
        if codes or character != " " or _SHOWS_ON_BLANK.search(current):
            current = codes
        yield character, current


def _codes_change(before: str, after: str) -> str:
    """The shortest change from one style to another."""
    if before == after:
        return ""
    if not after:
        return "\x1b[m"
    keeps_nothing = not before or (_ONLY_FOREGROUND.fullmatch(before) and _SETS_FOREGROUND.search(after))
    return f"\x1b[{after}m" if keeps_nothing else f"\x1b[0;{after}m"


def _text_with_cursor_moves(cells: Line, y: int, start: int) -> str:
    """Write cells of doubtful width, each followed by an explicit cursor position.

    Where the background shows, it is painted first: the text may cover fewer cells.
    """
    parts, is_position_unsure, x = [], False, start
    for text, codes, width, is_width_doubtful in _cell_runs(cells):
        jump = _cursor_to(y, x)
        shown = f"{' ' * width}{jump}{text}" if is_width_doubtful and _SHOWS_ON_BLANK.search(codes) else text
        parts.append(
            (jump if is_position_unsure else "") + (f"\x1b[{codes}m{shown}\x1b[0m" if codes else shown)
        )
        is_position_unsure, x = is_width_doubtful, x + width
    return "".join(parts)


def _cell_runs(cells: Line) -> Iterator[tuple[str, str, int, bool]]:
    """Text, codes, width, and whether the width is doubtful; characters of one cell are joined."""
    texts: list[str] = []
    codes, is_width_doubtful = "", False
    for character, new in cells:
        if texts and (new != codes or (is_width_doubtful and character) or len(character) > 1):
            yield "".join(texts), codes, len(texts), is_width_doubtful
            texts, is_width_doubtful = [], False
        texts.append(character)
        codes, is_width_doubtful = new, is_width_doubtful or len(character) != 1
    if texts:
        yield "".join(texts), codes, len(texts), is_width_doubtful


def _cursor_to(y: int, x: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"
