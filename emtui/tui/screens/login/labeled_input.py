"""A labelled field of a form, and under it what is to be said about it.

The field draws all but the value itself: each widget less is a millisecond before
the first picture.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.theme import BOLD, FAINT, PLAIN, TROUBLE
from emtui.tui.widgets.paragraph import wrapped
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.virtual_list import strip_of

LABEL_CELLS = 11
BESIDE = LABEL_CELLS + 1
"""What stands at the left of the value: the label, and the bracket that opens."""
BOX_CELLS = 4
AT_MOST = 8
"""Lines of what is wrong; the rest of a longer sentence is cut."""
DOTS = "•" * 8


class Value(TextInput):
    """Where one types; the key after Enter must already find the page as Enter has left it."""

    async def action_submit(self) -> None:
        """The page goes on, at once."""
        await self.screen.run_action("forward")


class LabeledInput(Widget):
    """Label, value in brackets, and below it a hint or, in its place, what is wrong."""

    def __init__(self, label: str, *, id: str, password: bool = False) -> None:
        super().__init__(id=id)
        self._label = label
        self._hint = ""
        self._wrong = ""
        self.input = Value(password=password)
        """Where one types."""

    def compose(self) -> ComposeResult:
        """The value; the style sheet leaves room around it."""
        yield self.input

    @property
    def value(self) -> str:
        """What was typed."""
        return self.input.value

    @property
    def below(self) -> str:
        """What is said under the value."""
        return self._wrong or self._hint

    def holds(self, *, kept: bool) -> None:
        """Whether a value is known that is not shown: dots stand for it, always as many."""
        self.input.placeholder = DOTS if kept else ""

    def hint(self, text: str) -> None:
        """What stands below while nothing is wrong."""
        self._say(text, "")

    def wrong(self, sentence: str) -> None:
        """What is wrong with the value; empty takes it away."""
        self._say(self._hint, sentence)

    def _say(self, hint: str, wrong: str) -> None:
        before, (self._hint, self._wrong) = self.below, (hint, wrong)
        if self.below != before:
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """The line of the value, and those below."""
        return 1 + len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """What is around the value, or a line of what stands below."""
        width = self.size.width
        if y == 0:
            style = BOLD if self.input.has_focus else PLAIN
            blank = " " * (width - BESIDE - 1)
            return strip_of([(f"{self._label:<{LABEL_CELLS}}[", style), (blank, PLAIN), ("]", PLAIN)], width)
        lines = self._lines(width)
        below = lines[y - 1] if y <= len(lines) else ""
        return strip_of([(" " * BESIDE, PLAIN), (below, TROUBLE if self._wrong else FAINT)], width)

    def _lines(self, width: int) -> list[str]:
        return wrapped(self.below, width - BESIDE, AT_MOST)

    def on_descendant_focus(self) -> None:
        """The label of the field in which one types stands out."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """And no more."""
        self.refresh()


class Toggle(Widget, can_focus=True):
    """`[x] something`, turned with Space."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", "turn", show=False)]
    on: var[bool] = var(False)

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._text = text

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as the text needs beside the box."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """The box and the text, or the rest of it."""
        width, lines = self.size.width, self._lines(self.size.width)
        box = f"[{'x' if self.on else ' '}] " if self.can_focus else ""
        before = box if y == 0 else " " * len(box)
        text = lines[y] if y < len(lines) else ""
        return strip_of([(before, BOLD if self.has_focus else PLAIN), (text, PLAIN)], width)

    def _lines(self, width: int) -> list[str]:
        return wrapped(self._text, width - BOX_CELLS, AT_MOST)

    def name_it(self, text: str, *, possible: bool = True) -> None:
        """Another text; what is not possible cannot be turned on."""
        self._text = text
        self.can_focus = possible
        self.on = self.on and possible
        self.refresh(layout=True)

    def watch_on(self) -> None:
        """The other box."""
        self.refresh()

    def watch_has_focus(self, _: bool) -> None:
        """The focus is seen on the box."""
        self.refresh()

    def action_turn(self) -> None:
        """On, or off."""
        self.on = not self.on and self.can_focus
