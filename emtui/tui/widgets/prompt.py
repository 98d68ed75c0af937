"""The line in which a query or a search is typed.

It tells of every change as it is typed, or, over a line that wants care, when typing
pauses; Enter keeps, Esc restores what was there when it opened. It calls its page
directly rather than by message: the key after Enter must already find the page as Enter has left it.
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
from emtui.tui.commands import CommandScope, bindings_for
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_input import LineInput, TextInput

TYPING_PAUSE_S = 0.15
"""Seconds without a key after which somebody who types is taken to have paused."""


class PromptClosedCallback(Protocol):
    """Told of Enter (`kept`) or Esc, with what stands, or what stood before."""

    async def __call__(self, text: str, *, accepted: bool) -> None:
        """Take the text, and close the prompt if it can be taken; the next key waits for that."""


class PromptInput(LineInput):
    """A field whose Enter belongs to the prompt around it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.PROMPT)

    async def action_accept(self) -> None:
        """Keep what was typed."""
        await self._prompt.finish(accepted=True)

    async def action_revert(self) -> None:
        """As it was before."""
        await self._prompt.finish(accepted=False)

    @property
    def _prompt(self) -> Prompt:
        return cast("Prompt", self.parent)

    def action_clear(self) -> None:
        """Nothing is left of what was typed, wherever the cursor stands."""
        self.value = ""


class Prompt(Horizontal):
    """Hidden until `open`; then one line with the focus."""

    INPUT_CLASS: ClassVar[type[PromptInput]] = PromptInput
    SCOPE: ClassVar[CommandScope] = CommandScope.PROMPT
    """Where the commands of the field stand."""

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
        """The sign and the field."""
        yield Label(self._sign, markup=False)
        yield self.INPUT_CLASS(select_on_focus=False)

    @property
    def is_open(self) -> bool:
        """Whether a person may be typing here."""
        return self.has_class("-open")

    def open(self, text: str, text_to_restore: str | None = None, *, sign: str = "/") -> None:
        """Show the line with this text and the focus in it; Esc goes back to `before`."""
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
        """Hide the line."""
        self._set_open(is_open=False)

    def _set_open(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        self.display = is_open

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke; over a line that wants care, every pause between them."""
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
        """Say what stands now, or what stood before."""
        self._stop_pause_timer()
        await self._closed_callback(
            self.query_one(TextInput).value if accepted else self._text_to_restore, accepted=accepted
        )


class CountedPrompt(Prompt):
    """A prompt with a count of what is found beside it; while it is closed another line stands there."""

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
        self.closed_line = StatusLine(id=closed_line_id)
        """What is shown while nobody types."""
        self._count_line = StatusLine(id="found")

    def compose(self) -> ComposeResult:
        """The line, or the sign, the field and the count."""
        yield self.closed_line
        for part in (*super().compose(), self._count_line):
            part.display = False
            yield part

    def _set_open(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        for part in self.children:
            part.display = is_open is not (part is self.closed_line)

    def show_count(self, count: str) -> None:
        """How many there are, at the right."""
        self._count_line.show([], [(count, PLAIN)])
