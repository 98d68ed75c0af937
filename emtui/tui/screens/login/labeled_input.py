"""A labeled input field with a hint or an error below it, and a checkbox.

The field draws everything but the value itself, since each additional widget delays the first paint by about
a millisecond.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.virtual_list import render_strip

LABEL_CELLS = 11
MARK_CELLS = 2
VALUE_OFFSET = MARK_CELLS + LABEL_CELLS + 1
"""Cells on the left of the value: the mark of the focus, the label and the opening bracket."""
CHECKBOX_CELLS = 4
MAX_MESSAGE_LINES = 8
"""Lines of an error message; a longer one is cut."""
PASSWORD_DOTS = "•" * 8


def focus_mark(*, has_focus: bool) -> tuple[str, Style]:
    """The mark at the left edge, as of the selected row of a list."""
    return (f"{CURSOR_MARK if has_focus else '':<{MARK_CELLS}}", ACCENT_STYLE)


class ValueInput(TextInput):
    """The input of a labeled field; Enter submits the screen."""

    async def action_submit(self) -> None:
        """Submit the screen directly rather than by message, so that the next key sees the result."""
        await self.screen.run_action("submit")


class LabeledInput(Widget):
    """Label, value in brackets, and below it an error or a hint."""

    def __init__(self, label: str, *, id: str, password: bool = False) -> None:
        super().__init__(id=id)
        self._label = label
        self._hint = ""
        self._error = ""
        self.input = ValueInput(password=password)
        """The input of the value."""

    def compose(self) -> ComposeResult:
        """Return the input; the style sheet leaves room around it."""
        yield self.input

    @property
    def value(self) -> str:
        """The typed text."""
        return self.input.value

    @property
    def message_text(self) -> str:
        """The error, else the hint."""
        return self._error or self._hint

    def show_saved_marker(self, *, is_saved: bool) -> None:
        """Show a fixed number of dots if there is a saved value that is not displayed."""
        self.input.placeholder = PASSWORD_DOTS if is_saved else ""

    def show_hint(self, text: str) -> None:
        """Set the text below the value that is shown while there is no error."""
        self._set_messages(text, "")

    def show_error(self, sentence: str) -> None:
        """Show this error below the value; an empty one clears it."""
        self._set_messages(self._hint, sentence)

    def _set_messages(self, hint: str, error: str) -> None:
        before, (self._hint, self._error) = self.message_text, (hint, error)
        if self.message_text != before:
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines of the value and the message."""
        return 1 + len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Draw label and brackets, or a line of the message."""
        width = self.size.width
        if y == 0:
            style = BOLD if self.input.has_focus else PLAIN
            blank = " " * (width - VALUE_OFFSET - 1)
            return render_strip(
                [
                    focus_mark(has_focus=self.input.has_focus),
                    (f"{self._label:<{LABEL_CELLS}}[", style),
                    (f"{blank}]", style),
                ],
                width,
            )
        lines = self._lines(width)
        message = lines[y - 1] if y <= len(lines) else ""
        return render_strip(
            [(" " * VALUE_OFFSET, PLAIN), (message, ERROR_STYLE if self._error else FAINT)], width
        )

    def _lines(self, width: int) -> list[str]:
        return wrap_and_cut(self.message_text, width - VALUE_OFFSET, MAX_MESSAGE_LINES)

    def on_descendant_focus(self) -> None:
        """Redraw the line with the mark."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Redraw the line without the mark."""
        self.refresh()


class Toggle(Widget, can_focus=True):
    """A checkbox, `[x] text`, toggled with Space."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "switch", "switch", show=False)]
    is_on: var[bool] = var(False)

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._text = text

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines that the text needs beside the box."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """Draw the box and the first line of the text, or another line of it."""
        width, lines = self.size.width, self._lines(self.size.width)
        mark, mark_style = focus_mark(has_focus=self.has_focus and y == 0)
        box = f"[{'x' if self.is_on else ' '}]" if y == 0 else ""
        text = lines[y] if y < len(lines) else ""
        return render_strip(
            [
                (f"{mark:<{VALUE_OFFSET}}", mark_style),
                (f"{box:<{CHECKBOX_CELLS}}", BOLD if self.has_focus else PLAIN),
                (text, PLAIN),
            ],
            width,
        )

    def _lines(self, width: int) -> list[str]:
        return wrap_and_cut(self._text, width - VALUE_OFFSET - CHECKBOX_CELLS, MAX_MESSAGE_LINES)

    def set_text(self, text: str, *, is_possible: bool = True) -> None:
        """Change the text; if it is not `is_possible`, the box is off and cannot be focused."""
        self._text = text
        self.can_focus = is_possible
        self.is_on = self.is_on and is_possible
        self.refresh(layout=True)

    def watch_is_on(self) -> None:
        """Redraw the box."""
        self.refresh()

    def watch_has_focus(self, _: bool) -> None:
        """Redraw the box, with the mark while it has the focus."""
        self.refresh()

    def action_switch(self) -> None:
        """Turn it on or off."""
        self.is_on = not self.is_on and self.can_focus
