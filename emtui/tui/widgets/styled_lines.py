"""Lines of styled text, wrapped to a width with a hanging indent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rich.style import Style

from emtui import text_format
from emtui.tui.theme import PLAIN, RULE, RULE_STYLE
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

_HANGING = re.compile(r" *(?:[-•] |\S+(?: \S+)* {2,})?(?=\S)")
"""Blanks, then the sign of a list item, or a label with the blanks after it."""
_MIN_RULE_CELLS = 3


@dataclass(frozen=True, slots=True)
class StyledLine:
    """One line before it is wrapped; with a `rule` to the right edge, if there is room for one."""

    spans: tuple[tuple[str, Style], ...] = ()
    indent: int = 0
    """Cells before the second and later lines, if that leaves room."""
    has_rule: bool = False

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(part for part, _ in self.spans)


StyledText: TypeAlias = tuple[StyledLine, ...]


def plain_lines(text: str) -> StyledText:
    """Unstyled lines; what follows a label or the sign of a list item is indented when wrapped."""
    return tuple(_plain_line(line) for line in text.split("\n"))


def _plain_line(line: str) -> StyledLine:
    start = _HANGING.match(line)
    return StyledLine(((line, PLAIN),), text_format.cell_width(start[0]) if start else 0)


def wrap_lines(lines: StyledText, width: int) -> list[StyledSpans]:
    """Wrap lines to `width` cells."""
    return [spans for line in lines for spans in _wrap_line(line, width)]


def _wrap_line(line: StyledLine, width: int) -> Iterator[StyledSpans]:
    text = line.text
    indent = line.indent if line.indent <= width // 2 else 0
    start = 0
    for part in _hanging_parts(text, width, indent):
        start = text.find(part, start)
        spans = _cut_out(line.spans, start, start + len(part))
        yield [(" " * indent, PLAIN), *spans] if start and indent else _with_rule(line, spans, width)
        start += len(part)


def _hanging_parts(text: str, width: int, indent: int) -> Iterator[str]:
    """The text in parts: the first of `width` cells, the others of `indent` cells less."""
    if not indent:
        yield from text_format.wrap(text, width)
        return
    # a part that begins with blanks keeps them: they are the indent of the line itself
    first = next(iter(text_format.wrap(text, width, min_cells=indent)))
    yield first
    if rest := text[len(first) :].lstrip(" "):
        yield from text_format.wrap(rest, width - indent)


def _cut_out(spans: tuple[tuple[str, Style], ...], start: int, end: int) -> StyledSpans:
    """The spans of the characters from `start` to `end`."""
    found: StyledSpans = []
    position = 0
    for text, style in spans:
        if part := text[max(start - position, 0) : max(end - position, 0)]:
            found.append((part, style))
        position += len(text)
    return found


def _with_rule(line: StyledLine, spans: StyledSpans, width: int) -> StyledSpans:
    room = width - spans_width(spans) - 1
    if not line.has_rule or room < _MIN_RULE_CELLS:
        return spans
    return [*spans, (" " + RULE * room, RULE_STYLE)]
