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

from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.virtual_list import render_strip

LABEL_CELLS = 11
VALUE_OFFSET = LABEL_CELLS + 1
"""What stands at the left of the value: the label, and the bracket that opens."""
CHECKBOX_CELLS = 4
MAX_MESSAGE_LINES = 8
"""Lines of what is wrong; the rest of a longer sentence is cut."""
PASSWORD_DOTS = "•" * 8


class ValueInput(TextInput):
    """Where one types; the key after Enter must already find the page as Enter has left it."""

    async def action_submit(self) -> None:
        """The page goes on, at once."""
        await self.screen.run_action("submit")


class LabeledInput(Widget):
    """Label, value in brackets, and below it a hint or, in its place, what is wrong."""

    def __init__(self, label: str, *, id: str, password: bool = False) -> None:
        super().__init__(id=id)
        self._label = label
        self._hint = ""
        self._error = ""
        self.input = ValueInput(password=password)
        """Where one types."""

    def compose(self) -> ComposeResult:
        """The value; the style sheet leaves room around it."""
        yield self.input

    @property
    def value(self) -> str:
        """What was typed."""
        return self.input.value

    @property
    def message_text(self) -> str:
        """What is said under the value."""
        return self._error or self._hint

    def show_saved_marker(self, *, is_saved: bool) -> None:
        """Whether a value is known that is not shown: dots stand for it, always as many."""
        self.input.placeholder = PASSWORD_DOTS if is_saved else ""

    def show_hint(self, text: str) -> None:
        """What stands below while nothing is wrong."""
        self._set_messages(text, "")

    def show_error(self, sentence: str) -> None:
        """What is wrong with the value; empty takes it away."""
        self._set_messages(self._hint, sentence)

    def _set_messages(self, hint: str, error: str) -> None:
        before, (self._hint, self._error) = self.message_text, (hint, error)
        if self.message_text != before:
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """The line of the value, and those below."""
        return 1 + len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """What is around the value, or a line of what stands below."""
        width = self.size.width
        if y == 0:
            style = BOLD if self.input.has_focus else PLAIN
            blank = " " * (width - VALUE_OFFSET - 1)
            return render_strip(
                [(f"{self._label:<{LABEL_CELLS}}[", style), (blank, PLAIN), ("]", PLAIN)], width
            )
        lines = self._lines(width)
        message = lines[y - 1] if y <= len(lines) else ""
        return render_strip(
            [(" " * VALUE_OFFSET, PLAIN), (message, ERROR_STYLE if self._error else FAINT)], width
        )

    def _lines(self, width: int) -> list[str]:
        return wrap_and_cut(self.message_text, width - VALUE_OFFSET, MAX_MESSAGE_LINES)

    def on_descendant_focus(self) -> None:
        """The label of the field in which one types stands out."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """And no more."""
        self.refresh()


class Toggle(Widget, can_focus=True):
    """`[x] something`, turned with Space."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", "turn", show=False)]
    is_on: var[bool] = var(False)

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._text = text

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as the text needs beside the box."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """The box and the text, or the rest of it."""
        width, lines = self.size.width, self._lines(self.size.width)
        box = f"[{'x' if self.is_on else ' '}] " if self.can_focus else ""
        prefix = box if y == 0 else " " * len(box)
        text = lines[y] if y < len(lines) else ""
        return render_strip([(prefix, BOLD if self.has_focus else PLAIN), (text, PLAIN)], width)

    def _lines(self, width: int) -> list[str]:
        return wrap_and_cut(self._text, width - CHECKBOX_CELLS, MAX_MESSAGE_LINES)

    def set_text(self, text: str, *, is_possible: bool = True) -> None:
        """Another text; what is not possible cannot be turned on."""
        self._text = text
        self.can_focus = is_possible
        self.is_on = self.is_on and is_possible
        self.refresh(layout=True)

    def watch_is_on(self) -> None:
        """The other box."""
        self.refresh()

    def watch_has_focus(self, _: bool) -> None:
        """The focus is seen on the box."""
        self.refresh()

    def action_turn(self) -> None:
        """On, or off."""
        self.is_on = not self.is_on and self.can_focus
