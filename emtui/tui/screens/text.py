"""A text as a whole page: a message that no line holds, the help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.style import Style
from textual.events import Resize
from textual.widget import Widget

from emtui import words
from emtui.tui.commands import Place
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.lines import Lines, Pieces
from emtui.tui.widgets.oneline import OneLine

_LABEL = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of `width` cells; what belongs to a label stays beside it, if that leaves room."""
    return [line for whole in text.split("\n") for line in _wrapped(whole, width)]


def _wrapped(line: str, width: int) -> list[str]:
    label = _LABEL.match(line)
    indent = words.cells(label[0]) if label else 0
    if not label or indent > width // 2:
        return list(words.wrapped(line, width))
    first, *rest = words.wrapped(line[label.end() :], width - indent)
    return [label[0] + first, *(" " * indent + part for part in rest)]


class TextLines(Lines):
    """A text broken to the width; there is a window, but no cursor to see."""

    def __init__(self, text: str) -> None:
        super().__init__(id="text")
        self._text = text
        self._lines: list[str] = []

    def read(self, text: str) -> None:
        """Show another text, from its beginning; the same one stays where it is."""
        if text != self._text:
            self._text = text
            self._break()
            self.renew(len(self._lines), 0, 0)

    @property
    def bar(self) -> Style | None:
        """No row is more than another."""
        return None

    def on_resize(self, _: Resize) -> None:
        """Break it anew; the window stays at about the same part of the text."""
        part = self.top / max(self.count, 1)
        self._break()
        top = round(part * len(self._lines))
        self.renew(len(self._lines), top, top)

    @property
    def position(self) -> str:
        """`1–16 of 40 lines`; nothing where all of it is seen."""
        if self.count <= self.window:
            return ""
        return f"{self.top + 1}–{min(self.top + self.window, self.count)} of {self.count} lines"

    def _break(self) -> None:
        self._lines = wrapped(self._text, max(self.size.width - 2, 1))

    def row(self, place: int, width: int) -> Pieces:
        """One line of it."""
        return [(" " + self._lines[place], PLAIN)][:width]

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """The window moves, a line or a page at a time."""
        wanted = cursor if top is None else top
        self.top = self.cursor = max(min(wanted, self.count - self.window), 0)
        self.refresh()
        self.post_message(self.Moved(self))


class TextPage(BaseScreen):
    """A title, and a text to scroll in."""

    PLACE: ClassVar[Place] = Place.PAGE

    def __init__(self, ctx: AppContext, title: str, text: str) -> None:
        super().__init__(ctx)
        self._heading = title
        self.text = text

    def body(self) -> Iterable[Widget]:
        """The title and the text."""
        yield OneLine(id="title")
        yield TextLines(self.text)

    def on_mount(self) -> None:
        """Say what this is."""
        self.query_one("#title", OneLine).show([(self._heading, BOLD)])

    def turn_to(self, title: str, text: str) -> None:
        """Another title, and another text."""
        self._heading, self.text = title, text
        self.query_one("#title", OneLine).show([(title, BOLD)])
        self.query_one(TextLines).read(text)
        self.show_foot()

    def on_lines_moved(self) -> None:
        """Say how far one has read."""
        self.show_foot()

    def hints(self) -> list[tuple[str, str]]:
        """What turns the page only where there is more than one."""
        back, *more = super().hints()
        return [back, *(more if self.position() else [])]

    def action_copy(self) -> None:
        """The whole text."""
        self.ctx.exporter.copy(self.text)

    def plain_text(self) -> Callable[[], str]:
        """The title and the text."""
        return lambda: f"{self._heading}\n\n{self.text}\n"

    def position(self) -> str:
        """`1–16 of 40 lines`."""
        return self.query_one(TextLines).position
