"""Text fields: Textual's `Input`, without its frame and colors.

Textual's style sheet for it is longer than all of ours, and would delay the first frame.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.geometry import Offset, Size
from textual.reactive import Reactive
from textual.widgets import Input


class TextInput(Input, inherit_css=False):
    """A one-line field in the terminal's own colors, with a cursor that does not blink."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+b,alt+left", "cursor_left_word", "a word to the left", show=False),
        Binding("alt+f,alt+right", "cursor_right_word", "a word to the right", show=False),
        Binding("alt+d,alt+delete", "delete_right_word", "delete the word at the right", show=False),
        Binding("alt+backspace", "delete_left_word", "delete the word at the left", show=False),
    ]
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """The size of the text. Textual's own attribute triggers a layout of the screen per character."""
    COMPONENT_CLASSES: ClassVar[set[str]] = Input.COMPONENT_CLASSES
    DEFAULT_CSS = """
    TextInput { width: 1fr; height: 1; overflow: hidden; pointer: text; }
    TextInput { background: ansi_default; color: ansi_default; }
    TextInput > .input--cursor, TextInput > .input--selection { text-style: reverse; }
    TextInput > .input--placeholder { text-style: dim; }
    """

    def __init__(self, *, password: bool = False, select_on_focus: bool = True) -> None:
        super().__init__(password=password, select_on_focus=select_on_focus)
        self.cursor_blink = False

    def caret(self) -> Offset:
        """Position of the next character on the screen; Textual's own value is one cell too far."""
        return self.cursor_screen_offset - Offset(int(self.cursor_at_end), 0)


class LineInput(TextInput):
    """A field that accepts all lines of a paste, joined on one line."""

    def on_paste(self, event: Paste) -> None:
        """Replace the selection by the pasted text; no line of it is lost."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(event.text.split()), *self.selection)
