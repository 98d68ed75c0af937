"""The line in which a query or a search is typed.

It tells of every change as it is typed; Enter keeps, Esc restores what was there
when it opened. While it is open, every key that writes belongs to it.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from emtui.tui.commands import Place, bindings


class Prompt(Horizontal):
    """Hidden until `open`; then one line with the focus."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PROMPT)
    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt Label { width: 2; }
    Prompt Input { width: 1fr; border: none; padding: 0; height: 1; background: ansi_default; }
    """

    class Typed(Message):
        """The text is another one now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """Enter (`kept`) or Esc; `text` is what stands, or what stood before."""

        def __init__(self, text: str, *, kept: bool) -> None:
            super().__init__()
            self.text = text
            self.kept = kept

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._before = ""

    def compose(self) -> ComposeResult:
        """The sign and the field."""
        yield Label("/", markup=False)
        field = Input(select_on_focus=False, compact=True)
        field.cursor_blink = False
        yield field

    @property
    def is_open(self) -> bool:
        """Whether a person may be typing here."""
        return bool(self.display)

    def open(self, text: str, before: str | None = None) -> None:
        """Show the line with this text and the focus in it; Esc goes back to `before`."""
        self._before = text if before is None else before
        self.display = True
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        field.focus()
        if text != self._before:
            self.post_message(self.Typed(text))

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke."""
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep what was typed, if whoever asked agrees."""
        self.post_message(self.Closed(self.query_one(Input).value, kept=True))

    def action_restore(self) -> None:
        """As it was before."""
        self.post_message(self.Closed(self._before, kept=False))
