"""What one may choose from, a line each with its key and what it is: few enough to be seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from emtui import words
from emtui.tui.theme import BOLD, CURSOR, PLAIN
from emtui.tui.widgets.virtual_list import Pieces, VirtualList

_NAME_CELLS = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them: its key, its name, and what it is in a few words."""

    key: str
    name: str
    tells: str


class ChoiceList(VirtualList):
    """All of them; what turns pages is handed on, for they take no more than a few lines."""

    class Turned(Message):
        """A page is to be turned of what is shown beneath: the name of the action."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, ways: Sequence[Choice]) -> None:
        super().__init__(id="ways")
        self.ways = tuple(ways)
        self.count = len(self.ways)
        self.styles.height = self.count

    @property
    def chosen(self) -> Choice:
        """The one under the cursor."""
        return self.ways[self.cursor]

    def render_row(self, place: int, width: int) -> Pieces:
        """Its key, its name, what it is."""
        way = self.ways[place]
        mark = CURSOR if place == self.cursor else " "
        name = f"{way.name:<{_NAME_CELLS}}"
        room = width - 6 - _NAME_CELLS
        return [(f"{mark} {way.key}  ", BOLD), (name, BOLD), (words.cut(way.tells, room), PLAIN)]

    def action_page_down(self) -> None:
        """A page down, beneath."""
        self.post_message(self.Turned("page_down"))

    def action_page_up(self) -> None:
        """A page up, beneath."""
        self.post_message(self.Turned("page_up"))

    def action_half_down(self) -> None:
        """Half a page down, beneath."""
        self.post_message(self.Turned("half_down"))

    def action_half_up(self) -> None:
        """Half a page up, beneath."""
        self.post_message(self.Turned("half_up"))

    def action_top(self) -> None:
        """To the beginning, beneath."""
        self.post_message(self.Turned("top"))

    def action_bottom(self) -> None:
        """To the end, beneath."""
        self.post_message(self.Turned("bottom"))
