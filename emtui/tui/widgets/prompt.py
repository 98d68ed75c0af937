"""The line in which a query, a search or a note is typed.

It reports every change as it is typed, or, on a slow connection, when typing pauses. Enter accepts, Esc
restores the previous text. It calls its screen directly instead of posting messages, so that the key
after Enter is handled in the state that Enter has left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Label

from emtui import text_format
from emtui.keys.tui_commands import CommandScope
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_input import LineInput, TextInput

TYPING_PAUSE_S = 0.15
"""Seconds without a key that count as a typing pause."""


class PromptClosedCallback(Protocol):
    """Called on Enter (`accepted`) with the typed text, or on Esc with the previous one."""

    async def __call__(self, text: str, *, accepted: bool) -> None:
        """Use the text, and close the prompt if it is valid; the next key waits for this."""


class PromptInput(LineInput):
    """The text field of a prompt, which handles Enter."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.PROMPT)

    async def action_accept(self) -> None:
        """Accept the typed text."""
        await self._prompt.finish(accepted=True)

    async def action_revert(self) -> None:
        """Restore the previous text."""
        await self._prompt.finish(accepted=False)

    @property
    def _prompt(self) -> Prompt:
        return cast("Prompt", self.parent)

    def action_clear(self) -> None:
        """Clear the line."""
        self.value = ""


class Prompt(Horizontal):
    """A text field on one line, hidden until `open`."""

    INPUT_CLASS: ClassVar[type[PromptInput]] = PromptInput
    SCOPE: ClassVar[CommandScope] = CommandScope.PROMPT
    """The scope of the field's commands."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt Label { width: 2; }
    """

    def __init__(
        self,
        on_typed: Callable[[str], object],
        on_closed: PromptClosedCallback,
        is_low_bandwidth: Callable[[], bool],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._typed_callback = on_typed
        self._closed_callback = on_closed
        self._is_low_bandwidth = is_low_bandwidth
        self._pause_timer: Timer | None = None
        self._text_to_restore = ""
        self._sign = "/"

    def compose(self) -> ComposeResult:
        """Create the sign and the field."""
        yield Label(self._sign, markup=False)
        yield self.INPUT_CLASS(select_on_focus=False)

    @property
    def is_open(self) -> bool:
        """Whether the prompt is shown."""
        return self.has_class("-open")

    def open(self, text: str, text_to_restore: str | None = None, *, sign: str = "/") -> None:
        """Show the prompt with this text, focused; Esc restores `text_to_restore`, by default `text`."""
        self._text_to_restore = text if text_to_restore is None else text_to_restore
        if sign != self._sign:
            self._sign = sign
            label = self.query_one(Label)
            label.update(sign)
            label.styles.width = text_format.cell_width(sign) + 1
        self._set_open(is_open=True)
        field = self.query_one(TextInput)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.screen.set_focus(field)
        if text != self._text_to_restore:
            self._typed_callback(text)

    def close(self) -> None:
        """Hide the prompt."""
        self._set_open(is_open=False)

    def _set_open(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        self.display = is_open

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report every change; on a slow connection, only when typing pauses."""
        event.stop()
        self._stop_pause_timer()
        if self._is_low_bandwidth():
            self._pause_timer = self.set_timer(TYPING_PAUSE_S, self._report_typed)
        else:
            self._report_typed()

    def _report_typed(self) -> None:
        if self.is_open:
            self._typed_callback(self.query_one(TextInput).value)

    def _stop_pause_timer(self) -> None:
        if self._pause_timer:
            self._pause_timer.stop()
            self._pause_timer = None

    async def finish(self, *, accepted: bool) -> None:
        """Report the typed text, or the one to restore."""
        self._stop_pause_timer()
        await self._closed_callback(
            self.query_one(TextInput).value if accepted else self._text_to_restore, accepted=accepted
        )


class CountedPrompt(Prompt):
    """A prompt with a count at the right; while closed, another line is shown in its place."""

    CLOSED_LINE_CLASS: ClassVar[type[StatusLine]] = StatusLine

    DEFAULT_CSS = """
    CountedPrompt { display: block; }
    CountedPrompt #found { width: 19; }
    """

    def __init__(
        self,
        on_typed: Callable[[str], object],
        on_closed: PromptClosedCallback,
        is_low_bandwidth: Callable[[], bool],
        *,
        closed_line_id: str,
        id: str | None = None,
    ) -> None:
        super().__init__(on_typed, on_closed, is_low_bandwidth, id=id)
        self.closed_line = self.CLOSED_LINE_CLASS(id=closed_line_id)
        """The line shown while the prompt is closed."""
        self._count_line = StatusLine(id="found")

    def compose(self) -> ComposeResult:
        """Create the closed line, the sign, the field and the count."""
        yield self.closed_line
        for part in (*super().compose(), self._count_line):
            part.display = False
            yield part

    def _set_open(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        for part in self.children:
            part.display = is_open is not (part is self.closed_line)

    def show_count(self, count: str) -> None:
        """Show a count at the right."""
        self._count_line.show([], [(count, PLAIN)])
