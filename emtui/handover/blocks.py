"""Document model of a report, rendered as Markdown or plain text.

Text is either emtui's own (`str`) or foreign (`ForeignText`): from the server, team notes or the
configuration. Renderers must escape foreign text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from emtui import text_format

Redact: TypeAlias = Callable[[str], str]
"""Redacts a text."""


@dataclass(frozen=True, slots=True)
class ForeignText:
    """Foreign text, shown on one line of at most `max_cells` cells."""

    text: str
    max_cells: int = 400

    def render(self, redact: Redact) -> str:
        """The text after redaction, then cut to length."""
        return text_format.truncate(text_format.join_lines(redact(self.text)), self.max_cells)


InlineText: TypeAlias = tuple[str | ForeignText, ...]


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """Title of the document."""

    content: InlineText


@dataclass(frozen=True, slots=True)
class QuoteBlock:
    """A quotation on a line of its own."""

    content: ForeignText


@dataclass(frozen=True, slots=True)
class FactBlock:
    """A label and its value."""

    label: str
    content: InlineText


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section heading with an optional sentence."""

    title: str
    content: InlineText = ()


@dataclass(frozen=True, slots=True)
class ListItemBlock:
    """A list item."""

    content: InlineText


@dataclass(frozen=True, slots=True)
class LinesBlock:
    """Preformatted lines, such as events."""

    lines: tuple[InlineText, ...]


Block: TypeAlias = TitleBlock | QuoteBlock | FactBlock | SectionBlock | ListItemBlock | LinesBlock


def group_blocks(blocks: Iterable[Block]) -> Iterable[Sequence[Block]]:
    """Group adjacent facts and adjacent items; other blocks stand alone."""
    for kind, members in groupby(blocks, key=type):
        if kind in {FactBlock, ListItemBlock}:
            yield tuple(members)
        else:
            yield from ((block,) for block in members)
