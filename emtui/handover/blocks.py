"""What a text to hand over is made of, before it is written as Markdown or plain.

Words are ours, or `Said`: by the server, by a team, by the person's configuration. What was said is only
text, whatever stands in it; whoever writes it down sees to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from emtui import text_format

Hide: TypeAlias = Callable[[str], str]
"""Takes out of a text what must not leave."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text that is not ours; shown on one line, in at most `most` cells."""

    text: str
    most: int = 400

    def shown(self, hide: Hide) -> str:
        """As it is written; cut only after what must not leave was taken out."""
        return text_format.cut(text_format.one_line(hide(self.text)), self.most)


Told: TypeAlias = tuple[str | Said, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """What all of it is about."""

    told: Told


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of somebody else, on a line of their own."""

    said: Said


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, and what is known."""

    label: str
    told: Told


@dataclass(frozen=True, slots=True)
class Part:
    """The heading of what follows, and a sentence about it."""

    title: str
    told: Told = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One of several."""

    told: Told


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines that stand below each other as they are, such as events."""

    rows: tuple[Told, ...]


Block: TypeAlias = Title | Quote | Fact | Part | Item | Rows


def groups(blocks: Iterable[Block]) -> Iterable[Sequence[Block]]:
    """What stands together: facts with facts, items with items; everything else by itself."""
    for kind, some in groupby(blocks, key=type):
        if kind in {Fact, Item}:
            yield tuple(some)
        else:
            yield from ((block,) for block in some)
