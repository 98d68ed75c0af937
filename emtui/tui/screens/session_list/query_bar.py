"""The line in which a query is typed: completed, underlined where it cannot be read, and recalled."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import BindingType
from textual.events import Key

from emtui.lookup import BadQuery, Offers, without_key
from emtui.tui.commands import Place, bindings
from emtui.tui.screens.session_list.query_completion import CompletionCycle
from emtui.tui.screens.session_list.query_history import NO_EARLIER, NO_RECENT, QueryHistory
from emtui.tui.theme import WRONG
from emtui.tui.widgets.prompt import Closed, CountedPrompt, PromptInput
from emtui.tui.widgets.text_input import TextInput


class Underline(Highlighter):
    """Draws a line under the part of a text that cannot be read."""

    def __init__(self) -> None:
        self.at: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Under that part, if there is one."""
        if self.at:
            text.stylize(WRONG, *self.at)


class QueryInput(PromptInput):
    """The field of the query."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.QUERY)

    @property
    def _prompt(self) -> QueryBar:
        return cast("QueryBar", self.parent)

    def on_key(self, event: Key) -> None:
        """Any other key takes what Tab gave."""
        if event.key not in {"tab", "shift+tab"}:
            self._prompt.cycle.forget()

    def action_complete(self) -> None:
        """The next word that fits."""
        self._prompt.complete(1)

    def action_complete_back(self) -> None:
        """The one before."""
        self._prompt.complete(-1)

    def action_earlier(self) -> None:
        """A query that was kept before."""
        self._prompt.recall(self._prompt.history.earlier(self.value))

    def action_later(self) -> None:
        """The one after it."""
        self._prompt.recall(self._prompt.history.later(), "This is what you type now.")


class QueryBar(CountedPrompt):
    """A prompt that knows what may be typed: `offers` has what the list has."""

    FIELD = QueryInput

    def __init__(
        self,
        typed: Callable[[str], object],
        closed: Closed,
        quiet: Callable[[], bool],
        offers: Callable[[], Offers],
        say: Callable[[str], object],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(typed, closed, quiet, id=id)
        self._offers = offers
        self._say = say
        self._wrong: BadQuery | None = None
        self._underline = Underline()
        self.cycle = CompletionCycle()
        self.history = QueryHistory()

    def on_mount(self) -> None:
        """From now on what is wrong can be seen."""
        self._field.highlighter = self._underline

    @property
    def _field(self) -> TextInput:
        return self.query_one(TextInput)

    @property
    def wrong(self) -> BadQuery | None:
        """What cannot be read of what stands there."""
        return self._wrong

    @wrong.setter
    def wrong(self, error: BadQuery | None) -> None:
        self._wrong = error
        at = error.at if error else None
        if at != self._underline.at:
            self._underline.at = at
            self._field.refresh()

    @property
    def offered(self) -> tuple[tuple[str, ...], int]:
        """What Tab would give here, and which of it comes next."""
        return self.cycle.offered(self._field.value, self._field.cursor_position, self._offers())

    def without_key(self, text: str) -> str:
        """What was typed, but for a key at the cursor that has no value yet."""
        return without_key(text, self._field.cursor_position)

    def is_begun(self, error: BadQuery) -> bool:
        """Whether what cannot be read is only not yet whole: it is typed just now, and goes on somehow."""
        end = self._field.cursor_position
        if error.at is None or not error.at[0] <= end <= error.at[1]:
            return False
        return bool(self.offered[0]) or self._field.value[:end].endswith(":")

    def open(self, text: str, before: str | None = None, *, sign: str = "/") -> None:
        """Show the line, with nothing wrong in it yet."""
        self.wrong = None
        self.cycle.forget()
        self.history.begin()
        super().open(text, before, sign=sign)

    def complete(self, step: int) -> None:
        """Put the next word in the place of what was typed."""
        field = self._field
        given = self.cycle.step(field.value, field.cursor_position, self._offers(), step)
        if given:
            field.value, field.cursor_position = given
        else:
            self._say("Nothing is known that goes on like this.")

    def recall(self, query: str | None, otherwise: str = NO_EARLIER) -> None:
        """Put a query that was kept in the place of what was typed."""
        if query is None:
            self._say(otherwise if self.history.queries else NO_RECENT)
        else:
            self._field.value = query
            self._field.cursor_position = len(query)
