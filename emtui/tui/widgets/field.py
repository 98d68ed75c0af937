"""A labelled field of a form, and under it what is to be said about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.lines import strip_of

LABEL_CELLS = 11
DOTS = "•" * 8


class Field(Vertical):
    """Label, value in brackets, and below it a hint or, in its place, what is wrong."""

    def __init__(self, label: str, *, id: str, password: bool = False) -> None:
        super().__init__(id=id)
        self._label = label
        self._hint = ""
        self._below = Static(id="below", markup=False)
        self.input = Input(password=password, compact=True)
        """Where one types."""
        self.input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The line with the value, the line below."""
        with Horizontal():
            yield Label(f"{self._label:<{LABEL_CELLS}}[", markup=False, classes="label")
            yield self.input
            yield Label("]", markup=False)
        yield self._below

    @property
    def value(self) -> str:
        """What was typed."""
        return self.input.value

    def holds(self, *, kept: bool) -> None:
        """Whether a value is known that is not shown: dots stand for it, always as many."""
        self.input.placeholder = DOTS if kept else ""

    def hint(self, text: str) -> None:
        """What stands below while nothing is wrong."""
        self._hint = text
        self.wrong("")

    def wrong(self, sentence: str) -> None:
        """What is wrong with the value; empty takes it away."""
        said = Content.styled(sentence, "bold $error") if sentence else Content.styled(self._hint, "dim")
        self._below.update(said)
        self._below.display = bool(sentence or self._hint)


class Toggle(Widget, can_focus=True):
    """`[x] something`, turned with Space."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", "turn", show=False)]
    on: var[bool] = var(False)

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._text = text

    def render_line(self, _: int) -> Strip:
        """The box and the text."""
        box = f"[{'x' if self.on else ' '}] " if self.can_focus else ""
        return strip_of([(box, BOLD if self.has_focus else PLAIN), (self._text, PLAIN)], self.size.width)

    def name_it(self, text: str, *, possible: bool = True) -> None:
        """Another text; what is not possible cannot be turned on."""
        self._text = text
        self.can_focus = possible
        self.on = self.on and possible
        self.refresh()

    def watch_on(self) -> None:
        """The other box."""
        self.refresh()

    def watch_has_focus(self, _: bool) -> None:
        """The focus is seen on the box."""
        self.refresh()

    def action_turn(self) -> None:
        """On, or off."""
        self.on = not self.on and self.can_focus


def first(fields: Iterable[Field]) -> Field | None:
    """The first of the fields that holds nothing."""
    return next((field for field in fields if not field.value.strip()), None)
