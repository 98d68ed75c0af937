"""Document model of a report, rendered as Markdown or plain text.

Text is either emtui's own (`str`) or foreign (`Said`): from the server, team notes or the configuration.
Renderers must escape foreign text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from emtui import text_format

Hide: TypeAlias = Callable[[str], str]
"""Redacts a text."""


@dataclass(frozen=True, slots=True)
class Said:
    """Foreign text, shown on one line of at most `most` cells."""

    text: str
    most: int = 400

    def shown(self, hide: Hide) -> str:
        """The text after redaction, then cut to length."""
        return text_format.cut(text_format.one_line(hide(self.text)), self.most)


Told: TypeAlias = tuple[str | Said, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """Title of the document."""

    told: Told


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation on a line of its own."""

    said: Said


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    told: Told


@dataclass(frozen=True, slots=True)
class Part:
    """A section heading with an optional sentence."""

    title: str
    told: Told = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A list item."""

    told: Told


@dataclass(frozen=True, slots=True)
class Rows:
    """Preformatted lines, such as events."""

    rows: tuple[Told, ...]


Block: TypeAlias = Title | Quote | Fact | Part | Item | Rows


def groups(blocks: Iterable[Block]) -> Iterable[Sequence[Block]]:
    """Group adjacent facts and adjacent items; other blocks stand alone."""
    for kind, some in groupby(blocks, key=type):
        if kind in {Fact, Item}:
            yield tuple(some)
        else:
            yield from ((block,) for block in some)
