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
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session, type_names
from emtui.local.query_history import load_recent_queries, save_recent_query
from emtui.query import (
    CompletionCandidates,
    InvalidQueryError,
    Query,
    QueryContext,
    completable_words,
    parse,
    searchable_type_names,
    without_incomplete_key,
)
from emtui.query.absolute_times import with_absolute_clock_times
from emtui.tui.commands import CommandScope, bindings_for
from emtui.tui.screens.session_list.query_completion import CompletionCycle, completion_spans
from emtui.tui.screens.session_list.query_recall import NO_EARLIER_QUERY, NO_SAVED_QUERY, RecalledQueries
from emtui.tui.theme import BOLD, FAINT, INVALID_STYLE, PLAIN
from emtui.tui.widgets.prompt import CountedPrompt, PromptInput
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.virtual_list import StyledSpans


@dataclass(frozen=True, slots=True)
class QueryInputs:
    """What the meaning of a query depends on, as it is known now: the server's clock, the zone, the list."""

    now: datetime
    zone: tzinfo
    context: QueryContext
    sessions: tuple[Session, ...]


class QueryHost(Protocol):
    """What is around the line."""

    def query_inputs(self) -> QueryInputs:
        """What a query depends on now."""

    def handle_query(self) -> None:
        """The query, or what is typed of it, is another."""

    async def leave_query(self) -> None:
        """The line was closed: the next key is for the rows that match, and waits for them."""

    def say(self, text: str) -> None:
        """Show one sentence until the next key."""

    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow."""


class ErrorUnderline(Highlighter):
    """Draws a line under the part of a text that cannot be read."""

    def __init__(self) -> None:
        self.span: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Under that part, if there is one."""
        if self.span:
            text.stylize(INVALID_STYLE, *self.span)


class QueryInput(PromptInput):
    """The field of the query."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.QUERY_INPUT)

    @property
    def _prompt(self) -> QueryBar:
        return cast("QueryBar", self.parent)

    def on_key(self, event: Key) -> None:
        """Any other key takes what Tab gave."""
        if event.key not in {"tab", "shift+tab"}:
            self._prompt.completion_cycle.reset()

    def action_complete(self) -> None:
        """The next word that fits."""
        self._prompt.complete(1)

    def action_complete_previous(self) -> None:
        """The one before."""
        self._prompt.complete(-1)

    def action_previous_query(self) -> None:
        """A query that was kept before."""
        self._prompt.recall(self._prompt.history.previous_query(self.value))

    def action_next_query(self) -> None:
        """The one after it."""
        self._prompt.recall(self._prompt.history.next_query(), "This is what you type now.")


class QueryBar(CountedPrompt):
    """A prompt that reads queries; `profile` is the name under which they are kept, if they are."""

    INPUT_CLASS = QueryInput
    SCOPE = CommandScope.QUERY_INPUT

    def __init__(
        self,
        query: Query,
        host: QueryHost,
        get_profile_name: Callable[[], str | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(
            self._on_typed, self._on_closed, host.is_low_bandwidth, closed_line_id="query", id=id
        )
        self.current_query = query
        """The query that the rows match."""
        self.history = RecalledQueries()
        self.completion_cycle = CompletionCycle()
        self._host = host
        self._get_profile_name = get_profile_name
        self._error: InvalidQueryError | None = None
        self._underline = ErrorUnderline()
        self._cached_offers: tuple[tuple[Session, ...], CompletionCandidates] = ((), CompletionCandidates())

    def on_mount(self) -> None:
        """From now on what is wrong can be seen."""
        self._field.highlighter = self._underline

    @property
    def _field(self) -> TextInput:
        return self.query_one(TextInput)

    # --- what a query means ---------------------------------------------------------------

    def parse(self, text: str) -> Query:
        """The query that this text is now, by the server's clock; raises `InvalidQueryError`.

        It keeps that meaning: `since:24h` is a fixed moment from here on.
        """
        inputs = self._host.query_inputs()
        return parse(text, now=inputs.now, zone=inputs.zone, context=inputs.context)

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query that names what it looks at, such as `id:` or `message:`."""
        try:
            return any(term.key for term in self.parse(text).terms)
        except InvalidQueryError:
            return False

    def apply_text(self, text: str) -> None:
        """Show what matches; if the text is no query the last one stands, and the reason is said."""
        try:
            self._set_current(self.parse(text))
        except InvalidQueryError as error:
            self._host.say(str(error))
        else:
            self._host.say("")

    def reparse(self) -> None:
        """Read it anew: it was read before anybody knew the server's clock, which may refuse it."""
        self._replace(lambda: self.parse(self.current_query.text))

    def update_context(self) -> None:
        """What a query may depend on is another: one that does finds other rows.

        A state or type that may have been the server's own word is none, if the first list does not have it.
        """
        self._replace(lambda: self.current_query.with_context(self._host.query_inputs().context))

    def fix_times(self) -> None:
        """`since:02:10` was read in the zone before, and is written so that it stays true in another."""
        self._set_current(with_absolute_clock_times(self.current_query))

    def _replace(self, parse_query: Callable[[], Query]) -> None:
        try:
            self._set_current(parse_query())
        except InvalidQueryError as error:
            self._set_current(Query())
            if self.is_open:
                self._show_error(error)
                self._host.handle_query()
            else:
                self._host.say(str(error))

    def _set_current(self, query: Query) -> None:
        if query != self.current_query:
            self.current_query = query
            self._host.handle_query()

    # --- what is shown ----------------------------------------------------------------------

    def show_query(self, count: str, new_above: int) -> None:
        """The query with its count, and how many new runs are above the window; empty without either."""
        if self.is_open:
            self.show_count(count)
            return
        text = self.current_query.text
        right: StyledSpans = (
            [(f"{text_format.format_counted(new_above, 'new run')} above", BOLD)] if new_above else []
        )
        if text and count:
            right.append((f"  {count}", PLAIN))
        self.closed_line.show([("/", FAINT), (f" {text}", BOLD)] if text else [], right)

    def hint(self, width: int) -> StyledSpans:
        """While a query is typed: why it cannot be read, else what Tab would give."""
        if not self.is_open:
            return []
        if self._error:
            return [("! ", BOLD), (str(self._error), BOLD)]
        return completion_spans(*self._completion_choices, width)

    def _show_error(self, error: InvalidQueryError | None) -> None:
        self._error = error
        span = error.span if error else None
        if span != self._underline.span:
            self._underline.span = span
            self._field.refresh()

    # --- what is typed ----------------------------------------------------------------------

    def edit(self, text: str) -> None:
        """Let a query be typed, beginning with this text; Esc goes back to the one that stands now."""
        self._show_error(None)
        self.completion_cycle.reset()
        self.history.reset()
        self.open(text, text_to_restore=self.current_query.text)
        self._host.handle_query()
        self._load_history()

    def _on_typed(self, text: str) -> None:
        """Show what matches; what is only not yet whole is no reason to complain."""
        self._show_error(None)
        try:
            self.current_query = self.parse(without_incomplete_key(text, self._field.cursor_position))
        except InvalidQueryError as error:
            self._show_error(None if self._is_incomplete(error) else error)
        self._host.handle_query()

    def _is_incomplete(self, error: InvalidQueryError) -> bool:
        """Whether what cannot be read is only not yet whole: it is typed just now, and goes on somehow."""
        end = self._field.cursor_position
        if error.span is None or not error.span[0] <= end <= error.span[1]:
            return False
        return bool(self._completion_choices[0]) or self._field.value[:end].endswith(":")

    async def _on_closed(self, text: str, *, accepted: bool) -> None:
        """Enter keeps a query that can be read; Esc restores the one before."""
        try:
            self.current_query = self.parse(text)
        except InvalidQueryError as error:
            if accepted:
                self._show_error(error)
                self._host.handle_query()
                return
        if accepted:
            self._add_to_history(self.current_query.text)
        self.close()
        await self._host.leave_query()

    # --- completion and history ---------------------------------------------------------------

    @property
    def _completion_choices(self) -> tuple[tuple[str, ...], int]:
        """What Tab would give here, and which of it comes next."""
        return self.completion_cycle.choices(
            self._field.value, self._field.cursor_position, self._find_offers()
        )

    def _find_offers(self) -> CompletionCandidates:
        """What may be typed because the list has it; found once for each list."""
        inputs = self._host.query_inputs()
        if inputs.sessions is not self._cached_offers[0]:
            names = searchable_type_names(type_names(inputs.sessions))
            self._cached_offers = (
                inputs.sessions,
                CompletionCandidates(tuple(names), completable_words(inputs.context.states or ())),
            )
        return self._cached_offers[1]

    def complete(self, step: int) -> None:
        """Put the next word in the place of what was typed."""
        field = self._field
        completed = self.completion_cycle.step(field.value, field.cursor_position, self._find_offers(), step)
        if completed:
            field.value, field.cursor_position = completed
        else:
            self._host.say("Nothing is known that goes on like this.")

    def recall(self, query: str | None, fallback_message: str = NO_EARLIER_QUERY) -> None:
        """Put a query that was kept in the place of what was typed."""
        if query is None:
            self._host.say(fallback_message if self.history.queries else NO_SAVED_QUERY)
        else:
            self._field.value = query
            self._field.cursor_position = len(query)

    def _add_to_history(self, query: str) -> None:
        self.history.add(query)
        if query and (profile := self._get_profile_name()):
            self._save_query(profile, query)

    @work(group="recent", description="keep the query")
    async def _save_query(self, profile: str, query: str) -> None:
        await run_in_thread(partial(save_recent_query, profile, query))

    @work(group="recall", exclusive=True, description="see which queries were kept")
    async def _load_history(self) -> None:
        """Another emtui may have kept some since."""
        if profile := self._get_profile_name():
            self.history.merge(await run_in_thread(partial(load_recent_queries, profile)))
