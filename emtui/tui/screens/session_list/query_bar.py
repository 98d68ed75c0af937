"""The line with the query: shown with its count, and typed: completed, underlined where it cannot be read.

It owns the query that the rows match, and the queries that were kept before. It calls what is around it
directly rather than by message: the key after Enter must already find the rows as Enter has left them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import ClassVar, Protocol, cast

from rich.highlighter import Highlighter
from rich.text import Text
from textual import work
from textual.binding import BindingType
from textual.events import Key

from emtui import text_format
from emtui.em.background_thread import beside
from emtui.em.model import Session, type_names
from emtui.local.query_history import note, recent
from emtui.query import (
    BadQuery,
    Beyond,
    Offers,
    Query,
    names_of,
    parse,
    readable,
    without_key,
)
from emtui.query.absolute_times import wall_pinned
from emtui.tui.commands import Place, bindings
from emtui.tui.screens.session_list.query_completion import CompletionCycle, offered_line
from emtui.tui.screens.session_list.query_recall import NO_EARLIER, NO_RECENT, QueryHistory
from emtui.tui.theme import BOLD, FAINT, PLAIN, WRONG
from emtui.tui.widgets.prompt import CountedPrompt, PromptInput
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.virtual_list import Pieces


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What the meaning of a query depends on, as it is known now: the server's clock, the zone, the list."""

    now: datetime
    zone: tzinfo
    beyond: Beyond
    sessions: tuple[Session, ...]


class QueryHost(Protocol):
    """What is around the line."""

    def query_context(self) -> QueryContext:
        """What a query depends on now."""

    def handle_query(self) -> None:
        """The query, or what is typed of it, is another."""

    async def leave_query(self) -> None:
        """The line was closed: the next key is for the rows that match, and waits for them."""

    def say(self, text: str) -> None:
        """Show one sentence until the next key."""

    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow."""


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
    """A prompt that reads queries; `profile` is the name under which they are kept, if they are."""

    FIELD = QueryInput
    PLACE = Place.QUERY

    def __init__(
        self, current: Query, host: QueryHost, profile: Callable[[], str | None], *, id: str | None = None
    ) -> None:
        super().__init__(self._on_typed, self._on_ended, host.is_low_bandwidth, line="query", id=id)
        self.current = current
        """The query that the rows match."""
        self.history = QueryHistory()
        self.cycle = CompletionCycle()
        self._host = host
        self._profile = profile
        self._error: BadQuery | None = None
        self._underline = Underline()
        self._offers: tuple[tuple[Session, ...], Offers] = ((), Offers())

    def on_mount(self) -> None:
        """From now on what is wrong can be seen."""
        self._field.highlighter = self._underline

    @property
    def _field(self) -> TextInput:
        return self.query_one(TextInput)

    # --- what a query means ---------------------------------------------------------------

    def parse(self, text: str) -> Query:
        """The query that this text is now, by the server's clock; raises `BadQuery`.

        It keeps that meaning: `since:24h` is a fixed moment from here on.
        """
        context = self._host.query_context()
        return parse(text, now=context.now, zone=context.zone, beyond=context.beyond)

    def is_keyed(self, text: str) -> bool:
        """Whether this text is a query that names what it looks at, such as `id:` or `message:`."""
        try:
            return any(term.key for term in self.parse(text).terms)
        except BadQuery:
            return False

    def use(self, text: str) -> None:
        """Show what matches; if the text is no query the last one stands, and the reason is said."""
        try:
            self._set_current(self.parse(text))
        except BadQuery as error:
            self._host.say(str(error))
        else:
            self._host.say("")

    def parse_again(self) -> None:
        """Read it anew: it was read before anybody knew the server's clock, which may refuse it."""
        self._replace(lambda: self.parse(self.current.text))

    def update_context(self) -> None:
        """What a query may depend on is another: one that does finds other rows.

        A state or type that may have been the server's own word is none, if the first list does not have it.
        """
        self._replace(lambda: self.current.upon(self._host.query_context().beyond))

    def fix_times(self) -> None:
        """`since:02:10` was read in the zone before, and is written so that it stays true in another."""
        self._set_current(wall_pinned(self.current))

    def _replace(self, read: Callable[[], Query]) -> None:
        try:
            self._set_current(read())
        except BadQuery as error:
            self._set_current(Query())
            if self.is_open:
                self._show_error(error)
                self._host.handle_query()
            else:
                self._host.say(str(error))

    def _set_current(self, query: Query) -> None:
        if query != self.current:
            self.current = query
            self._host.handle_query()

    # --- what is shown ----------------------------------------------------------------------

    def show_current(self, count: str, new_above: int) -> None:
        """The query with its count, and how many new runs are above the window; empty without either."""
        if self.is_open:
            self.found(count)
            return
        text = self.current.text
        right: Pieces = [(f"{text_format.counted(new_above, 'new run')} above", BOLD)] if new_above else []
        if text and count:
            right.append((f"  {count}", PLAIN))
        self.line.show([("/", FAINT), (f" {text}", BOLD)] if text else [], right)

    def hint(self, width: int) -> Pieces:
        """While a query is typed: why it cannot be read, else what Tab would give."""
        if not self.is_open:
            return []
        if self._error:
            return [("! ", BOLD), (str(self._error), BOLD)]
        return offered_line(*self._offered, width)

    def _show_error(self, error: BadQuery | None) -> None:
        self._error = error
        at = error.at if error else None
        if at != self._underline.at:
            self._underline.at = at
            self._field.refresh()

    # --- what is typed ----------------------------------------------------------------------

    def edit(self, text: str) -> None:
        """Let a query be typed, beginning with this text; Esc goes back to the one that stands now."""
        self._show_error(None)
        self.cycle.forget()
        self.history.begin()
        self.open(text, before=self.current.text)
        self._host.handle_query()
        self._load_history()

    def _on_typed(self, text: str) -> None:
        """Show what matches; what is only not yet whole is no reason to complain."""
        self._show_error(None)
        try:
            self.current = self.parse(without_key(text, self._field.cursor_position))
        except BadQuery as error:
            self._show_error(None if self._is_begun(error) else error)
        self._host.handle_query()

    def _is_begun(self, error: BadQuery) -> bool:
        """Whether what cannot be read is only not yet whole: it is typed just now, and goes on somehow."""
        end = self._field.cursor_position
        if error.at is None or not error.at[0] <= end <= error.at[1]:
            return False
        return bool(self._offered[0]) or self._field.value[:end].endswith(":")

    async def _on_ended(self, text: str, *, kept: bool) -> None:
        """Enter keeps a query that can be read; Esc restores the one before."""
        try:
            self.current = self.parse(text)
        except BadQuery as error:
            if kept:
                self._show_error(error)
                self._host.handle_query()
                return
        if kept:
            self._keep(self.current.text)
        self.close()
        await self._host.leave_query()

    # --- completion and history ---------------------------------------------------------------

    @property
    def _offered(self) -> tuple[tuple[str, ...], int]:
        """What Tab would give here, and which of it comes next."""
        return self.cycle.offered(self._field.value, self._field.cursor_position, self._find_offers())

    def _find_offers(self) -> Offers:
        """What may be typed because the list has it; found once for each list."""
        context = self._host.query_context()
        if context.sessions is not self._offers[0]:
            names = names_of(type_names(context.sessions))
            self._offers = (
                context.sessions,
                Offers(tuple(names), readable(context.beyond.states or ())),
            )
        return self._offers[1]

    def complete(self, step: int) -> None:
        """Put the next word in the place of what was typed."""
        field = self._field
        given = self.cycle.step(field.value, field.cursor_position, self._find_offers(), step)
        if given:
            field.value, field.cursor_position = given
        else:
            self._host.say("Nothing is known that goes on like this.")

    def recall(self, query: str | None, otherwise: str = NO_EARLIER) -> None:
        """Put a query that was kept in the place of what was typed."""
        if query is None:
            self._host.say(otherwise if self.history.queries else NO_RECENT)
        else:
            self._field.value = query
            self._field.cursor_position = len(query)

    def _keep(self, query: str) -> None:
        self.history.keep(query)
        if query and (profile := self._profile()):
            self._save_query(profile, query)

    @work(group="recent", description="keep the query")
    async def _save_query(self, profile: str, query: str) -> None:
        await beside(partial(note, profile, query))

    @work(group="recall", exclusive=True, description="see which queries were kept")
    async def _load_history(self) -> None:
        """Another emtui may have kept some since."""
        if profile := self._profile():
            self.history.merge(await beside(partial(recent, profile)))
