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
from emtui.tui.commands import Place, bindings
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_input import LineInput, TextInput

PAUSE = 0.15
"""Seconds without a key after which somebody who types is taken to have paused."""


class Closed(Protocol):
    """Told of Enter (`kept`) or Esc, with what stands, or what stood before."""

    async def __call__(self, text: str, *, kept: bool) -> None:
        """Take the text, and close the prompt if it can be taken; the next key waits for that."""


class PromptInput(LineInput):
    """A field whose Enter belongs to the prompt around it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PROMPT)

    async def action_keep(self) -> None:
        """Keep what was typed."""
        await self._prompt.end(kept=True)

    async def action_restore(self) -> None:
        """As it was before."""
        await self._prompt.end(kept=False)

    @property
    def _prompt(self) -> Prompt:
        return cast("Prompt", self.parent)

    def action_empty(self) -> None:
        """Nothing is left of what was typed, wherever the cursor stands."""
        self.value = ""


class Prompt(Horizontal):
    """Hidden until `open`; then one line with the focus."""

    FIELD: ClassVar[type[PromptInput]] = PromptInput
    PLACE: ClassVar[Place] = Place.PROMPT
    """Where the commands of the field stand."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt Label { width: 2; }
    """

    def __init__(
        self,
        typed: Callable[[str], object],
        closed: Closed,
        is_low_bandwidth: Callable[[], bool],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._when_typed = typed
        self._when_closed = closed
        self._is_low_bandwidth = is_low_bandwidth
        self._pause: Timer | None = None
        self._before = ""
        self._sign = "/"

    def compose(self) -> ComposeResult:
        """The sign and the field."""
        yield Label(self._sign, markup=False)
        yield self.FIELD(select_on_focus=False)

    @property
    def is_open(self) -> bool:
        """Whether a person may be typing here."""
        return self.has_class("-open")

    def open(self, text: str, before: str | None = None, *, sign: str = "/") -> None:
        """Show the line with this text and the focus in it; Esc goes back to `before`."""
        self._before = text if before is None else before
        if sign != self._sign:
            self._sign = sign
            label = self.query_one(Label)
            label.update(sign)
            label.styles.width = text_format.cells(sign) + 1
        self._show(is_open=True)
        field = self.query_one(TextInput)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.screen.set_focus(field)
        if text != self._before:
            self._when_typed(text)

    def close(self) -> None:
        """Hide the line."""
        self._show(is_open=False)

    def _show(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        self.display = is_open

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke; over a line that wants care, every pause between them."""
        event.stop()
        self._end_pause()
        if self._is_low_bandwidth():
            self._pause = self.set_timer(PAUSE, self._tell)
        else:
            self._tell()

    def _tell(self) -> None:
        if self.is_open:
            self._when_typed(self.query_one(TextInput).value)

    def _end_pause(self) -> None:
        if self._pause:
            self._pause.stop()
            self._pause = None

    async def end(self, *, kept: bool) -> None:
        """Say what stands now, or what stood before."""
        self._end_pause()
        await self._when_closed(self.query_one(TextInput).value if kept else self._before, kept=kept)


class CountedPrompt(Prompt):
    """A prompt with a count of what is found beside it; while it is closed another line stands there."""

    DEFAULT_CSS = """
    CountedPrompt { display: block; }
    CountedPrompt #found { width: 19; }
    """

    def __init__(
        self,
        typed: Callable[[str], object],
        closed: Closed,
        is_low_bandwidth: Callable[[], bool],
        *,
        line: str,
        id: str | None = None,
    ) -> None:
        super().__init__(typed, closed, is_low_bandwidth, id=id)
        self.line = StatusLine(id=line)
        """What is shown while nobody types."""
        self._count = StatusLine(id="found")

    def compose(self) -> ComposeResult:
        """The line, or the sign, the field and the count."""
        yield self.line
        for part in (*super().compose(), self._count):
            part.display = False
            yield part

    def _show(self, *, is_open: bool) -> None:
        self.set_class(is_open, "-open")
        for part in self.children:
            part.display = is_open is not (part is self.line)

    def found(self, count: str) -> None:
        """How many there are, at the right."""
        self._count.show([], [(count, PLAIN)])
